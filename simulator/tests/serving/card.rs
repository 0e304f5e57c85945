//! The card socket, and the few commands with which a test logs in.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use spine_simulator::FakeSpine;

use crate::client::plain;
use crate::population::{ADA, WYN, fake, options, user};

/// The algorithm of a card's keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Algorithm {
    Rsa,
    P256,
}

/// A way to the card: in this process or over its socket.
pub(crate) type Transmit<'a> = dyn FnMut(&[u8]) -> Vec<u8> + 'a;

/// Sends a command with short lengths, parted where it is long; collects the whole answer, which must be a good one.
fn command(transmit: &mut Transmit<'_>, head: [u8; 4], body: &[u8]) -> Vec<u8> {
    let parts: Vec<&[u8]> = if body.is_empty() { vec![body] } else { body.chunks(255).collect() };
    let mut answer = Vec::new();
    for (index, part) in parts.iter().enumerate() {
        let chained = if index + 1 < parts.len() { 0x10 } else { 0 };
        let mut apdu = vec![head[0] | chained, head[1], head[2], head[3]];
        if !part.is_empty() {
            apdu.push(u8::try_from(part.len()).unwrap());
            apdu.extend_from_slice(part);
        }
        if chained == 0 {
            apdu.push(0);
        }
        answer = transmit(&apdu);
    }
    let mut whole = Vec::new();
    loop {
        let status = answer.split_off(answer.len() - 2);
        whole.extend_from_slice(&answer);
        match status[..] {
            [0x90, 0x00] => return whole,
            [0x61, more] => answer = transmit(&[0x00, 0xC0, 0x00, 0x00, more]),
            _ => panic!("the card answers {status:02X?} to {head:02X?}"),
        }
    }
}

/// A tag's value within a list of tags and values.
fn value(mut bytes: &[u8], wanted: u8) -> &[u8] {
    loop {
        let (tag, rest) = (bytes[0], &bytes[1..]);
        let (length, from) = match rest[0] {
            0x82 => (usize::from(rest[1]) << 8 | usize::from(rest[2]), 3),
            0x81 => (usize::from(rest[1]), 2),
            short => (usize::from(short), 1),
        };
        let (value, next) = rest[from..].split_at(length);
        if tag == wanted {
            return value;
        }
        bytes = next;
    }
}

fn tagged(tag: u8, value: &[u8]) -> Vec<u8> {
    let length = value.len();
    let mut out = vec![tag];
    match u8::try_from(length) {
        Ok(short) if short < 0x80 => out.push(short),
        Ok(byte) => out.extend([0x81, byte]),
        Err(_) => {
            out.extend([0x82, u8::try_from(length >> 8).unwrap(), u8::try_from(length & 0xFF).unwrap()]);
        }
    }
    out.extend_from_slice(value);
    out
}

pub(crate) fn select(transmit: &mut Transmit<'_>) {
    command(transmit, [0x00, 0xA4, 0x04, 0x00], &[0xA0, 0x00, 0x00, 0x03, 0x08]);
}

pub(crate) fn verify(transmit: &mut Transmit<'_>, pin: &str) {
    let mut padded = [0xFF; 8];
    padded[..pin.len()].copy_from_slice(pin.as_bytes());
    // No expected length: the answer has no body.
    let apdu = [&[0x00, 0x20, 0x00, 0x80, 0x08][..], &padded].concat();
    assert_eq!(transmit(&apdu), [0x90, 0x00]);
}

/// The certificate of key 9A or 9C, DER.
pub(crate) fn certificate(transmit: &mut Transmit<'_>, key: u8) -> Vec<u8> {
    let object = if key == 0x9A { 0x05 } else { 0x0A };
    let answer = command(transmit, [0x00, 0xCB, 0x3F, 0xFF], &[0x5C, 0x03, 0x5F, 0xC1, object]);
    value(value(&answer, 0x53), 0x70).to_vec()
}

/// By size: an RSA certificate is far larger.
pub(crate) fn algorithm(certificate: &[u8]) -> Algorithm {
    let rsa_encryption = [0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01, 0x01];
    let is_rsa = certificate.windows(rsa_encryption.len()).any(|window| window == rsa_encryption);
    if is_rsa { Algorithm::Rsa } else { Algorithm::P256 }
}

/// Signs a SHA-256 digest.
pub(crate) fn sign(transmit: &mut Transmit<'_>, key: u8, algorithm: Algorithm, digest: &[u8]) -> Vec<u8> {
    let (code, block) = match algorithm {
        Algorithm::P256 => (0x11, digest.to_vec()),
        Algorithm::Rsa => {
            let of_sha256 = [
                0x30, 0x31, 0x30, 0x0D, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01,
                0x05, 0x00, 0x04, 0x20,
            ];
            let padding = vec![0xFF; 256 - 3 - of_sha256.len() - digest.len()];
            (0x07, [&[0, 1][..], &padding, &[0], &of_sha256, digest].concat())
        }
    };
    let template = tagged(0x7C, &[tagged(0x82, &[]), tagged(0x81, &block)].concat());
    let answer = command(transmit, [0x00, 0x87, code, key], &template);
    value(value(&answer, 0x7C), 0x82).to_vec()
}

fn socket(fake: &FakeSpine) -> TcpStream {
    let stream = TcpStream::connect(&fake.ready().card).unwrap();
    stream.set_nodelay(true).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    stream
}

fn exchange(stream: &mut TcpStream, body: &[u8]) -> Vec<u8> {
    stream.write_all(&[&u16::try_from(body.len()).unwrap().to_be_bytes(), body].concat()).unwrap();
    let mut length = [0; 2];
    stream.read_exact(&mut length).unwrap();
    let mut answer = vec![0; usize::from(u16::from_be_bytes(length))];
    stream.read_exact(&mut answer).unwrap();
    answer
}

#[test]
fn the_socket_serves_the_card_that_the_control_port_inserts_and_pulls() {
    let (fake, _) = fake();
    let mut control = plain(&fake.ready().control);
    let cards = serde_json::json!([ADA, WYN, crate::population::EVE, crate::population::NOBODY]);
    let mut stream = socket(&fake);
    assert!(exchange(&mut stream, &[4]).is_empty(), "a card in an empty reader");

    let answer = control.post(&format!("/card/insert?user={ADA}"), b"").unwrap();
    assert_eq!(answer.json(), serde_json::json!({ "inserted": ADA, "cards": cards }));
    assert!(!exchange(&mut stream, &[4]).is_empty(), "no answer to reset");
    let mut transmit = |apdu: &[u8]| exchange(&mut stream, apdu);
    select(&mut transmit);
    verify(&mut transmit, "123456");
    let certificate = certificate(&mut transmit, 0x9A);
    assert_eq!(algorithm(&certificate), Algorithm::P256);
    assert!(!sign(&mut transmit, 0x9A, Algorithm::P256, &[7; 32]).is_empty());

    assert_eq!(control.post("/card/pull", b"").unwrap().json()["inserted"], serde_json::Value::Null);
    assert!(exchange(&mut stream, &[4]).is_empty());
    assert!(exchange(&mut stream, &[0x00, 0x20, 0x00, 0x80]).is_empty(), "a pulled card answered");
    assert_eq!(control.get("/card").unwrap().json(), serde_json::json!({ "inserted": null, "cards": cards }));

    assert_eq!(control.post("/card/insert?user=555100000099", b"").unwrap().status, 404);
    assert_eq!(control.post("/card/insert?user=x", b"").unwrap().status, 404);
    assert_eq!(control.post("/card/insert", b"").unwrap().json()["inserted"], ADA);
}

#[test]
fn a_card_that_is_in_from_the_start_is_there_for_the_first_who_asks() {
    let (options, _clock) = options();
    let fake = FakeSpine::start(options.with_first_card()).unwrap();
    assert!(!exchange(&mut socket(&fake), &[4]).is_empty());
    assert_eq!(fake.cards().inserted(), Some(user(ADA)));
}

#[test]
fn a_start_with_a_card_that_nobody_has_is_refused() {
    let (options, _clock) = options();
    let options = spine_simulator::Options { inserted: Some(user("555100000099")), ..options };
    let error = FakeSpine::start(options).unwrap_err();
    assert!(error.to_string().contains("555100000099"), "{error}");
}
