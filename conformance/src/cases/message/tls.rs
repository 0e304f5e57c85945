//! Mutual TLS, at both ends.

use crate::outcome::{Failure, Verdict, hold, same};
use crate::stage::ground::{Draft, Ground, Server};
use crate::stage::{Need, Observation, Scenario};
use crate::wire::{Reply, Service as _, Sort};

/// Only a program meets a Spine over TLS; the scripted one lets nobody in without a certificate.
pub(super) static OVER_TLS: Scenario =
    Scenario::new("over-tls", &["ordinary-adult"], super::UPLOAD).needs(Need::Process);

/// The first byte of a record of TLS: the handshake goes on, or an alert ends it. Source: RFC 5246, 6.2.1.
const HANDSHAKE: u8 = 22;
const ALERT: u8 = 21;

pub(super) fn what_arrived(seen: &Observation) -> Verdict {
    same("uploads over mutual TLS", &1, &seen.of(Sort::Upload).len())
}

fn server<'a>(ground: &'a Ground<'_>) -> Result<&'a Server, Failure> {
    ground.server().ok_or_else(|| Failure::new("a server", "none"))
}

pub(super) fn nobody_without_a_certificate(ground: &Ground<'_>) -> Verdict {
    let request = Draft::event_list(ground.names(), &ground.id(), &ground.patient()).request();
    let welcome = server(ground)?.spine.answer(&request);
    hold(welcome.heard().is_some(), "an answer to who comes with a certificate", "none")?;
    let Some(anonymous) = &server(ground)?.anonymous else {
        return Err(Failure::new("a requester without a certificate", "none"));
    };
    match anonymous.answer(&request) {
        Reply::Answer(answer) => Err(Failure::new("no answer", format!("HTTP {}", answer.status))),
        Reply::Silence | Reply::Unreached => Ok(()),
    }
}

pub(super) fn below_1_2(ground: &Ground<'_>) -> Verdict {
    let spine = &server(ground)?.spine;
    let first = |version: u8| {
        let answer = spine.raw(&client_hello(version), 1).unwrap_or_default();
        answer.first().copied()
    };
    same("record that answers TLS 1.2", &Some(HANDSHAKE), &first(3))?;
    for (version, name) in [(2, "1.1"), (1, "1.0")] {
        let found = first(version);
        let refused = found.is_none_or(|record| record == ALERT);
        hold(refused, &format!("TLS {name} refused"), format!("a record of type {found:?}"))?;
    }
    Ok(())
}

/// A client's first message in TLS 1.x, `minor` being x + 1, with what servers of today ask for. Source: RFC 5246, 7.4.1.2.
fn client_hello(minor: u8) -> Vec<u8> {
    let suites = [0xC0, 0x2B, 0xC0, 0x2F, 0xC0, 0x2C, 0xC0, 0x30, 0xC0, 0x09, 0xC0, 0x13, 0x00, 0x2F];
    let extensions = [
        // server_name: localhost
        vec![0, 0, 0, 14, 0, 12, 0, 0, 9, b'l', b'o', b'c', b'a', b'l', b'h', b'o', b's', b't'],
        // supported_groups: x25519, secp256r1, secp384r1
        vec![0, 10, 0, 8, 0, 6, 0, 29, 0, 23, 0, 24],
        // ec_point_formats: uncompressed
        vec![0, 11, 0, 2, 1, 0],
        // signature_algorithms: ECDSA and RSA (PSS, PKCS#1) with SHA-256, SHA-384
        vec![0, 13, 0, 14, 0, 12, 4, 3, 5, 3, 8, 4, 8, 5, 4, 1, 5, 1],
        // extended_master_secret
        vec![0, 23, 0, 0],
    ]
    .concat();
    let mut hello = vec![3, minor];
    hello.extend([7; 32]);
    hello.push(0);
    hello.extend(length(suites.len()));
    hello.extend(suites);
    hello.extend([1, 0]);
    hello.extend(length(extensions.len()));
    hello.extend(extensions);
    let mut handshake = vec![1, 0];
    handshake.extend(length(hello.len()));
    handshake.extend(hello);
    let mut record = vec![HANDSHAKE, 3, 1];
    record.extend(length(handshake.len()));
    record.extend(handshake);
    record
}

/// A length in two bytes; nothing here is longer.
fn length(bytes: usize) -> [u8; 2] {
    u16::try_from(bytes).unwrap_or(u16::MAX).to_be_bytes()
}
