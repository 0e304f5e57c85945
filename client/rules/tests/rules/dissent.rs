//! Nobody who refused has clinical content sent, whatever their record holds; and the same record says the same.

use jiff::civil::{Date, date, datetime};
use proptest::prelude::*;
use spine_rules::record::{Allergy, CodedEntry, Medication, MedicationKind, PatientRecord};
use spine_rules::rules::settings::WithoutPreference;
use spine_rules::standing::Standing;
use spine_rules::summary::{Block, SummaryKind};
use spine_rules::{Summary, Terminology};
use spine_vocabulary::ConsentCode::{ExpressAdditional, ExpressDissent, LegacyDissent};
use spine_vocabulary::{Category, CodeScheme, ConsentCode};

use crate::sample::*;

fn any_day() -> impl Strategy<Value = Option<Date>> {
    prop::option::of((0_i8..4, 19_i8..24).prop_map(|(month, day)| date(2026, 8 + month, day)))
}

fn any_code() -> impl Strategy<Value = CodedEntry> {
    let preference = (prop::sample::select(&ConsentCode::ALL[..]), any_day(), prop::option::of(0_i8..3))
        .prop_map(|(code, on, hour)| {
            consent(code, on, hour.map(|hour| datetime(2026, 10, 20, hour, 0, 0, 0)))
        });
    let clinical =
        (prop::sample::select(vec!["C10E.", "7B2..", "65A..", "H33..", "K5B.."]), prop::option::of(0_u8..3))
            .prop_map(|(code, priority)| history(CodeScheme::ReadV2, code, priority));
    prop_oneof![preference, clinical]
}

fn any_medication() -> impl Strategy<Value = Medication> {
    (any::<bool>(), any_day(), any_day(), any_day()).prop_map(|(acute, started, issued, ended)| {
        let kind = if acute { MedicationKind::Acute } else { MedicationKind::Repeat };
        let mut item = medication("Clinical medication", kind);
        (item.started_on, item.last_issued_on, item.ended_on) = (started, issued, ended);
        item
    })
}

fn any_allergy() -> impl Strategy<Value = Allergy> {
    any::<bool>().prop_map(|negative| Allergy { negative, ..allergy("Clinical allergy") })
}

fn any_record() -> impl Strategy<Value = PatientRecord> {
    (
        prop::collection::vec(any_code(), 0..8),
        prop::collection::vec(any_medication(), 0..4),
        prop::collection::vec(any_allergy(), 0..3),
    )
        .prop_map(|(codes, medications, allergies)| PatientRecord {
            codes,
            medications,
            allergies,
            ..record()
        })
}

fn terminology() -> Terminology {
    let included = [(CodeScheme::ReadV2, "C10E.".to_owned(), Category::Diagnoses)];
    Terminology::new(included, [(CodeScheme::ReadV2, "K5B..".to_owned())]).unwrap()
}

/// Sends with everything switched on that could bring content in.
fn summarised(record: PatientRecord) -> Summary {
    let rules = rules_with(|settings| settings.without_preference = WithoutPreference::CoreAndAdditional);
    summary(&rules, record, Some(&terminology()))
}

#[test]
fn the_dissent_summary_says_that_and_since_when_and_nothing_else() {
    for (code, scheme, written) in
        [(ExpressDissent, CodeScheme::ReadV2, "9Ndo."), (LegacyDissent, CodeScheme::Snomed, "416308001")]
    {
        for (on, said) in [(Some(date(2019, 4, 3)), "03 Apr 2019"), (None, "not recorded")] {
            let mut record = record();
            record.codes.push(consent(code, on, None));
            record.allergies.push(allergy("Penicillin"));
            let summary = summarised(record);
            assert_eq!(summary.kind(), SummaryKind::Dissent);
            let phrase = "After discussions with a member of the practice staff this patient has chosen not to \
                          have a Summary Care Record";
            let text: Vec<_> = summary
                .content()
                .text
                .iter()
                .map(|block| match block {
                    Block::Heading { text, level, .. } => format!("h{level} {text}"),
                    Block::Paragraph { text, .. } => format!("p {text}"),
                    Block::Table { .. } => "table".into(),
                    Block::CreateTime => "created".into(),
                    Block::Author => "author".into(),
                    Block::Practice => "practice".into(),
                    Block::SendTime => "sent".into(),
                })
                .collect();
            assert_eq!(
                text,
                [
                    "h2 General Practice Summary",
                    "created",
                    "author",
                    "practice",
                    &format!("h3 {phrase}"),
                    &format!("p Date of dissent: {said}"),
                    "sent",
                ]
            );
            let [entry] = &summary.content().entries[..] else { panic!("one entry") };
            assert_eq!((entry.code.scheme, entry.code.code.as_str(), entry.date), (scheme, written, on));
        }
    }
}

#[test]
fn a_refused_standing_changes_nothing_in_what_a_dissent_summary_says() {
    let dissenter = candidate_with(|record| {
        record.codes.push(consent(ExpressDissent, Some(ENABLED), None));
        record.codes.push(consent(ExpressAdditional, Some(date(2020, 1, 1)), None));
    });
    let told = permit(&rules(), dissenter.clone(), &nothing_stands()).unwrap().summarise(None);
    let refused = permit(&rules(), dissenter, &Standing::Refused).unwrap().summarise(None);
    assert!(told.content() == refused.content());
}

proptest! {
    #[test]
    fn a_dissenter_has_no_clinical_content_sent(mut record in any_record(), code in any::<bool>()) {
        let code = if code { ExpressDissent } else { LegacyDissent };
        record.codes.push(consent(code, Some(TODAY), Some(TODAY.at(23, 59, 59, 0))));
        let dissents = rules().consent(&record).dissents();
        let summary = summarised(record);
        prop_assert_eq!(summary.kind() == SummaryKind::Dissent, dissents);
        if dissents {
            let preferences = |category| category == Category::PersonalPreferences;
            prop_assert!(summary.content().entries.iter().all(|entry| preferences(entry.category)));
            let sections = summary.content().text.iter().filter(|block| matches!(block, Block::Table { .. }));
            prop_assert_eq!(sections.count(), 0);
            let shown = serde_json::to_string(summary.content()).unwrap();
            prop_assert!(!shown.contains("Clinical") && !shown.contains("Term of") && !shown.contains("Note on"));
        }
    }

    #[test]
    fn every_summary_has_an_entry_and_is_of_the_kind_that_it_shows(record in any_record()) {
        let dissents = rules().consent(&record).dissents();
        let summary = summarised(record);
        let clinical =
            summary.content().entries.iter().any(|entry| entry.category != Category::PersonalPreferences);
        prop_assert!(!summary.content().entries.is_empty());
        prop_assert_eq!(summary.kind() == SummaryKind::Dissent, dissents);
        prop_assert!(!clinical || summary.kind() == SummaryKind::Full);
    }

    #[test]
    fn the_same_record_says_the_same(record in any_record()) {
        let (once, twice) = (summarised(record.clone()), summarised(record));
        prop_assert_eq!(
            serde_json::to_string(once.content()).unwrap(),
            serde_json::to_string(twice.content()).unwrap()
        );
    }
}
