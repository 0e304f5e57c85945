//! An invented patient whom no rule declines, and the answers of a Spine that agrees. Tests change what they are about.

use jiff::civil::{Date, DateTime, date};
use spine_rules::demographics::{PdsAnswer, PdsRecord};
use spine_rules::record::{
    Allergy, AllergyKind, Candidate, CodedEntry, LastAcknowledged, LocalFlags, Medication, MedicationKind,
    PatientKey, PatientRecord, RecordedNumber, Registration, RegistrationKind, RegistrationStatus,
};
use spine_rules::standing::{Standing, StandingSummary};
use spine_rules::{
    Answers, Consented, Intent, PracticeProfile, Rules, SetAside, Settings, Summary, Terminology,
};
use spine_vocabulary::{AcsPermission, CodeScheme, ConsentCode, EventId, Gender, NhsNumber, OdsCode};

/// The day on which the tests happen.
pub(crate) const TODAY: Date = date(2026, 11, 21);

/// The day on which the practice enabled SCR.
pub(crate) const ENABLED: Date = date(2026, 9, 1);

pub(crate) fn number() -> NhsNumber {
    NhsNumber::parse("9990000018").unwrap()
}

pub(crate) fn other_number() -> NhsNumber {
    NhsNumber::parse("9990000026").unwrap()
}

pub(crate) fn ods(text: &str) -> OdsCode {
    OdsCode::parse(text).unwrap()
}

pub(crate) fn event(last: u8) -> EventId {
    EventId::parse(&format!("0190b5f1-7c3e-7d3a-9c00-0000000000{last:02x}")).unwrap()
}

pub(crate) fn practice() -> PracticeProfile {
    PracticeProfile { ods: ods("Y90001"), scr_enabled_on: Some(ENABLED), nn_days: 14 }
}

pub(crate) fn rules() -> Rules {
    Rules::new(Settings::default(), practice(), TODAY)
}

pub(crate) fn rules_with(change: impl FnOnce(&mut Settings)) -> Rules {
    let mut settings = Settings::default();
    change(&mut settings);
    Rules::new(settings, practice(), TODAY)
}

pub(crate) fn record() -> PatientRecord {
    PatientRecord {
        key: PatientKey::parse("P1").unwrap(),
        number: RecordedNumber::Valid(number()),
        family_name: "O'BRIEN".into(),
        given_names: "Zoë Anne".into(),
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

pub(crate) fn candidate() -> Candidate {
    Candidate { record: record(), number_shared: false, acknowledged: None, released: false }
}

pub(crate) fn candidate_with(change: impl FnOnce(&mut PatientRecord)) -> Candidate {
    let mut candidate = candidate();
    change(&mut candidate.record);
    candidate
}

pub(crate) fn pds_record() -> PdsRecord {
    PdsRecord {
        number: number(),
        superseded: false,
        sensitive: false,
        family_name: "O'Brien".into(),
        given_names: vec!["Zoë".into(), "Anne".into()],
        gender: Some(Gender::Female),
        birth_date: Some(date(1970, 2, 28)),
        postcode: "SW8 3QJ".into(),
        death: None,
        practice: Some(ods("Y90001")),
    }
}

pub(crate) fn found(change: impl FnOnce(&mut PdsRecord)) -> PdsAnswer {
    let mut record = pds_record();
    change(&mut record);
    PdsAnswer::Found(Box::new(record))
}

/// Nothing stands, and nobody said no.
pub(crate) fn nothing_stands() -> Standing {
    Standing::Told { store: AcsPermission::Ask, view: AcsPermission::Ask, newest: None }
}

pub(crate) fn dissent_told() -> Standing {
    Standing::Told { store: AcsPermission::No, view: AcsPermission::No, newest: None }
}

/// A summary stands, by this author.
pub(crate) fn stands(event: EventId, author: Option<&str>) -> Standing {
    let newest = StandingSummary { event, author: author.map(ods), persisted_at: None };
    Standing::Told { store: AcsPermission::Ask, view: AcsPermission::Ask, newest: Some(newest) }
}

pub(crate) fn acknowledged(event: EventId, dissent: bool) -> LastAcknowledged {
    LastAcknowledged { event, content_sha256: [7; 32], dissent }
}

pub(crate) fn consent(code: ConsentCode, on: Option<Date>, recorded_at: Option<DateTime>) -> CodedEntry {
    CodedEntry {
        scheme: CodeScheme::ReadV2,
        code: code.read_v2().into(),
        consent: Some(code),
        term: code.term().into(),
        date: on,
        recorded_at,
        priority: None,
        free_text: String::new(),
    }
}

pub(crate) fn history(scheme: CodeScheme, code: &str, priority: Option<u8>) -> CodedEntry {
    CodedEntry {
        scheme,
        code: code.into(),
        consent: None,
        term: format!("Term of {code}"),
        date: Some(date(2020, 5, 17)),
        recorded_at: None,
        priority,
        free_text: format!("Note on {code}"),
    }
}

pub(crate) fn medication(name: &str, kind: MedicationKind) -> Medication {
    Medication {
        scheme: CodeScheme::Snomed,
        code: "322236009".into(),
        name: name.into(),
        dose: "one a day".into(),
        quantity: "28 tablet".into(),
        kind,
        started_on: None,
        last_issued_on: None,
        ended_on: None,
        review_on: None,
        elsewhere: false,
    }
}

pub(crate) fn allergy(term: &str) -> Allergy {
    Allergy {
        scheme: CodeScheme::ReadV2,
        code: "SN52.".into(),
        term: term.into(),
        kind: AllergyKind::Drug,
        noted_on: Some(date(2015, 6, 1)),
        reaction: "Rash".into(),
        negative: false,
    }
}

/// All three answers of the way to a summary.
pub(crate) fn permit(
    rules: &Rules,
    candidate: Candidate,
    standing: &Standing,
) -> Result<Consented, SetAside> {
    rules.assess(candidate)?.agree(&found(|_| {}))?.permit(standing)
}

/// The summary of a record to which the Spine has nothing to say.
pub(crate) fn summary(rules: &Rules, record: PatientRecord, terminology: Option<&Terminology>) -> Summary {
    let candidate = Candidate { record, number_shared: false, acknowledged: None, released: false };
    permit(rules, candidate, &nothing_stands()).unwrap().summarise(terminology)
}

/// The rules of a run with this intent; SCR is off where the practice stops contributing.
pub(crate) fn intending(intent: Intent) -> Rules {
    let off = intent == Intent::NoLongerContributing;
    let practice =
        PracticeProfile { scr_enabled_on: practice().scr_enabled_on.filter(|_| !off), ..practice() };
    Rules::new(Settings::default(), practice, TODAY).with_intent(intent)
}

pub(crate) const INTENTS: [Intent; 5] = [
    Intent::FirstUpload,
    Intent::Resend,
    Intent::Update,
    Intent::Deregistration,
    Intent::NoLongerContributing,
];

/// Both answers of the Spine that every upload needs.
pub(crate) fn answers<'a>(pds: &'a PdsAnswer, standing: &'a Standing) -> Answers<'a> {
    Answers { pds: Some(pds), standing: Some(standing), ..Answers::default() }
}

pub(crate) fn resending(rules: Rules) -> Rules {
    rules.with_intent(Intent::Resend)
}
