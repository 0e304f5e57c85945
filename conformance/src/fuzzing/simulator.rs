//! The simulator's readers: its two services from the bytes of a request to those of an answer, the readers inside them one by one, and
//! the files it starts from.

use std::sync::{Arc, OnceLock};

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use jiff::SignedDuration;
use spine_message::{Answer, read_answer};
use spine_simulator::Spine;
use spine_simulator::clock::ManualClock;
use spine_simulator::identity::{Users, read_cards};
use spine_simulator::psis::Summary;
use spine_simulator::scenario::{Scenario, Settings};
use spine_simulator::wire::read::ebxml::{self, Contract, Expected};
use spine_simulator::wire::read::multipart::Related;
use spine_simulator::wire::read::wrapper::Wrapper;
use spine_simulator::wire::read::{soap, xml};
use spine_simulator::wire::{WireRequest, WireResponse};

use super::client::now;
use super::first_line;
use super::folder::Folder;

/// A fresh Spine with the first personas, and its clock.
pub(super) fn spine() -> (Spine, ManualClock) {
    static SCENARIO: OnceLock<Scenario> = OnceLock::new();
    let scenario = SCENARIO.get_or_init(|| {
        let folder = Folder::new("spine");
        Scenario::load(&folder.path(), Settings::default()).expect("a population")
    });
    let clock = ManualClock::new(now());
    (Spine::new(scenario.clone(), Arc::new(clock.clone())), clock)
}

/// One request and the answer to it.
pub(super) fn send(
    spine: &Spine,
    method: Method,
    path: &str,
    headers: &[(&str, &str)],
    body: &[u8],
) -> Option<WireResponse> {
    let headers: Option<HeaderMap> = headers
        .iter()
        .map(|(name, value)| {
            Some((HeaderName::from_bytes(name.as_bytes()).ok()?, HeaderValue::from_str(value).ok()?))
        })
        .collect();
    let body = Bytes::copy_from_slice(body);
    Some(spine.answer(&WireRequest { method, path_and_query: path.to_owned(), headers: headers?, body }))
}

/// A synchronous request under any action: whatever it is, the answer is one that the client can read.
pub(super) fn sync_service(bytes: &[u8]) {
    let Some((action, body)) = first_line(bytes) else { return };
    let (spine, _) = spine();
    let headers = [("soapaction", action), ("content-type", "text/xml")];
    let Some(response) = send(&spine, Method::POST, "/sync-service", &headers, body) else { return };
    readable(&response);
    assert_eq!(spine.ledger().count(), 1);
}

/// An upload under any content type, polled for until it is answered: the answer is one that the client can read, and no more than one
/// event is stored.
pub(super) fn clinical(bytes: &[u8]) {
    let Some((kind, body)) = first_line(bytes) else { return };
    let (spine, clock) = spine();
    let stored = || spine.people().iter().map(|person| spine.events(person.nhs_number).len()).sum::<usize>();
    let before = stored();
    let action = "urn:nhs:names:services:psis/REPC_IN150016SM05";
    let headers = [("soapaction", action), ("content-type", kind)];
    let Some(response) = send(&spine, Method::POST, "/clinical", &headers, body) else { return };
    readable(&response);
    let place = response.headers.get("content-location").and_then(|place| place.to_str().ok());
    assert_eq!(place.is_some(), response.status == 202, "what is queued has a place, and nothing else");
    let Some(place) = place else { return };
    for _ in 0..3 {
        clock.advance(SignedDuration::from_secs(1));
        let response = send(&spine, Method::GET, place, &[], &[]).expect("a good address");
        assert!([200, 202].contains(&response.status.as_u16()), "{}", response.status);
        readable(&response);
    }
    assert!(stored() <= before + 1);
}

/// XML that the simulator answers with is never nonsense to the client.
fn readable(response: &WireResponse) {
    let kind = response.headers.get("content-type").and_then(|kind| kind.to_str().ok());
    if response.body.is_empty() || kind.is_some_and(|kind| kind.starts_with("text/plain")) {
        return;
    }
    let answer = read_answer(kind, &response.body).answer;
    let nonsense = matches!(answer, Answer::Nonsense { .. } | Answer::Empty);
    assert!(!nonsense, "{answer:?}: {}", String::from_utf8_lossy(&response.body));
}

/// The multipart reader: every part lies within the body.
pub(super) fn multipart(bytes: &[u8]) {
    let Some((kind, body)) = first_line(bytes) else { return };
    let Ok(parts) = Related::read(kind, body) else { return };
    assert!(!parts.is_empty() && parts.root().content.len() <= body.len());
    let _ = parts.referenced("ebXMLHeader@spine.nhs.uk");
    if let Ok(text) = xml::utf8(parts.root().content) {
        let _ = xml::parse(text);
    }
}

/// The readers of envelopes, wrappers and summaries, on any document.
pub(super) fn envelope(bytes: &[u8]) {
    let Ok(text) = xml::utf8(bytes) else { return };
    let Ok(document) = xml::parse(text) else { return };
    let root = document.root_element();
    if let Some(header) = ebxml::Header::read(root) {
        for contract in [Contract::Reliable, Contract::Express] {
            let expected = Expected { to: &header.to, cpa: &header.cpa, sender_is_known: true, contract };
            let _ = header.breaches(root, &expected);
        }
    }
    let header = soap::Header::read(root);
    let _ = header.breaches(root, header.action.as_deref().unwrap_or_default());
    for root in [Some(root), soap::payload(root)].into_iter().flatten() {
        let wrapper = Wrapper::read(root);
        let _ = wrapper.breaches(root, &wrapper.interaction, ("urn:hl7-org:v3", "subject"));
        if let Some(summary) = wrapper.control_act.and_then(Summary::read) {
            let _ = summary.breaches(&wrapper.message.map(|id| id.to_string()).unwrap_or_default());
            let _ = summary.author();
        }
    }
}

/// One file of the population folder among good ones.
pub(super) fn population(bytes: &[u8]) {
    thread_local! {
        static FOLDER: Folder = Folder::new("spine");
    }
    let Some((name, content)) = first_line(bytes) else { return };
    match name {
        "users.csv" => {
            if let Err(error) = Users::read(content) {
                let _ = error.to_string();
            }
        }
        "cards.csv" => {
            if let Err(error) = read_cards(content) {
                let _ = error.to_string();
            }
        }
        "people.csv" | "permissions.csv" | "summaries.csv" | "systems.csv" => FOLDER.with(|folder| {
            folder.with(name, content, |path| match Scenario::load(path, Settings::default()) {
                Ok(scenario) => {
                    let _ = Spine::new(scenario, Arc::new(ManualClock::new(now())));
                }
                Err(error) => {
                    let _ = error.to_string();
                }
            });
        }),
        _ => {}
    }
}
