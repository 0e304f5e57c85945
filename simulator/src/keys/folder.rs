//! Where the client finds its keys: three PEM files that only their owner can read, removed at the end when the folder
//! was the simulator's own.

use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use tempfile::{NamedTempFile, TempDir};

use super::{Keys, KeysError};

/// Absolute paths of the files a client needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyFiles {
    /// The authority's certificate, to trust.
    pub ca: PathBuf,
    /// The client's certificate.
    pub client_certificate: PathBuf,
    /// The client's private key, PKCS#8.
    pub client_key: PathBuf,
}

/// A folder that holds the key files for as long as this value lives.
#[derive(Debug)]
pub struct KeyFolder {
    files: KeyFiles,
    /// Present when the folder is ours to remove.
    _own: Option<TempDir>,
}

impl KeyFolder {
    /// Writes the files, to `folder` (made if missing, kept at the end) or to a new folder of its own.
    pub fn write(keys: &Keys, folder: Option<&Path>) -> Result<Self, KeysError> {
        let shown =
            folder.map_or_else(|| std::env::temp_dir().display().to_string(), |f| f.display().to_string());
        let place = |source| KeysError::Written { folder: shown.clone(), source };
        let (path, own) = if let Some(folder) = folder {
            (private(folder).map_err(place)?, None)
        } else {
            let own = temporary_folder().map_err(place)?;
            (own.path().canonicalize().map_err(place)?, Some(own))
        };
        let write = |name: &str, text: &str| write_private(&path.join(name), text.as_bytes()).map_err(place);
        let files = KeyFiles {
            ca: write("ca.pem", &keys.authority.certificate_pem())?,
            client_certificate: write("client.pem", keys.client.certificate_pem())?,
            client_key: write("client.key.pem", &keys.client.key_pem())?,
        };
        Ok(Self { files, _own: own })
    }

    /// Where the files are.
    #[must_use]
    pub fn files(&self) -> &KeyFiles {
        &self.files
    }
}

/// Writes a file that only its owner can read, all of it or nothing: a new file beside it, then renamed.
pub(crate) fn write_private(path: &Path, bytes: &[u8]) -> io::Result<PathBuf> {
    let beside = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut file = NamedTempFile::new_in(beside)?;
    file.write_all(bytes)?;
    file.persist(path).map_err(|error| error.error)?;
    Ok(path.to_owned())
}

fn temporary_folder() -> io::Result<TempDir> {
    let mut builder = tempfile::Builder::new();
    builder.prefix("fake-spine-");
    #[cfg(unix)]
    builder.permissions(super::unix::owner_only());
    builder.tempdir()
}

/// The folder, made for its owner alone if it is missing.
pub(super) fn private(folder: &Path) -> io::Result<PathBuf> {
    if !folder.is_dir() {
        #[cfg(unix)]
        super::unix::create_private_folder(folder)?;
        #[cfg(not(unix))]
        std::fs::create_dir_all(folder)?;
    }
    folder.canonicalize()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::{Clock as _, SystemClock};

    fn made() -> Keys {
        Keys::new(std::net::Ipv4Addr::LOCALHOST.into(), SystemClock.now()).unwrap()
    }

    #[test]
    fn a_folder_of_its_own_is_removed_and_a_given_one_is_kept() {
        let keys = made();
        let own = KeyFolder::write(&keys, None).unwrap();
        let files = own.files().clone();
        assert!(std::fs::read_to_string(&files.client_key).unwrap().contains("PRIVATE KEY"));
        assert!(
            [&files.ca, &files.client_certificate, &files.client_key].iter().all(|path| path.is_absolute())
        );
        drop(own);
        assert!(!files.client_key.exists());

        let given = tempfile::tempdir().unwrap();
        let inside = given.path().join("keys");
        drop(KeyFolder::write(&keys, Some(&inside)).unwrap());
        // A second start in the same folder replaces what the first one left.
        let again = KeyFolder::write(&made(), Some(&inside)).unwrap();
        assert!(again.files().ca.exists());
        assert_ne!(std::fs::read_to_string(&again.files().ca).unwrap(), keys.authority.certificate_pem());
    }

    #[cfg(unix)]
    #[test]
    fn nobody_else_can_read_the_key() {
        use std::os::unix::fs::PermissionsExt as _;
        let given = tempfile::tempdir().unwrap();
        let keys = made();
        for folder in [Some(given.path().join("new")), None] {
            let written = KeyFolder::write(&keys, folder.as_deref()).unwrap();
            let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
            assert_eq!(mode(&written.files().client_key), 0o600);
            assert_eq!(mode(written.files().client_key.parent().unwrap()), 0o700);
        }
    }

    #[test]
    fn a_folder_that_cannot_be_made_is_named() {
        let file = NamedTempFile::new().unwrap();
        let folder = file.path().join("keys");
        let error = KeyFolder::write(&made(), Some(&folder)).unwrap_err();
        assert!(error.to_string().contains(&*folder.display().to_string()), "{error}");
    }
}
