//! The query of one event, and our own summaries read back out of its answer.

use roxmltree::Document;
use spine_rules::summary::{Block, Content, EntryKind};
use spine_vocabulary::{Category, NhsNumber};

use super::fixture::{ID, PRIOR, entry, everything, least, number, parts, read_v2, snomed, upload};
use super::queries::requests;
use crate::answer::{Answer, EventDocument, read_answer};

#[test]
fn the_query_names_the_event_the_patient_and_no_override() {
    let (.., frozen) = requests().into_iter().find(|(_, name, ..)| *name == "QUPC_IN190000UK04").unwrap();
    let xml = String::from_utf8(frozen.body).unwrap();
    let document = Document::parse(&xml).unwrap();
    let query = document.descendants().find(|node| node.has_tag_name(("urn:hl7-org:v3", "query"))).unwrap();
    let said: Vec<_> = query
        .children()
        .map(|parameter| {
            let value = parameter.first_element_child().unwrap();
            let name = parameter.last_element_child().unwrap().text().unwrap();
            let attribute = |name| value.attribute(name).unwrap_or_default();
            (name, attribute("code"), attribute("root"), attribute("extension"))
        })
        .collect();
    let number = number().reveal();
    assert_eq!(
        said,
        [
            ("DissentOverride", "0", "", ""),
            ("EventRecord", "", PRIOR, ""),
            ("NHSNumber", "", "2.16.840.1.113883.2.1.4.1", number.as_str()),
        ]
    );
}

/// The event that holds the summary that we would send of this content.
fn stored(content: &Content) -> EventDocument {
    let (_, payload) = parts(&upload(content, None));
    let start = payload.find("<GPSummary").unwrap();
    let end = payload.find("</GPSummary>").unwrap() + "</GPSummary>".len();
    let body = format!(
        "<w xmlns='urn:hl7-org:v3'><QUPC_IN210000UK04><acknowledgement typeCode='AA'/><ControlActEvent><subject>\
         <p:queryResponseEvent xmlns:p='urn:npfit:psisqr'><p:event><p:eventID root='{ID}'/><p:hl7Data>{}</p:hl7Data>\
         </p:event></p:queryResponseEvent></subject></ControlActEvent></QUPC_IN210000UK04></w>",
        &payload[start..end]
    );
    match read_answer(None, body.as_bytes()).answer {
        Answer::Event(event) => event,
        other => panic!("{other:?}"),
    }
}

fn allergies(content: &Content) -> Vec<(Option<String>, String)> {
    stored(content).content.allergies.into_iter().map(|one| (one.snomed, one.term)).collect()
}

#[test]
fn our_own_summaries_tell_their_allergies() {
    let told = allergies(&everything());
    let expected = [
        (Some("91936005"), "Allergy to penicillin"),
        (None, "Adverse reaction to \"X\" & <Y>"),
        (Some("274530001"), "Something that happened"),
    ];
    assert_eq!(told, expected.map(|(code, term)| (code.map(str::to_owned), term.to_owned())));
    assert_eq!(allergies(&least()), []);
    assert!(stored(&least()).is_about(number()));
    assert!(!stored(&least()).is_about(NhsNumber::parse("9990000026").unwrap()));
    assert_eq!(stored(&least()).event.to_string(), ID);
    assert!(!format!("{:?}", stored(&everything())).contains("penicillin"));
}

#[test]
fn the_text_counts_only_where_nothing_is_coded() {
    let table = Block::Table {
        id: "Allergies".to_owned(),
        header: ["Date", "Description"].map(str::to_owned).to_vec(),
        rows: vec![["05 Mar 2024", "Nuts & seeds"].map(str::to_owned).to_vec()],
    };
    let text_alone = Content { text: vec![table], ..least() };
    assert_eq!(allergies(&text_alone), [(None, "Nuts & seeds".to_owned())]);
    let coded = entry(Category::Allergies, EntryKind::Allergy, read_v2("x", "Eggs"));
    assert_eq!(allergies(&Content { entries: vec![coded], ..text_alone }), [(None, "Eggs".to_owned())]);
    let nothing = Block::Table {
        id: "Allergies".to_owned(),
        header: Vec::new(),
        rows: vec![vec!["No relevant information available for this category.".to_owned()]],
    };
    assert_eq!(allergies(&Content { text: vec![nothing], ..least() }), []);
    let code_alone = entry(Category::Allergies, EntryKind::Allergy, snomed("91936005", ""));
    let told = allergies(&Content { entries: vec![code_alone], ..least() });
    assert_eq!(told, [(Some("91936005".to_owned()), String::new())]);
}
