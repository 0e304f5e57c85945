//! The PDS: every shape of a record, and why there is none.

use super::document::Sync;
use super::world::*;

fn ask(world: &World, message: u32, number: u32) -> Reading {
    world.ask(&Sync::retrieval(message, &patient(number).reveal()))
}

#[test]
fn a_record_is_shown_whole() {
    let world = World::new();
    let answer = ask(&world, 1, ORDINARY);
    answer.is(200, "AA", &[]);
    for piece in [
        "<retrievalQueryResponse><QUPA_IN000009UK03>",
        "<wsa:Action>urn:nhs:names:services:pdsquery/QUPA_IN000009UK03</wsa:Action>",
        "<code code=\"2\" codeSystem=\"2.16.840.1.113883.2.1.3.2.4.17.35\"/><value value=\"4\"/>",
        &format!("<id root=\"2.16.840.1.113883.2.1.4.1\" extension=\"{}\"/>", patient(ORDINARY).reveal()),
        "<administrativeGenderCode code=\"2\"/><birthTime value=\"19700228\"/>",
        "<given>Zoë</given><given>Ann</given><family>O'Brien</family>",
        "<streetAddressLine></streetAddressLine><streetAddressLine>1 Test Street</streetAddressLine><postalCode>LS1 6AE</postalCode>",
        "<assignedEntity classCode=\"ASSIGNED\"><id root=\"2.16.840.1.113883.2.1.4.3\" extension=\"Y90001\"/>",
        "<queryResponseCode code=\"OK\"/>",
        "extension=\"928942012545\"",
    ] {
        assert!(answer.text.contains(piece), "{piece}\n{}", answer.text);
    }
    assert!(!answer.text.contains("confidentialityCode") && !answer.text.contains("deceasedTime"));
}

#[test]
fn other_records_are_shown_as_their_state_demands() {
    let world = World::new();
    let sensitive = ask(&world, 1, SENSITIVE);
    sensitive.is(200, "AA", &["9 WG"]);
    assert!(sensitive.text.contains("<confidentialityCode code=\"Y\""));
    assert!(sensitive.text.contains("<patientPerson classCode=\"PSN\" determinerCode=\"INSTANCE\"/>"));
    assert!(!sensitive.text.contains("O'Brien") && !sensitive.text.contains("Y90001\"/>"));
    let business = ask(&world, 2, BUSINESS);
    business.is(200, "AA", &[]);
    assert!(business.text.contains("<confidentialityCode code=\"B\"") && business.text.contains("O'Brien"));
    let dead = ask(&world, 3, DECEASED);
    dead.is(200, "AA", &[]);
    assert!(dead.text.contains("<deceasedTime value=\"20260105\"/>"));
    assert!(dead.text.contains("<value code=\"2\" codeSystem=\"2.16.840.1.113883.2.1.3.2.4.16.5\"/>"));
    let superseded = ask(&world, 4, SUPERSEDED);
    superseded.is(200, "AA", &["24 WG"]);
    assert!(superseded.text.contains(&patient(ORDINARY).reveal()));
    assert!(!superseded.text.contains(&patient(SUPERSEDED).reveal()));
}

#[test]
fn no_record_is_a_failed_query() {
    let world = World::new();
    for (message, number) in [(1, NOBODY), (2, INVALIDATED)] {
        let answer = ask(&world, message, number);
        answer.is(200, "AE", &["1", "RT003"]);
        assert!(answer.text.contains("<retrievalQueryResponse><QUQI_IN010000UK14>"));
        assert!(answer.text.contains("<queryResponseCode code=\"ID\"/>"));
    }
}

#[test]
fn only_what_is_asked_for_is_shown() {
    let world = World::new();
    let all = "<retrievalItem><semanticsText>person.allData</semanticsText></retrievalItem>";
    let asked = |message, item: &str| {
        world.ask(&Sync::retrieval(message, &patient(ORDINARY).reveal()).with(all, item)).text
    };
    let scn = asked(1, "");
    assert!(scn.contains("<value value=\"4\"/>") && !scn.contains("O'Brien") && !scn.contains("Y90001"));
    let care = asked(2, &all.replace("allData", "primaryCareAllData"));
    assert!(care.contains("Y90001") && !care.contains("O'Brien"));
}

#[test]
fn every_rule_of_the_query_is_a_rejection() {
    let history = "<value code='0' codeSystem='2.16.840.1.113883.2.1.3.2.4.17.36'/>";
    let number = patient(ORDINARY).reveal();
    let good = Sync::retrieval(1, &number);
    for (from, to, code) in [
        (
            history,
            "<value code='2' codeSystem='2.16.840.1.113883.2.1.3.2.4.17.36'/>",
            "HISTORIC_DATA_INDICATOR_INVALID",
        ),
        (history, "<value code='0'/>", "HISTORIC_DATA_INDICATOR_INVALID"),
        ("<semanticsText>HistoricDataIndicator</semanticsText>", "", "HISTORIC_DATA_INDICATOR_INVALID"),
        ("<semanticsText>Person.id</semanticsText>", "", "MISSING_MANDATORY_SEARCH_FIELD"),
        (number.as_str(), "9990000012", "NOT_NEW_STYLE_NHS_NUMBER"),
        (number.as_str(), "999 000 0018", "NOT_NEW_STYLE_NHS_NUMBER"),
        ("root='2.16.840.1.113883.2.1.4.1'", "root='2.16.840.1.113883.2.1.4.9'", "NOT_NEW_STYLE_NHS_NUMBER"),
        ("person.allData", "person.everything", "RETRIEVAL_ITEM_INVALID"),
        ("</query>", "<person.name/></query>", "UNEXPECTED_ELEMENT"),
    ] {
        World::new().ask(&good.clone().with(from, to)).is(200, "AR", &[code]);
    }
}
