//! The event list: what it shows, and why it does not.

#[path = "lists/events.rs"]
mod events;

use spine_simulator::scenario::{EmptyList, Permission, Settings};
use spine_vocabulary::AcsPermission;

use super::document::{Says, Sync, Upload, message_id};
use super::world::*;

fn list(message: u32, number: u32) -> Sync {
    Sync::events(message, &patient(number).reveal())
}

#[test]
fn shows_events_newest_first_with_their_authors_and_the_permissions() {
    let world = World::new();
    let upload = Upload::new(1, patient(SUMMARISED), Says::Allergy).replacing(&message_id(STANDING));
    world.upload(&upload).is(200, "AA", &[]);
    let yes = Permission { view: Some(AcsPermission::Yes), ..Permission::default() };
    assert!(world.spine.set_permission(patient(SUMMARISED), yes));
    let answer = world.ask(&list(2, SUMMARISED));
    answer.is(200, "AA", &[]);
    let document = roxmltree::Document::parse(&answer.text).unwrap();
    let psis = "urn:npfit:psisqr";
    let all = |name: &'static str| document.descendants().filter(move |node| node.has_tag_name((psis, name)));
    let ids: Vec<_> = all("eventID").filter_map(|node| node.attribute("root")).collect();
    assert_eq!(ids, [message_id(1), message_id(STANDING)]);
    let statuses: Vec<_> = all("eventStatus").filter_map(|node| node.attribute("code")).collect();
    assert_eq!(statuses, ["1", "3"]);
    let dates: Vec<_> = all("persistenceDate").filter_map(|node| node.attribute("value")).collect();
    assert_eq!(dates, ["20261122093000", "20240701093000"]);
    let authors: Vec<_> = all("author").collect();
    let family =
        authors[0].descendants().find(|node| node.has_tag_name(("urn:hl7-org:v3", "family"))).unwrap();
    assert_eq!(family.text(), Some("O'Neill & Co"), "the author is shown as it was sent");
    let organisation = authors[1]
        .descendants()
        .find(|node| node.has_tag_name(("urn:hl7-org:v3", "representedOrganizationSDS")))
        .unwrap();
    let ods = organisation.first_element_child().unwrap();
    assert_eq!(
        (ods.attribute("root"), ods.attribute("extension")),
        (Some("1.2.826.0.1285.0.1.10"), Some("A81001"))
    );
    let asserted: Vec<_> = document
        .descendants()
        .filter(|node| node.has_tag_name(("urn:hl7-org:v3", "accessControlAssertion")))
        .map(|node| {
            node.descendants()
                .filter(roxmltree::Node::is_text)
                .filter_map(|one| one.text())
                .filter(|text| ["Yes", "No", "Store", "View"].contains(text))
                .collect::<Vec<_>>()
        })
        .collect();
    assert_eq!(asserted, [["Yes", "View"]], "an assertion that equals the default is absent");
    for piece in [
        "<eventListQueryResponse><QUPC_IN200000SM04>",
        "<wsa:Action>urn:nhs:names:services:psisquery/QUPC_IN200000SM04</wsa:Action>",
        "<wsa:To>client</wsa:To>",
        &format!("<wsa:RelatesTo>uuid:{}</wsa:RelatesTo>", message_id(2)),
        &format!("<messageRef><id root=\"{}\"/></messageRef>", message_id(2)),
        "<queryResponseCode code=\"OK\"/>",
    ] {
        assert!(answer.text.contains(piece), "{piece}");
    }
}

#[test]
fn says_why_it_shows_nothing() {
    let world = World::new();
    world.ask(&list(1, ORDINARY)).is(200, "AE", &["210 WG", "30312 WG"]);
    world.ask(&list(2, DISSENTER)).is(200, "AE", &["420", "30418"]);
    world.ask(&list(3, SUPERSEDED)).is(200, "AE", &["410", "30307"]);
    world.ask(&list(4, INVALIDATED)).is(200, "AE", &["400", "35160"]);
    world.ask(&list(5, NOBODY)).is(200, "AE", &["400", "35160"]);
    world.ask(&Sync::events(6, "9990000012")).is(200, "AE", &["400", "35160"]);
    let answer = world.ask(&list(7, DISSENTER));
    assert!(answer.text.contains("<eventListQueryResponse><QUQI_IN010000UK14>"));
    assert!(answer.text.contains("<queryResponseCode code=\"ID\"/>"));
    let bare = World::with(Settings { empty_list: EmptyList::NoEvents, ..Settings::default() });
    let answer = bare.ask(&list(1, ORDINARY));
    answer.is(200, "AA", &[]);
    assert!(!answer.text.contains("psis:event>"));
}

#[test]
fn takes_the_query_of_the_mim_too() {
    let asked = list(1, SUMMARISED).with("QUPC_IN180000SM04", "QUPC_IN180000UK04");
    let asked = Sync { action: asked.action.replace("SM04", "UK04"), ..asked };
    World::new().ask(&asked).is(200, "AA", &[]);
}

#[test]
fn every_rule_of_header_and_query_is_a_rejection() {
    let override_value = "<value code='0' codeSystem='2.16.840.1.113883.2.1.3.2.4.17.60'/>";
    let good = list(1, SUMMARISED);
    let start = good.document.find("<author typeCode='AUT'><AgentPersonSDS").unwrap();
    let author = good.document[start..good.document.find("<author1").unwrap()].to_owned();
    for (from, to, codes) in [
        ("<wsa:MessageID>uuid:", "<wsa:MessageID>", &["WSA_MESSAGE_ID_INVALID"][..]),
        (
            "<wsa:MessageID>uuid:01900000",
            "<wsa:MessageID>uuid:11900000",
            &["MESSAGE_ID_INCONSISTENT_WITH_WSA"],
        ),
        ("SM04</wsa:Action>", "UK04</wsa:Action>", &["WSA_ACTION_INCONSISTENT_WITH_SOAP_ACTION"]),
        ("<wsa:To>https://localhost/sync-service</wsa:To>", "<wsa:To/>", &["WSA_TO_MISSING"]),
        ("<wsa:From><wsa:Address>client</wsa:Address></wsa:From>", "", &["WSA_FROM_MISSING"]),
        ("<wsa:ReplyTo><wsa:Address/></wsa:ReplyTo>", "<wsa:ReplyTo/>", &["WSA_REPLY_TO_MISSING"]),
        ("<hl7:id root='1.2.826.0.1285.0.2.0.107' extension='227319907548'/>", "", &["519"]),
        ("<hl7:id root='1.2.826.0.1285.0.2.0.107' extension='990000000001'/>", "", &["519"]),
        (
            "<hl7:id root='1.2.826.0.1285.0.2.0.107' extension='227319907548'/>",
            "<hl7:id root='1.2.826.0.1285.0.2.0.107' extension='123456'/>",
            &["519"],
        ),
        ("'227319907548'", "'928942012545'", &["519"]),
        ("<dissentOverride>", "<dissentOverride/><dissentOverride>", &["DISSENT_OVERRIDE_INVALID"]),
        (
            override_value,
            "<value code='6' codeSystem='2.16.840.1.113883.2.1.3.2.4.17.60'/>",
            &["DISSENT_OVERRIDE_INVALID"],
        ),
        ("<semanticsText>DissentOverride</semanticsText>", "", &["DISSENT_OVERRIDE_INVALID"]),
        (
            "root='2.16.840.1.113883.2.1.4.1'",
            "root='2.16.840.1.113883.2.1.4.2'",
            &["NHS_NUMBER_PARAMETER_INVALID"],
        ),
        (
            "<semanticsText>NHSNumber</semanticsText>",
            "<semanticsText>Number</semanticsText>",
            &["NHS_NUMBER_PARAMETER_INVALID"],
        ),
        ("</query>", "<eventRecord/></query>", &["UNEXPECTED_ELEMENT"]),
        ("query>", "queries>", &["CONTROL_ACT_CONTENT_INVALID", "UNEXPECTED_ELEMENT"]),
        ("<QUPC_IN180000SM04 ", "<QUPC_IN180000UK04 ", &["INTERACTION_INCONSISTENT_WITH_ACTION"]),
    ] {
        let mut asked = good.clone().with(from, to);
        if to == "<QUPC_IN180000UK04 " {
            asked = asked.with("</QUPC_IN180000SM04>", "</QUPC_IN180000UK04>");
        }
        World::new().ask(&asked).is(200, "AR", codes);
    }
    let stranger = good.clone().with("990000000001", "990000000009");
    World::new().ask(&stranger).is(500, "fault", &["300"]);
    let without = good.clone().with(&author, "");
    World::new().ask(&without).is(200, "AA", &[]);
    let overriding = without.with(override_value, &override_value.replace("code='0'", "code='2'"));
    World::new().ask(&overriding).is(200, "AR", &["AUTHOR_MISSING"]);
}

#[test]
fn a_query_may_be_repeated_but_its_id_may_not_be_used_for_another() {
    let world = World::new();
    world.ask(&list(1, SUMMARISED)).is(200, "AA", &[]);
    world.ask(&list(1, SUMMARISED)).is(200, "AA", &[]);
    assert!(world.spine.ledger().violations().is_empty());
    world.ask(&list(1, ORDINARY)).is(200, "AR", &["202"]);
    assert_eq!(world.spine.ledger().violations().len(), 1);
}
