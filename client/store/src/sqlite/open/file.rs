//! The store as a file: whether it is one of ours, and who may read it. Looks before SQLite touches anything.

#[cfg(not(unix))]
mod elsewhere;
#[cfg(unix)]
mod unix;

use std::fs::File;
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};

#[cfg(not(unix))]
use elsewhere as system;
#[cfg(unix)]
use unix as system;

use crate::error::StoreError;
use crate::seam::Result;

/// "SCRs" in the header of every store of ours. Source: sqlite.org, Database File Format, application id.
pub(super) const APPLICATION_ID: u32 = 0x5343_5273;

/// First bytes of every SQLite file.
const MAGIC: &[u8; 16] = b"SQLite format 3\0";

/// What stands at a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Found {
    /// Nothing, or an empty file: a store is to be made.
    Nothing,
    /// A store of ours.
    Store,
}

/// Looks at the file without changing it. A file of somebody else's is refused.
pub(super) fn look(path: &Path) -> Result<Found> {
    let mut header = Vec::new();
    match File::open(path) {
        Ok(file) => file.take(100).read_to_end(&mut header).map_err(|error| cannot(path, &error))?,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Found::Nothing),
        Err(error) => return Err(cannot(path, &error)),
    };
    match header.as_slice() {
        [] => Ok(Found::Nothing),
        bytes
            if bytes.len() == 100 && bytes.starts_with(MAGIC) && application_id(bytes) == APPLICATION_ID =>
        {
            Ok(Found::Store)
        }
        _ => Err(StoreError::Unusable(format!(
            "{} is not a store of this software; it was left as it is: name another file",
            path.display()
        ))),
    }
}

/// Makes the file if it is missing, and keeps everybody but its owner out of it.
pub(in crate::sqlite) fn make_private(path: &Path) -> Result<File> {
    system::open_private(path).map_err(|error| cannot(path, &error))
}

/// The file beside the store whose lock says that a process is at work.
pub(in crate::sqlite) fn lock_path(store: &Path) -> PathBuf {
    let mut name = store.as_os_str().to_owned();
    name.push(".lock");
    PathBuf::from(name)
}

/// An error of the file system, with what to do about it; the path is the operator's own.
pub(in crate::sqlite) fn cannot(path: &Path, error: &std::io::Error) -> StoreError {
    let advice = match error.kind() {
        ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => {
            "the file or its folder is read-only for this user; change that, or name another file"
        }
        ErrorKind::NotFound | ErrorKind::NotADirectory => {
            "there is no such folder; make it, or name another file"
        }
        ErrorKind::IsADirectory => "this is a folder; name a file in it",
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => "the disk is full; make room and try again",
        _ => "check the disk and the folder",
    };
    StoreError::Storage(format!("{} ({}): {advice}", path.display(), error.kind()))
}

fn application_id(header: &[u8]) -> u32 {
    header.get(68..72).and_then(|bytes| bytes.try_into().ok()).map_or(0, u32::from_be_bytes)
}
