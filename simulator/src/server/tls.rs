//! Mutual TLS: the server shows its certificate and demands one of the same authority. TLS 1.2 and 1.3, resumption on.
//!
//! Source: Spine External Interface Specification, as restated by the national adaptors: mutual TLS on every call, 1.2 at
//! least.

use std::sync::Arc;

use rustls::crypto::aws_lc_rs::{Ticketer, default_provider};
use rustls::server::{ServerSessionMemoryCache, VerifierBuilderError, WebPkiClientVerifier};
use rustls::version::{TLS12, TLS13};
use rustls::{RootCertStore, ServerConfig};

use crate::keys::Keys;

/// How many sessions can be resumed in TLS 1.2; in 1.3 the client keeps its own ticket.
const REMEMBERED: usize = 1024;

/// Why the TLS library would not take what we made; a bug here.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// The library refused a key, a certificate or a version.
    #[error("TLS could not be set up: {0}")]
    Refused(#[from] rustls::Error),
    /// The library refused to demand client certificates of our authority.
    #[error("TLS could not be set up to demand client certificates: {0}")]
    Verifier(#[from] VerifierBuilderError),
}

/// The configuration for a port that only clients of `keys.authority` may use.
/// Requirements: MSG-003, MSG-041.
pub(crate) fn mutual(keys: &Keys) -> Result<Arc<ServerConfig>, TlsError> {
    let provider = Arc::new(default_provider());
    let mut trusted = RootCertStore::empty();
    trusted.add(keys.authority.certificate().clone())?;
    let verifier =
        WebPkiClientVerifier::builder_with_provider(Arc::new(trusted), Arc::clone(&provider)).build()?;
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_protocol_versions(&[&TLS13, &TLS12])?
        .with_client_cert_verifier(verifier)
        .with_single_cert(vec![keys.server.certificate().clone()], keys.server.key())?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    config.session_storage = ServerSessionMemoryCache::new(REMEMBERED);
    config.ticketer = Ticketer::new()?;
    Ok(Arc::new(config))
}
