//! The population folder: what is read, and what refuses it.
#![expect(clippy::expect_used, reason = "tests")]

use std::fs;
use std::path::Path;

use spine_simulator::scenario::{Permission, Scenario, Sensitivity, Settings};
use spine_vocabulary::{AcsPermission, DeathNotification};

const PEOPLE: &str = "nhs_number,family,given,gender,birth_date,death_date,death_status,postcode,address,gp_practice,sensitivity,superseded_by,invalidated,scn\n\
    9990000018,\"O'Brien, jr\",Zoë Ann,2,1970-02-28,2026-01-05,2,LS1 6AE,;1 Test Street;,Y90001,Y,,,7\n\
    9990000026,Smith,,1,,,,,,,,9990000018,,1\n";
const PERMISSIONS: &str = "nhs_number,store,view\n9990000018,No,\n";
const SUMMARIES: &str = "nhs_number,event_id,ods,persisted_at,text,allergies\n\
    9990000018,01900000-0000-7000-8000-000000000001,A81001,2024-07-01T09:30:00,hello,91936005|Penicillin; |Nuts | seeds\n";
const SYSTEMS: &str = "asid,party_key,ods,name\n990000000001,Y90001-0000001,Y90001,The Surgery\n";
const FILES: [(&str, &str); 4] = [
    ("people.csv", PEOPLE),
    ("permissions.csv", PERMISSIONS),
    ("summaries.csv", SUMMARIES),
    ("systems.csv", SYSTEMS),
];

fn load(folder: &Path, spoilt: Option<(&str, &str)>) -> Result<Scenario, String> {
    for (name, text) in FILES {
        let text = spoilt.filter(|(other, _)| *other == name).map_or(text, |(_, text)| text);
        fs::write(folder.join(name), text).expect("a file");
    }
    Scenario::load(folder, Settings::default()).map_err(|error| error.to_string())
}

#[test]
fn a_folder_is_read_whole() {
    let folder = tempfile::tempdir().expect("a folder");
    let population = load(folder.path(), None).expect("a population").population;
    let person = &population.people[0];
    assert_eq!((person.family.as_str(), person.given.len(), person.serial_change), ("O'Brien, jr", 2, 7));
    assert_eq!(person.death, Some(DeathNotification::Formal));
    assert_eq!(person.sensitivity, Some(Sensitivity::StopNoted));
    assert_eq!(person.address, ["", "1 Test Street", ""]);
    assert_eq!(population.people[1].superseded_by, Some(person.nhs_number));
    let no = Permission { store: Some(AcsPermission::No), view: None };
    assert_eq!(population.permissions, [(person.nhs_number, no)]);
    assert_eq!((population.summaries.len(), population.systems.len()), (1, 1));
    assert!(!format!("{person:?}").contains("O'Brien"));
    let told: Vec<_> =
        population.summaries[0].allergies.iter().map(|one| (one.code.as_deref(), &*one.term)).collect();
    assert_eq!(told, [(Some("91936005"), "Penicillin"), (None, "Nuts | seeds")]);
    assert!(!format!("{:?}", population.summaries).contains("Penicillin"));
}

#[test]
fn a_bad_row_refuses_the_folder_and_names_the_line_but_not_its_values() {
    let folder = tempfile::tempdir().expect("a folder");
    for (file, from, to, expected) in [
        ("people.csv", "nhs_number,family", "number,family", "people.csv, line 1: the header must be"),
        ("people.csv", "9990000026", "9990000027", "people.csv, line 3: column nhs_number"),
        ("people.csv", "9990000026", "9990000018", "people.csv, line 3: this NHS number has a row already"),
        (
            "people.csv",
            "9990000026",
            "4010232137",
            "people.csv, line 3: column nhs_number must hold a number that begins with 9",
        ),
        ("people.csv", ",1,,,,,,,,999", ",3,,,,,,,,999", "people.csv, line 3: column gender"),
        ("people.csv", "1970-02-28", "1970-02-30", "people.csv, line 2: column birth_date"),
        ("people.csv", ",7\n", ",\n", "people.csv, line 2: column scn"),
        ("people.csv", ",,1\n", ",1\n", "people.csv, line 3: 13 cells where the header has 14"),
        ("permissions.csv", "No", "no", "permissions.csv, line 2: column store"),
        ("permissions.csv", "9990000018", "9990000034", "permissions.csv, line 2: nobody in people.csv"),
        ("summaries.csv", "01900000-", "019-", "summaries.csv, line 2: column event_id"),
        ("summaries.csv", "|", " ", "summaries.csv, line 2: column allergies"),
        ("summaries.csv", "91936005|", "TJ00.|", "summaries.csv, line 2: column allergies"),
        ("summaries.csv", "91936005|Penicillin", "91936005|", "summaries.csv, line 2: column allergies"),
        ("summaries.csv", "T09:30:00", "", "summaries.csv, line 2: column persisted_at"),
        ("systems.csv", "990000000001", "99", "systems.csv, line 2: column asid"),
        ("systems.csv", SYSTEMS, "", "systems.csv, line 1: the header is missing"),
    ] {
        let text = FILES.iter().find(|(name, _)| *name == file).expect("a file").1;
        assert!(text.contains(from), "nothing to spoil: {from}");
        let error = load(folder.path(), Some((file, &text.replace(from, to)))).expect_err(expected);
        assert!(error.starts_with(expected), "{error}");
    }
    fs::remove_file(folder.path().join("summaries.csv")).expect("a file");
    let error = Scenario::load(folder.path(), Settings::default()).expect_err("a missing file").to_string();
    assert!(error.starts_with("summaries.csv cannot be opened"), "{error}");
}
