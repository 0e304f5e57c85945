//! Killed, told to stop, told twice: the same end state as undisturbed, nothing lost, nothing doubled.

use std::process::{Child, Command};

use spine_simulator::scenario::{Readiness, Settings};

use crate::surgery::{PATIENTS, Ran, Surgery, Verdicts};

/// How many more exchanges pass before each kill.
const KILLS: [u64; 5] = [2, 11, 23, 31, 40];
/// One message on its way at a time: a run that takes as many answers as it has messages, one after the other.
const ONE_AT_A_TIME: &str = "[limits]\nlanes = 1\nin-flight = 1\n";
/// An answer that is not ready before so many milliseconds, however often it is asked for: while it is waited for, no run can end.
const ANSWERED_AFTER_MS: u64 = 1_500;

/// Both runs of a surgery that nobody disturbs.
fn undisturbed() -> (Verdicts, Verdicts) {
    let surgery = Surgery::open(PATIENTS);
    surgery.run("consent-migration", "run").expect(1);
    surgery.run("initial-upload", "run").expect(1);
    (surgery.verdicts(1), surgery.verdicts(2))
}

/// A surgery whose uploads are answered late, with settings for one message on its way at a time and for as many as usual.
fn answered_late() -> Surgery {
    let readiness = Readiness { polls: u32::MAX, delay_ms: ANSWERED_AFTER_MS };
    let settings = Settings { readiness, retry_after_ms: 20, ..Settings::default() };
    let surgery = Surgery::with(PATIENTS, settings).opened();
    surgery.write("one.toml", ONE_AT_A_TIME);
    surgery.write("many.toml", "");
    surgery
}

#[test]
fn a_run_that_is_killed_again_and_again_ends_as_if_nobody_had() {
    let (migrated, uploaded) = undisturbed();
    let surgery = answered_late();
    let mut kills = 0;
    for kind in ["consent-migration", "initial-upload"] {
        let mut action = "run";
        for more in KILLS {
            let until = surgery.spine().spine().ledger().count() + more;
            let mut child = surgery.begin_with(kind, action, &["--settings", "one.toml"]);
            if !surgery.runs_until(&mut child, until) {
                break;
            }
            // SIGKILL: nothing of the process runs any more.
            child.kill().unwrap();
            child.wait().unwrap();
            kills += 1;
            let report = surgery.scr(&["report", "--json"]).expect(0).json();
            assert_eq!(report["state"], "interrupted", "at once, without waiting for a time limit");
            action = "resume";
        }
        let ran = surgery.begin_with(kind, action, &["--settings", "many.toml"]);
        let ran = Ran::of(ran.wait_with_output().unwrap());
        // The last leg may have ended before its kill: then there is nothing to resume.
        assert!(matches!(ran.code, Some(1 | 2)), "{ran:?}");
    }
    // An upload cannot end before any of its kills; a migration on a fast machine may.
    assert!(kills >= KILLS.len(), "only {kills} kills came in time");
    assert_eq!(surgery.verdicts(1), migrated);
    assert_eq!(surgery.verdicts(2), uploaded);
    let doubled: Vec<_> = surgery.events_per_patient().into_values().filter(|count| *count != 1).collect();
    assert_eq!(doubled, Vec::<usize>::new());
}

#[test]
fn a_run_that_is_told_to_stop_pauses_and_resumes_to_the_same_end() {
    let (_, uploaded) = undisturbed();
    let surgery = answered_late();
    surgery.run("consent-migration", "run").expect(1);
    let until = surgery.spine().spine().ledger().count() + 4;
    let mut child = surgery.begin_with("initial-upload", "run", &["--settings", "one.toml"]);
    assert!(surgery.runs_until(&mut child, until), "the run ended before it could be stopped");
    terminate(&child);
    let paused = Ran::of(child.wait_with_output().unwrap()).expect(75);
    let paused = paused.says("Paused with").says("scr run initial-upload resume");
    assert!(paused.out.contains("stopped"), "{}", paused.out);
    surgery.run("initial-upload", "run").expect(2).says("use Resume");
    let resumed = surgery.begin_with("initial-upload", "resume", &["--settings", "many.toml"]);
    Ran::of(resumed.wait_with_output().unwrap()).expect(1);
    assert_eq!(surgery.verdicts(2), uploaded);
}

#[test]
fn a_second_signal_does_not_wait_for_what_is_on_its_way() {
    let slow = Readiness { polls: u32::MAX, delay_ms: 3_600_000 };
    let settings = Settings { readiness: slow, retry_after_ms: 20, ..Settings::default() };
    let surgery = Surgery::with(PATIENTS, settings).opened();
    let mut child = surgery.begin("initial-upload", "run");
    // Polls only, from some point on: everything that can be is on its way.
    assert!(surgery.runs_until(&mut child, 200), "the run ended before it could be stopped");
    terminate(&child);
    let after = surgery.spine().spine().ledger().count() + 5;
    assert!(surgery.runs_until(&mut child, after), "what is on its way was not waited for");
    terminate(&child);
    Ran::of(child.wait_with_output().unwrap()).expect(75).says("Stopped at once.");
    let report = surgery.scr(&["report", "--json"]).expect(0).json();
    assert_eq!(report["state"], "interrupted");
    assert!(report["counters"]["sending"].as_u64().unwrap() > 0, "{report}");
}

/// SIGTERM, by the system's own program: the standard library sends none.
fn terminate(child: &Child) {
    let status = Command::new("kill").args(["-TERM", &child.id().to_string()]).status().unwrap();
    assert!(status.success());
}
