//! An implementation of the rules written from the tables alone: it gathers facts, looks them up, and reports what the rows say.

use std::sync::LazyLock;

use crate::consent;
use crate::content::{self, CONTENT, Content};
use crate::eligibility::{self, ELIGIBILITY, MIGRATION_STOPS};
use crate::facts::{Code, Patient, Practice};
use crate::migration::{self, Decision};

static DECISIONS: LazyLock<Vec<Decision>> = LazyLock::new(migration::decisions);

/// A table and a line of it, counted from 1 (the header).
pub type Place = (&'static str, usize);

/// What becomes of a patient in an Initial Upload.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Upload {
    /// The reason under which the report shows the patient.
    pub reason: &'static str,
    /// What is sent, if anything is.
    pub content: Option<Content>,
    /// Whether what is sent names the summary that stands as the one it replaces.
    pub replaces: bool,
    /// Codes of what a person should know though nothing stops.
    pub warnings: Vec<&'static str>,
    /// The rows that decided.
    pub trail: Vec<Place>,
}

/// What becomes of a patient in a Consent Migration.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Migration {
    /// The reason under which the report shows the patient.
    pub reason: &'static str,
    /// The code that is added to the local record, if any.
    pub adds: Option<&'static str>,
    /// Whether the dissent is set on the ACS.
    pub sets_dissent: bool,
    /// The rows that decided.
    pub trail: Vec<Place>,
}

/// Judges an Initial Upload that sends to whom nothing was sent before.
#[must_use]
pub fn upload(patient: &Patient, practice: &Practice) -> Upload {
    let mut upload = Upload::default();
    let Some(line) = eligibility::upload(patient, practice) else { return upload };
    upload.trail.push(("eligibility", line.number));
    upload.reason = line.cell("verdict");
    upload.replaces = line.cell("replaces") == "yes";
    if upload.reason == "send" {
        let content = content::of(patient, practice, &mut upload.trail);
        upload.reason = content.reason;
        let ambiguous = consent::effective(&patient.codes, practice.today).ambiguous;
        upload.warnings.extend([line.cell("warns")].into_iter().filter(|code| !code.is_empty()));
        upload.warnings.extend(ambiguous.then_some("ambiguous-consent"));
        upload.content = Some(content);
    }
    upload
}

/// Judges a Consent Migration.
#[must_use]
pub fn migration(patient: &Patient, practice: &Practice) -> Migration {
    let mut migration = Migration::default();
    let Some(line) = eligibility::stop(patient, practice) else { return migration };
    migration.trail.push(("stops", line.number));
    let local = consent::effective(&patient.codes, practice.today).code;
    let due = line.cell("reason").is_empty();
    // The local conversion depends on nothing from the Spine, so it is that of somebody of whom the Spine holds nothing.
    let (summary, dissent) =
        if due { (patient.summary_of.is_some(), eligibility::acs_dissents(patient)) } else { (false, false) };
    let found = DECISIONS
        .iter()
        .zip(2..)
        .find(|(row, _)| (row.local.as_deref(), row.summary, row.acs_dissent) == (local, summary, dissent));
    let Some((row, number)) = found else { return migration };
    if due {
        migration.trail.push(("migration", number));
        migration.reason = &row.reason;
        migration.sets_dissent = row.sets_dissent;
    } else {
        migration.reason = line.cell("reason");
    }
    if due || line.cell("local") == "converted" {
        migration.adds = row.adds.as_deref();
    }
    migration
}

/// The patient after a migration: what it added stands beside what was there, recorded in the evening, and the ACS holds what it set.
#[must_use]
pub fn migrated(patient: &Patient, practice: &Practice, migration: &Migration) -> Patient {
    let mut patient = patient.clone();
    patient.codes.extend(migration.adds.map(|code| Code {
        scheme: "read2".to_owned(),
        code: format!("{code}."),
        day: Some(practice.today),
        recorded: format!("{}T21:00:00", practice.today),
        ..Code::default()
    }));
    if migration.sets_dissent {
        "No".clone_into(&mut patient.store);
        "No".clone_into(&mut patient.view);
    }
    patient
}

/// Every row that may decide of somebody.
#[must_use]
pub fn places() -> Vec<Place> {
    let numbers = |table, lines: &'static [crate::table::decision::Line]| {
        lines.iter().map(move |line| (table, line.number))
    };
    numbers("eligibility", ELIGIBILITY.lines())
        .chain(numbers("stops", MIGRATION_STOPS.lines()))
        .chain(CONTENT.values().flat_map(|part| numbers("content", part.lines())))
        .chain((2..).take(DECISIONS.len()).map(|number| ("migration", number)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::eligibility::standings;
    use crate::facts::{Day, Person};

    fn practice(nn_days: i64) -> Practice {
        let today = Day::read("2026-09-15").unwrap();
        Practice { ods: "Y90001".to_owned(), enabled: today, nn_days, today, terminology: None }
    }

    /// Somebody whom no rule stops.
    fn ordinary() -> Patient {
        let born = Day::read("1971-03-04");
        Patient {
            number: "9990000018".to_owned(),
            family: "Ashworth".to_owned(),
            given: "Ada".to_owned(),
            gender: "female".to_owned(),
            birth: born,
            kind: "permanent".to_owned(),
            status: "registered".to_owned(),
            since: Day::read("2020-01-01"),
            pds: Some(Person {
                family: "ASHWORTH".to_owned(),
                given: "Ada".to_owned(),
                gender: "2".to_owned(),
                birth: born,
                practice: "Y90001".to_owned(),
                ..Person::default()
            }),
            ..Patient::default()
        }
    }

    #[test]
    fn a_standing_summary_is_replaced_as_the_table_of_nn_days_says() {
        for case in standings() {
            let practice = practice(case.nn_days);
            let patient = Patient {
                since: Some(practice.today.minus_days(case.registered_days)),
                summary_of: Some("Y90002".to_owned()),
                ..ordinary()
            };
            let judged = upload(&patient, &practice);
            assert_eq!(
                (judged.content.is_some(), judged.replaces),
                (case.replaced, case.replaced),
                "{case:?}"
            );
        }
    }

    #[test]
    fn a_dissent_is_set_once_and_the_summary_says_so() {
        let practice = practice(14);
        let refused = |code: &str| Code {
            scheme: "read2".to_owned(),
            code: code.to_owned(),
            day: Some(practice.today.minus_days(9)),
            recorded: "2026-09-06T09:00:00".to_owned(),
            ..Code::default()
        };
        let patient = Patient { codes: vec![refused("93C3.")], ..ordinary() };
        let first = migration(&patient, &practice);
        assert_eq!((first.reason, first.adds, first.sets_dissent), ("sent-permission", Some("9Ndo"), true));
        let patient = migrated(&patient, &practice, &first);
        let again = migration(&patient, &practice);
        assert_eq!((again.reason, again.adds, again.sets_dissent), ("acs-already-says-so", None, false));
        assert_eq!(upload(&patient, &practice).reason, "sent-dissent");
    }

    #[test]
    fn every_patient_gets_a_verdict_whatever_is_known() {
        for patient in [Patient::default(), ordinary(), Patient { pds: None, ..ordinary() }] {
            for judged in [upload(&patient, &practice(14)).reason, migration(&patient, &practice(14)).reason]
            {
                assert!(!judged.is_empty(), "{patient:?}");
            }
        }
    }
}
