//! Cards for the tests, and the few commands that every test needs.

use std::sync::{Mutex, MutexGuard, OnceLock};

use jiff::Timestamp;
use spine_card::{CardAlgorithm, CardIssuer, CardProfile, KeySlot, PivApplet};

pub(crate) const SELECT: &[u8] = &[0x00, 0xA4, 0x04, 0x00, 0x0B, 0xA0, 0, 0, 3, 8, 0, 0, 0x10, 0, 1, 0, 0x00];
pub(crate) const PIN: &[u8; 8] = b"123456\xFF\xFF";
pub(crate) const PUK: &[u8; 8] = b"12345678";

pub(crate) fn profile() -> CardProfile {
    let at = |text: &str| text.parse::<Timestamp>().unwrap();
    CardProfile::new("555000000001", "Ann Other", at("2026-01-01T00:00:00Z"), at("2028-01-01T00:00:00Z"))
        .unwrap()
}

pub(crate) fn issuer() -> &'static CardIssuer {
    static ISSUER: OnceLock<CardIssuer> = OnceLock::new();
    ISSUER.get_or_init(|| {
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        CardIssuer::new(at("2025-01-01T00:00:00Z"), at("2035-01-01T00:00:00Z")).unwrap()
    })
}

/// A fresh P-256 card with all four slots, nothing selected.
pub(crate) fn elliptic_card() -> PivApplet {
    issuer().issue(&profile().with_algorithm(CardAlgorithm::P256)).unwrap()
}

/// The one RSA card (making a key is slow), reset, with the PIN untouched: tests must not spend its tries.
pub(crate) fn rsa_card() -> MutexGuard<'static, PivApplet> {
    static CARD: OnceLock<Mutex<PivApplet>> = OnceLock::new();
    let card = CARD.get_or_init(|| {
        let slots = [KeySlot::Authentication, KeySlot::ContentCommitment];
        Mutex::new(issuer().issue(&profile().with_slots(&slots).unwrap()).unwrap())
    });
    let mut card = card.lock().unwrap();
    card.reset();
    card
}

/// A short command with a body and Le = 00.
pub(crate) fn command(header: [u8; 4], body: &[u8]) -> Vec<u8> {
    let mut apdu = header.to_vec();
    if !body.is_empty() {
        apdu.push(u8::try_from(body.len()).unwrap());
        apdu.extend_from_slice(body);
    }
    apdu.push(0);
    apdu
}

/// An extended command with a body and Le = 0000.
pub(crate) fn extended(header: [u8; 4], body: &[u8]) -> Vec<u8> {
    let length = u16::try_from(body.len()).unwrap().to_be_bytes();
    [&header[..], &[0], &length, body, &[0, 0]].concat()
}

pub(crate) fn verify(pin: &[u8]) -> Vec<u8> {
    [&[0x00, 0x20, 0x00, 0x80, 8], pin].concat()
}

/// Data and status of an answer.
pub(crate) fn split(answer: &[u8]) -> (&[u8], u16) {
    let (data, status) = answer.split_last_chunk::<2>().unwrap();
    (data, u16::from_be_bytes(*status))
}

pub(crate) fn status(card: &mut PivApplet, apdu: &[u8]) -> u16 {
    split(&card.process(apdu)).1
}

/// Sends and fetches everything that waits; the whole data under 9000.
pub(crate) fn fetch(card: &mut PivApplet, apdu: &[u8]) -> Vec<u8> {
    let mut whole = Vec::new();
    let mut answer = card.process(apdu);
    loop {
        let (data, status) = split(&answer);
        whole.extend_from_slice(data);
        match status {
            0x9000 => return whole,
            0x6100..=0x61FF => answer = card.process(&[0, 0xC0, 0, 0, 0]),
            other => panic!("{other:04X}"),
        }
    }
}

/// The certificate of a slot by its object tag.
pub(crate) fn certificate(card: &mut PivApplet, tag: [u8; 3]) -> Vec<u8> {
    let object = fetch(card, &command([0, 0xCB, 0x3F, 0xFF], &[&[0x5C, 3], &tag[..]].concat()));
    // 53 82 LL LL 70 82 LL LL: both lengths take two bytes for any real certificate.
    assert_eq!((object[0], object[4]), (0x53, 0x70));
    let length = usize::from(u16::from_be_bytes([object[6], object[7]]));
    object[8..8 + length].to_vec()
}

/// The template of a signature request.
pub(crate) fn template(challenge: &[u8]) -> Vec<u8> {
    let header = |tag: u8, length: usize| match u8::try_from(length) {
        Ok(short @ 0..=0x7F) => vec![tag, short],
        Ok(byte) => vec![tag, 0x81, byte],
        Err(_) => [&[tag, 0x82][..], &u16::try_from(length).unwrap().to_be_bytes()].concat(),
    };
    let inner = [&[0x82, 0][..], &header(0x81, challenge.len()), challenge].concat();
    [header(0x7C, inner.len()), inner].concat()
}

/// The response inside an answered template.
pub(crate) fn response(answered: &[u8]) -> &[u8] {
    let skip = |bytes: &[u8]| match bytes[1] {
        0x82 => 4,
        0x81 => 3,
        _ => 2,
    };
    let inner = &answered[skip(answered)..];
    assert_eq!((answered[0], inner[0]), (0x7C, 0x82));
    &inner[skip(inner)..]
}
