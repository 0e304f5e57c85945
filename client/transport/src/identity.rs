//! Who we are and whom we trust, in TLS terms. Keys come in, and never come out again.

use std::fmt;
use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use rustls::RootCertStore;
use rustls::crypto::aws_lc_rs;
use rustls::sign::CertifiedKey;
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use x509_parser::prelude::{FromDer, X509Certificate};
use x509_parser::time::ASN1Time;
use zeroize::Zeroizing;

use crate::misconfigured::Misconfigured;

const OUR_CHAIN: &str = "our certificate chain";
const AUTHORITIES: &str = "the list of trusted authorities";

/// The certificate chain and key with which this side proves who it is. Cloning it is cheap.
#[derive(Clone)]
pub struct Identity {
    presented: Option<Presented>,
}

#[derive(Clone)]
struct Presented {
    chain_and_key: Arc<CertifiedKey>,
    not_after: SystemTime,
}

impl Identity {
    /// Reads a PEM certificate chain, our own certificate first, and the PEM private key that belongs to it.
    ///
    /// With `now`, a certificate that has expired or is not valid yet is refused here rather than by the service, where the
    /// reason is harder to see.
    pub fn from_pem(chain: &[u8], key: &[u8], now: Option<SystemTime>) -> Result<Self, Misconfigured> {
        let chain = certificates(chain, OUR_CHAIN)?;
        let own = chain.first().ok_or(Misconfigured::NoCertificate { what: OUR_CHAIN })?;
        let (_, parsed) = X509Certificate::from_der(own)
            .map_err(|_| Misconfigured::CertificateMalformed { what: OUR_CHAIN })?;
        let (not_before, not_after) = (parsed.validity().not_before, parsed.validity().not_after);
        match now {
            Some(now) if now > instant(not_after) => {
                return Err(Misconfigured::Expired { on: not_after.to_string() });
            }
            Some(now) if now < instant(not_before) => {
                return Err(Misconfigured::NotYetValid { from: not_before.to_string() });
            }
            Some(_) | None => {}
        }
        let not_after = instant(not_after);
        let chain_and_key = CertifiedKey::from_der(chain, private_key(key)?, &aws_lc_rs::default_provider())
            .map_err(|error| match error {
                rustls::Error::InconsistentKeys(_) => Misconfigured::KeyDoesNotFit,
                _ => Misconfigured::KeyUnusable,
            })?;
        Ok(Self { presented: Some(Presented { chain_and_key: Arc::new(chain_and_key), not_after }) })
    }

    /// Reads both from files, as [`from_pem`](Self::from_pem) does. The key's bytes are wiped from memory after use.
    pub fn from_files(chain: &Path, key: &Path, now: Option<SystemTime>) -> Result<Self, Misconfigured> {
        let chain = read(chain)?;
        let key = Zeroizing::new(read(key)?);
        Self::from_pem(&chain, &key, now)
    }

    /// Presents no certificate at all. No real Spine answers such a client: it is there to show that.
    #[must_use]
    pub const fn anonymous() -> Self {
        Self { presented: None }
    }

    /// When our certificate's validity ends, so that an operator can be warned in time.
    #[must_use]
    pub fn not_after(&self) -> Option<SystemTime> {
        self.presented.as_ref().map(|presented| presented.not_after)
    }

    /// What TLS presents; `None` presents nothing.
    pub(crate) fn chain_and_key(&self) -> Option<Arc<CertifiedKey>> {
        self.presented.as_ref().map(|presented| Arc::clone(&presented.chain_and_key))
    }
}

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Identity").field("not_after", &self.not_after()).finish_non_exhaustive()
    }
}

/// The authorities whose word on a service's identity is believed: these and no others, not even the computer's own.
#[derive(Debug, Clone)]
pub struct TrustAnchors {
    roots: Arc<RootCertStore>,
}

impl TrustAnchors {
    /// Reads one or more PEM certificates of authorities.
    pub fn from_pem(authorities: &[u8]) -> Result<Self, Misconfigured> {
        let mut roots = RootCertStore::empty();
        for certificate in certificates(authorities, AUTHORITIES)? {
            roots.add(certificate).map_err(|_| Misconfigured::CertificateMalformed { what: AUTHORITIES })?;
        }
        if roots.is_empty() {
            return Err(Misconfigured::NoCertificate { what: AUTHORITIES });
        }
        Ok(Self { roots: Arc::new(roots) })
    }

    /// Reads them from a file.
    pub fn from_file(authorities: &Path) -> Result<Self, Misconfigured> {
        Self::from_pem(&read(authorities)?)
    }

    pub(crate) fn roots(&self) -> Arc<RootCertStore> {
        Arc::clone(&self.roots)
    }
}

fn read(path: &Path) -> Result<Vec<u8>, Misconfigured> {
    fs::read(path).map_err(|source| Misconfigured::File { path: path.to_owned(), source })
}

fn certificates(pem: &[u8], what: &'static str) -> Result<Vec<CertificateDer<'static>>, Misconfigured> {
    CertificateDer::pem_slice_iter(pem)
        .collect::<Result<_, _>>()
        .map_err(|_| Misconfigured::CertificateMalformed { what })
}

fn private_key(pem: &[u8]) -> Result<PrivateKeyDer<'static>, Misconfigured> {
    // Both ways of protecting a PEM key (PKCS#8, and the old one with a Proc-Type line) say this word.
    let is_encrypted = pem.windows(9).any(|window| window == b"ENCRYPTED");
    PrivateKeyDer::from_pem_slice(pem).ok().filter(|_| !is_encrypted).ok_or(if is_encrypted {
        Misconfigured::KeyEncrypted
    } else {
        Misconfigured::NoKey
    })
}

fn instant(time: ASN1Time) -> SystemTime {
    let seconds = Duration::from_secs(time.timestamp().unsigned_abs());
    let moved =
        if time.timestamp() < 0 { UNIX_EPOCH.checked_sub(seconds) } else { UNIX_EPOCH.checked_add(seconds) };
    moved.unwrap_or(UNIX_EPOCH)
}
