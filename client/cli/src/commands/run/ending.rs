//! What is said when a run's leg has ended, beside its report.

use spine_client::{Counter, Ended, Halt, RunKind};

use crate::commands::Desk;
use crate::exit::Exit;
use crate::show::output::say;
use crate::show::table::counted;

pub(super) fn tell(desk: &Desk, kind: RunKind, ended: &Ended) {
    let resume = format!("scr run {} resume --spine FILE", kind.code());
    match (&ended.halt, Exit::of_run(ended)) {
        (Some(halt), _) => {
            say(&halt.to_string());
            if !matches!(halt, Halt::TakenOver) {
                say(&format!("Resume with: {resume}"));
            }
        }
        (None, Exit::Paused) => {
            let left = ended
                .tally
                .counters
                .iter()
                .filter(|(counter, _)| matches!(counter, Counter::Unprocessed | Counter::Sending));
            let left: u64 = left.map(|(_, count)| count).sum();
            desk.output.tell(&format!(
                "Paused with {} to go; nothing is lost. Resume with: {resume}",
                counted(left, "patient", "patients")
            ));
        }
        (None, Exit::SomeFailed) => {
            desk.output.tell("Finished; the Failed ones need a person: see the reasons above.");
        }
        (None, Exit::InDoubt) => say("Finished, but some are in doubt: see above."),
        (None, _) => desk.output.tell("Finished."),
    }
}
