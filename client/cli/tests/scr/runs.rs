//! Runs to their end: exit codes, reports, a second run, the changes to take back.

mod actions;
mod dry;
mod exclusion;
mod schedule;

use crate::surgery::{PATIENTS, Surgery};

#[test]
fn a_migration_and_an_upload_run_to_their_end_and_a_second_upload_sends_nothing() {
    let surgery = Surgery::open(PATIENTS);
    // Some of the personas are Failed on purpose.
    surgery.run("consent-migration", "run").expect(1).says("Finished; the Failed ones need a person");
    let upload = surgery.run("initial-upload", "run").expect(1);
    assert!(upload.out.starts_with("Initial Upload, run 2: finished (1 leg)\n"), "{}", upload.out);
    assert!(upload.out.contains("by Olive Operator"), "{}", upload.out);

    let report = surgery.scr(&["report", "--json"]).expect(0).json();
    let count = |name: &str| report["counters"][name].as_u64().unwrap();
    assert_eq!(
        (&report["schema"], &report["run"], &report["legs"]),
        (&"scr-report/1".into(), &2.into(), &1.into())
    );
    assert_eq!((&report["kind"], &report["state"]), (&"initial-upload".into(), &"finished".into()));
    let names = ["unprocessed", "sending", "sent", "failed", "not_required"];
    assert_eq!(names.iter().map(|name| count(name)).sum::<u64>(), PATIENTS as u64);
    let sent = count("sent");
    assert!(sent > 0, "{report}");
    let reasons = report["reasons"].as_object().unwrap();
    assert_eq!(reasons.values().map(|count| count.as_u64().unwrap()).sum::<u64>(), PATIENTS as u64);
    for key in
        ["user", "opened_at", "population", "stray_rows", "incomplete", "seconds", "patients_per_second"]
    {
        assert!(!report[key].is_null(), "{key} is missing in {report}");
    }
    let events = surgery.events_per_patient();
    assert_eq!(events.len() as u64, sent);
    assert!(events.values().all(|count| *count == 1), "{events:?}");

    surgery.run("initial-upload", "run").expect(1);
    let again = surgery.scr(&["report", "--json"]).expect(0).json();
    assert_eq!((&again["run"], &again["counters"]["sent"]), (&3.into(), &0.into()));
    assert_eq!(again["reasons"]["already-sent"].as_u64(), Some(sent));
    assert_eq!(surgery.events_per_patient(), events);

    let first = surgery.scr(&["report", "--run", "1", "--json"]).expect(0).json();
    assert_eq!(first["kind"], "consent-migration");
    let changes = first["local_changes"].as_u64().unwrap();
    surgery.scr(&["export-changes", "--out", "changes.csv"]).expect(0);
    let exported = std::fs::read_to_string(surgery.path("changes.csv")).unwrap();
    assert_eq!(exported.lines().count() as u64, changes + 1, "{exported}");
    assert_eq!(surgery.scr(&["export-changes"]).expect(0).out, exported);
}

#[test]
fn json_is_one_document_and_nothing_else() {
    let surgery = Surgery::open(10);
    let arguments = ["--json", "run", "consent-migration", "run", "--spine", "spine.json", "--yes"];
    let ran = surgery.scr(&arguments);
    assert!(matches!(ran.code, Some(0 | 1)), "{ran:?}");
    assert_eq!(ran.json()["state"], "finished");
    assert_eq!(ran.err, "");
}
