//! The keys of one run of the fake Spine: an authority, its server and its one client, all new at each start.
//!
//! Private keys of the authority and of the server never leave memory; the client's key is written for its owner only. A Spine that
//! is to outlive its process keeps the authority's key beside its journal, so that clients which run meanwhile still trust it.

mod authority;
pub(crate) mod folder;
#[cfg(unix)]
mod unix;

pub use authority::{Authority, Credential, Validity};
pub use folder::{KeyFiles, KeyFolder};

use std::net::IpAddr;
use std::path::Path;

use jiff::Timestamp;

/// The authority's name.
const NAME: &str = "Fake Spine, invented authority";

/// Why keys could not be made or written.
#[derive(Debug, thiserror::Error)]
pub enum KeysError {
    /// The cryptographic library refused; a bug here or a broken library.
    #[error("a key or certificate could not be made: {0}")]
    Made(#[from] rcgen::Error),
    /// The folder for the key files cannot be used; the message names it.
    #[error("the key files cannot be written to {folder}: {source}")]
    Written {
        /// Where they should have gone.
        folder: String,
        /// What the operating system said.
        source: std::io::Error,
    },
}

/// Everything one run needs for mutual TLS.
#[derive(Debug)]
pub struct Keys {
    /// Signed both certificates below; clients trust it, and so does the server.
    pub authority: Authority,
    /// The server's: `localhost`, `127.0.0.1` and `::1`.
    pub server: Credential,
    /// The one client's.
    pub client: Credential,
}

impl Keys {
    /// Makes them for a server at `address`, valid around `now`. Pass the computer's own time: the TLS library reads no
    /// other clock.
    pub fn new(address: IpAddr, now: Timestamp) -> Result<Self, KeysError> {
        Self::of(Authority::new(NAME, now)?, address, now)
    }

    /// The same, signed by the authority whose key is in `folder`; a new one's key is put there, for its owner only.
    pub(crate) fn kept(folder: &Path, address: IpAddr, now: Timestamp) -> Result<Self, KeysError> {
        let place = |source| KeysError::Written { folder: folder.display().to_string(), source };
        let file = folder::private(folder).map_err(place)?.join("authority.key.pem");
        let authority = match std::fs::read_to_string(&file) {
            Ok(key) => Authority::with_key(NAME, now, &key)?,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                let authority = Authority::new(NAME, now)?;
                folder::write_private(&file, authority.key_pem().as_bytes()).map_err(place)?;
                authority
            }
            Err(error) => return Err(place(error)),
        };
        Self::of(authority, address, now)
    }

    fn of(authority: Authority, address: IpAddr, now: Timestamp) -> Result<Self, KeysError> {
        let validity = Validity::around(now);
        let server = authority.server(address, validity)?;
        let client = authority.client("invented-practice.invalid", validity)?;
        Ok(Self { authority, server, client })
    }
}
