//! One process at a time per practice, and the second is told who holds it.

use spine_simulator::scenario::{Readiness, Settings};

use crate::surgery::{PATIENTS, Ran, Surgery};

/// Requirement: RUN-013.
#[test]
fn the_second_process_is_told_who_holds_the_practice() {
    // An answer that is not ready for an hour: the first cannot end before it is told to.
    let slow = Readiness { polls: u32::MAX, delay_ms: 3_600_000 };
    let surgery =
        Surgery::with(PATIENTS, Settings { readiness: slow, retry_after_ms: 20, ..Settings::default() })
            .opened();
    let mut first = surgery.begin("initial-upload", "run");
    let until = surgery.spine().spine().ledger().count() + 10;
    assert!(surgery.runs_until(&mut first, until), "the run ended before anything could be asked of it");
    let holder = format!("(process {})", first.id());
    for arguments in [
        &["run", "consent-migration", "run", "--spine", "spine.json", "--yes"][..],
        &["run", "initial-upload", "resume", "--spine", "spine.json", "--yes"],
        &["import", "practice"],
        &["disable", "--yes"],
    ] {
        let second = surgery.scr(arguments).expect(73);
        second.says("A run is going on at this practice: Olive Operator holds it on").says(&holder);
    }
    let report = surgery.scr(&["report", "--json"]).expect(0).json();
    assert_eq!(report["state"], "running");
    first.kill().unwrap();
    Ran::of(first.wait_with_output().unwrap());
    // Nobody waits for the lease's time: its holder is gone.
    assert_eq!(surgery.scr(&["report", "--json"]).expect(0).json()["state"], "interrupted");
}
