//! `scr reconcile`: the Spine is asked for what it acknowledged.

use spine_fixtures::population::staff;

use crate::review::{people, rows};
use crate::surgery::{PATIENTS, Surgery};

const HEADER: &str =
    "patient_id,nhs_number,family_name,given_names,run,reason,event_id,newest_event_id,finding";

#[test]
fn what_was_acknowledged_is_there_and_a_spine_that_lost_it_is_found_out() {
    let mut surgery = Surgery::open(PATIENTS);
    surgery.scr(&["reconcile", "--spine", "spine.json"]).expect(65).says("There is no run yet");
    surgery.run("consent-migration", "run").expect(1);
    surgery.run("initial-upload", "run").expect(1);
    let report = surgery.scr(&["report", "--json"]).expect(0).json();
    let count = |counter: &str| report["reasons"][counter].as_u64().unwrap_or(0);
    let sent = report["counters"]["sent"].as_u64().unwrap();

    let document = surgery.scr(&["reconcile", "--spine", "spine.json", "--json"]).expect(0).json();
    assert_eq!((&document["schema"], &document["run"]), (&"scr-reconciliation/1".into(), &2.into()));
    assert_eq!(document["complete"], true);
    let findings = &document["findings"];
    assert_eq!(findings["unknown_as_expected"].as_u64(), Some(count("sent-dissent")), "{findings}");
    assert_eq!(findings["matched"].as_u64(), Some(sent - count("sent-dissent")), "{findings}");
    assert_eq!(document["rows"].as_array().unwrap().len() as u64, sent);
    let csv = surgery.scr(&["reconcile", "--spine", "spine.json", "--csv"]).expect(0).out;
    assert_eq!(people(&rows(&csv, HEADER)) as u64, sent);

    let migrated =
        surgery.scr(&["reconcile", "--run", "1", "--spine", "spine.json", "--json"]).expect(0).json();
    let migrations = surgery.scr(&["report", "--run", "1", "--json"]).expect(0).json();
    assert_eq!(migrated["findings"]["matched"], migrations["counters"]["sent"]);

    // The same Spine as it was before anything was sent: everything is missing.
    surgery.start_spine_again();
    surgery.login(staff::OPERATOR_PIN).expect(0);
    let ran = surgery.scr(&["reconcile", "--spine", "spine.json"]).expect(1);
    assert!(ran.out.lines().filter(|line| line.contains("missing")).count() > 0, "{}", ran.out);
    let document = surgery.scr(&["reconcile", "--spine", "spine.json", "--json"]).expect(1).json();
    assert_eq!(document["findings"]["matched"], 0, "{}", document["findings"]);
    assert!(document["findings"]["missing"].as_u64().unwrap() > 0, "{}", document["findings"]);

    surgery.close_spine();
    surgery.scr(&["reconcile", "--spine", "spine.json"]).expect(69);
}
