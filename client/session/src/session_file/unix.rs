//! Files that only their owner can read, as Unix makes them.

use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::Path;

/// Creates a file that did not exist, for its owner alone from the first moment.
pub(super) fn create_private(path: &Path) -> io::Result<File> {
    OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)
}

/// Whether nobody but the owner may do anything with the file.
pub(super) fn is_private(file: &File) -> io::Result<bool> {
    let for_others = file.metadata()?.permissions().mode() & 0o077;
    Ok(for_others == 0)
}

/// Makes a renaming last through a power failure.
pub(super) fn sync_directory(path: &Path) -> io::Result<()> {
    let directory = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    File::open(directory)?.sync_all()
}
