//! The same where the operating system is not Unix: the file inherits the rights of its folder, which on Windows is the
//! user's own profile. Never run on Windows by this project.

use std::fs::{File, OpenOptions};
use std::io;
use std::path::Path;

/// Creates a file that did not exist.
pub(super) fn create_private(path: &Path) -> io::Result<File> {
    OpenOptions::new().write(true).create_new(true).open(path)
}

/// The rights are the folder's, so there is nothing to ask of the file.
#[expect(clippy::unnecessary_wraps, reason = "the same signature as on Unix")]
pub(super) fn is_private(_file: &File) -> io::Result<bool> {
    Ok(true)
}

/// Renaming is as durable as the file system makes it.
#[expect(clippy::unnecessary_wraps, reason = "the same signature as on Unix")]
pub(super) fn sync_directory(_path: &Path) -> io::Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn creates_only_what_was_not_there() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("session");
        let file = create_private(&path).unwrap();
        assert!(is_private(&file).unwrap());
        assert!(create_private(&path).is_err());
        sync_directory(&path).unwrap();
    }
}
