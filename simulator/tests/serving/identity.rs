//! Logging in with a real virtual card, and every way in which it is refused.

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use jiff::SignedDuration;
use serde_json::{Value, json};
use spine_simulator::FakeSpine;
use spine_simulator::identity::{Cards, LiveSessions as _};
use spine_vocabulary::RoleProfileId;

use crate::card::{self, Algorithm};
use crate::client::{Answer, Secure, secure};
use crate::population::{ADA, EVE, NOBODY, WYN, fake, options, user};

fn challenge(connection: &mut Secure) -> (String, String) {
    let answer = connection.post("/challenge", b"").unwrap().json();
    let text = |name: &str| answer[name].as_str().unwrap().to_owned();
    (text("challenge_id"), text("nonce"))
}

/// The body of a log-in, signed by the card in the reader.
fn signed(fake: &FakeSpine, key: u8, id: &str, nonce: &str) -> Value {
    let mut connection = fake.cards().slot().connect();
    let mut transmit = |apdu: &[u8]| connection.transmit(apdu).unwrap();
    card::select(&mut transmit);
    card::verify(&mut transmit, "123456");
    let certificate = card::certificate(&mut transmit, key);
    let algorithm = card::algorithm(&certificate);
    let hash = digest(&SHA256, format!("spine-login:{id}:{nonce}").as_bytes());
    let signature = card::sign(&mut transmit, key, algorithm, hash.as_ref());
    json!({
        "challenge_id": id,
        "certificate": STANDARD.encode(certificate),
        "algorithm": match algorithm { Algorithm::Rsa => "rsa-pkcs1-sha256", Algorithm::P256 => "ecdsa-p256-sha256" },
        "signature": STANDARD.encode(signature),
    })
}

fn post(connection: &mut Secure, body: &Value) -> Answer {
    connection.post("/login", body.to_string().as_bytes()).unwrap()
}

fn log_in(fake: &FakeSpine, connection: &mut Secure, holder: &str) -> Answer {
    fake.cards().insert(&user(holder)).unwrap();
    let (id, nonce) = challenge(connection);
    post(connection, &signed(fake, 0x9A, &id, &nonce))
}

fn ticket(answer: &Answer) -> String {
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.json()["ticket"].as_str().unwrap().to_owned()
}

/// The status of the role assertion, and all attributes in order.
fn assertion(connection: &mut Secure, ticket: &str) -> (String, Vec<(String, Vec<String>)>) {
    let answer = connection.get(&format!("/saml/RoleAssertion?token={ticket}")).unwrap();
    assert_eq!(answer.status, 200);
    let text = answer.text();
    let document = roxmltree::Document::parse(&text).unwrap();
    let named =
        |name: &'static str| document.descendants().filter(move |node| node.tag_name().name() == name);
    let status = named("StatusCode").next().unwrap().attribute("Value").unwrap().to_owned();
    let attributes = named("Attribute").map(|node| {
        let values = node.children().filter_map(|value| value.text()).map(str::to_owned).collect();
        (node.attribute("AttributeName").unwrap().to_owned(), values)
    });
    (status, attributes.collect())
}

#[test]
fn a_card_of_either_algorithm_logs_in_and_is_told_its_roles() {
    let (fake, _) = fake();
    let mut connection = secure(&fake, &fake.ready().identity);
    for (holder, roles) in [(ADA, vec!["555000000001", "555000000002"]), (WYN, vec!["555000000003"])] {
        let answer = log_in(&fake, &mut connection, holder);
        let (status, attributes) = assertion(&mut connection, &ticket(&answer));
        assert_eq!(status, "samlp:Success");
        let values = |name: &str| -> Vec<&str> {
            let named = attributes.iter().filter(|(attribute, _)| attribute == name);
            named.flat_map(|(_, values)| values).map(String::as_str).collect()
        };
        assert_eq!(values("uid"), [holder]);
        assert_eq!(values("ssbSessionRoleUid"), [roles[0]]);
        assert_eq!(values("uniqueIdentifier"), roles);
        for role in &roles {
            let role = RoleProfileId::parse(role).unwrap();
            let now = jiff::Timestamp::from_second(4_000_000_000).unwrap();
            assert!(!fake.sessions().is_live(&role, &user(holder), now), "a session without end");
        }
    }
}

#[test]
fn a_challenge_is_unforeseeable_serves_once_and_only_for_a_minute() {
    let (fake, clock) = fake();
    fake.cards().insert(&user(ADA)).unwrap();
    let mut connection = secure(&fake, &fake.ready().identity);
    let (first, second) = (challenge(&mut connection), challenge(&mut connection));
    assert_ne!(first, second);
    assert_eq!(URL_SAFE_NO_PAD.decode(&first.1).unwrap().len(), 32);

    let body = signed(&fake, 0x9A, &first.0, &first.1);
    assert_eq!(post(&mut connection, &body).status, 200);
    refused(&post(&mut connection, &body), "unknown-challenge");

    let body = signed(&fake, 0x9A, &second.0, &second.1);
    clock.advance(SignedDuration::from_secs(60));
    refused(&post(&mut connection, &body), "unknown-challenge");
}

fn refused(answer: &Answer, code: &str) {
    assert!((400..500).contains(&answer.status), "{}", answer.status);
    assert_eq!(answer.json(), json!({ "error": code }));
}

#[test]
fn whoever_is_no_user_or_has_an_expired_card_is_refused() {
    let (fake, _) = fake();
    let mut connection = secure(&fake, &fake.ready().identity);
    refused(&log_in(&fake, &mut connection, NOBODY), "unknown-user");
    refused(&log_in(&fake, &mut connection, EVE), "certificate-refused");
}

#[test]
fn a_card_expires_while_the_simulator_runs() {
    let (options, clock) = options();
    clock.set("2020-12-31T23:59:00Z".parse().unwrap());
    let fake = FakeSpine::start(options).unwrap();
    let mut connection = secure(&fake, &fake.ready().identity);
    // On its last day the card still serves.
    ticket(&log_in(&fake, &mut connection, EVE));
    clock.advance(SignedDuration::from_mins(2));
    refused(&log_in(&fake, &mut connection, EVE), "certificate-refused");
}

#[test]
fn another_authoritys_card_and_the_other_key_of_the_right_card_are_refused() {
    let ((fake, _), (other, _)) = (fake(), fake());
    let mut connection = secure(&fake, &fake.ready().identity);
    other.cards().insert(&user(ADA)).unwrap();
    let (id, nonce) = challenge(&mut connection);
    refused(&post(&mut connection, &signed(&other, 0x9A, &id, &nonce)), "certificate-refused");

    fake.cards().insert(&user(ADA)).unwrap();
    let (id, nonce) = challenge(&mut connection);
    refused(&post(&mut connection, &signed(&fake, 0x9C, &id, &nonce)), "certificate-refused");
}

#[test]
fn a_signature_over_anything_else_is_refused() {
    let (fake, _) = fake();
    fake.cards().insert(&user(ADA)).unwrap();
    let mut connection = secure(&fake, &fake.ready().identity);
    let spoilt: [fn(&mut Value); 6] = [
        |body| body["signature"] = json!(STANDARD.encode([0; 70])),
        |body| body["signature"] = json!("not base64!"),
        |body| body["signature"] = json!(""),
        // The signature's algorithm is not the key's.
        |body| body["algorithm"] = json!("rsa-pkcs1-sha256"),
        |body| {
            let mut signature = STANDARD.decode(body["signature"].as_str().unwrap()).unwrap();
            *signature.last_mut().unwrap() ^= 1;
            body["signature"] = json!(STANDARD.encode(signature));
        },
        |body| body["signature"] = json!(STANDARD.encode(vec![0x30; 100_000 / 4])),
    ];
    for spoil in spoilt {
        let (id, nonce) = challenge(&mut connection);
        let mut body = signed(&fake, 0x9A, &id, &nonce);
        spoil(&mut body);
        refused(&post(&mut connection, &body), "signature-wrong");
    }
    // A good signature over another challenge.
    let (first, second) = (challenge(&mut connection), challenge(&mut connection));
    let mut body = signed(&fake, 0x9A, &first.0, &first.1);
    body["challenge_id"] = json!(second.0);
    refused(&post(&mut connection, &body), "signature-wrong");
}

#[test]
fn a_body_that_is_no_log_in_is_refused_without_words() {
    let (fake, _) = fake();
    let mut connection = secure(&fake, &fake.ready().identity);
    for body in [
        "",
        "{",
        "[]",
        r#"{"challenge_id":"x"}"#,
        r#"{"challenge_id":1,"certificate":"","algorithm":"md5","signature":""}"#,
    ] {
        refused(&connection.post("/login", body.as_bytes()).unwrap(), "malformed-request");
    }
    for certificate in ["", "AAAA", "not base64!"] {
        let (id, _) = challenge(&mut connection);
        let body = json!({ "challenge_id": id, "certificate": certificate, "algorithm": "ecdsa-p256-sha256", "signature": "" });
        refused(&post(&mut connection, &body), "certificate-refused");
    }
}

#[test]
fn a_session_ends_after_ten_hours_or_at_log_out() {
    let (fake, clock) = fake();
    let mut connection = secure(&fake, &fake.ready().identity);
    let role = RoleProfileId::parse("555000000002").unwrap();
    let first = ticket(&log_in(&fake, &mut connection, ADA));
    clock.advance(SignedDuration::from_hours(1));
    let second = ticket(&log_in(&fake, &mut connection, ADA));
    assert_ne!(first, second);

    clock.advance(SignedDuration::from_hours(9) - SignedDuration::from_secs(1));
    assert_eq!(assertion(&mut connection, &first).0, "samlp:Success");
    clock.advance(SignedDuration::from_secs(1));
    assert_eq!(assertion(&mut connection, &first), ("samlp:Requester".to_owned(), vec![]));
    assert_eq!(assertion(&mut connection, &second).0, "samlp:Success");

    let now = || spine_simulator::clock::Clock::now(&clock);
    assert!(fake.sessions().is_live(&role, &user(ADA), now()));
    for _ in 0..2 {
        assert_eq!(connection.post(&format!("/logout?token={second}"), b"").unwrap().status, 204);
    }
    assert!(!fake.sessions().is_live(&role, &user(ADA), now()));
    assert_eq!(assertion(&mut connection, &second).0, "samlp:Requester");
    assert_eq!(assertion(&mut connection, "").0, "samlp:Requester");
    assert_eq!(assertion(&mut connection, "guess").0, "samlp:Requester");
}

#[test]
fn a_test_can_open_a_session_without_a_card() {
    let (fake, clock) = fake();
    assert!(fake.open_session(&user(NOBODY)).is_none());
    let opened = fake.open_session(&user(WYN)).unwrap();
    let role = RoleProfileId::parse("555000000003").unwrap();
    assert!(fake.sessions().is_live(&role, &user(WYN), spine_simulator::clock::Clock::now(&clock)));
    let mut connection = secure(&fake, &fake.ready().identity);
    assert_eq!(assertion(&mut connection, opened.reveal()).0, "samlp:Success");
    let cards: &Cards = fake.cards();
    assert_eq!(cards.inserted(), None);
}
