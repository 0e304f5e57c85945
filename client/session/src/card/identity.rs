//! Whose card it is, read from the certificate of its login key.
//!
//! National cards name their holder `CN=<12 digits>_NAME, OU=People, O=nhs` (published samples of the Electronic
//! Prescription Service API). Who issued the certificate is for the identity service to judge: it holds the authorities.

use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1, RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey};
use jiff::Timestamp;
use spine_vocabulary::UserId;
use x509_parser::oid_registry::{OID_EC_P256, OID_KEY_TYPE_EC_PUBLIC_KEY, OID_PKCS1_RSAENCRYPTION};
use x509_parser::prelude::{FromDer, X509Certificate};
use x509_parser::public_key::PublicKey;
use x509_parser::x509::{SubjectPublicKeyInfo, X509Name};

use super::smartcard::SigAlg;

/// The holder of a card and the certificate that says so.
#[derive(Clone, PartialEq, Eq)]
pub struct CardIdentity {
    user_id: UserId,
    name: String,
    algorithm: SigAlg,
    not_before: Timestamp,
    not_after: Timestamp,
    certificate: Vec<u8>,
    public_key: Vec<u8>,
}

/// Why a certificate does not make a card a national smartcard.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CertificateProblem {
    /// There is no certificate for the login key.
    #[error("it holds no certificate")]
    Missing,
    /// It is no X.509 certificate.
    #[error("its certificate cannot be read")]
    Unreadable,
    /// The organisation is not `nhs`.
    #[error("it was not issued to a member of the NHS (its certificate does not say O=nhs)")]
    NotNhs,
    /// The common name does not begin with twelve digits and an underscore.
    #[error("its certificate does not name a user id of twelve digits")]
    NoUserId,
    /// The key may not sign.
    #[error("its certificate does not allow its key to sign a login")]
    Usage,
    /// Neither RSA with 2048 bits nor P-256.
    #[error("its key is neither RSA-2048 nor P-256")]
    Algorithm,
    /// The dates cannot be represented.
    #[error("its certificate has impossible dates")]
    Dates,
}

/// The card is not valid at this moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CardOutOfDate {
    /// It has ended.
    #[error("this smartcard expired at {0}: ask your Registration Authority for a new one")]
    Expired(Timestamp),
    /// It has not begun.
    #[error("this smartcard is not valid before {0}: check this computer's clock")]
    NotYet(Timestamp),
}

impl CardIdentity {
    /// Reads the certificate of the login key.
    pub fn from_certificate(der: &[u8]) -> Result<Self, CertificateProblem> {
        let (rest, certificate) =
            X509Certificate::from_der(der).map_err(|_| CertificateProblem::Unreadable)?;
        if !rest.is_empty() {
            return Err(CertificateProblem::Unreadable);
        }
        let (user_id, name) = holder(certificate.subject())?;
        match certificate.key_usage() {
            Ok(Some(usage)) if !usage.value.digital_signature() => return Err(CertificateProblem::Usage),
            Ok(_) => {}
            Err(_) => return Err(CertificateProblem::Unreadable),
        }
        let instant = |seconds| Timestamp::from_second(seconds).map_err(|_| CertificateProblem::Dates);
        let key = certificate.public_key();
        Ok(Self {
            user_id,
            name,
            algorithm: algorithm(key)?,
            not_before: instant(certificate.validity().not_before.timestamp())?,
            not_after: instant(certificate.validity().not_after.timestamp())?,
            certificate: der.to_vec(),
            public_key: key.subject_public_key.data.to_vec(),
        })
    }

    /// The holder's user id.
    #[must_use]
    pub fn user_id(&self) -> &UserId {
        &self.user_id
    }

    /// The holder's name as the card has it, underscores as spaces.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// How this card signs.
    #[must_use]
    pub fn algorithm(&self) -> SigAlg {
        self.algorithm
    }

    /// The certificate, DER.
    #[must_use]
    pub fn certificate(&self) -> &[u8] {
        &self.certificate
    }

    /// When the card ends.
    #[must_use]
    pub fn not_after(&self) -> Timestamp {
        self.not_after
    }

    /// Whether both are one card: the same certificate, byte for byte.
    #[must_use]
    pub fn is_same_card(&self, other: &Self) -> bool {
        self.certificate == other.certificate
    }

    /// Refuses a card that has ended or not begun at `now`.
    /// Requirement: SES-017.
    pub fn check_dates(&self, now: Timestamp) -> Result<(), CardOutOfDate> {
        if now < self.not_before {
            Err(CardOutOfDate::NotYet(self.not_before))
        } else if now > self.not_after {
            Err(CardOutOfDate::Expired(self.not_after))
        } else {
            Ok(())
        }
    }

    /// Whether this card's login key made the signature.
    #[must_use]
    pub fn signed(&self, message: &[u8], signature: &[u8]) -> bool {
        match self.algorithm {
            SigAlg::RsaPkcs1Sha256 => UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, &self.public_key)
                .verify(message, signature),
            SigAlg::EcdsaP256Sha256 => {
                UnparsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, &self.public_key).verify(message, signature)
            }
        }
        .is_ok()
    }
}

impl std::fmt::Debug for CardIdentity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CardIdentity")
            .field("user_id", &self.user_id)
            .field("algorithm", &self.algorithm)
            .field("not_after", &self.not_after)
            .finish_non_exhaustive()
    }
}

fn holder(subject: &X509Name<'_>) -> Result<(UserId, String), CertificateProblem> {
    let is_nhs = |text: &str| text.eq_ignore_ascii_case("nhs");
    if !subject.iter_organization().any(|part| part.as_str().is_ok_and(is_nhs)) {
        return Err(CertificateProblem::NotNhs);
    }
    // Two common names could name two people.
    let mut names = subject.iter_common_name();
    let (Some(only), None) = (names.next(), names.next()) else { return Err(CertificateProblem::NoUserId) };
    let common_name = only.as_str().map_err(|_| CertificateProblem::NoUserId)?;
    let (digits, name) = common_name.split_once('_').ok_or(CertificateProblem::NoUserId)?;
    let user_id = UserId::parse(digits).map_err(|_| CertificateProblem::NoUserId)?;
    Ok((user_id, name.replace('_', " ").trim().to_owned()))
}

fn algorithm(key: &SubjectPublicKeyInfo<'_>) -> Result<SigAlg, CertificateProblem> {
    let kind = &key.algorithm.algorithm;
    let curve = key.algorithm.parameters.as_ref().and_then(|parameters| parameters.as_oid().ok());
    match key.parsed() {
        Ok(PublicKey::RSA(rsa)) if *kind == OID_PKCS1_RSAENCRYPTION && rsa.key_size() == 2048 => {
            Ok(SigAlg::RsaPkcs1Sha256)
        }
        Ok(PublicKey::EC(_)) if *kind == OID_KEY_TYPE_EC_PUBLIC_KEY && curve == Some(OID_EC_P256) => {
            Ok(SigAlg::EcdsaP256Sha256)
        }
        _ => Err(CertificateProblem::Algorithm),
    }
}
