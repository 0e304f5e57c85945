//! Round trips: whatever people write arrives exactly, as an independent parser reads it. What XML cannot carry arrives as U+FFFD.
//! Source: XML 1.0, production 2 and section 2.11; MIM 4.2, GP Summary; the replacement is a design decision.

use jiff::civil::date;
use proptest::prelude::*;
use roxmltree::{Document, Node};
use spine_message::{Answer, Frozen, read_answer};
use spine_rules::demographics::PdsAnswer;
use spine_rules::record::{Allergy, AllergyKind, CodedEntry, Medication, MedicationKind, PatientRecord};
use spine_rules::{Summary, Terminology};
use spine_simulator::scenario::Person;
use spine_vocabulary::ConsentCode::ExpressAdditional;
use spine_vocabulary::{Category, CodeScheme};

use super::spine::{ask, content_type, fetch, person, questions, spine};
use crate::house::cases::cases;
use crate::house::person::*;
use crate::house::text::{any_text, can_be_carried, carried};

/// Everything in a summary that somebody wrote.
#[derive(Clone, Debug)]
pub(crate) struct Written {
    pub(crate) allergy: String,
    pub(crate) reaction: String,
    pub(crate) drug: String,
    pub(crate) dose: String,
    pub(crate) quantity: String,
    pub(crate) term: String,
    pub(crate) free_text: String,
    pub(crate) author: String,
    pub(crate) practice: String,
}

impl Written {
    /// The same text wherever a text may stand.
    pub(crate) fn everywhere(text: &str) -> Self {
        let text = || text.to_owned();
        Self {
            allergy: text(),
            reaction: text(),
            drug: text(),
            dose: text(),
            quantity: text(),
            term: text(),
            free_text: text(),
            author: text(),
            practice: text(),
        }
    }
}

fn any_written() -> impl Strategy<Value = Written> {
    prop::collection::vec(any_text(), 9).prop_map(|texts| {
        let [allergy, reaction, drug, dose, quantity, term, free_text, author, practice] =
            texts.try_into().unwrap();
        Written { allergy, reaction, drug, dose, quantity, term, free_text, author, practice }
    })
}

fn summary(written: &Written, scheme: CodeScheme, code: &str) -> Summary {
    let entry = CodedEntry {
        scheme,
        code: code.to_owned(),
        consent: None,
        term: written.term.clone(),
        date: Some(date(2026, 5, 17)),
        recorded_at: None,
        priority: None,
        free_text: written.free_text.clone(),
    };
    let medication = Medication {
        scheme,
        code: code.to_owned(),
        name: written.drug.clone(),
        dose: written.dose.clone(),
        quantity: written.quantity.clone(),
        kind: MedicationKind::Acute,
        started_on: Some(date(2026, 11, 1)),
        last_issued_on: None,
        ended_on: None,
        review_on: None,
        elsewhere: false,
    };
    let allergy = Allergy {
        scheme,
        code: code.to_owned(),
        term: written.allergy.clone(),
        kind: AllergyKind::Drug,
        noted_on: Some(date(2020, 2, 29)),
        reaction: written.reaction.clone(),
        negative: false,
    };
    let record = PatientRecord {
        codes: vec![entry, consent(ExpressAdditional, Some(date(2026, 1, 1)), None)],
        medications: vec![medication],
        allergies: vec![allergy],
        ..record()
    };
    let included = [(scheme, code.to_owned(), Category::Diagnoses)];
    let terminology = Terminology::new(included, []).unwrap();
    permit(&rules(), record, &nothing_stands()).unwrap().summarise(Some(&terminology))
}

fn compose(written: &Written, summary: &Summary) -> Frozen {
    let author = spine_message::Author { name: written.author.clone(), ..author() };
    composed(summary, &author, &spine_message::Practice { name: written.practice.clone(), ..practice() })
}

/// An upload with this written in it.
pub(crate) fn composed_of(written: &Written) -> Frozen {
    compose(written, &summary(written, CodeScheme::ReadV2, "C10E."))
}

fn inside<'a, 'i: 'a>(node: Node<'a, 'i>, name: &str) -> Node<'a, 'i> {
    node.descendants()
        .find(|inner| inner.tag_name().name().ends_with(name))
        .unwrap_or_else(|| panic!("no {name}"))
}

/// All text of one element, whatever pieces the parser made of it.
fn text(node: Node<'_, '_>) -> String {
    node.descendants().filter(Node::is_text).filter_map(|text| text.text()).collect()
}

/// The term of a statement: its display name beside a SNOMED CT code, its original text otherwise.
fn term(statement: Node<'_, '_>, scheme: CodeScheme) -> String {
    let code = inside(statement, "code");
    match scheme {
        CodeScheme::Snomed => code.attribute("displayName").unwrap_or_default().to_owned(),
        _ => text(inside(code, "originalText")),
    }
}

/// What arrives of a term; of a blank one, the code alone.
fn named(written: &str, scheme: CodeScheme, code: &str) -> String {
    match (written.trim().is_empty(), scheme) {
        (false, _) => carried(written),
        (true, CodeScheme::Snomed) => String::new(),
        (true, _) => code.to_owned(),
    }
}

fn rows(document: &Document<'_>, id: &str) -> Vec<String> {
    let table = document.descendants().find(|node| node.attribute("id") == Some(id)).unwrap();
    table.descendants().filter(|node| node.tag_name().name() == "td").map(text).collect()
}

/// Whatever was written stands in the message twice, coded and as text, each time exactly; the message has no more and no fewer
/// elements for it; and nothing that XML forbids is among its bytes.
pub(crate) fn arrives(written: &Written, scheme: CodeScheme, code: &str) {
    let summary = summary(written, scheme, code);
    let frozen = compose(written, &summary);
    assert_eq!(frozen, compose(written, &summary), "composing is deterministic");
    let body = std::str::from_utf8(&frozen.body).unwrap();
    assert!(body.chars().all(can_be_carried), "an illegal character on the wire");
    let (envelope, payload) = parts(&frozen.body);
    assert!(!payload.contains(['\r', '\n', '\t']), "a line end that a reader would change");
    assert!(Document::parse(&envelope).is_ok());
    let document = Document::parse(&payload).unwrap();

    let allergy = inside(document.root(), "UKCT_MT144053UK02.Allergy");
    assert_eq!(term(allergy, scheme), named(&written.allergy, scheme, code), "allergy");
    assert_eq!(
        text(inside(inside(allergy, "pertinentSupportingInfo"), "value")),
        carried(&written.reaction),
        "reaction"
    );
    let drug = inside(document.root(), "AcuteMedication");
    assert_eq!(
        term(inside(drug, "manufacturedManufacturedMaterial"), scheme),
        named(&written.drug, scheme, code),
        "drug"
    );
    assert_eq!(
        text(inside(inside(drug, "pertinentDosageInstructions"), "value")),
        carried(&written.dose),
        "dose"
    );
    let diagnosis = inside(document.root(), "UKCT_MT144042UK01.Diagnosis");
    assert_eq!(term(diagnosis, scheme), named(&written.term, scheme, code), "term");
    assert_eq!(
        text(inside(inside(diagnosis, "pertinentSupportingInfo"), "value")),
        carried(&written.free_text),
        "free text"
    );
    let author = inside(inside(document.root(), "UKCT_MT160018UK01.AgentPersonSDS"), "name");
    assert_eq!(text(author), carried(&written.author), "author");

    assert_eq!(rows(&document, "Allergies")[1..], [carried(&written.allergy), carried(&written.reaction)]);
    assert_eq!(
        rows(&document, "AcuteMeds")[2..],
        [&written.drug, &written.dose, &written.quantity].map(|one| carried(one))
    );
    assert_eq!(rows(&document, "Diagnoses")[1..], [carried(&written.term), carried(&written.free_text)]);
    let shown = |id| text(document.descendants().find(|node| node.attribute("id") == Some(id)).unwrap());
    assert_eq!(shown("Author"), carried(&format!("Created by: {}", written.author)));
    assert_eq!(shown("Practice"), carried(&format!("{} (Y90001)", written.practice)));

    // Words of the same kind in their place make the same structure.
    let tame = Written { quantity: written.quantity.clone(), ..Written::everywhere("x") };
    let (_, tame) = parts(&compose(&tame, &self::summary(&tame, scheme, code)).body);
    let elements =
        |payload: &str| Document::parse(payload).unwrap().descendants().filter(Node::is_element).count();
    assert_eq!(elements(&payload), elements(&tame), "a text became markup");
}

/// What PDS holds of a person's names is what the client reads, but for white space around them. The simulator writes, with a writer of
/// its own, and puts a question mark where XML cannot carry a character.
pub(crate) fn names_are_read(family: &str, given: &str, postcode: &str) {
    let held = Person {
        family: family.to_owned(),
        given: vec![given.to_owned()],
        postcode: postcode.to_owned(),
        ..person()
    };
    let [_, retrieval, _] = questions();
    let response = ask(&spine(held), &retrieval);
    assert!(std::str::from_utf8(&response.body).unwrap().chars().all(can_be_carried));
    let reply = read_answer(content_type(&response), &response.body);
    let Answer::Pds(pds) = reply.answer else { panic!("{:?}", reply.answer) };
    let PdsAnswer::Found(record) = pds.answer else { panic!("not found") };
    let arrived = |text: &str| carried(text).trim().replace(char::REPLACEMENT_CHARACTER, "?");
    let read = |text: &str| text.replace(char::REPLACEMENT_CHARACTER, "?");
    assert_eq!(read(&record.family_name), arrived(family), "family name");
    assert_eq!(
        record.given_names.iter().map(|name| read(name)).collect::<String>(),
        arrived(given),
        "given name"
    );
    assert_eq!(read(&record.postcode), arrived(postcode), "postcode");
}

/// The simulator takes the summary with this written in it, and acknowledges it.
pub(crate) fn is_accepted(written: &Written) {
    let spine = spine(person());
    let accepted = ask(&spine, &composed_of(written));
    assert_eq!(accepted.status, 202);
    let answer = fetch(&spine, &accepted);
    let reply = read_answer(content_type(&answer), &answer.body);
    let Answer::Acknowledgement(acknowledgement) = reply.answer else { panic!("{:?}", reply.answer) };
    assert!(acknowledgement.errors().next().is_none(), "{acknowledgement:?}");
    assert_eq!(spine.ledger().accepted().len(), 1);
}

fn any_scheme() -> impl Strategy<Value = (CodeScheme, &'static str)> {
    prop::sample::select(vec![
        (CodeScheme::ReadV2, "C10E."),
        (CodeScheme::Snomed, "73211009"),
        (CodeScheme::Local, "LOC1"),
    ])
}

proptest! {
    #![proptest_config(cases(300))]

    #[test]
    fn any_text_arrives(written in any_written(), (scheme, code) in any_scheme()) {
        arrives(&written, scheme, code);
    }

    #[test]
    fn any_name_is_read(family in any_text(), given in any_text(), postcode in any_text()) {
        names_are_read(&family, &given, &postcode);
    }
}

proptest! {
    #![proptest_config(cases(60))]

    /// Whatever is written in it, the Spine takes a composed summary and acknowledges it. Only an author's name must have a word.
    #[test]
    fn any_text_is_accepted(mut written in any_written()) {
        written.author.push_str("O'Neill");
        is_accepted(&written);
    }
}

/// Every character of the Basic Multilingual Plane and the ends of every other plane, one after another.
#[test]
fn every_character_arrives() {
    let planes =
        (1..=16_u32).flat_map(|plane| (0..4).chain(0xFFFC..=0xFFFF).map(move |place| plane << 16 | place));
    let all: Vec<char> = (0..=0xFFFF).chain(planes).filter_map(char::from_u32).collect();
    for some in all.chunks(8_192) {
        arrives(&Written::everywhere(&some.iter().collect::<String>()), CodeScheme::Snomed, "73211009");
    }
}

/// A megabyte in one field is no different.
#[test]
fn very_long_texts_arrive() {
    let written = Written { free_text: "]]> & <ü>\u{1}🩺\r\n".repeat(50_000), ..Written::everywhere("x") };
    arrives(&written, CodeScheme::ReadV2, "C10E.");
}
