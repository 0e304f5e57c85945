//! The authority: signs certificates for the server and for clients, also unusable ones for tests.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::time::Duration;
use std::{fmt, iter};

use jiff::{SignedDuration, Timestamp};
use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, ExtendedKeyUsagePurpose, IsCa, KeyPair,
    KeyUsagePurpose, PKCS_ECDSA_P256_SHA256, SanType, date_time_ymd,
};
use rustls_pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};

use super::KeysError;

/// How far back a new certificate's life reaches, for clients whose clock is behind.
const BEFORE: SignedDuration = SignedDuration::from_hours(1);
/// How long it lasts: longer than any run of a bulk upload, and no longer than a week.
const AFTER: SignedDuration = SignedDuration::from_hours(7 * 24);

/// From when until when a certificate holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Validity {
    /// First moment.
    pub from: Timestamp,
    /// Last moment.
    pub until: Timestamp,
}

impl Validity {
    /// From an hour before `now` until a week after.
    #[must_use]
    pub fn around(now: Timestamp) -> Self {
        Self {
            from: now.checked_sub(BEFORE).unwrap_or(now),
            until: now.checked_add(AFTER).unwrap_or(Timestamp::MAX),
        }
    }

    /// A week that ended an hour before `now`: for a certificate that must be refused.
    #[must_use]
    pub fn expired(now: Timestamp) -> Self {
        Self {
            from: now.checked_sub(AFTER).unwrap_or(Timestamp::MIN),
            until: now.checked_sub(BEFORE).unwrap_or(now),
        }
    }
}

/// A certificate with its private key, which `Debug` does not show.
pub struct Credential {
    certificate: CertificateDer<'static>,
    certificate_pem: String,
    key: KeyPair,
}

impl Credential {
    /// The certificate.
    #[must_use]
    pub fn certificate(&self) -> &CertificateDer<'static> {
        &self.certificate
    }

    /// The certificate as PEM text.
    #[must_use]
    pub fn certificate_pem(&self) -> &str {
        &self.certificate_pem
    }

    /// A copy of the private key, as PKCS#8.
    #[must_use]
    pub fn key(&self) -> PrivateKeyDer<'static> {
        PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(self.key.serialize_der()))
    }

    /// A copy of the private key, as PKCS#8 in PEM text.
    #[must_use]
    pub fn key_pem(&self) -> String {
        self.key.serialize_pem()
    }
}

impl fmt::Debug for Credential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Credential(..)")
    }
}

/// A self-signed authority in memory. A second one makes certificates that the first one's servers refuse.
pub struct Authority(CertifiedIssuer<'static, KeyPair>);

impl Authority {
    /// A new authority of that common name, valid around `now`.
    pub fn new(name: &str, now: Timestamp) -> Result<Self, KeysError> {
        Self::of(name, now, p256()?)
    }

    /// The authority with this key (PEM), as of `now`: who trusts an earlier certificate of it trusts this one's work.
    pub(super) fn with_key(name: &str, now: Timestamp, key: &str) -> Result<Self, KeysError> {
        Self::of(name, now, KeyPair::from_pem(key)?)
    }

    /// Its private key, as PKCS#8 in PEM text.
    pub(super) fn key_pem(&self) -> String {
        self.0.key().serialize_pem()
    }

    fn of(name: &str, now: Timestamp, key: KeyPair) -> Result<Self, KeysError> {
        let mut wanted = named(name, Validity::around(now));
        wanted.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        wanted.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        Ok(Self(CertifiedIssuer::self_signed(wanted, key)?))
    }

    /// A server certificate for this computer: `localhost`, `127.0.0.1` and `::1`, and `address` if it is another one.
    pub fn server(&self, address: IpAddr, validity: Validity) -> Result<Credential, KeysError> {
        let name = "localhost".to_owned().try_into()?;
        let mut addresses = vec![IpAddr::V4(Ipv4Addr::LOCALHOST), IpAddr::V6(Ipv6Addr::LOCALHOST)];
        if !addresses.contains(&address) {
            addresses.push(address);
        }
        let mut wanted = named("localhost", validity);
        wanted.subject_alt_names =
            iter::once(SanType::DnsName(name)).chain(addresses.into_iter().map(SanType::IpAddress)).collect();
        self.sign(wanted, ExtendedKeyUsagePurpose::ServerAuth)
    }

    /// A client certificate of that common name; an expired [`Validity`] makes one that must be refused.
    pub fn client(&self, name: &str, validity: Validity) -> Result<Credential, KeysError> {
        self.sign(named(name, validity), ExtendedKeyUsagePurpose::ClientAuth)
    }

    /// The authority's own certificate.
    #[must_use]
    pub fn certificate(&self) -> &CertificateDer<'static> {
        self.0.der()
    }

    /// The authority's own certificate as PEM text.
    #[must_use]
    pub fn certificate_pem(&self) -> String {
        self.0.pem()
    }

    fn sign(
        &self,
        mut wanted: CertificateParams,
        purpose: ExtendedKeyUsagePurpose,
    ) -> Result<Credential, KeysError> {
        wanted.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        wanted.extended_key_usages = vec![purpose];
        wanted.use_authority_key_identifier_extension = true;
        let key = p256()?;
        let certificate = wanted.signed_by(&key, &self.0)?;
        let certificate_pem = certificate.pem();
        Ok(Credential { certificate: certificate.into(), certificate_pem, key })
    }
}

impl fmt::Debug for Authority {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Authority(..)")
    }
}

fn p256() -> Result<KeyPair, KeysError> {
    Ok(KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256)?)
}

fn named(name: &str, validity: Validity) -> CertificateParams {
    let mut wanted = CertificateParams::default();
    wanted.distinguished_name = rcgen::DistinguishedName::new();
    wanted.distinguished_name.push(DnType::OrganizationName, "Fake Spine (simulator, invented)");
    wanted.distinguished_name.push(DnType::CommonName, name);
    // Added to the epoch, because the certificate library's time type is not a dependency of ours.
    let moment =
        |at: Timestamp| date_time_ymd(1970, 1, 1) + Duration::from_secs(at.as_second().max(0).unsigned_abs());
    wanted.not_before = moment(validity.from);
    wanted.not_after = moment(validity.until);
    wanted
}
