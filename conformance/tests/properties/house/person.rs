//! An invented patient whom no rule declines, and a Spine that agrees. Properties change what they are about.

use jiff::civil::{Date, DateTime, date};
use spine_message::{Addressing, Author, Frozen, Practice, Stamp, upload};
use spine_rules::demographics::{PdsAnswer, PdsRecord};
use spine_rules::record::{
    Candidate, CodedEntry, LocalFlags, PatientKey, PatientRecord, RecordedNumber, Registration,
    RegistrationKind, RegistrationStatus,
};
use spine_rules::standing::Standing;
use spine_rules::{Consented, PracticeProfile, Rules, SetAside, Settings, Summary};
use spine_vocabulary::{
    AcsPermission, Asid, CodeScheme, ConsentCode, Gender, JobRole, MessageId, NhsNumber, OdsCode, PartyKey,
    RoleProfileId, UserId,
};

/// The day on which everything here happens.
pub(crate) const TODAY: Date = date(2026, 11, 21);

/// The day on which the practice enabled SCR.
pub(crate) const ENABLED: Date = date(2026, 9, 1);

pub(crate) fn number() -> NhsNumber {
    NhsNumber::parse("9990000018").unwrap()
}

pub(crate) fn ods() -> OdsCode {
    OdsCode::parse("Y90001").unwrap()
}

pub(crate) fn profile() -> PracticeProfile {
    PracticeProfile { ods: ods(), scr_enabled_on: Some(ENABLED), nn_days: 14 }
}

pub(crate) fn rules() -> Rules {
    Rules::new(Settings::default(), profile(), TODAY)
}

/// Born on 28 February, registered for many years, and nothing else.
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

pub(crate) fn candidate(record: PatientRecord) -> Candidate {
    Candidate { record, number_shared: false, acknowledged: None, released: false }
}

/// PDS, holding of a record what the record holds itself.
pub(crate) fn pds(record: &PatientRecord) -> PdsRecord {
    PdsRecord {
        number: number(),
        superseded: false,
        sensitive: false,
        family_name: record.family_name.clone(),
        given_names: record.given_names.split_whitespace().map(str::to_owned).collect(),
        gender: record.gender,
        birth_date: record.birth_date,
        postcode: record.postcode.clone(),
        death: None,
        practice: Some(ods()),
    }
}

pub(crate) fn found(pds: PdsRecord) -> PdsAnswer {
    PdsAnswer::Found(Box::new(pds))
}

/// Nobody refused, as far as the Spine knows, and nothing stands.
pub(crate) fn nothing_stands() -> Standing {
    Standing::Told { store: AcsPermission::Ask, view: AcsPermission::Ask, newest: None }
}

/// The whole way of a record to a permission, PDS agreeing.
pub(crate) fn permit(
    rules: &Rules,
    record: PatientRecord,
    standing: &Standing,
) -> Result<Consented, SetAside> {
    let answer = found(pds(&record));
    rules.assess(candidate(record))?.agree(&answer)?.permit(standing)
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

pub(crate) fn message_id() -> MessageId {
    MessageId::parse("0190B5F1-7C3E-7D3A-9C00-0123456789AB").unwrap()
}

pub(crate) fn author() -> Author {
    Author {
        user: UserId::parse("555021936106").unwrap(),
        role_profile: RoleProfileId::parse("555021935107").unwrap(),
        job_role: JobRole::parse("R8000").unwrap(),
        name: "Siân O'Neill".to_owned(),
    }
}

pub(crate) fn practice() -> Practice {
    Practice { ods: ods(), name: "Invented Meadow Practice".to_owned() }
}

pub(crate) fn addressing() -> Addressing {
    let asid = Asid::parse("990000000001").unwrap();
    Addressing::to_the_spine(asid, PartyKey::parse("Y90001-0000001").unwrap()).unwrap()
}

pub(crate) fn stamp() -> Stamp {
    Stamp::new("2026-11-21T08:30:05Z".parse().unwrap())
}

/// A summary as it is sent.
pub(crate) fn composed(summary: &Summary, author: &Author, practice: &Practice) -> Frozen {
    upload(summary, message_id(), author, practice, &addressing(), &stamp())
}

/// The documents of a composed upload: envelope and payload. Source of the form: RFC 2046, 5.1.
pub(crate) fn parts(body: &[u8]) -> (String, String) {
    let text = std::str::from_utf8(body).unwrap();
    let mut documents = text.split("\r\n\r\n").skip(1).map(|part| part.split("\r\n----=").next().unwrap());
    let (envelope, payload) = (documents.next().unwrap(), documents.next().unwrap());
    assert_eq!(documents.next(), None, "a text broke out of its part");
    (envelope.to_owned(), payload.to_owned())
}
