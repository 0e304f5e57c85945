//! Terminology files as a practice may have them, good and bad.

#![expect(clippy::unwrap_used, reason = "tests")]

use std::path::Path;

use spine_practice::{TerminologyError, read_terminology};
use spine_rules::Terminology;
use spine_vocabulary::{Category, CodeScheme};

const INCLUSION: &str = "scheme,code,category\nread2,C10E.,Diagnoses\nsnomed,999000001,163231000000100\n";
const EXCLUSION: &str = "scheme,code\nread2,K5B..\n";

fn read(inclusion: impl AsRef<[u8]>, exclusion: impl AsRef<[u8]>) -> Result<Terminology, TerminologyError> {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("inclusion.csv"), inclusion).unwrap();
    std::fs::write(folder.path().join("exclusion.csv"), exclusion).unwrap();
    read_terminology(folder.path())
}

fn listed(terminology: &Terminology) -> Vec<(CodeScheme, &str, Option<Category>)> {
    terminology.lists().collect()
}

#[test]
fn both_lists_are_read_whatever_the_order_the_encoding_and_what_stands_beside() {
    let read_2 = (CodeScheme::ReadV2, "C10E", Some(Category::Diagnoses));
    let snomed = (CodeScheme::Snomed, "999000001", Some(Category::RisksToPatient));
    let plain = read(INCLUSION, EXCLUSION).unwrap();
    assert_eq!(listed(&plain), [read_2, snomed, (CodeScheme::ReadV2, "K5B", None)]);
    let other = "\u{feff}term,category,code,scheme\r\nTypé,risks to patient,999000001,SNOMED\r\n,diagnoses,C10E,read2\r\n\
                 again,Diagnoses,C10E.,read2\r\n";
    assert_eq!(read(other, "code,scheme\nK5B.,read2").unwrap(), plain);
    let (windows, _, _) = encoding_rs::WINDOWS_1252.encode(other.trim_start_matches('\u{feff}'));
    assert_eq!(read(windows, EXCLUSION).unwrap(), plain);
    assert_ne!(read(INCLUSION, "scheme,code\nread2,K5C..\n").unwrap(), plain);
}

#[test]
fn the_invented_set_of_the_fixtures_is_read() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/terminology");
    let terminology = read_terminology(&folder).unwrap();
    assert_eq!(terminology.lists().filter(|(_, _, category)| category.is_none()).count(), 1);
}

#[test]
fn one_bad_line_refuses_the_folder_and_says_which_it_is() {
    let row = |row: &str| format!("{INCLUSION}{row}\n");
    for (inclusion, wanted) in [
        (row("read3,C10F.,Diagnoses"), "inclusion.csv, line 4: scheme"),
        (row("read2, ..,Diagnoses"), "inclusion.csv, line 4: code is blank"),
        (row("read2,C10F.,Diagnosis"), "inclusion.csv, line 4: category"),
        (
            row("read2,C10F.,Medication"),
            "inclusion.csv, line 4: no additional information has the category Medication",
        ),
        (row("read2,C10F."), "inclusion.csv, line 4: has more or fewer cells"),
        (row("read2,C10F.,Diagnoses,"), "inclusion.csv, line 4: has more or fewer cells"),
        (row("read2,C10E,Treatments"), "inclusion.csv, line 4: this code stands on an earlier line"),
        (row(&format!("read2,{},Diagnoses", "9".repeat(65_537))), "inclusion.csv, line 4: code is longer"),
        (format!("{INCLUSION}read2,C10"), "inclusion.csv, line 4: has more or fewer cells"),
        (format!("{INCLUSION}read2,\"C10,Diagnoses\n"), "inclusion.csv, line 4: the file ends in the middle"),
        ("scheme,code,category\n".to_owned(), "inclusion.csv, line 1: no code"),
        (String::new(), "inclusion.csv, line 1: there is no column \"scheme\""),
        ("scheme,code\nread2,C10E.\n".to_owned(), "inclusion.csv, line 1: there is no column \"category\""),
        (
            "scheme,code,code,category\n".to_owned(),
            "inclusion.csv, line 1: the column \"code\" is there twice",
        ),
    ] {
        let refused = read(&inclusion, EXCLUSION).unwrap_err().to_string();
        assert!(refused.starts_with(wanted), "{inclusion:.80}: {refused}");
    }
    for (exclusion, wanted) in [
        ("scheme,code\n", "exclusion.csv, line 1: no code"),
        ("scheme,code\nread2,\n", "exclusion.csv, line 2: code is blank"),
        ("scheme,code\nread2,K5B..\nread2", "exclusion.csv, line 3: has more or fewer cells"),
    ] {
        let refused = read(INCLUSION, exclusion).unwrap_err().to_string();
        assert!(refused.starts_with(wanted), "{exclusion}: {refused}");
    }
}

#[test]
fn both_files_must_be_there() {
    let folder = tempfile::tempdir().unwrap();
    let refused = read_terminology(folder.path()).unwrap_err().to_string();
    assert!(refused.starts_with("inclusion.csv cannot be read"), "{refused}");
    std::fs::write(folder.path().join("inclusion.csv"), INCLUSION).unwrap();
    let refused = read_terminology(folder.path()).unwrap_err().to_string();
    assert!(refused.starts_with("exclusion.csv cannot be read"), "{refused}");
}
