//! The authority that issues the virtual cards. It is an invented one, and its name says so.
//!
//! Subjects are shaped as national cards have them: `CN=<12 digits>_NAME, OU=People, O=nhs` (published samples of the
//! Electronic Prescription Service API). Its certificate is what an identity service trusts.

use std::time::Duration;

use jiff::Timestamp;
use rcgen::{
    BasicConstraints, Certificate, CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose,
    IsCa, Issuer, KeyPair, KeyUsagePurpose, PKCS_ECDSA_P256_SHA256, PKCS_RSA_SHA256, RsaKeySize,
};
use zeroize::Zeroizing;

use crate::applet::{CardFacts, PivApplet};
use crate::key::elliptic::EllipticKey;
use crate::key::rsa::RsaKey;
use crate::key::{CardKey, KeySlot};
use crate::profile::{CardAlgorithm, CardProfile};
use crate::random::{OsRandomness, Randomness};

/// A certification authority for virtual cards, with a key of its own made at creation.
pub struct CardIssuer {
    issuer: Issuer<'static, KeyPair>,
    certificate: Certificate,
}

/// A card or an authority that could not be made: the cryptographic library refused, which is a bug or a broken machine.
#[derive(Debug, thiserror::Error)]
pub enum IssueError {
    /// A key or a certificate could not be made.
    #[error("the virtual card's certificate could not be made")]
    Certificate(#[from] rcgen::Error),
    /// A key that was just made could not be read.
    #[error("the virtual card's key could not be read back")]
    Key,
    /// The source of randomness failed.
    #[error(transparent)]
    Randomness(#[from] crate::random::RandomnessFailed),
}

impl CardIssuer {
    /// Makes an authority that is valid between the two instants.
    pub fn new(not_before: Timestamp, not_after: Timestamp) -> Result<Self, IssueError> {
        let mut params = CertificateParams::default();
        params.distinguished_name = subject("Virtual Smartcard Issuer", "CA");
        set_validity(&mut params, not_before, not_after);
        params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256)?;
        let certificate = params.self_signed(&key)?;
        Ok(Self { issuer: Issuer::new(params, key), certificate })
    }

    /// The authority's own certificate, DER: what an identity service trusts.
    #[must_use]
    pub fn certificate_der(&self) -> &[u8] {
        self.certificate.der()
    }

    /// The same, PEM.
    #[must_use]
    pub fn certificate_pem(&self) -> String {
        self.certificate.pem()
    }

    /// Makes a card: keys, certificates, objects. RSA keys take a good part of a second in all.
    pub fn issue(&self, profile: &CardProfile) -> Result<PivApplet, IssueError> {
        self.issue_with(profile, Box::new(OsRandomness))
    }

    /// The same with another source for the card's identifier and its challenges.
    pub fn issue_with(
        &self,
        profile: &CardProfile,
        mut randomness: Box<dyn Randomness>,
    ) -> Result<PivApplet, IssueError> {
        let mut facts = CardFacts {
            guid: [0; 16],
            name: profile.name.clone(),
            expires_on: profile.not_after.to_zoned(jiff::tz::TimeZone::UTC).date(),
        };
        randomness.fill(&mut facts.guid)?;
        let keys = profile
            .slots
            .iter()
            .map(|slot| self.key(profile, *slot))
            .collect::<Result<Vec<_>, IssueError>>()?;
        Ok(PivApplet::assemble(&facts, keys, profile.pin.clone(), profile.puk.clone(), randomness))
    }

    fn key(&self, profile: &CardProfile, slot: KeySlot) -> Result<(KeySlot, CardKey, Vec<u8>), IssueError> {
        let pair = match profile.algorithm {
            CardAlgorithm::Rsa2048 => KeyPair::generate_rsa_for(&PKCS_RSA_SHA256, RsaKeySize::_2048)?,
            CardAlgorithm::P256 => KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256)?,
        };
        let certificate = certificate_params(profile, slot).signed_by(&pair, &self.issuer)?;
        let pkcs8 = Zeroizing::new(pair.serialize_der());
        let key = match profile.algorithm {
            CardAlgorithm::Rsa2048 => RsaKey::from_pkcs8(&pkcs8).map(CardKey::Rsa),
            CardAlgorithm::P256 => EllipticKey::from_pkcs8(&pkcs8).map(CardKey::Elliptic),
        };
        Ok((slot, key.ok_or(IssueError::Key)?, certificate.der().to_vec()))
    }
}

impl std::fmt::Debug for CardIssuer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CardIssuer").finish_non_exhaustive()
    }
}

fn certificate_params(profile: &CardProfile, slot: KeySlot) -> CertificateParams {
    let mut params = CertificateParams::default();
    let name = profile.name.to_uppercase().replace(char::is_whitespace, "_");
    params.distinguished_name = subject(&format!("{}_{name}", profile.user_id), "People");
    set_validity(&mut params, profile.not_before, profile.not_after);
    params.is_ca = IsCa::ExplicitNoCa;
    params.use_authority_key_identifier_extension = true;
    params.key_usages = vec![match (slot, profile.algorithm) {
        (KeySlot::Authentication | KeySlot::CardAuthentication, _) => KeyUsagePurpose::DigitalSignature,
        (KeySlot::ContentCommitment, _) => KeyUsagePurpose::ContentCommitment,
        (KeySlot::KeyManagement, CardAlgorithm::Rsa2048) => KeyUsagePurpose::KeyEncipherment,
        (KeySlot::KeyManagement, CardAlgorithm::P256) => KeyUsagePurpose::KeyAgreement,
    }];
    if slot == KeySlot::Authentication {
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
    }
    params
}

fn subject(common_name: &str, unit: &str) -> DistinguishedName {
    let mut name = DistinguishedName::new();
    name.push(DnType::OrganizationName, "nhs");
    name.push(DnType::OrganizationalUnitName, unit);
    name.push(DnType::CommonName, common_name);
    name
}

/// Sets both instants, to the second; the library's own type of instant has no public name. Years before 1970 become 1970.
fn set_validity(params: &mut CertificateParams, not_before: Timestamp, not_after: Timestamp) {
    let epoch = rcgen::date_time_ymd(1970, 1, 1);
    let since = |at: Timestamp| Duration::from_secs(u64::try_from(at.as_second()).unwrap_or(0));
    params.not_before = epoch + since(not_before);
    params.not_after = epoch + since(not_after);
}
