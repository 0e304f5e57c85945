//! Dry runs: the report that the run would have, and nothing sent, recorded or held.

use std::collections::BTreeMap;

use spine_simulator::scenario::{Readiness, Settings};

use crate::surgery::{JsonValue, PATIENTS, Surgery, Verdicts};

fn sent(surgery: &Surgery) -> usize {
    let exchanges = surgery.spine().spine().ledger().exchanges(0, usize::MAX);
    let sends = |what: &str| what == "REPC_IN150016SM05" || what.contains("SET_RESOURCE_PERMISSIONS");
    exchanges.iter().filter(|one| one.interaction.is_some_and(sends)).count()
}

/// Counter and reason of each patient in the file of a dry run.
fn foreseen(surgery: &Surgery) -> Verdicts {
    let text = std::fs::read_to_string(surgery.path("foreseen.csv")).unwrap();
    let mut lines = text.split("\r\n").filter(|line| !line.is_empty());
    assert_eq!(lines.next(), Some("patient_id,counter,reason,text,details,warnings"));
    let cells = lines.map(|line| line.split(',').collect::<Vec<_>>());
    let name =
        |code: &str| code.split('-').map(|word| word[..1].to_uppercase() + &word[1..]).collect::<String>();
    let reason = |code: &str| spine_client::Reason::from_code(code).map(spine_client::Reason::code);
    cells.map(|cells| (cells[0].to_owned(), (name(cells[1]), reason(cells[2])))).collect()
}

/// Requirement: RUN-033.
#[test]
fn a_dry_run_says_what_the_run_comes_to() {
    let surgery = Surgery::open(PATIENTS);
    for (number, kind) in [(1, "consent-migration"), (2, "initial-upload"), (3, "bulk-update")] {
        let before = (sent(&surgery), surgery.scr(&["runs", "--json"]).out);
        let dry = surgery.run_with(kind, "run", &["--dry-run", "--json", "--foreseen", "foreseen.csv"]);
        let (code, predicted) = (dry.code, dry.json());
        assert_eq!(
            (sent(&surgery), surgery.scr(&["runs", "--json"]).out),
            before,
            "{kind}: nothing is left behind"
        );
        assert_eq!((&predicted["state"], &predicted["run"]), (&"predicted".into(), &0.into()));
        let shown = surgery.run_with(kind, "run", &["--dry-run"]);
        assert!(
            shown.out.contains("dry run: predicted; nothing was sent, recorded or changed"),
            "{}",
            shown.out
        );

        let ran = surgery.run_with(kind, "run", &["--json"]);
        assert_eq!(ran.code, code, "{kind}: the same exit code");
        let came_to = ran.json();
        let keys = |document: &JsonValue| -> BTreeMap<String, JsonValue> {
            document.as_object().unwrap().clone().into_iter().collect()
        };
        assert!(keys(&predicted).keys().eq(keys(&came_to).keys()), "{kind}: the same shape");
        for key in ["counters", "reasons", "warnings", "population", "local_changes", "settings", "user"] {
            assert_eq!(predicted[key], came_to[key], "{kind}: {key}");
        }
        assert_eq!(foreseen(&surgery), surgery.verdicts(number), "{kind}");
    }
}

#[test]
fn what_a_run_would_be_refused_a_dry_run_is_refused_too() {
    let slow = Readiness { polls: u32::MAX, delay_ms: 3_600_000 };
    let surgery =
        Surgery::with(PATIENTS, Settings { readiness: slow, retry_after_ms: 20, ..Settings::default() })
            .opened();
    surgery.run_with("initial-upload", "failed", &["--dry-run"]).expect(2).says("use Run");
    surgery.run_with("initial-upload", "run", &["--dry-run", "--group", "Nobody"]).expect(2);
    surgery
        .run_with("initial-upload", "run", &["--dry-run", "--stop", "08:00", "--resume", "08:00"])
        .expect(2);
    surgery.run_with("initial-upload", "run", &["--foreseen", "foreseen.csv"]).expect(2).says("--dry-run");
    // Nobody is asked, for nothing can happen; but somebody must be logged in.
    let asked = surgery.scr(&["run", "initial-upload", "run", "--spine", "spine.json", "--dry-run"]);
    assert!(matches!(asked.code, Some(0 | 1)), "{asked:?}");
    let mut running = surgery.begin("initial-upload", "run");
    let until = surgery.spine().spine().ledger().count() + 10;
    assert!(surgery.runs_until(&mut running, until), "the run ended before anything could be asked of it");
    let refused = surgery.run_with("consent-migration", "run", &["--dry-run"]).expect(2);
    refused.says("a run (Initial Upload) is going on at this practice");
    running.kill().unwrap();
    running.wait().unwrap();
    surgery.scr(&["logout", "--spine", "spine.json"]).expect(0);
    surgery.run_with("initial-upload", "resume", &["--dry-run"]).expect(77).says("Nobody is logged in");
}
