//! What a summary says: core data and its windows, additional information, statements, the empty summary.

use jiff::ToSpan;
use jiff::civil::{Date, date};
use spine_rules::record::{MedicationKind, PatientRecord};
use spine_rules::rules::settings::WithoutPreference;
use spine_rules::summary::{Block, Entry, EntryKind, SummaryKind};
use spine_rules::{Rules, Summary, Terminology, Warning};
use spine_vocabulary::CodeScheme::{Local, ReadV2, Snomed};
use spine_vocabulary::ConsentCode::{self, ExpressAdditional, ExpressCore, ImpliedCore, LegacyConsent};
use spine_vocabulary::{Category, CodeScheme};

use crate::sample::*;

/// A tiny invented terminology.
fn terminology() -> Terminology {
    let included = [
        (ReadV2, "C10E.", Category::Diagnoses),
        (Snomed, "999000001", Category::RisksToPatient),
        (Snomed, "999000002", Category::Circumstances),
        (Snomed, "999000003", Category::Circumstances),
    ];
    let sensitive = [(Snomed, "999000003"), (ReadV2, "7E0"), (ReadV2, "K5B..")];
    Terminology::new(
        included.map(|(scheme, code, category)| (scheme, code.to_owned(), category)),
        sensitive.map(|(scheme, code)| (scheme, code.to_owned())),
    )
    .unwrap()
}

fn with(change: impl FnOnce(&mut PatientRecord)) -> PatientRecord {
    let mut record = record();
    change(&mut record);
    record
}

fn saying(record: &mut PatientRecord, code: ConsentCode) {
    record.codes.push(consent(code, Some(ENABLED), None));
}

fn headings(summary: &Summary) -> Vec<String> {
    let text = summary.content().text.iter();
    text.filter_map(|block| match block {
        Block::Heading { text, window: Some(window), .. } => Some(format!("{text} {window}")),
        Block::Heading { text, .. } => Some(text.clone()),
        _ => None,
    })
    .collect()
}

/// The rows of a section; the text of an empty one.
fn rows(summary: &Summary, section: &str) -> Option<Vec<Vec<String>>> {
    summary.content().text.iter().find_map(|block| match block {
        Block::Table { id, rows, .. } if id == section => Some(rows.clone()),
        _ => None,
    })
}

fn places(summary: &Summary, element: &str) -> usize {
    let text = summary.content().text.iter();
    text.filter(|block| matches!(block, Block::Paragraph { id: Some(id), .. } if id == element)).count()
}

fn terms(summary: &Summary) -> Vec<&str> {
    summary.content().entries.iter().map(|entry| entry.code.term.as_str()).collect()
}

fn days_ago(days: i64) -> Date {
    TODAY.checked_sub(days.days()).unwrap()
}

#[test]
fn a_core_summary_has_its_parts_in_the_national_order() {
    let summary = summary(&rules(), with(|record| record.allergies.push(allergy("Penicillin"))), None);
    assert_eq!(summary.kind(), SummaryKind::Full);
    assert_eq!(
        headings(&summary),
        [
            "General Practice Summary",
            "Sourced from the patient's General Practice record. This summary may not include all the \
             information pertinent to this patient.",
            "Allergies and Adverse Reactions",
            "Acute Medications (For the 12 month period 21 Nov 2025 to 21 Nov 2026)",
            "Current Repeat Medications",
            "Discontinued Repeat Medications (For the 6 month period 21 May 2026 to 21 Nov 2026)",
        ]
    );
    let text = &summary.content().text;
    assert!(matches!(&text[2..5], [Block::CreateTime, Block::Author, Block::Practice]));
    assert!(matches!(text.last(), Some(Block::SendTime)));
    let nothing = vec![vec!["No relevant information available for this category.".to_owned()]];
    for section in ["AcuteMeds", "RepeatMeds", "DiscRepeatMeds"] {
        assert_eq!(rows(&summary, section), Some(nothing.clone()), "{section}");
    }
    assert_eq!(rows(&summary, "Allergies").unwrap(), [["01 Jun 2015", "Penicillin", "Rash"]]);
}

#[test]
fn every_table_is_as_wide_as_its_header_and_no_heading_is_of_level_one() {
    let record = with(|record| {
        saying(record, ExpressAdditional);
        record.allergies.push(allergy("Penicillin"));
        record.codes.push(history(ReadV2, "C10E.", None));
        let mut acute = medication("Amoxicillin", MedicationKind::Acute);
        acute.started_on = Some(TODAY);
        record.medications.push(acute);
    });
    for block in &summary(&rules(), record, Some(&terminology())).content().text {
        match block {
            Block::Table { header, rows, .. } => {
                assert!(!rows.is_empty());
                assert!(header.is_empty() || rows.iter().all(|row| row.len() == header.len()));
            }
            Block::Heading { level, .. } => assert!((2..=6).contains(level)),
            _ => {}
        }
    }
}

#[test]
fn negative_allergies_are_not_sent() {
    let record = with(|record| {
        record.allergies.push(allergy("Penicillin"));
        record.allergies.push(allergy("No known allergies"));
        record.allergies[1].negative = true;
    });
    assert_eq!(terms(&summary(&rules(), record, None)), ["Penicillin"]);
}

#[test]
fn acute_medication_is_taken_from_its_window() {
    let half_year = rules_with(|settings| settings.medication_windows.acute_months = 6);
    for (started, issued, twelve, six) in [
        (Some(TODAY), None, true, true),
        (Some(date(2026, 5, 21)), None, true, true),
        (Some(date(2026, 5, 20)), None, true, false),
        (Some(date(2025, 11, 21)), None, true, false),
        (Some(date(2025, 11, 20)), None, false, false),
        (Some(date(2020, 1, 1)), Some(date(2025, 11, 21)), true, false),
        (Some(date(2025, 11, 21)), Some(date(2027, 1, 1)), true, false),
        (Some(date(2026, 11, 22)), None, false, false),
        (None, None, false, false),
    ] {
        for elsewhere in [false, true] {
            let record = with(|record| {
                let mut item = medication("Amoxicillin", MedicationKind::Acute);
                (item.started_on, item.last_issued_on) = (started, issued);
                (item.ended_on, item.elsewhere) = (Some(days_ago(1)), elsewhere);
                record.medications.push(item);
            });
            for (rules, sent) in [(rules(), twelve), (half_year.clone(), six)] {
                let summary = summary(&rules, record.clone(), None);
                let is_sent = terms(&summary).contains(&"Amoxicillin");
                assert_eq!(is_sent, sent, "{started:?} {issued:?} {:?}", rules.settings());
            }
        }
    }
}

#[test]
fn repeat_medication_is_current_discontinued_or_left_out() {
    let (inside, outside) = (Some(date(2026, 5, 21)), Some(date(2026, 5, 20)));
    let future = Some(date(2027, 2, 1));
    let long_ago = Some(date(2015, 1, 1));
    // started, last issued, review, ended -> current, discontinued
    for (started, issued, review, ended, current, discontinued) in [
        (long_ago, inside, None, None, true, false),
        (long_ago, outside, None, None, false, false),
        (long_ago, outside, future, None, true, false),
        (long_ago, outside, inside, None, true, false),
        (long_ago, outside, outside, None, false, false),
        (long_ago, inside, outside, None, true, false),
        (inside, None, None, None, true, false),
        // Never issued here: no issue is used up, and a hospital's repeats are never issued here.
        (outside, None, None, None, true, false),
        (long_ago, None, None, None, true, false),
        (long_ago, None, outside, None, false, false),
        (long_ago, None, inside, None, true, false),
        (None, None, None, None, true, false),
        (long_ago, inside, future, Some(TODAY), false, true),
        (long_ago, inside, future, inside, false, true),
        (long_ago, inside, future, outside, false, false),
        (long_ago, inside, future, future, true, false),
    ] {
        let record = with(|record| {
            let mut item = medication("Ramipril", MedicationKind::Repeat);
            (item.started_on, item.last_issued_on, item.review_on, item.ended_on) =
                (started, issued, review, ended);
            record.medications.push(item);
        });
        let summary = summary(&rules(), record, None);
        let has = |wanted: fn(&EntryKind) -> bool| summary.content().entries.iter().any(|e| wanted(&e.kind));
        let verdict = (
            has(|kind| matches!(kind, EntryKind::RepeatMedication { .. })),
            has(|kind| matches!(kind, EntryKind::DiscontinuedMedication { .. })),
        );
        assert_eq!(verdict, (current, discontinued), "{started:?} {issued:?} {review:?} {ended:?}");
    }
}

#[test]
fn the_rows_of_a_medication_say_when_and_where_from() {
    let record = with(|record| {
        let mut acute = medication("Amoxicillin", MedicationKind::Acute);
        (acute.started_on, acute.elsewhere) = (Some(date(2026, 10, 3)), true);
        let mut repeat = medication("Ramipril", MedicationKind::Repeat);
        repeat.started_on = Some(date(2026, 8, 1));
        let mut newer = repeat.clone();
        (newer.name, newer.last_issued_on) = ("Statin".into(), Some(date(2026, 11, 2)));
        let mut ended = repeat.clone();
        ended.ended_on = Some(date(2026, 9, 1));
        record.medications = vec![acute, repeat, newer, ended];
    });
    let summary = summary(&rules(), record, None);
    let acute = "Acute Medication (Prescribed elsewhere or over the counter)";
    assert_eq!(
        rows(&summary, "AcuteMeds").unwrap(),
        [[acute, "Prescribed: 03 Oct 2026", "Amoxicillin", "one a day", "28 tablet"]]
    );
    assert_eq!(
        rows(&summary, "RepeatMeds").unwrap(),
        [
            ["Repeat Medication", "Last issued: 02 Nov 2026", "Statin", "one a day", "28 tablet"],
            [
                "Repeat Medication",
                "Authorised (not issued): 01 Aug 2026",
                "Ramipril",
                "one a day",
                "28 tablet"
            ],
        ]
    );
    let ended = ["Repeat Medication", "Discontinued: 01 Sep 2026", "Ramipril", "one a day", "28 tablet"];
    assert_eq!(rows(&summary, "DiscRepeatMeds").unwrap(), [ended]);
}

#[test]
fn additional_information_goes_only_with_the_preference_for_it() {
    let by_default = |rules: &Rules, code: Option<ConsentCode>| {
        let record = with(|record| {
            if let Some(code) = code {
                saying(record, code);
            }
            record.codes.push(history(ReadV2, "C10E", None));
        });
        let summary = summary(rules, record, Some(&terminology()));
        terms(&summary).contains(&"Term of C10E")
    };
    let generous = rules_with(|settings| settings.without_preference = WithoutPreference::CoreAndAdditional);
    for (code, core_only, default_additional) in [
        (None, false, true),
        (Some(ImpliedCore), false, true),
        (Some(LegacyConsent), false, true),
        (Some(ExpressCore), false, false),
        (Some(ExpressAdditional), true, true),
    ] {
        assert_eq!(by_default(&rules(), code), core_only, "{code:?}");
        assert_eq!(by_default(&generous, code), default_additional, "{code:?}");
    }
}

#[test]
fn additional_information_is_what_the_lists_the_chapters_or_the_priority_make_it() {
    for (scheme, code, priority, section) in [
        (ReadV2, "C10E.", None, Some("Diagnoses")),
        (ReadV2, "C10E", Some(9), Some("Diagnoses")),
        (ReadV2, "C10E.", Some(0), None),
        (Snomed, "999000001", None, Some("RisksToPatient")),
        (CodeScheme::Ctv3, "C10E.", None, None),
        (ReadV2, "c10e.", None, None),
        (ReadV2, "7B2..", None, Some("Treatments")),
        (ReadV2, "7L10.", None, None),
        (ReadV2, "7L2..", None, Some("Treatments")),
        (ReadV2, "7M0..", None, None),
        (ReadV2, "65A..", None, Some("Treatments")),
        (CodeScheme::Ctv3, "65A..", None, None),
        (ReadV2, "H33..", Some(1), Some("Problems")),
        (ReadV2, "H33..", Some(2), None),
        (ReadV2, "H33..", None, None),
        (Local, "EMISX1", Some(1), Some("Problems")),
    ] {
        let record = with(|record| {
            saying(record, ExpressAdditional);
            record.codes.push(history(scheme, code, priority));
        });
        let summary = summary(&rules(), record, Some(&terminology()));
        let row = ["17 May 2020".to_owned(), format!("Term of {code}"), format!("Note on {code}")];
        let found: Vec<_> = ["RisksToPatient", "Diagnoses", "Problems", "Treatments", "Circumstances"]
            .into_iter()
            .filter(|section| rows(&summary, section).is_some_and(|rows| rows.contains(&row.to_vec())))
            .collect();
        assert_eq!(found, section.into_iter().collect::<Vec<_>>(), "{scheme:?} {code} {priority:?}");
    }
}

#[test]
fn an_entry_of_the_future_is_not_sent() {
    let record = with(|record| {
        saying(record, ExpressAdditional);
        let mut planned = history(ReadV2, "C10E.", None);
        planned.date = Some(date(2026, 11, 22));
        record.codes.push(planned);
    });
    assert_eq!(summary(&rules(), record, Some(&terminology())).kind(), SummaryKind::Empty);
}

#[test]
fn the_sensitive_dataset_is_withheld_and_said_to_be() {
    let record = with(|record| {
        saying(record, ExpressAdditional);
        record.codes.push(history(Snomed, "999000002", None));
        record.codes.push(history(Snomed, "999000003", None));
        record.codes.push(history(ReadV2, "7E0..", None));
        record.codes.push(history(ReadV2, "K5B..", None));
    });
    let summary = summary(&rules(), record, Some(&terminology()));
    // K5B is sensitive too, but nothing would have made it additional information.
    assert_eq!(summary.entries_withheld(), 2);
    assert_eq!(terms(&summary), ["Term of 999000002", ExpressAdditional.term()]);
    // Above all, above the treatments and above the circumstances.
    assert_eq!(places(&summary, "WithheldCREItemsHeaderStatement"), 3);
    let shown = serde_json::to_string(summary.content()).unwrap();
    assert!(!shown.contains("999000003") && !shown.contains("7E0"));
}

#[test]
fn a_summary_of_withheld_entries_alone_does_not_say_that_there_is_nothing() {
    let record = with(|record| {
        saying(record, ExpressAdditional);
        record.codes.push(history(Snomed, "999000003", None));
    });
    let summary = summary(&rules(), record, Some(&terminology()));
    assert_eq!(summary.kind(), SummaryKind::Full);
    assert_eq!(terms(&summary), [ExpressAdditional.term()]);
}

#[test]
fn without_terminology_the_core_summary_goes_and_the_report_is_told() {
    for (code, has_history, told) in
        [(ExpressAdditional, true, true), (ExpressAdditional, false, false), (ExpressCore, true, false)]
    {
        let record = with(|record| {
            saying(record, code);
            record.allergies.push(allergy("Penicillin"));
            if has_history {
                record.codes.push(history(ReadV2, "C10E.", None));
            }
        });
        let summary = summary(&rules(), record, None);
        assert_eq!(summary.warnings().contains(&Warning::AdditionalWithheld), told, "{code:?}");
        assert_eq!(terms(&summary), ["Penicillin", code.term()]);
    }
}

#[test]
fn a_list_with_a_category_that_is_not_additional_is_refused() {
    for category in [Category::Allergies, Category::Medication, Category::PersonalPreferences] {
        let list = [(Snomed, "999000001".to_owned(), category)];
        assert!(Terminology::new(list, []).is_err());
    }
}

#[test]
fn sections_stand_in_the_national_order_with_the_preference_last() {
    let record = with(|record| {
        saying(record, ExpressAdditional);
        record.codes.push(history(Snomed, "999000002", None));
        record.codes.push(history(ReadV2, "65A..", None));
        record.codes.push(history(ReadV2, "H33..", Some(1)));
        record.codes.push(history(ReadV2, "C10E.", None));
        record.codes.push(history(Snomed, "999000001", None));
    });
    let summary = summary(&rules(), record, Some(&terminology()));
    assert_eq!(
        headings(&summary)[6..],
        [
            "Risks to Patient",
            "Diagnoses",
            "Problems and Issues",
            "Treatments",
            "Social and Personal Circumstances",
            "Personal Preferences",
        ]
    );
    let categories: Vec<_> = summary.content().entries.iter().map(|entry| entry.category).collect();
    assert_eq!(categories.last(), Some(&Category::PersonalPreferences));
    assert_eq!(categories[0], Category::RisksToPatient);
}

#[test]
fn the_preference_is_sent_in_national_words() {
    for (code, scheme, written) in
        [(ExpressCore, ReadV2, "9Ndm."), (LegacyConsent, Snomed, "417370002"), (ImpliedCore, ReadV2, "9Ndl.")]
    {
        let record = with(|record| {
            saying(record, code);
            record.codes[0].term = "Seen in the HIV clinic".into();
            record.allergies.push(allergy("Penicillin"));
        });
        let summary = summary(&rules(), record, None);
        let Some(Entry { kind: EntryKind::Preference, code: sent, date, .. }) =
            summary.content().entries.last()
        else {
            panic!("no preference");
        };
        assert_eq!((sent.scheme, sent.code.as_str(), sent.term.as_str()), (scheme, written, code.term()));
        assert_eq!(*date, Some(ENABLED));
    }
}

#[test]
fn the_empty_summary_says_so_and_has_one_entry() {
    for (code, expected) in [(None, ImpliedCore), (Some(ExpressCore), ExpressCore)] {
        let record = with(|record| {
            if let Some(code) = code {
                saying(record, code);
            }
            record.allergies.push(allergy("No known allergies"));
            record.allergies[0].negative = true;
        });
        let summary = summary(&rules(), record, None);
        assert_eq!(summary.kind(), SummaryKind::Empty);
        let text = &summary.content().text;
        assert!(text.iter().any(|block| matches!(
            block,
            Block::Heading { level: 3, text, .. } if text == "The practice holds no significant data on this patient"
        )));
        assert!(!text.iter().any(|block| matches!(block, Block::Table { .. })));
        assert_eq!(terms(&summary), [expected.term()]);
        assert_eq!(summary.content().entries[0].date, Some(ENABLED));
    }
}

#[test]
fn a_recent_registration_is_said_for_sixty_days() {
    for (days, said) in [(0, 1), (60, 1), (61, 0)] {
        let practice = spine_rules::PracticeProfile { scr_enabled_on: Some(TODAY), ..practice() };
        let rules = Rules::new(spine_rules::Settings::default(), practice, TODAY);
        for with_allergy in [true, false] {
            let record = with(|record| {
                record.registration.since = Some(days_ago(days));
                if with_allergy {
                    record.allergies.push(allergy("Penicillin"));
                }
            });
            assert_eq!(
                places(&summary(&rules, record, None), "RegistrationStartedStatement"),
                said,
                "{days}"
            );
        }
    }
}

#[test]
fn both_lists_are_told_as_they_are_compared() {
    let included = [(CodeScheme::ReadV2, " H33.. ".to_owned(), Category::Diagnoses)];
    let lists = Terminology::new(included, [(CodeScheme::Snomed, "123".to_owned())]).unwrap();
    let told: Vec<_> = lists.lists().collect();
    let expected =
        [(CodeScheme::ReadV2, "H33", Some(Category::Diagnoses)), (CodeScheme::Snomed, "123", None)];
    assert_eq!(told, expected);
}
