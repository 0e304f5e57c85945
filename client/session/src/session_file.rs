//! The session between two commands: ticket, roles, the chosen role and the end, in a file that only its owner can read.
//!
//! Never the PIN: it does not come here. Who can write the file could also give themselves activities; the Spine, which
//! reads the role behind the ticket itself, is not deceived by that.

#[cfg(any(not(unix), test))]
mod portable;
#[cfg(unix)]
mod unix;

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use spine_vocabulary::{RoleProfileId, UserId};
use zeroize::Zeroizing;

#[cfg(not(unix))]
use portable as system;
#[cfg(unix)]
use unix as system;

use crate::assertion::Role;
use crate::session::Session;
use crate::ticket::Ticket;

/// Version of the format.
const VERSION: u32 = 1;
/// Longest file that is read, in bytes.
const LONGEST: u64 = 4 * 1024 * 1024;

/// Where a session is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionFile {
    path: PathBuf,
}

/// The session cannot be kept or read back.
#[derive(Debug, thiserror::Error)]
pub enum SessionFileError {
    /// The operating system refused.
    #[error("the session file {} cannot be used", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
    /// Others can read the file, so its ticket is no secret any more.
    #[error("the session file {} can be read by other users: log out, and log in again", path.display())]
    Exposed {
        /// The file.
        path: PathBuf,
    },
    /// What the file holds is no session of ours.
    #[error("the session file {} cannot be understood: log in again", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
    },
}

impl SessionFile {
    /// Beside the store `store`: the same name with `.session` after it.
    #[must_use]
    pub fn beside(store: &Path) -> Self {
        let mut path = store.as_os_str().to_owned();
        path.push(".session");
        Self { path: path.into() }
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Keeps the session, replacing an earlier one at once or not at all.
    pub fn save(&self, session: &Session) -> Result<(), SessionFileError> {
        let text = Stored::text(session).map_err(|_| self.unreadable())?;
        let draft = self.draft();
        let written = write_draft(&draft, &text).and_then(|()| fs::rename(&draft, &self.path));
        if let Err(source) = written {
            // The draft holds the ticket too.
            let _ = fs::remove_file(&draft);
            return Err(self.io(source));
        }
        system::sync_directory(&self.path).map_err(|source| self.io(source))
    }

    /// The session that is kept, live or not; `None` when nobody is logged in.
    pub fn load(&self) -> Result<Option<Session>, SessionFileError> {
        let mut file = match File::open(&self.path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(source) => return Err(self.io(source)),
        };
        if !system::is_private(&file).map_err(|source| self.io(source))? {
            return Err(SessionFileError::Exposed { path: self.path.clone() });
        }
        let length = file.metadata().map_err(|source| self.io(source))?.len();
        if length > LONGEST {
            return Err(self.unreadable());
        }
        // Room for everything at once, so that no outgrown copy of the ticket stays behind.
        let mut text = Zeroizing::new(Vec::with_capacity(usize::try_from(length).unwrap_or(0) + 1));
        Read::take(&mut file, LONGEST).read_to_end(&mut text).map_err(|source| self.io(source))?;
        let stored: Stored = serde_json::from_slice(&text).map_err(|_| self.unreadable())?;
        stored.session().map(Some).ok_or_else(|| self.unreadable())
    }

    /// Forgets the session; that there is none is no error.
    pub fn remove(&self) -> Result<(), SessionFileError> {
        match fs::remove_file(&self.path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(self.io(error)),
            _ => Ok(()),
        }
    }

    /// Where the next content is written before it takes the place of the last; one per process.
    fn draft(&self) -> PathBuf {
        let mut path = self.path.as_os_str().to_owned();
        path.push(format!(".{}.draft", std::process::id()));
        path.into()
    }

    fn io(&self, source: io::Error) -> SessionFileError {
        SessionFileError::Io { path: self.path.clone(), source }
    }

    fn unreadable(&self) -> SessionFileError {
        SessionFileError::Unreadable { path: self.path.clone() }
    }
}

fn write_draft(draft: &Path, text: &[u8]) -> io::Result<()> {
    // A process of the same number may have died here.
    match fs::remove_file(draft) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut file = system::create_private(draft)?;
    file.write_all(text)?;
    file.sync_all()
}

/// What the file holds.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Stored {
    version: u32,
    user: UserId,
    name: String,
    ticket: Zeroized,
    role: RoleProfileId,
    roles: Vec<Role>,
    started_at: Timestamp,
    ends_at: Timestamp,
}

/// A text that is wiped when dropped.
#[derive(Serialize, Deserialize)]
#[serde(transparent)]
struct Zeroized(String);

impl Drop for Zeroized {
    fn drop(&mut self) {
        zeroize::Zeroize::zeroize(&mut self.0);
    }
}

impl Stored {
    fn text(session: &Session) -> serde_json::Result<Zeroizing<Vec<u8>>> {
        let stored = Self {
            version: VERSION,
            user: session.user.clone(),
            name: session.name.clone(),
            ticket: Zeroized(session.ticket.reveal().to_owned()),
            role: session.role.profile.clone(),
            roles: session.roles.clone(),
            started_at: session.started_at,
            ends_at: session.ends_at,
        };
        serde_json::to_vec_pretty(&stored).map(Zeroizing::new)
    }

    /// The session, if the parts agree with each other.
    fn session(mut self) -> Option<Session> {
        let role = self.roles.iter().find(|role| role.profile == self.role)?.clone();
        if self.version != VERSION || self.ends_at <= self.started_at {
            return None;
        }
        let ticket = Ticket::parse(std::mem::take(&mut self.ticket.0))?;
        Some(Session {
            user: self.user,
            name: self.name,
            ticket,
            roles: self.roles,
            role,
            started_at: self.started_at,
            ends_at: self.ends_at,
        })
    }
}
