//! A small Spine to ask, with one invented person on it, and requests that keep every rule.

use std::sync::Arc;

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use spine_message::{Frozen, Path, event_list_query, pds_retrieval, set_permissions};
use spine_simulator::Spine;
use spine_simulator::clock::ManualClock;
use spine_simulator::scenario::{ClientSystem, Person, Population, Scenario, Settings};
use spine_simulator::wire::{WireRequest, WireResponse};
use spine_vocabulary::{AcsPermission, Asid, Gender, MessageId, PartyKey};

use crate::house::person::*;

/// The person whom everything here is about.
pub(crate) fn person() -> Person {
    Person {
        nhs_number: number(),
        family: "O'Brien".to_owned(),
        given: vec!["Zoë".to_owned()],
        gender: Gender::Female,
        birth_date: record().birth_date,
        death_date: None,
        death: None,
        postcode: "SW8 3QJ".to_owned(),
        address: vec!["1 Test Street".to_owned()],
        gp_practice: Some(ods()),
        sensitivity: None,
        superseded_by: None,
        invalidated: false,
        serial_change: 1,
    }
}

pub(crate) fn spine(person: Person) -> Spine {
    let system = ClientSystem {
        asid: Asid::parse("990000000001").unwrap(),
        party_key: PartyKey::parse("Y90001-0000001").unwrap(),
        ods: ods(),
        name: "Invented Meadow Practice".to_owned(),
    };
    let population = Population {
        people: vec![person],
        permissions: Vec::new(),
        summaries: Vec::new(),
        systems: vec![system],
    };
    let clock = ManualClock::new(stamp().now());
    Spine::new(Scenario { population, settings: Settings::default() }, Arc::new(clock))
}

/// A query for events, a retrieval, and a setting, each for the person.
pub(crate) fn questions() -> [Frozen; 3] {
    let (author, addressing, stamp) = (author(), addressing(), stamp());
    let id = |last: u8| MessageId::parse(&format!("0190B5F1-7C3E-7D3A-9C00-0000000000{last:02X}")).unwrap();
    [
        event_list_query(number(), id(1), &author, &addressing, &stamp),
        pds_retrieval(number(), id(2), &author, &addressing, &stamp),
        set_permissions(number(), AcsPermission::No, id(3), &author, &addressing, &stamp),
    ]
}

/// Asks with other bytes, and another type of content, than the request has.
pub(crate) fn ask_with(spine: &Spine, frozen: &Frozen, content_type: &str, body: Vec<u8>) -> WireResponse {
    let mut headers = HeaderMap::new();
    for (name, value) in frozen.headers(&addressing(), &author()) {
        let value = if name == "Content-Type" { content_type } else { &value };
        if let Ok(value) = HeaderValue::from_str(value) {
            headers.insert(HeaderName::from_bytes(name.as_bytes()).unwrap(), value);
        }
    }
    spine.answer(&WireRequest {
        method: Method::POST,
        path_and_query: frozen.path().as_str().to_owned(),
        headers,
        body: Bytes::from(body),
    })
}

pub(crate) fn ask(spine: &Spine, frozen: &Frozen) -> WireResponse {
    ask_with(spine, frozen, frozen.content_type(), frozen.body.clone())
}

/// Fetches the answer to an upload; the second poll finds it.
pub(crate) fn fetch(spine: &Spine, accepted: &WireResponse) -> WireResponse {
    let location = accepted.headers["content-location"].to_str().unwrap().to_owned();
    let mut headers = HeaderMap::new();
    headers.insert("nhsd-asid", HeaderValue::from_static("990000000001"));
    let poll = WireRequest { method: Method::GET, path_and_query: location, headers, body: Bytes::new() };
    (0..3).map(|_| spine.answer(&poll)).find(|answer| answer.status != 202).unwrap()
}

pub(crate) fn is_upload(frozen: &Frozen) -> bool {
    frozen.path() == Path::Clinical
}

/// The type of content that an answer says it has.
pub(crate) fn content_type(response: &WireResponse) -> Option<&str> {
    response.headers.get("content-type").and_then(|value| value.to_str().ok())
}
