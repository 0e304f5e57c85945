//! What an extract folder becomes: good rows, bad rows, broken files.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::fs;
use std::path::Path;

use spine_practice::{ColumnMap, Extract};
use spine_rules::import::ImportItem;
use spine_rules::record::{PatientRecord, RecordedNumber};
use spine_vocabulary::ConsentCode;

const PATIENTS: &str = "patient_id,nhs_number,family_name,given_names,gender,birth_date,postcode,registration_type,\
registration_status,registered_on,left_on,fp69,fp69_expires,sensitive,decoupled,in_use,death_date\n";
const CODES: &str = "patient_id,scheme,code,term,date,recorded_at,priority,free_text\n";
const MEDICATIONS: &str =
    "patient_id,scheme,code,name,dose,quantity,kind,started_on,last_issued_on,ended_on,review_on,elsewhere\n";
const ALLERGIES: &str = "patient_id,scheme,code,term,kind,noted_on,reaction,negative\n";
const GROUPS: &str = "group,patient_id\n";
const TOML: &str = "ods = \"Y90001\"\nname = \"The Surgery\"\nparty_key = \"Y90001-0000001\"\nasid = \"990000000001\"\n\
scr_enabled_on = \"2026-09-01\"\n";
const ADA: &str =
    "p1,9990000018,O'Brien,Ada Zoë,female,1950-02-03,LS1 4AP,permanent,registered,2001-01-01,,,,,,,\n";

fn folder(files: &[(&str, &[u8])]) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    let whole: [(&str, &[u8]); 6] = [
        ("practice.toml", TOML.as_bytes()),
        ("patients.csv", PATIENTS.as_bytes()),
        ("codes.csv", CODES.as_bytes()),
        ("medications.csv", MEDICATIONS.as_bytes()),
        ("allergies.csv", ALLERGIES.as_bytes()),
        ("groups.csv", GROUPS.as_bytes()),
    ];
    for (name, content) in whole.iter().chain(files) {
        fs::write(dir.path().join(name), content).unwrap();
    }
    dir
}

fn import(dir: &Path) -> Result<Vec<ImportItem>, String> {
    let extract = Extract::open(dir, None).map_err(|error| error.to_string())?;
    extract.items().map(|item| item.map_err(|error| error.to_string())).collect()
}

fn import_of(name: &str, content: &str) -> Result<Vec<ImportItem>, String> {
    import(folder(&[(name, content.as_bytes())]).path())
}

fn patients(items: &[ImportItem]) -> Vec<&PatientRecord> {
    items
        .iter()
        .filter_map(|item| if let ImportItem::Patient(record, _) = item { Some(&**record) } else { None })
        .collect()
}

fn errors(items: &[ImportItem]) -> Vec<(String, u64, String)> {
    let error = |item: &ImportItem| match item {
        ImportItem::Incomplete(_, error) | ImportItem::Stray(error) => {
            Some((error.file.clone(), error.line, error.column.clone().unwrap_or_default()))
        }
        _ => None,
    };
    items.iter().filter_map(error).collect()
}

#[test]
fn a_whole_row_becomes_a_patient() {
    let items = import_of("patients.csv", &format!("{PATIENTS}{ADA}")).unwrap();
    let [ada] = patients(&items)[..] else { panic!("one patient") };
    assert_eq!((ada.family_name.as_str(), ada.given_names.as_str()), ("O'Brien", "Ada Zoë"));
    assert!(matches!(ada.number, RecordedNumber::Valid(_)) && !ada.incomplete);
    assert_eq!(ada.birth_date, Some(jiff::civil::date(1950, 2, 3)));
}

#[test]
fn every_encoding_and_both_forms_of_dates_are_read() {
    let dated = ADA.replace("1950-02-03", "03/02/1950");
    for bytes in [
        format!("{PATIENTS}{dated}").into_bytes(),
        format!("\u{feff}{PATIENTS}{dated}").into_bytes(),
        format!("{PATIENTS}{dated}").replace('\n', "\r\n").into_bytes(),
        format!("{PATIENTS}{}", dated.replace("Zoë", "Zo\u{fffd}")).into_bytes().iter().fold(
            Vec::new(),
            |mut out: Vec<u8>, byte| {
                // U+FFFD is EF BF BD: one byte of Windows-1252 stands in its place.
                match byte {
                    0xef => out.push(0xeb),
                    0xbf | 0xbd => {}
                    other => out.push(*other),
                }
                out
            },
        ),
    ] {
        let items = import(folder(&[("patients.csv", &bytes)]).path()).unwrap();
        let [ada] = patients(&items)[..] else { panic!("one patient") };
        assert_eq!(
            (ada.given_names.as_str(), ada.birth_date),
            ("Ada Zoë", Some(jiff::civil::date(1950, 2, 3)))
        );
    }
}

#[test]
fn hostile_text_is_kept_as_it_is() {
    for name in ["<b>", "Robert'); DROP TABLE Patients;--", "👩🏽‍⚕️", "\"quoted\"", "von der Heyde, jr."]
    {
        let cell = format!("\"{}\"", name.replace('"', "\"\""));
        let items =
            import_of("patients.csv", &format!("{PATIENTS}{}", ADA.replace("O'Brien", &cell))).unwrap();
        assert_eq!(patients(&items)[0].family_name, name);
        assert!(errors(&items).is_empty());
    }
}

#[test]
fn a_number_of_any_quality_comes_in_and_is_left_to_its_rule() {
    for (cell, number) in [
        ("", RecordedNumber::Missing),
        ("ABC 123", RecordedNumber::OldStyle),
        ("999000001", RecordedNumber::Invalid),
        ("9990000019", RecordedNumber::Invalid),
        ("9.99E+09", RecordedNumber::Invalid),
    ] {
        let items =
            import_of("patients.csv", &format!("{PATIENTS}{}", ADA.replace("9990000018", cell))).unwrap();
        assert_eq!((patients(&items)[0].number, patients(&items)[0].incomplete), (number, false), "{cell}");
    }
}

#[test]
fn a_cell_that_cannot_be_read_holds_its_patient() {
    for (from, to, column) in [
        ("1950-02-03", "3rd of Feb", "birth_date"),
        ("female", "f", "gender"),
        ("permanent", "", "registration_type"),
        (",registered,", ",maybe,", "registration_status"),
        (",,,,,,,\n", ",,,,perhaps,,,\n", "sensitive"),
        (",,,,,,,\n", ",,,,,,\n", ""),
    ] {
        let items = import_of("patients.csv", &format!("{PATIENTS}{}", ADA.replace(from, to))).unwrap();
        assert!(patients(&items)[0].incomplete, "{to}");
        assert_eq!(errors(&items)[0], ("patients.csv".into(), 2, column.into()));
    }
}

#[test]
fn a_bad_row_of_codes_medications_or_allergies_holds_its_patient_and_shows_no_cell() {
    let long = "x".repeat(1_000_000);
    for (file, header, row) in [
        ("codes.csv", CODES, "p1,read2,93C3.,Refused,SECRET,,,\n"),
        ("codes.csv", CODES, "p1,SECRET,93C3.,Refused,2020-01-01,,,\n"),
        ("codes.csv", CODES, "p1,read2,,Refused,2020-01-01,,,\n"),
        ("codes.csv", CODES, "p1,read2,93C3.\n"),
        ("codes.csv", CODES, &format!("p1,read2,93C3.,,2020-01-01,,,{long}\n")),
        ("medications.csv", MEDICATIONS, "p1,local,X1,SECRET,,,weekly,2020-01-01,,,,\n"),
        ("allergies.csv", ALLERGIES, "p1,local,X1,SECRET,pollen,2020-01-01,,\n"),
    ] {
        let items = import_of(file, &format!("{header}{row}")).unwrap();
        let [ImportItem::Incomplete(key, error), ..] = &items[..] else { panic!("{row:.60}") };
        assert_eq!((key.as_str(), error.line), ("p1", 2));
        assert!(!format!("{error:?} {items:?}").contains("SECRET"));
        assert!(!items.iter().any(|item| matches!(item, ImportItem::Code(..))));
    }
}

#[test]
fn only_a_row_of_no_patient_stays_out() {
    let items =
        import_of("allergies.csv", &format!("{ALLERGIES} ,local,X1,Nuts,food,2020-01-01,,\n")).unwrap();
    assert!(matches!(&items[..], [ImportItem::Stray(error)] if error.line == 2));
}

#[test]
fn consent_codes_are_known_by_scheme_or_by_the_practices_own_map() {
    let rows = "p1,read2,93C3,..,2020-01-01,2020-01-01T09:30,1,\np1,local,OPTOUT,..,2020-01-01,,,\np1,read2,93C1.,..,,,,\n";
    let dir = folder(&[
        ("codes.csv", format!("{CODES}{rows}").as_bytes()),
        ("columns.toml", b"[consent_codes]\n\"local:OPTOUT\" = \"9Ndo.\"\n"),
    ]);
    let items = import(dir.path()).unwrap();
    let consent =
        |item: &ImportItem| if let ImportItem::Code(_, entry, _) = item { entry.consent } else { None };
    assert_eq!(
        items.iter().map(consent).collect::<Vec<_>>(),
        [Some(ConsentCode::LegacyDissent), Some(ConsentCode::ExpressDissent), None]
    );
}

#[test]
fn other_headings_and_words_are_mapped() {
    let map = "delimiter = \";\"\n[headings.groups]\ngroup = \"Name\"\npatient_id = \"No\"\n";
    let dir = folder(&[("groups.csv", b"No;extra;Name\np1;x;movers\n")]);
    let semicolons = |text: &str| text.replace(',', ";");
    for (name, header) in
        [("patients", PATIENTS), ("codes", CODES), ("medications", MEDICATIONS), ("allergies", ALLERGIES)]
    {
        fs::write(dir.path().join(format!("{name}.csv")), semicolons(header)).unwrap();
    }
    let extract = Extract::open(dir.path(), Some(ColumnMap::parse(map).unwrap())).unwrap();
    let items: Vec<_> = extract.items().map(Result::unwrap).collect();
    assert!(
        matches!(&items[..], [ImportItem::Group(name, key, 2)] if name == "movers" && key.as_str() == "p1")
    );
}

#[test]
fn a_broken_folder_is_refused_whole_and_says_why() {
    let cases: [(&str, String, &str); 7] = [
        ("codes.csv", "patient_id,scheme\n".into(), "no column \"code\""),
        ("codes.csv", CODES.replace("code,", "code,code,"), "\"code\" twice"),
        ("allergies.csv", format!("{ALLERGIES}p1,local,X1,\"Nut"), "ends in the middle"),
        (
            "allergies.csv",
            format!("{ALLERGIES}p1,local,X1,Nuts,food,2020-01-01,,no\np1,loc"),
            "ends in the middle",
        ),
        ("practice.toml", format!("{TOML}[rows]\npatients = 7\n"), "cut off"),
        ("practice.toml", "ods = 7\n".into(), "practice.toml"),
        ("groups.csv", format!("{GROUPS}\"{}", "never closed,".repeat(400_000)), "longer than 4 MiB"),
    ];
    for (file, content, says) in cases {
        let error = import_of(file, &content).unwrap_err();
        assert!(error.contains(says), "{file}: {error}");
    }
    let dir = folder(&[]);
    fs::remove_file(dir.path().join("medications.csv")).unwrap();
    assert!(import(dir.path()).unwrap_err().contains("medications.csv cannot be read"));
}

#[test]
fn what_follows_a_last_row_without_line_end_is_no_row() {
    let items = import_of("groups.csv", &format!("{GROUPS}movers,p1")).unwrap();
    assert_eq!(items.len(), 1);
    assert!(errors(&items).is_empty());
}
