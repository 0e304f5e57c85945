//! What the card signs, checked against its certificates by a library that knows nothing of the card.

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1, RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey};
use spine_card::{CardAlgorithm, PivApplet};
use x509_parser::prelude::{FromDer, X509Certificate};

use crate::cards::{
    PIN, SELECT, certificate, command, elliptic_card, extended, fetch, issuer, profile, response, rsa_card,
    split, status, template, verify,
};

const MESSAGE: &[u8] = b"spine-login:example";
/// `DigestInfo` of SHA-256, RFC 8017 9.2.
const SHA256_PREFIX: &[u8] = &[
    0x30, 0x31, 0x30, 0x0D, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00,
    0x04, 0x20,
];

fn encoded() -> Vec<u8> {
    let mut block = vec![0x00, 0x01];
    block.resize(256 - SHA256_PREFIX.len() - 32 - 1, 0xFF);
    block.push(0);
    block.extend_from_slice(SHA256_PREFIX);
    block.extend_from_slice(digest(&SHA256, MESSAGE).as_ref());
    block
}

fn logged_in(card: &mut PivApplet) {
    assert_eq!(status(card, SELECT), 0x9000);
    assert_eq!(status(card, &verify(PIN)), 0x9000);
}

#[test]
fn an_rsa_signature_verifies_whether_chained_or_extended() {
    let mut card = rsa_card();
    logged_in(&mut card);
    let der = certificate(&mut card, [0x5F, 0xC1, 0x05]);
    let (_, parsed) = X509Certificate::from_der(&der).unwrap();
    let key =
        UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, &*parsed.public_key().subject_public_key.data);

    let body = template(&encoded());
    let whole = fetch(&mut card, &extended([0, 0x87, 0x07, 0x9A], &body));
    key.verify(MESSAGE, response(&whole)).unwrap();

    let (first, last) = body.split_at(200);
    assert_eq!(status(&mut card, &command([0x10, 0x87, 0x07, 0x9A], first)), 0x9000);
    let answered = card.process(&command([0x00, 0x87, 0x07, 0x9A], last));
    assert_eq!(split(&answered).1, 0x6108, "256 bytes at once, eight wait");
    let rest = card.process(&[0, 0xC0, 0, 0, 8]);
    let chained = [split(&answered).0, split(&rest).0].concat();
    key.verify(MESSAGE, response(&chained)).unwrap();
}

#[test]
fn raw_rsa_refuses_what_is_no_residue() {
    let mut card = rsa_card();
    logged_in(&mut card);
    for challenge in [vec![0xFF; 256], vec![1; 255], vec![]] {
        assert_eq!(status(&mut card, &extended([0, 0x87, 0x07, 0x9A], &template(&challenge))), 0x6A80);
    }
    assert_eq!(status(&mut card, &extended([0, 0x87, 0x11, 0x9A], &template(&[1; 32]))), 0x6A86);
    assert_eq!(status(&mut card, &extended([0, 0x87, 0x07, 0x9E], &template(&[1; 256]))), 0x6A88);
}

#[test]
fn an_elliptic_signature_verifies_in_every_slot() {
    let mut card = elliptic_card();
    status(&mut card, SELECT);
    for (slot, tag) in [(0x9A, 0x05), (0x9C, 0x0A), (0x9D, 0x0B), (0x9E, 0x01)] {
        let der = certificate(&mut card, [0x5F, 0xC1, tag]);
        let (_, parsed) = X509Certificate::from_der(&der).unwrap();
        status(&mut card, &verify(PIN));
        let digest = digest(&SHA256, MESSAGE);
        let whole = fetch(&mut card, &command([0, 0x87, 0x11, slot], &template(digest.as_ref())));
        UnparsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, &*parsed.public_key().subject_public_key.data)
            .verify(MESSAGE, response(&whole))
            .unwrap();
    }
    for digest in [&[][..], &[1; 33]] {
        assert_eq!(status(&mut card, &command([0, 0x87, 0x11, 0x9E], &template(digest))), 0x6A80);
    }
}

#[test]
fn certificates_say_who_and_for_what_and_chain_to_the_issuer() {
    let mut card = elliptic_card();
    status(&mut card, SELECT);
    let (_, authority) = X509Certificate::from_der(issuer().certificate_der()).unwrap();
    for (tag, commits, signs) in [(0x05, false, true), (0x0A, true, false), (0x01, false, true)] {
        let der = certificate(&mut card, [0x5F, 0xC1, tag]);
        let (_, parsed) = X509Certificate::from_der(&der).unwrap();
        assert_eq!(parsed.subject().to_string(), "O=nhs, OU=People, CN=555000000001_ANN_OTHER");
        assert_eq!(parsed.issuer(), authority.subject());
        assert_eq!(parsed.validity().not_after.to_datetime().year(), 2028);
        let usage = parsed.key_usage().unwrap().unwrap();
        assert!(usage.critical);
        assert_eq!(
            (usage.value.non_repudiation(), usage.value.digital_signature()),
            (commits, signs),
            "{tag:02X}"
        );
    }
    assert!(issuer().certificate_pem().starts_with("-----BEGIN CERTIFICATE-----"));
    assert!(authority.is_ca());
}

#[test]
fn the_management_challenge_comes_from_the_injected_source() {
    let profile = profile().with_algorithm(CardAlgorithm::P256);
    let mut card = issuer().issue_with(&profile, Box::new(|bytes: &mut [u8]| bytes.fill(0x5A))).unwrap();
    status(&mut card, SELECT);
    let ask = |algorithm| command([0, 0x87, algorithm, 0x9B], &[0x7C, 2, 0x81, 0]);
    assert_eq!(fetch(&mut card, &ask(0)), [&[0x7C, 10, 0x81, 8][..], &[0x5A; 8]].concat());
    assert_eq!(fetch(&mut card, &ask(8)), [&[0x7C, 18, 0x81, 16][..], &[0x5A; 16]].concat());
    assert_eq!(status(&mut card, &ask(0x11)), 0x6A86);
    let mut other = elliptic_card();
    status(&mut other, SELECT);
    assert_ne!(fetch(&mut other, &ask(8)), fetch(&mut other, &ask(8)));
}
