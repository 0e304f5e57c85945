//! Which certificates make a card a national smartcard.

use proptest::prelude::*;
use rcgen::{
    CertificateParams, DistinguishedName, DnType, KeyPair, KeyUsagePurpose, PKCS_ECDSA_P256_SHA256,
    PKCS_ECDSA_P384_SHA384, SignatureAlgorithm,
};
use spine_session::{CardIdentity, CardOutOfDate, CertificateProblem};

use crate::samples::{at, identity};

/// User id and name, or why not.
type Read<'a> = Result<(&'a str, &'a str), CertificateProblem>;

fn certificate(
    names: &[(DnType, &str)],
    usage: KeyUsagePurpose,
    algorithm: &'static SignatureAlgorithm,
) -> Vec<u8> {
    let mut params = CertificateParams::default();
    params.distinguished_name = DistinguishedName::new();
    for (kind, value) in names {
        params.distinguished_name.push(kind.clone(), *value);
    }
    params.key_usages = vec![usage];
    params.self_signed(&KeyPair::generate_for(algorithm).unwrap()).unwrap().der().to_vec()
}

#[test]
fn only_a_holder_with_a_user_id_in_the_nhs_is_accepted() {
    use DnType::{CommonName, OrganizationName};
    let cases: &[(&[(DnType, &str)], Read<'_>)] = &[
        (
            &[(CommonName, "555000000001_OTHER_ANN"), (OrganizationName, "nhs")],
            Ok(("555000000001", "OTHER ANN")),
        ),
        (&[(CommonName, "555000000001_"), (OrganizationName, "NHS")], Ok(("555000000001", ""))),
        (&[(CommonName, "555000000001_X"), (OrganizationName, "nhs2")], Err(CertificateProblem::NotNhs)),
        (&[(CommonName, "555000000001_X")], Err(CertificateProblem::NotNhs)),
        (&[(CommonName, "555000000001"), (OrganizationName, "nhs")], Err(CertificateProblem::NoUserId)),
        (&[(CommonName, "55500000001_X"), (OrganizationName, "nhs")], Err(CertificateProblem::NoUserId)),
        (&[(CommonName, "_X"), (OrganizationName, "nhs")], Err(CertificateProblem::NoUserId)),
        (&[(OrganizationName, "nhs")], Err(CertificateProblem::NoUserId)),
    ];
    for (names, expected) in cases {
        let der = certificate(names, KeyUsagePurpose::DigitalSignature, &PKCS_ECDSA_P256_SHA256);
        let read = CardIdentity::from_certificate(&der);
        let read =
            read.as_ref().map(|identity| (identity.user_id().as_str(), identity.name())).map_err(|p| *p);
        assert_eq!(read, *expected, "{names:?}");
    }
}

#[test]
fn a_key_of_another_kind_or_for_another_use_is_refused() {
    let names = [(DnType::CommonName, "555000000001_X"), (DnType::OrganizationName, "nhs")];
    let read =
        |usage, algorithm| CardIdentity::from_certificate(&certificate(&names, usage, algorithm)).err();
    assert_eq!(
        read(KeyUsagePurpose::ContentCommitment, &PKCS_ECDSA_P256_SHA256),
        Some(CertificateProblem::Usage)
    );
    assert_eq!(
        read(KeyUsagePurpose::DigitalSignature, &PKCS_ECDSA_P384_SHA384),
        Some(CertificateProblem::Algorithm)
    );
}

#[test]
fn a_card_is_valid_between_its_dates() {
    let card = identity();
    let (from, to) = (at("2026-01-01T00:00:00Z"), at("2028-01-01T00:00:00Z"));
    assert_eq!(card.not_after(), to);
    assert_eq!(card.check_dates(from), Ok(()));
    assert_eq!(card.check_dates(to), Ok(()));
    assert_eq!(card.check_dates(at("2025-12-31T23:59:59Z")), Err(CardOutOfDate::NotYet(from)));
    assert_eq!(card.check_dates(at("2028-01-01T00:00:01Z")), Err(CardOutOfDate::Expired(to)));
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_bytes_make_the_reader_panic(at in 0usize..300, byte in any::<u8>(), length in 0usize..600) {
        let mut der = identity_der();
        der.truncate(length);
        if let Some(place) = der.get_mut(at) {
            *place = byte;
        }
        let _ = CardIdentity::from_certificate(&der);
    }
}

fn identity_der() -> Vec<u8> {
    static DER: std::sync::OnceLock<Vec<u8>> = std::sync::OnceLock::new();
    DER.get_or_init(|| identity().certificate().to_vec()).clone()
}
