//! No patient's data leaves by the wrong door: names, numbers, dates of birth and terms are looked for in everything that
//! import, run and report say.

use std::collections::BTreeSet;

use crate::surgery::{PATIENTS, Surgery};

/// What must not be said of the practice's patients. Short words would be found by chance.
fn canaries(surgery: &Surgery) -> BTreeSet<String> {
    let mut canaries = BTreeSet::new();
    for contribution in surgery.population().contributions() {
        let patient = contribution.unwrap().patient;
        let said = [
            patient.nhs_number,
            patient.family_name,
            patient.postcode,
            patient.birth_date,
            patient.patient_id,
        ];
        // Somebody is born today, and today is no secret.
        let today = surgery.population().as_of.to_string();
        canaries.extend(said.into_iter().filter(|text| text.chars().count() > 4 && *text != today));
    }
    canaries
}

#[test]
fn what_is_said_identifies_nobody() {
    let surgery = Surgery::of(PATIENTS);
    let canaries = canaries(&surgery);
    assert!(canaries.len() > PATIENTS * 3, "{}", canaries.len());
    let mut said = vec![surgery.scr(&["import", "practice", "--errors", "errors.csv"])];
    said.push(surgery.login(spine_fixtures::population::staff::OPERATOR_PIN));
    for kind in ["consent-migration", "initial-upload"] {
        said.push(surgery.run(kind, "run"));
        said.push(surgery.scr(&["report"]));
        said.push(surgery.scr(&["report", "--json"]));
    }
    said.push(surgery.run("initial-upload", "resume"));
    for arguments in [
        &["runs"][..],
        &["runs", "--json"],
        &["disable", "--yes"],
        &["enable", "--yes"],
        &["run", "initial-upload", "failed", "--spine", "spine.json", "--yes", "--group", "Nobody"],
        &["worklist", "mark", "9990000018", "--as", "release"],
        &["worklist", "--csv", "--out", "everybody.csv"],
        &["report", "--patients", "--json", "--out", "everybody.json"],
        &["reconcile", "--spine", "spine.json", "--csv", "--out", "there.csv"],
    ] {
        said.push(surgery.scr(arguments));
    }
    let errors = std::fs::read_to_string(surgery.path("errors.csv")).unwrap();
    let texts = said.iter().flat_map(|ran| [ran.out.as_str(), ran.err.as_str()]).chain([errors.as_str()]);
    for text in texts {
        for canary in &canaries {
            assert!(!text.contains(canary.as_str()), "{canary:?} is in\n{text}");
        }
    }
    // The operator's own report is where it may be.
    let number = spine_fixtures::personas()[0].nhs_number();
    let explained = surgery.scr(&["explain", &number]).expect(0);
    assert!(explained.out.replace(' ', "").contains(&number), "{}", explained.out);
}
