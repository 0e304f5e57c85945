//! What the client composes, against messages written by hand from the specifications: `fixtures/messages`.
//!
//! The comparison is of trees. Elements with their namespaces, attributes and text must be the same and in the same order, but for
//! the children of two elements of which the Spine takes any order.

use jiff::civil::date;
use roxmltree::{Document, Node};
use spine_message::{Frozen, event_list_query, event_query, pds_retrieval, set_permissions, upload};
use spine_vocabulary::{AcsPermission, EventId, NhsNumber};

use crate::world::{Files, World, addressing, author, message_id, payload, practice, stamp};

/// The Spine takes the children of these in any order.
const UNORDERED: [&str; 2] = ["Header", "permissions"];
/// In a golden document: anything.
const ANYTHING: &str = "*";

#[test]
fn permissions_are_set_as_the_golden_documents_say() {
    let compose = |permission| {
        set_permissions(number(), permission, message_id(99), &author(), &addressing(), &stamp())
    };
    compare("acs-no", GOLDEN_ACS_NO, &payload(&compose(AcsPermission::No)).1);
    compare("acs-yes", GOLDEN_ACS_YES, &payload(&compose(AcsPermission::Yes)).1);
    compare("acs-clear", GOLDEN_ACS_CLEAR, &payload(&compose(AcsPermission::Ask)).1);
}

#[test]
fn queries_are_asked_as_the_golden_documents_say() {
    let list = event_list_query(number(), message_id(99), &author(), &addressing(), &stamp());
    compare(
        "event-list-query",
        include_str!("../../../fixtures/messages/event-list-query.xml"),
        &payload(&list).1,
    );
    let standing = EventId::parse("6D0A4E20-1111-4C11-9A11-000000000010").unwrap();
    let event = event_query(number(), standing, message_id(99), &author(), &addressing(), &stamp());
    compare("event-query", include_str!("../../../fixtures/messages/event-query.xml"), &payload(&event).1);
    let retrieval = pds_retrieval(number(), message_id(99), &author(), &addressing(), &stamp());
    compare(
        "pds-retrieval",
        include_str!("../../../fixtures/messages/pds-retrieval.xml"),
        &payload(&retrieval).1,
    );
}

#[test]
fn summaries_are_composed_as_the_golden_documents_say() {
    for (slug, name, golden) in [
        ("ordinary-adult", "upload-full", include_str!("../../../fixtures/messages/upload-full.xml")),
        ("dissent", "upload-dissent", include_str!("../../../fixtures/messages/upload-dissent.xml")),
        ("empty-record", "upload-empty", include_str!("../../../fixtures/messages/upload-empty.xml")),
    ] {
        let (payload, envelope) = payload(&summary_of(slug));
        compare(name, golden, &payload);
        let golden = include_str!("../../../fixtures/messages/upload-envelope.xml");
        compare("upload-envelope", golden, &envelope);
    }
}

#[test]
fn a_tree_that_differs_anywhere_is_told() {
    let golden = "<a x='1' y='*'><b>text</b><c>*</c><permissions><d/><e/></permissions></a>";
    for same in [
        "<a y='any' x='1'><b>text</b><c><d/>anything</c><permissions><d/><e/></permissions></a>",
        "<a x='1' y=''>\n  <b>text</b> <c/> <permissions> <e/> <d/> </permissions></a>",
    ] {
        assert_eq!(difference(golden, same), None, "{same}");
    }
    for other in [
        "<a x='2' y=''><b>text</b><c/><permissions><d/><e/></permissions></a>",
        "<a x='1'><b>text</b><c/><permissions><d/><e/></permissions></a>",
        "<a x='1' y='' z=''><b>text</b><c/><permissions><d/><e/></permissions></a>",
        "<a x='1' y='' xmlns='urn:other'><b>text</b><c/><permissions><d/><e/></permissions></a>",
        "<a x='1' y=''><b>texts</b><c/><permissions><d/><e/></permissions></a>",
        "<a x='1' y=''><c/><b>text</b><permissions><d/><e/></permissions></a>",
        "<a x='1' y=''><b>text</b><c/><permissions><d/></permissions></a>",
        "<a x='1' y=''><b>text</b><c/><permissions><d/><d/></permissions></a>",
    ] {
        assert!(difference(golden, other).is_some(), "{other}");
    }
}

const GOLDEN_ACS_NO: &str = include_str!("../../../fixtures/messages/acs-no.xml");
const GOLDEN_ACS_YES: &str = include_str!("../../../fixtures/messages/acs-yes.xml");
const GOLDEN_ACS_CLEAR: &str = include_str!("../../../fixtures/messages/acs-clear.xml");

fn number() -> NhsNumber {
    NhsNumber::parse("9990000018").unwrap()
}

fn summary_of(slug: &str) -> Frozen {
    let personas = spine_fixtures::personas();
    let world = World::new(personas.len(), date(2026, 9, 1));
    let place = personas.iter().position(|persona| persona.slug == slug).unwrap();
    let files = Files { world: &world, dissent_set: false };
    let summary = world.summarise(&world.candidates[place], &files).unwrap();
    upload(&summary, message_id(99), &author(), &practice(), &addressing(), &stamp())
}

fn compare(name: &str, golden: &str, composed: &str) {
    if let Some(difference) = difference(golden, composed) {
        panic!("{name}: {difference}\ncomposed:\n{composed}");
    }
}

fn difference(golden: &str, composed: &str) -> Option<String> {
    let (golden, composed) = (Document::parse(golden).unwrap(), Document::parse(composed).unwrap());
    differs(golden.root_element(), composed.root_element(), "")
}

/// The first difference, with the way to it.
fn differs(golden: Node<'_, '_>, composed: Node<'_, '_>, way: &str) -> Option<String> {
    let way = format!("{way}/{}", golden.tag_name().name());
    if golden.tag_name() != composed.tag_name() {
        return Some(format!("{way}: found {:?}", composed.tag_name()));
    }
    if let Some(difference) = attributes_differ(golden, composed) {
        return Some(format!("{way}: {difference}"));
    }
    if text(golden) == ANYTHING {
        return None;
    }
    if text(golden) != text(composed) {
        return Some(format!("{way}: the text is {:?}, not {:?}", text(composed), text(golden)));
    }
    let (expected, found) = (elements(golden), elements(composed));
    if expected.len() != found.len() {
        let names = |nodes: &[Node<'_, '_>]| {
            nodes.iter().map(|node| node.tag_name().name().to_owned()).collect::<Vec<_>>().join(" ")
        };
        return Some(format!("{way}: children are {}, not {}", names(&found), names(&expected)));
    }
    if UNORDERED.contains(&golden.tag_name().name()) {
        return all_differ(&expected, found, &way);
    }
    expected.into_iter().zip(found).find_map(|(golden, composed)| differs(golden, composed, &way))
}

/// Pairs children off in whatever order they stand.
fn all_differ(expected: &[Node<'_, '_>], mut found: Vec<Node<'_, '_>>, way: &str) -> Option<String> {
    for golden in expected {
        let Some(place) = found.iter().position(|composed| differs(*golden, *composed, way).is_none()) else {
            let close = found.iter().filter(|composed| composed.tag_name() == golden.tag_name());
            let reasons: Vec<_> = close.filter_map(|composed| differs(*golden, *composed, way)).collect();
            return Some(format!("{way}: nothing is like {}: {reasons:?}", golden.tag_name().name()));
        };
        found.remove(place);
    }
    None
}

fn attributes_differ(golden: Node<'_, '_>, composed: Node<'_, '_>) -> Option<String> {
    let value = |node: Node<'_, '_>, name: (Option<&str>, &str)| {
        let mut attributes = node.attributes();
        attributes
            .find(|attribute| (attribute.namespace(), attribute.name()) == name)
            .map(|attribute| attribute.value().to_owned())
    };
    for attribute in golden.attributes() {
        let found = value(composed, (attribute.namespace(), attribute.name()));
        if found.is_none() || (attribute.value() != ANYTHING && found.as_deref() != Some(attribute.value())) {
            let (name, wanted) = (attribute.name(), attribute.value());
            return Some(format!("attribute {name} is {found:?}, not {wanted:?}"));
        }
    }
    composed
        .attributes()
        .find(|attribute| value(golden, (attribute.namespace(), attribute.name())).is_none())
        .map(|attribute| format!("attribute {} is one too many", attribute.name()))
}

fn elements<'a, 'input>(node: Node<'a, 'input>) -> Vec<Node<'a, 'input>> {
    node.children().filter(Node::is_element).collect()
}

/// An element's own text without the white space around it.
fn text(node: Node<'_, '_>) -> String {
    let own: String = node.children().filter(Node::is_text).filter_map(|child| child.text()).collect();
    own.trim().to_owned()
}
