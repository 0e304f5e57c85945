//! No bytes make the Spine panic, and none that are not a message change anything.

use bytes::Bytes;
use http::Method;
use proptest::prelude::*;
use spine_simulator::wire::WireRequest;

use super::document::{ASID, Says, Sync, Upload};
use super::world::*;

fn send(world: &World, path: &str, action: &str, content_type: &str, body: Vec<u8>) -> u16 {
    let headers = [("soapaction", action), ("content-type", content_type), ("nhsd-asid", ASID)];
    let asked = request(Method::POST, path, &headers, String::new());
    world.spine.answer(&WireRequest { body: Bytes::from(body), ..asked }).status.as_u16()
}

/// A message with a few bytes cut out, put in or doubled.
fn spoil(text: &str, cuts: &[(prop::sample::Index, prop::sample::Index, Vec<u8>)]) -> Vec<u8> {
    let mut bytes = text.as_bytes().to_vec();
    for (from, length, with) in cuts {
        let start = from.index(bytes.len());
        let end = (start + length.index(40)).min(bytes.len());
        bytes.splice(start..end, with.iter().copied());
        if bytes.is_empty() {
            bytes.push(b'<');
        }
    }
    bytes
}

fn cuts() -> impl Strategy<Value = Vec<(prop::sample::Index, prop::sample::Index, Vec<u8>)>> {
    prop::collection::vec(
        (
            any::<prop::sample::Index>(),
            any::<prop::sample::Index>(),
            prop::collection::vec(any::<u8>(), 0..6),
        ),
        1..5,
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(120))]

    #[test]
    fn any_bytes_at_any_address(body in prop::collection::vec(any::<u8>(), 0..400), header in "\\PC{0,60}") {
        let world = World::new();
        let header = if http::HeaderValue::from_str(&header).is_ok() { header } else { "text/xml".to_owned() };
        for path in ["/clinical", "/sync-service", "/clinical/poll/x"] {
            let action = "urn:nhs:names:services:psisquery/QUPC_IN180000SM04";
            let status = send(&world, path, action, &header, body.clone());
            prop_assert!(status >= 400);
        }
        prop_assert!(world.spine.ledger().accepted().is_empty());
    }

    #[test]
    fn spoilt_uploads(cuts in cuts()) {
        let world = World::new();
        let upload = Upload::new(1, patient(ORDINARY), Says::Allergy);
        let action = "urn:nhs:names:services:psis/REPC_IN150016SM05";
        let body = spoil(&upload.body(), &cuts);
        let posted = send(&world, "/clinical", action, &upload.content_type, body);
        prop_assert!([200, 202, 500].contains(&posted));
        prop_assert!(world.spine.ledger().accepted().len() <= 1);
    }

    #[test]
    fn spoilt_questions(cuts in cuts(), which in 0..3) {
        let world = World::new();
        let number = patient(ORDINARY).reveal();
        let asked = match which {
            0 => Sync::events(1, &number),
            1 => Sync::retrieval(1, &number),
            _ => Sync::setting(1, &number, "No"),
        };
        let status = send(&world, "/sync-service", &asked.action, "text/xml", spoil(&asked.document, &cuts));
        prop_assert!([200, 500].contains(&status));
    }
}

#[test]
fn bombs_are_refused_quickly() {
    let world = World::new();
    let asked = Sync::events(1, &patient(ORDINARY).reveal());
    for body in [
        "<a>".repeat(1_000_000),
        format!("<a {}/>", "b='' ".repeat(900_000)),
        format!("<!DOCTYPE a [<!ENTITY b '{}'>]><a>&b;</a>", "c".repeat(1000)),
        format!("<a>{}</a>", "<b/>".repeat(1_000_000)),
        "\u{0}".repeat(1000),
        format!("<a>{}", "&#x41;".repeat(500_000)),
    ] {
        assert_eq!(send(&world, "/sync-service", &asked.action, "text/xml", body.into_bytes()), 500);
    }
}
