//! The whole way from a record: the three kinds of summary, as the rules make them, composed.

use jiff::civil::{Date, date};
use roxmltree::Document;
use spine_rules::demographics::{PdsAnswer, PdsRecord};
use spine_rules::record::{
    Allergy, AllergyKind, Candidate, CodedEntry, LocalFlags, Medication, MedicationKind, PatientKey,
    PatientRecord, RecordedNumber, Registration, RegistrationKind, RegistrationStatus,
};
use spine_rules::standing::{Standing, StandingSummary};
use spine_rules::{Intent, PracticeProfile, Rules, Settings, Summary};
use spine_vocabulary::{AcsPermission, CodeScheme, ConsentCode, Gender, OdsCode};

use super::fixture::{addressing, author, id, number, parts, practice, stamp};
use crate::frozen::Frozen;
use crate::hl7v3::summary::upload;

const TODAY: Date = date(2026, 7, 1);

fn record() -> PatientRecord {
    PatientRecord {
        key: PatientKey::parse("P1").unwrap(),
        number: RecordedNumber::Valid(number()),
        family_name: "O'Brien".into(),
        given_names: "Zoë".into(),
        gender: Some(Gender::Female),
        birth_date: Some(date(1970, 2, 28)),
        postcode: "SW8 3QJ".into(),
        death_date: None,
        registration: Registration {
            kind: RegistrationKind::Permanent,
            status: RegistrationStatus::Registered,
            since: Some(date(2010, 1, 1)),
            until: None,
        },
        flags: LocalFlags::default(),
        codes: Vec::new(),
        medications: Vec::new(),
        allergies: Vec::new(),
        incomplete: false,
    }
}

fn clinical() -> PatientRecord {
    let medication = |kind, quantity: &str, ended_on| Medication {
        scheme: CodeScheme::ReadV2,
        code: "di21.".into(),
        name: "Aspirin 75mg <b>dispersible</b> tablets".into(),
        dose: "one & only one\r\na day".into(),
        quantity: quantity.into(),
        kind,
        started_on: Some(date(2026, 3, 1)),
        last_issued_on: Some(date(2026, 5, 1)),
        ended_on,
        review_on: Some(date(2026, 12, 1)),
        elsewhere: false,
    };
    PatientRecord {
        medications: vec![
            medication(MedicationKind::Acute, "28 tablets", None),
            medication(MedicationKind::Repeat, "one pack", None),
            medication(MedicationKind::Repeat, "", Some(date(2026, 4, 1))),
        ],
        allergies: vec![Allergy {
            scheme: CodeScheme::Snomed,
            code: "91936005".into(),
            term: "Allergy to penicillin".into(),
            kind: AllergyKind::Drug,
            noted_on: None,
            reaction: "Rash 🩺".into(),
            negative: false,
        }],
        ..record()
    }
}

fn saying(code: ConsentCode, record: PatientRecord) -> PatientRecord {
    let said = CodedEntry {
        scheme: CodeScheme::ReadV2,
        code: code.read_v2().into(),
        consent: Some(code),
        term: code.term().into(),
        date: Some(date(2020, 1, 1)),
        recorded_at: None,
        priority: None,
        free_text: String::new(),
    };
    PatientRecord { codes: vec![said], ..record }
}

fn summarised(record: PatientRecord) -> Summary {
    summarised_for(Intent::FirstUpload, record)
}

/// A summary of the practice's own stands for whoever is told of for the last time.
fn summarised_for(intent: Intent, record: PatientRecord) -> Summary {
    let ods = OdsCode::parse("Y90001").unwrap();
    let profile = PracticeProfile { ods: ods.clone(), scr_enabled_on: Some(date(2020, 9, 1)), nn_days: 14 };
    let pds = PdsRecord {
        number: number(),
        superseded: false,
        sensitive: false,
        family_name: record.family_name.clone(),
        given_names: vec![record.given_names.clone()],
        gender: record.gender,
        birth_date: record.birth_date,
        postcode: record.postcode.clone(),
        death: None,
        practice: Some(ods),
    };
    let newest =
        StandingSummary { event: id().event(), author: Some(profile.ods.clone()), persisted_at: None };
    let newest = (intent != Intent::FirstUpload).then_some(newest);
    let standing = Standing::Told { store: AcsPermission::Ask, view: AcsPermission::Ask, newest };
    let candidate = Candidate { record, number_shared: false, acknowledged: None, released: false };
    let matched = Rules::new(Settings::default(), profile, TODAY)
        .with_intent(intent)
        .assess(candidate)
        .and_then(|eligible| eligible.agree(&PdsAnswer::Found(Box::new(pds))));
    matched.and_then(|matched| matched.permit(&standing)).unwrap().summarise(None)
}

/// One of each kind, composed.
pub(super) fn summaries() -> [(&'static str, Frozen); 7] {
    let frozen = |summary| upload(&summary, id(), &author(), &practice(), &addressing(), &stamp());
    let composed = |record| frozen(summarised(record));
    [
        ("full", composed(clinical())),
        ("core by preference", composed(saying(ConsentCode::ExpressCore, clinical()))),
        ("empty", composed(record())),
        ("dissent", composed(saying(ConsentCode::ExpressDissent, clinical()))),
        ("registration ended", frozen(summarised_for(Intent::Deregistration, clinical()))),
        ("empty, registration ended", frozen(summarised_for(Intent::Deregistration, record()))),
        ("no longer contributing", frozen(summarised_for(Intent::NoLongerContributing, clinical()))),
    ]
}

/// What the Spine looks for in the text, and whether anything clinical is in it. Source: Spine rules on GP Summaries.
#[test]
fn the_spine_recognises_each_kind_by_its_text() {
    for (kind, frozen) in summaries() {
        let (_, payload) = parts(&frozen);
        let document = Document::parse(&payload).unwrap();
        let said = |names: &[&str], sentence: &str| {
            document
                .descendants()
                .filter(|node| node.tag_name().namespace() == Some("xhtml:NPfIT:PresentationText"))
                .filter(|node| names.contains(&node.tag_name().name()))
                .any(|node| node.text().unwrap_or_default().contains(sentence))
        };
        let dissents = [
            "Refused consent for upload to national shared electronic record",
            "Following discussion with a member of the practice staff this patient has chosen not to store their clinical information",
            "After discussions with a member of the practice staff this patient has chosen not to have a Summary Care Record",
        ];
        let dissent = dissents.iter().any(|sentence| said(&["td", "h1", "h2", "h3"], sentence));
        let empty = said(&["h3"], "The practice holds no significant data on this patient");
        assert_eq!((dissent, empty), (kind == "dissent", kind.starts_with("empty")), "{kind}");
        let clinical = payload.contains("Aspirin") || payload.contains("penicillin");
        assert_eq!(clinical, !dissent && !empty, "{kind}");
    }
}

/// Source: Vision help, Bulk Deregistration; Practice No Longer Contributing (the meaning; the wording is our own).
#[test]
fn the_last_summary_says_so_above_its_author() {
    let ended = "<p id=\"RegistrationEndedStatement\">Patient registration ended (01 Jul 2026). GP Summary no longer \
                 being updated.</p><p id=\"Author\">";
    let ceased = "<p id=\"PracticeNoLongerContributingStatement\">";
    for (kind, frozen) in summaries() {
        let (_, payload) = parts(&frozen);
        assert_eq!(payload.contains(ended), kind.ends_with("registration ended"), "{kind}");
        assert_eq!(payload.contains(ceased), kind == "no longer contributing", "{kind}");
    }
}

/// Source: SCR FHIR API, sample summaries.
#[test]
fn a_section_of_medication_prints_its_window_behind_its_title() {
    let (_, frozen) = &summaries()[0];
    let (_, payload) = parts(frozen);
    for heading in [
        "<h2 id=\"AllergiesHeader\">Allergies and Adverse Reactions</h2>",
        "<h2 id=\"AcuteMedsHeader\">Acute Medications (For the 12 month period 01 Jul 2025 to 01 Jul 2026)</h2>",
        "<h2 id=\"DiscRepeatMedsHeader\">Discontinued Repeat Medications (For the 6 month period 01 Jan 2026 to 01 Jul 2026)</h2>",
    ] {
        assert!(payload.contains(heading), "{heading}");
    }
}
