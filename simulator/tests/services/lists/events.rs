//! The query of one event: the summary that stood before, the one that was sent, and what refuses the question.

use std::collections::BTreeMap;

use roxmltree::{Document, Node};
use spine_simulator::scenario::{EmptyList, Settings};

use crate::document::{Says, Sync, Upload, message_id};
use crate::world::{
    DISSENTER, INVALIDATED, NOBODY, ORDINARY, OTHER, Reading, STANDING, SUMMARISED, SUPERSEDED, TEXTED,
    World, patient,
};

/// The query of an event of a patient.
fn ask(message: u32, number: u32, event: u32) -> Sync {
    Sync::event(message, &patient(number).reveal(), &message_id(event))
}

/// An upload with an allergy.
fn full(message: u32, number: u32) -> Upload {
    Upload::new(message, patient(number), Says::Allergy)
}

/// The one element of this name.
fn find<'a, 'i>(document: &'a Document<'i>, name: &str) -> Node<'a, 'i> {
    let mut all = document.descendants().filter(|node| node.tag_name().name() == name);
    let found = all.next().unwrap_or_else(|| panic!("no {name}"));
    assert!(all.next().is_none(), "{name} stands twice");
    found
}

fn children<'a>(node: Node<'a, '_>) -> Vec<&'a str> {
    node.children().filter(Node::is_element).map(|child| child.tag_name().name()).collect()
}

/// An element with its attributes, text and children, for comparing what was sent with what is told.
fn tree(node: Node<'_, '_>) -> String {
    let attributes: BTreeMap<_, _> = node.attributes().map(|one| (one.name(), one.value())).collect();
    let inside: String = node
        .children()
        .map(|child| {
            if child.is_element() { tree(child) } else { child.text().unwrap_or_default().trim().to_owned() }
        })
        .collect();
    format!("{:?}{attributes:?}({inside})", node.tag_name())
}

fn told(reading: &Reading) -> String {
    reading.is(200, "AA", &[]);
    let document = Document::parse(&reading.text).expect("a document");
    tree(find(&document, "GPSummary"))
}

fn sent(upload: &Upload) -> String {
    let document = Document::parse(&upload.payload).expect("a document");
    tree(find(&document, "GPSummary"))
}

#[test]
fn an_event_that_stood_before_is_told_with_its_allergies() {
    let answer = World::new().ask(&ask(1, SUMMARISED, STANDING));
    answer.is(200, "AA", &[]);
    let document = Document::parse(&answer.text).expect("a document");
    let response = find(&document, "queryResponseEvent");
    assert_eq!(response.tag_name().namespace(), Some("urn:npfit:psisqr"));
    assert_eq!(response.parent_element().map(|node| node.tag_name().name()), Some("subject"));
    assert_eq!(children(response), ["recordTarget", "event"]);
    assert_eq!(
        children(find(&document, "event")),
        ["eventID", "payloadID", "persistenceDate", "eventStatus", "eventType", "hl7Data"]
    );
    assert_eq!(find(&document, "eventID").attribute("root"), Some(message_id(STANDING).as_str()));
    assert_eq!(find(&document, "eventStatus").attribute("code"), Some("1"));
    assert_eq!(find(&document, "queryResponseCode").attribute("code"), Some("OK"));
    assert_eq!(find(&document, "RelatesTo").text(), Some(format!("uuid:{}", message_id(1)).as_str()));
    let interaction = find(&document, "eventQueryResponse").first_element_child().expect("an interaction");
    assert_eq!(interaction.tag_name().name(), "QUPC_IN210000UK04");
    let summary = find(&document, "GPSummary");
    assert_eq!(summary.tag_name().namespace(), Some("urn:hl7-org:v3"));
    assert_eq!(
        children(summary),
        [
            "id",
            "code",
            "effectiveTime",
            "statusCode",
            "author",
            "excerptFrom",
            "pertinentInformation1",
            "pertinentInformation2",
            "recordTarget"
        ]
    );
    let entries: Vec<_> = document
        .descendants()
        .filter(|node| node.has_tag_name(("urn:hl7-org:v3", "UKCT_MT144053UK02.Allergy")))
        .map(|entry| {
            entry.children().find(|child| child.has_tag_name(("urn:hl7-org:v3", "code"))).expect("a code")
        })
        .collect();
    assert_eq!(
        (entries[0].attribute("code"), entries[0].attribute("displayName")),
        (Some("91936005"), Some("Penicillin & <co>"))
    );
    assert_eq!(entries[1].first_element_child().and_then(|words| words.text()), Some("Nuts"));
    let rows: Vec<_> = document
        .descendants()
        .filter(|node| node.has_tag_name(("xhtml:NPfIT:PresentationText", "td")))
        .filter_map(|cell| cell.text())
        .collect();
    assert_eq!(rows, ["Penicillin & <co>", "Nuts"]);
}

#[test]
fn without_a_coded_allergy_a_summary_that_stood_has_text_alone() {
    let world = World::new();
    let answer = world.ask(&ask(1, TEXTED, STANDING + 1));
    answer.is(200, "AA", &[]);
    assert!(answer.text.contains("<td>Eggs</td>") && !answer.text.contains("pertinentInformation2"));
}

#[test]
fn what_was_sent_is_told_as_it_was_sent() {
    let world = World::new();
    let (first, second) = (full(1, ORDINARY), full(2, OTHER));
    for upload in [&first, &second] {
        world.upload(upload).is(200, "AA", &[]);
    }
    let later = full(3, ORDINARY)
        .payload(
            "General Practice Summary</h2>",
            "General Practice Summary</h2><p>a <a>b</a> <a>c</a> &amp; \u{1f600}</p>",
        )
        .replacing(&message_id(1));
    world.upload(&later).is(200, "AA", &[]);
    assert_eq!(told(&world.ask(&ask(10, ORDINARY, 3))), sent(&later));
    assert_eq!(told(&world.ask(&ask(11, OTHER, 2))), sent(&second));
    let replaced = world.ask(&ask(12, ORDINARY, 1));
    assert_eq!(told(&replaced), sent(&first), "a replaced one is told too");
    assert!(replaced.text.contains("code=\"3\" displayName=\"Replaced\""));
    let answer = world.ask(&ask(13, ORDINARY, 3)).text;
    assert!(answer.contains("<a>b</a> <a>c</a>"), "white space parts words");
}

#[test]
fn prefixes_of_the_sender_are_gone_and_what_is_of_no_known_namespace_with_them() {
    let world = World::new();
    let upload = full(1, ORDINARY);
    let prefixed = upload
        .clone()
        .payload("<GPSummary ", "<x:GPSummary xmlns:x='urn:hl7-org:v3' ")
        .payload("</GPSummary>", "</x:GPSummary>");
    world.upload(&prefixed).is(200, "AA", &[]);
    assert_eq!(told(&world.ask(&ask(2, ORDINARY, 1))), sent(&upload));
}

#[test]
fn who_may_not_be_told_is_refused() {
    let world = World::new();
    for (message, number, event, codes) in [
        (1, SUMMARISED, 1, &["410", "30308"][..]),
        (2, ORDINARY, STANDING, &["210 WG", "30312 WG"]),
        (3, DISSENTER, STANDING, &["420", "30418"]),
        (4, SUPERSEDED, STANDING, &["410", "30307"]),
        (5, INVALIDATED, STANDING, &["400", "35160"]),
        (6, NOBODY, STANDING, &["400", "35160"]),
    ] {
        world.ask(&ask(message, number, event)).is(200, "AE", codes);
    }
    let answer = world.ask(&ask(7, SUMMARISED, 1));
    assert!(answer.text.contains("<eventQueryResponse><QUQI_IN010000UK14>"));
    assert!(answer.text.contains("<queryResponseCode code=\"ID\"/>"));
    world.ask(&Sync::event(8, "9990000012", &message_id(STANDING))).is(200, "AE", &["400", "35160"]);
    let bare = World::with(Settings { empty_list: EmptyList::NoEvents, ..Settings::default() });
    bare.ask(&ask(1, ORDINARY, STANDING)).is(200, "AE", &["410", "30308"]);
    world.upload(&full(20, ORDINARY)).is(200, "AA", &[]);
    world.ask(&ask(9, ORDINARY, STANDING)).is(200, "AE", &["410", "30308"]);
    world.ask(&ask(10, SUMMARISED, 20)).is(200, "AE", &["410", "30308"]);
}

#[test]
fn every_rule_of_the_query_is_a_rejection() {
    let id = message_id(STANDING);
    for (from, to, codes) in [
        ("<wsa:MessageID>uuid:", "<wsa:MessageID>", &["WSA_MESSAGE_ID_INVALID"][..]),
        ("extension='227319907548'/>", "extension='123456'/>", &["519"]),
        ("<eventRecord>", "<eventRecord/><eventRecord>", &["EVENT_RECORD_INVALID"]),
        (&format!("root='{id}'/><sem"), "root=''/><sem", &["EVENT_RECORD_INVALID"]),
        (&format!("root='{id}'/><sem"), "root='1'/><sem", &["EVENT_RECORD_INVALID"]),
        (
            &format!("root='{id}'/><sem"),
            &format!("root='{}'/><sem", id.to_lowercase()),
            &["EVENT_RECORD_INVALID"],
        ),
        (&format!("root='{id}'/><sem"), &format!("extension='{id}'/><sem"), &["EVENT_RECORD_INVALID"]),
        ("<semanticsText>EventRecord</semanticsText>", "", &["EVENT_RECORD_INVALID"]),
        ("<semanticsText>EventRecord", "<semanticsText>eventRecord", &["EVENT_RECORD_INVALID"]),
        ("<semanticsText>DissentOverride</semanticsText>", "", &["DISSENT_OVERRIDE_INVALID"]),
        ("<semanticsText>NHSNumber</semanticsText>", "", &["NHS_NUMBER_PARAMETER_INVALID"]),
        ("</query>", "<filterParameters/></query>", &["UNEXPECTED_ELEMENT"]),
        ("eventRecord>", "eventRecords>", &["UNEXPECTED_ELEMENT", "EVENT_RECORD_INVALID"]),
        ("<QUPC_IN190000UK04 ", "<QUPC_IN180000UK04 ", &["INTERACTION_INCONSISTENT_WITH_ACTION"]),
    ] {
        let mut asked = ask(1, SUMMARISED, STANDING).with(from, to);
        if to == "<QUPC_IN180000UK04 " {
            asked = asked.with("</QUPC_IN190000UK04>", "</QUPC_IN180000UK04>");
        }
        World::new().ask(&asked).is(200, "AR", codes);
    }
    let stranger = ask(1, SUMMARISED, STANDING).with("990000000001", "990000000009");
    World::new().ask(&stranger).is(500, "fault", &["300"]);
}

#[test]
fn a_list_has_no_event_and_an_event_may_be_asked_for_again() {
    let world = World::new();
    world.ask(&ask(1, SUMMARISED, STANDING)).is(200, "AA", &[]);
    world.ask(&ask(1, SUMMARISED, STANDING)).is(200, "AA", &[]);
    world.ask(&ask(1, SUMMARISED, STANDING + 1)).is(200, "AR", &["202"]);
    let ids = |message| {
        let answer = world.ask(&ask(message, SUMMARISED, STANDING)).text;
        let document = Document::parse(&answer).expect("a document");
        tree(find(&document, "GPSummary"))
    };
    assert_eq!(ids(2), ids(3), "a summary that stood keeps its ids");
}
