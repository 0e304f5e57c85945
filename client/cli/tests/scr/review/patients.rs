//! `scr report --patients`: every patient with every attempt.

use crate::review::{people, rows};
use crate::surgery::{PATIENTS, Surgery};

const HEADER: &str = "patient_id,nhs_number,family_name,given_names,run,counter,reason,text,details,warnings,due,attempt,\
                      message_id,leg,sent_at,outcome,outcome_at,note";

/// Requirement: RUN-004.
#[test]
fn every_patient_is_listed_with_reason_and_attempts() {
    let surgery = Surgery::open(PATIENTS);
    surgery.run("consent-migration", "run").expect(1);
    surgery.run("initial-upload", "run").expect(1);
    let report = surgery.scr(&["report", "--json"]).expect(0).json();

    let document = surgery.scr(&["report", "--patients", "--json"]).expect(0).json();
    assert_eq!(document["schema"], "scr-outcomes/1");
    let patients = document["rows"].as_array().unwrap();
    assert_eq!(patients.len(), PATIENTS);
    let messages: Vec<String> = surgery
        .spine()
        .spine()
        .ledger()
        .accepted()
        .iter()
        .map(|event| event.message_id.to_string().to_uppercase())
        .collect();
    for patient in patients {
        assert!(!patient["reason"].is_null() && !patient["text"].is_null(), "{patient}");
        let attempts = patient["attempts"].as_array().unwrap();
        assert_eq!(patient["counter"] == "sent", !attempts.is_empty(), "{patient}");
        for attempt in attempts {
            let id = attempt["message_id"].as_str().unwrap().to_uppercase();
            assert!(messages.contains(&id), "{attempt}");
            let last = attempt["events"].as_array().unwrap().last().unwrap();
            assert_eq!(last["what"], "acknowledged");
            assert!(last["at"].as_str() >= attempt["sent_at"].as_str(), "{attempt}");
        }
    }

    let sent = report["counters"]["sent"].as_u64().unwrap();
    let only = ["report", "--run", "2", "--patients", "--counter", "sent", "--csv", "--out", "sent.csv"];
    surgery.scr(&only).expect(0).says("The file holds patient data");
    let csv = std::fs::read_to_string(surgery.path("sent.csv")).unwrap();
    assert_eq!(people(&rows(&csv, HEADER)) as u64, sent, "{csv}");

    let mismatches = report["reasons"]["pds-mismatch"].as_u64().unwrap();
    let shown = surgery.scr(&["report", "--patients", "--reason", "pds-mismatch"]).expect(0).out;
    assert_eq!(
        shown.lines().filter(|line| line.contains("pds-mismatch: ")).count() as u64,
        mismatches,
        "{shown}"
    );
    surgery.scr(&["report", "--patients", "--reason", "because"]).expect(2);
    surgery.scr(&["report", "--reason", "fp69"]).expect(2).says("--patients");
    surgery.scr(&["report", "--csv"]).expect(2).says("add --patients");
}
