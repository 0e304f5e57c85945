//! The four actions and the patient groups: what is open when, and what a refusal names.

use spine_client::RunKind;

use crate::surgery::{PATIENTS, Surgery};

#[test]
fn a_refusal_names_the_action_that_is_open() {
    let surgery = Surgery::open(PATIENTS);
    for action in ["resume", "rerun", "failed"] {
        surgery.run("consent-migration", action).expect(2).says("use Run");
    }
    surgery.run("consent-migration", "run").expect(1);
    surgery.run("consent-migration", "resume").expect(2).says("use Run");
    surgery.run("practice-no-longer-contributing", "run").expect(2).says("SCR is still enabled");
    assert_eq!(surgery.scr(&["report", "--json"]).expect(0).json()["run"], 1, "nothing else was opened");
}

/// Requirements: RUN-024, RUN-030.
#[test]
fn a_group_must_be_there_and_a_deregistration_needs_one() {
    let surgery = Surgery::of(PATIENTS);
    let members: Vec<String> =
        surgery.population().contributions().take(3).map(|one| one.unwrap().patient.patient_id).collect();
    surgery.group("Leavers 2026", &members);
    let surgery = surgery.opened();
    for kind in RunKind::ALL.iter().filter(|kind| **kind != RunKind::NoLongerContributing) {
        let refused = surgery.run_with(kind.code(), "run", &["--group", "Nobody here"]).expect(2);
        refused.says("The patient group \"Nobody here\" is not in the last import, or has no members");
    }
    for action in ["run", "rerun", "failed"] {
        let refused = surgery.run("bulk-deregistration", action).expect(2);
        assert!(refused.err.contains("takes a patient group") || action != "run", "{}", refused.err);
    }
    surgery.scr(&["report"]).expect(65).says("There is no run yet");
}

/// Requirement: RUN-014.
#[test]
fn nothing_is_asked_where_nobody_can_answer() {
    let surgery = Surgery::open(1);
    for action in ["run", "resume", "rerun", "failed"] {
        let refused = surgery.scr(&["run", "initial-upload", action, "--spine", "spine.json"]).expect(2);
        refused.says("There is no terminal to confirm it on").says("Add --yes");
    }
    surgery.scr(&["enable"]).expect(2).says("Add --yes");
    surgery.scr(&["disable"]).expect(2).says("Add --yes");
    assert_eq!(surgery.spine().spine().ledger().count(), 0);
}
