//! The proof of a log-in: a certificate of the card authority, and a signature by its key over the challenge.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_ASN1, RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey, VerificationAlgorithm,
};
use jiff::Timestamp;
use rustls::RootCertStore;
use rustls::crypto::aws_lc_rs::default_provider;
use rustls::server::WebPkiClientVerifier;
use rustls::server::danger::ClientCertVerifier;
use rustls_pki_types::{CertificateDer, UnixTime};
use serde::Deserialize;
use spine_vocabulary::UserId;
use x509_parser::certificate::X509Certificate;
use x509_parser::prelude::FromDer as _;

/// How the card signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub(super) enum Algorithm {
    /// RSASSA-PKCS1-v1_5 with SHA-256, a key of 2048 bits or more.
    #[serde(rename = "rsa-pkcs1-sha256")]
    RsaPkcs1Sha256,
    /// ECDSA on P-256 with SHA-256; the signature as DER.
    #[serde(rename = "ecdsa-p256-sha256")]
    EcdsaP256Sha256,
}

impl Algorithm {
    fn verification(self) -> &'static dyn VerificationAlgorithm {
        match self {
            Self::RsaPkcs1Sha256 => &RSA_PKCS1_2048_8192_SHA256,
            Self::EcdsaP256Sha256 => &ECDSA_P256_SHA256_ASN1,
        }
    }
}

/// What is wrong with a proof.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ProofError {
    /// Not of the card authority, not in date, or not a certificate for logging in.
    Certificate,
    /// Not a signature of the certificate's key over the challenge.
    Signature,
}

/// Judges proofs against the authority of the cards.
#[derive(Clone)]
pub(super) struct CardAuthority(Arc<dyn ClientCertVerifier>);

impl CardAuthority {
    /// Trusts the certificates that `authority` signed.
    pub(super) fn new(authority: CertificateDer<'static>) -> Result<Self, AuthorityError> {
        let mut trusted = RootCertStore::empty();
        trusted.add(authority)?;
        let verifier =
            WebPkiClientVerifier::builder_with_provider(Arc::new(trusted), Arc::new(default_provider()))
                .build()?;
        Ok(Self(verifier))
    }

    /// The user whose card made the signature, if chain, dates, purpose and signature are in order at `now`.
    pub(super) fn user(
        &self,
        certificate: &[u8],
        algorithm: Algorithm,
        message: &[u8],
        signature: &[u8],
        now: Timestamp,
    ) -> Result<Subject, ProofError> {
        let presented = CertificateDer::from(certificate);
        let seconds = u64::try_from(now.as_second()).map_err(|_| ProofError::Certificate)?;
        let moment = UnixTime::since_unix_epoch(Duration::from_secs(seconds));
        self.0.verify_client_cert(&presented, &[], moment).map_err(|_| ProofError::Certificate)?;
        let (rest, parsed) = X509Certificate::from_der(certificate).map_err(|_| ProofError::Certificate)?;
        if !rest.is_empty() || !may_log_in(&parsed) {
            return Err(ProofError::Certificate);
        }
        // For RSA these bytes are the PKCS#1 public key, for an elliptic curve the point: what the library wants.
        let key = &parsed.public_key().subject_public_key.data;
        UnparsedPublicKey::new(algorithm.verification(), key)
            .verify(message, signature)
            .map_err(|_| ProofError::Signature)?;
        Ok(Subject(user_id(&parsed)))
    }
}

impl fmt::Debug for CardAuthority {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CardAuthority(..)")
    }
}

/// Whose card it is, when its common name says so: twelve digits before the first `_`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Subject(pub(super) Option<UserId>);

/// The card authority's certificate cannot be trusted; a bug in what issued it.
#[derive(Debug, thiserror::Error)]
pub enum AuthorityError {
    /// Not a certificate.
    #[error("the card authority's certificate cannot be read: {0}")]
    Unreadable(#[from] rustls::Error),
    /// Not usable as a trust anchor.
    #[error("the card authority's certificate cannot be trusted: {0}")]
    Untrusted(#[from] rustls::server::VerifierBuilderError),
}

/// Whether the certificate's key usage allows signing a log-in: the card's other certificate, for content commitment, is
/// refused. Source: published certificates of the INT environment (key usage of the signing certificate).
fn may_log_in(certificate: &X509Certificate<'_>) -> bool {
    matches!(certificate.key_usage(), Ok(Some(usage)) if usage.value.digital_signature())
}

fn user_id(certificate: &X509Certificate<'_>) -> Option<UserId> {
    let name = certificate.subject().iter_common_name().next()?.as_str().ok()?;
    UserId::parse(name.split('_').next()?).ok()
}
