//! Where the Spine is and with which certificate we come: a file of a few lines.
//!
//! The simulator writes such a file when it is ready; a practice writes one by hand. Only names of files are in it, never a key.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use serde::{Deserialize, Serialize};
use spine_transport::{Exchange, Identity, Misconfigured, MutualTls, Origin, Settings, TrustAnchors};

/// The file given as `--spine`: JSON, unknown fields ignored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Addresses {
    /// Base address of uploads, queries and settings, `https://host:port`.
    pub spine: String,
    /// Base address of the identity service.
    pub identity: String,
    /// Address of a virtual card, loopback only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub card: Option<String>,
    /// PEM file of the authorities that we trust.
    pub ca: PathBuf,
    /// PEM file of our endpoint certificate with its chain.
    pub client_certificate: PathBuf,
    /// PEM file of its key.
    pub client_key: PathBuf,
}

/// Why the addresses cannot be used. Says what to do.
#[derive(Debug, thiserror::Error)]
pub enum AddressesError {
    /// The file is not there, or is no such file.
    #[error("the Spine's addresses cannot be read from {file}: {why}. Give the file that the Spine (or the simulator's --ready-file) is described in.", file = .file.display())]
    Unreadable {
        /// The file.
        file: PathBuf,
        /// What is wrong.
        why: String,
    },
    /// An address, a certificate or a key is wrong.
    #[error(transparent)]
    Misconfigured(#[from] Misconfigured),
}

impl Addresses {
    /// Reads the file.
    pub fn read(file: &Path) -> Result<Self, AddressesError> {
        let unreadable = |why: String| AddressesError::Unreadable { file: file.to_owned(), why };
        let text = std::fs::read_to_string(file).map_err(|error| unreadable(error.to_string()))?;
        serde_json::from_str(&text).map_err(|error| unreadable(error.to_string()))
    }

    /// A connection to the Spine.
    pub fn connect_spine(
        &self,
        settings: &Settings,
        now: SystemTime,
    ) -> Result<Arc<dyn Exchange>, AddressesError> {
        self.connect(&self.spine, settings, now)
    }

    /// A connection to the identity service.
    pub fn connect_identity(
        &self,
        settings: &Settings,
        now: SystemTime,
    ) -> Result<Arc<dyn Exchange>, AddressesError> {
        self.connect(&self.identity, settings, now)
    }

    fn connect(
        &self,
        base: &str,
        settings: &Settings,
        now: SystemTime,
    ) -> Result<Arc<dyn Exchange>, AddressesError> {
        let identity = Identity::from_files(&self.client_certificate, &self.client_key, Some(now))?;
        let anchors = TrustAnchors::from_file(&self.ca)?;
        let origin = Origin::parse(base)?;
        Ok(Arc::new(MutualTls::new(origin, &identity, &anchors, settings.clone())?))
    }
}
