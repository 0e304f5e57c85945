//! Contents that use everything a summary can say, and the people and systems around them.

use jiff::civil::date;
use spine_rules::summary::{Block, Content, Entry, EntryCode, EntryKind};
use spine_vocabulary::{
    Asid, Category, CodeScheme, EventId, JobRole, MessageId, NhsNumber, OdsCode, PartyKey, RoleProfileId,
    UserId,
};

use crate::context::{Addressing, Author, Practice, Stamp};
use crate::frozen::Frozen;
use crate::hl7v3::summary::{Said, compose};

pub(super) const ID: &str = "0190B5F1-7C3E-7D3A-9C00-0123456789AB";
pub(super) const PRIOR: &str = "0190B5F1-0000-7000-8000-000000000001";

pub(super) fn id() -> MessageId {
    MessageId::parse(ID).unwrap()
}

pub(super) fn number() -> NhsNumber {
    NhsNumber::parse("9990000018").unwrap()
}

pub(super) fn addressing() -> Addressing {
    let party = PartyKey::parse("Y90001-0000001").unwrap();
    Addressing::to_the_spine(Asid::parse("990000000001").unwrap(), party).unwrap()
}

pub(super) fn author() -> Author {
    Author {
        user: UserId::parse("555021936106").unwrap(),
        role_profile: RoleProfileId::parse("555021935107").unwrap(),
        job_role: JobRole::parse("S8000:G8000:R8000").unwrap(),
        name: "Siân O'Neill".to_owned(),
    }
}

pub(super) fn practice() -> Practice {
    Practice { ods: OdsCode::parse("Y90001").unwrap(), name: "The <Old> Mill & Partners".to_owned() }
}

pub(super) fn stamp() -> Stamp {
    Stamp::new("2026-07-01T08:30:05Z".parse().unwrap())
}

pub(super) fn upload(content: &Content, replaces: Option<&str>) -> Frozen {
    let replaces = replaces.map(|id| EventId::parse(id).unwrap());
    let said = Said { number: number(), replaces, content };
    compose(&said, id(), &author(), &practice(), &addressing(), &stamp())
}

/// The two parts of a composed upload: envelope and payload.
pub(super) fn parts(frozen: &Frozen) -> (String, String) {
    let text = String::from_utf8(frozen.body.clone()).unwrap();
    let mut pieces = text.split("\r\n\r\n");
    let (_, envelope, payload) = (pieces.next().unwrap(), pieces.next().unwrap(), pieces.next().unwrap());
    assert_eq!(pieces.next(), None, "no part holds an empty line");
    let body = |piece: &str| piece.split("\r\n").next().unwrap().to_owned();
    (body(envelope), body(payload))
}

pub(super) fn snomed(code: &str, term: &str) -> EntryCode {
    EntryCode { scheme: CodeScheme::Snomed, code: code.to_owned(), term: term.to_owned() }
}

pub(super) fn read_v2(code: &str, term: &str) -> EntryCode {
    EntryCode { scheme: CodeScheme::ReadV2, code: code.to_owned(), term: term.to_owned() }
}

pub(super) fn entry(category: Category, kind: EntryKind, code: EntryCode) -> Entry {
    Entry { category, kind, code, date: Some(date(2024, 3, 5)), text: String::new() }
}

/// A content with every kind of block, every kind of entry and every category.
pub(super) fn everything() -> Content {
    let mut entries = vec![
        entry(Category::Allergies, EntryKind::Allergy, snomed("91936005", "Allergy to penicillin")),
        Entry {
            text: "Rash, 2 days".to_owned(),
            date: None,
            ..entry(
                Category::Allergies,
                EntryKind::Allergy,
                read_v2("TJ00.", "Adverse reaction to \"X\" & <Y>"),
            )
        },
        entry(
            Category::Medication,
            acute("one three times a day", "21 capsules"),
            snomed("323510009", "Amoxicillin"),
        ),
        entry(Category::Medication, acute("", ""), read_v2("di21.", "Aspirin")),
        entry(Category::Medication, acute("as directed", "one box"), snomed("1", "")),
        entry(
            Category::Medication,
            EntryKind::RepeatMedication {
                dose: "1 od".to_owned(),
                quantity: "28".to_owned(),
                review_on: Some(date(2026, 9, 1)),
            },
            snomed("2", "Ramipril"),
        ),
        entry(
            Category::Medication,
            EntryKind::DiscontinuedMedication { dose: "1 od".to_owned(), ended_on: Some(date(2026, 5, 1)) },
            snomed("3", "Atenolol"),
        ),
        entry(Category::PersonalPreferences, EntryKind::Preference, read_v2("9Ndm.", "Express consent")),
    ];
    entries.extend(Category::ALL.into_iter().map(|category| Entry {
        text: "free text".to_owned(),
        ..entry(category, EntryKind::Additional, snomed("274530001", "Something that happened"))
    }));
    Content { text: blocks(), entries }
}

/// A content that says no more than it must.
pub(super) fn least() -> Content {
    Content {
        text: vec![Block::Heading { level: 3, id: None, text: "Nothing".to_owned(), window: None }],
        entries: vec![Entry {
            date: None,
            ..entry(Category::PersonalPreferences, EntryKind::Preference, read_v2("9Ndl.", ""))
        }],
    }
}

fn acute(dose: &str, quantity: &str) -> EntryKind {
    EntryKind::AcuteMedication { dose: dose.to_owned(), quantity: quantity.to_owned() }
}

fn blocks() -> Vec<Block> {
    let heading = |level, id: &str| Block::Heading {
        level,
        id: Some(id.to_owned()),
        text: format!("{id} & more"),
        window: None,
    };
    let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
    vec![
        heading(2, "Title"),
        Block::Paragraph { id: Some("Disclaimer".to_owned()), text: "Sourced from <the record>".to_owned() },
        Block::CreateTime,
        Block::Author,
        Block::Practice,
        heading(9, "AllergiesHeader"),
        Block::Table {
            id: "Allergies".to_owned(),
            header: words(&["Date", "Description"]),
            rows: vec![
                words(&["05 Mar 2024", "Penicillin"]),
                words(&["", "O'Brien\n--=_MIME-Boundary\n&\u{1}"]),
            ],
        },
        Block::Table { id: "AcuteMeds".to_owned(), header: Vec::new(), rows: Vec::new() },
        Block::Paragraph { id: None, text: String::new() },
        Block::SendTime,
    ]
}
