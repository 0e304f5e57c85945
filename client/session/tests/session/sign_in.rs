//! Challenge, proof, ticket.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use proptest::prelude::*;
use spine_session::{
    CardError, CardIdentity, CardOutOfDate, Challenge, LoginRefusal, PinError, ProofError, SignInError,
    Ticket,
};

use crate::samples::{PIN, at, login, pin, piv, rsa_slot, slot};

const NONCE: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8";
const ID: &str = "0190b5f1-7c3e-7d3a-9c00-0123456789ab";

fn challenge() -> Challenge {
    Challenge::read(format!(r#"{{"challenge_id":"{ID}","nonce":"{NONCE}","more":1}}"#).as_bytes()).unwrap()
}

#[test]
fn the_proof_verifies_against_the_certificate_it_carries() {
    for (slot, name) in [(rsa_slot(), "rsa-pkcs1-sha256"), (&slot(), "ecdsa-p256-sha256")] {
        let (identity, signed) = challenge().prove(&mut piv(slot), &pin(PIN), login()).unwrap();
        let body: serde_json::Value = serde_json::from_slice(&signed.to_json()).unwrap();
        let field = |name: &str| body[name].as_str().unwrap().to_owned();
        assert_eq!(body.as_object().unwrap().len(), 4);
        assert_eq!((field("challenge_id").as_str(), field("algorithm").as_str()), (ID, name));
        let certificate = STANDARD.decode(field("certificate")).unwrap();
        assert_eq!(certificate, identity.certificate());
        let signature = STANDARD.decode(field("signature")).unwrap();
        let reread = CardIdentity::from_certificate(&certificate).unwrap();
        assert!(reread.signed(format!("spine-login:{ID}:{NONCE}").as_bytes(), &signature));
    }
}

#[test]
fn a_card_that_may_not_is_refused_before_its_pin_is_asked() {
    let slot = slot();
    let late = at("2028-02-01T00:00:00Z");
    let refused = challenge().prove(&mut piv(&slot), &pin("000000"), late).unwrap_err();
    assert_eq!(refused, ProofError::OutOfDate(CardOutOfDate::Expired(at("2028-01-01T00:00:00Z"))));
    let refused = challenge().prove(&mut piv(&slot), &pin("000000"), login()).unwrap_err();
    assert_eq!(refused, ProofError::Pin(PinError::Wrong { left: 2 }), "the first attempt cost no try");
    drop(slot.pull());
    let refused = challenge().prove(&mut piv(&slot), &pin(PIN), login()).unwrap_err();
    assert_eq!(refused, ProofError::Card(CardError::NoCard));
}

#[test]
fn the_card_forgets_the_pin_after_the_proof() {
    use spine_session::{KeyUse, SigAlg, Smartcard};
    let slot = slot();
    let mut card = piv(&slot);
    challenge().prove(&mut card, &pin(PIN), login()).unwrap();
    let again = card.sign(KeyUse::Authentication, SigAlg::EcdsaP256Sha256, &[0; 32]);
    assert_eq!(again, Err(CardError::PinNeeded));
}

#[test]
fn challenges_that_are_none_are_refused() {
    let cases = [
        String::new(),
        "<html>".to_owned(),
        "{}".to_owned(),
        format!(r#"{{"challenge_id":"","nonce":"{NONCE}"}}"#),
        format!(r#"{{"challenge_id":"a:b","nonce":"{NONCE}"}}"#),
        format!(r#"{{"challenge_id":"{ID}","nonce":"{}"}}"#, &NONCE[4..]),
        format!(r#"{{"challenge_id":"{ID}","nonce":"{NONCE}="}}"#),
        format!(r#"{{"challenge_id":"{ID}","nonce":"{NONCE}","pad":"{}"}}"#, "x".repeat(20_000)),
    ];
    for json in cases {
        let read = Challenge::read(json.as_bytes());
        assert!(matches!(read, Err(SignInError::Misbehaved(_))), "{}", &json[..json.len().min(80)]);
    }
}

#[test]
fn a_ticket_or_the_reason_why_not_is_read() {
    assert_eq!(Ticket::read(br#"{"ticket":"abc"}"#).unwrap().reveal(), "abc");
    let refusals = [
        ("unknown-challenge", LoginRefusal::UnknownChallenge),
        ("certificate-refused", LoginRefusal::CertificateRefused),
        ("signature-wrong", LoginRefusal::SignatureWrong),
        ("unknown-user", LoginRefusal::UnknownUser),
        ("teapot", LoginRefusal::Other),
    ];
    for (code, expected) in refusals {
        let json = format!(r#"{{"error":"{code}"}}"#);
        assert_eq!(Ticket::read(json.as_bytes()).unwrap_err(), SignInError::Refused(expected));
    }
    for json in ["", "{}", r#"{"ticket":""}"#, r#"{"ticket":"a b"}"#, r#"{"ticket":"a","error":"b"}"#, "[1]"]
    {
        assert!(matches!(Ticket::read(json.as_bytes()), Err(SignInError::Misbehaved(_))), "{json}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_answer_makes_the_readers_panic(bytes in prop::collection::vec(any::<u8>(), 0..200), text in ".{0,100}") {
        let _ = Challenge::read(&bytes);
        let _ = Ticket::read(&bytes);
        let quoted = serde_json::to_string(&text).unwrap();
        let _ = Challenge::read(format!(r#"{{"challenge_id":{quoted},"nonce":{quoted}}}"#).as_bytes());
        let _ = Ticket::read(format!(r#"{{"ticket":{quoted}}}"#).as_bytes());
    }
}
