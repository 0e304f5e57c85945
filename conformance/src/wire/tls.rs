//! Mutual TLS for both ends of the suite's wire, from PEM.

use std::path::Path;
use std::sync::Arc;

use rustls::pki_types::pem::PemObject as _;
use rustls::server::WebPkiClientVerifier;
use rustls::{ClientConfig, RootCertStore, ServerConfig};
use rustls_pki_types::{CertificateDer, PrivateKeyDer};

/// Why certificates cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("the certificates cannot be used: {0}")]
pub struct TlsError(String);

/// What a server comes with, and whom it lets in.
#[derive(Clone)]
pub struct ServerTls(pub(super) Arc<ServerConfig>);

/// What a client comes with, and whom it trusts.
#[derive(Clone)]
pub struct ClientTls(pub(super) Arc<ClientConfig>);

impl ServerTls {
    /// A server of this certificate and key; clients need a certificate of the authority.
    pub fn new(
        certificate: CertificateDer<'static>,
        key: PrivateKeyDer<'static>,
        authority: CertificateDer<'static>,
    ) -> Result<Self, TlsError> {
        let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots([authority])?), provider())
            .build()
            .map_err(error)?;
        let config = ServerConfig::builder_with_provider(provider())
            .with_safe_default_protocol_versions()
            .map_err(error)?
            .with_client_cert_verifier(verifier)
            .with_single_cert(vec![certificate], key)
            .map_err(error)?;
        Ok(Self(Arc::new(config)))
    }
}

impl ClientTls {
    /// A client that trusts the authorities of a file and comes with a certificate and its key, all PEM.
    pub fn from_files(ca: &Path, certificate: &Path, key: &Path) -> Result<Self, TlsError> {
        let chain = CertificateDer::pem_file_iter(certificate).map_err(error)?;
        let chain: Vec<_> = chain.collect::<Result<_, _>>().map_err(error)?;
        let key = PrivateKeyDer::from_pem_file(key).map_err(error)?;
        let config = Self::trusting(ca)?.with_client_auth_cert(chain, key).map_err(error)?;
        Ok(Self(Arc::new(config)))
    }

    /// A client that trusts the authorities of a file and comes with no certificate at all.
    pub fn anonymous(ca: &Path) -> Result<Self, TlsError> {
        Ok(Self(Arc::new(Self::trusting(ca)?.with_no_client_auth())))
    }

    fn trusting(
        ca: &Path,
    ) -> Result<rustls::ConfigBuilder<ClientConfig, rustls::client::WantsClientCert>, TlsError> {
        let authorities = CertificateDer::pem_file_iter(ca).map_err(error)?;
        let authorities: Vec<_> = authorities.collect::<Result<_, _>>().map_err(error)?;
        let builder = ClientConfig::builder_with_provider(provider())
            .with_safe_default_protocol_versions()
            .map_err(error)?;
        Ok(builder.with_root_certificates(roots(authorities)?))
    }
}

fn provider() -> Arc<rustls::crypto::CryptoProvider> {
    Arc::new(rustls::crypto::aws_lc_rs::default_provider())
}

fn roots(authorities: impl IntoIterator<Item = CertificateDer<'static>>) -> Result<RootCertStore, TlsError> {
    let mut roots = RootCertStore::empty();
    for authority in authorities {
        roots.add(authority).map_err(error)?;
    }
    Ok(roots)
}

fn error(error: impl std::fmt::Display) -> TlsError {
    TlsError(error.to_string())
}
