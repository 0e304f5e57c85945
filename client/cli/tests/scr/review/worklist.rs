//! `scr worklist`: who waits, why, and what a person notes about them.

use spine_client::Worklist;

use crate::review::{people, rows};
use crate::surgery::{JsonValue, PATIENTS, Surgery};

const HEADER: &str = "patient_id,nhs_number,family_name,given_names,run,kind,reason,text,details,since,due,mark,marked_by,\
                      marked_at";

fn list(surgery: &Surgery, arguments: &[&str]) -> Vec<JsonValue> {
    let document = surgery.scr(&[&["worklist", "--json"], arguments].concat()).expect(0).json();
    assert_eq!(document["schema"], "scr-worklist/1");
    document["rows"].as_array().unwrap().clone()
}

#[test]
fn whoever_failed_is_on_the_list_of_the_reason_and_is_marked() {
    let surgery = Surgery::open(PATIENTS);
    assert_eq!(list(&surgery, &[]), Vec::<JsonValue>::new());
    assert_eq!(surgery.scr(&["worklist"]).expect(0).out, "Nobody.\n");
    surgery.run("consent-migration", "run").expect(1);
    surgery.run("initial-upload", "run").expect(1);
    let report = surgery.scr(&["report", "--json"]).expect(0).json();
    let failed = report["counters"]["failed"].as_u64().unwrap();

    // Of one run everybody who failed is on exactly one list.
    let mut listed = 0;
    for code in Worklist::ALL.iter().map(|list| list.code()).filter(|code| *code != "all") {
        let rows = list(&surgery, &[code, "--run", "2"]);
        for row in &rows {
            assert!(report["reasons"][row["reason"].as_str().unwrap()].as_u64() >= Some(1), "{row}");
            assert!(!row["text"].is_null() && !row["since"].is_null(), "{row}");
        }
        listed += rows.len() as u64;
    }
    assert_eq!(listed, failed);
    assert_eq!(list(&surgery, &["--run", "2"]).len() as u64, failed);
    surgery.scr(&["worklist", "--run", "9"]).expect(65).says("There is no run");

    // The fields that differ are named; names and numbers are the operator's to see.
    let mismatches = list(&surgery, &["pds-mismatch", "--run", "2"]);
    assert!(!mismatches.is_empty());
    for row in &mismatches {
        let fields = ["surname", "forename", "postcode", "gender", "birth-date"];
        let details = row["details"].as_array().unwrap();
        assert!(
            !details.is_empty() && details.iter().all(|one| fields.contains(&one.as_str().unwrap())),
            "{row}"
        );
    }
    let number = mismatches[0]["patient"]["nhs_number"].as_str().unwrap().to_owned();
    let name = mismatches[0]["patient"]["family_name"].as_str().unwrap().to_uppercase();
    let shown = surgery.scr(&["worklist", "pds-mismatch"]).expect(0).out;
    let grouped = format!("{} {} {}", &number[..3], &number[3..6], &number[6..]);
    let line = shown.lines().find(|line| line.starts_with(&grouped)).unwrap();
    assert!(line.contains(&name) && line.contains("pds-mismatch: "), "{line}");

    // A mark takes the patient off the list of the unseen.
    let unseen = list(&surgery, &["--unseen"]);
    surgery.scr(&["worklist", "mark", &number, "--as", "seen"]).expect(0).says("Marked 1 patient as seen");
    let of_others = unseen.into_iter().filter(|row| row["patient"]["nhs_number"] != number.as_str());
    assert_eq!(list(&surgery, &["--unseen"]), of_others.collect::<Vec<_>>());
    let marked = list(&surgery, &["pds-mismatch"]);
    let marked = marked.iter().find(|row| row["patient"]["nhs_number"] == number.as_str()).unwrap();
    assert_eq!(marked["mark"]["as"], "seen");
    assert_eq!(marked["mark"]["by"], spine_fixtures::population::staff::OPERATOR_USER_ID);

    let csv = surgery.scr(&["worklist", "--run", "2", "--csv"]).expect(0).out;
    assert_eq!(people(&rows(&csv, HEADER)) as u64, failed);
}

#[test]
fn a_mark_is_all_or_nothing_and_takes_a_login() {
    let surgery = Surgery::open(PATIENTS);
    surgery.run("consent-migration", "run").expect(1);
    surgery.run("initial-upload", "run").expect(1);
    let mismatches = list(&surgery, &["pds-mismatch"]);
    let number = mismatches[0]["patient"]["nhs_number"].as_str().unwrap();
    let sent = surgery.scr(&["report", "--patients", "--counter", "sent", "--json"]).expect(0).json();
    let fine = sent["rows"].as_array().unwrap().iter().find_map(|row| row["patient"]["nhs_number"].as_str());
    let both = ["worklist", "mark", number, fine.unwrap(), "--as", "seen"];
    surgery.scr(&both).expect(65).says("Nothing was marked. One of these NHS numbers is on no worklist");
    let release = ["worklist", "mark", number, "--as", "release"];
    surgery.scr(&release).expect(65).says("One of these NHS numbers is not held");
    let slip = surgery.scr(&["worklist", "mark", "9990000019", "--as", "seen"]).expect(2);
    assert!(!slip.err.contains("9990000019"), "{}", slip.err);
    assert!(list(&surgery, &[]).iter().all(|row| row["mark"].is_null()));
    surgery.scr(&["logout", "--spine", "spine.json"]).expect(0);
    surgery.scr(&["worklist", "mark", number, "--as", "seen"]).expect(77).says("Nobody is logged in");
}
