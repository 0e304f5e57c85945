//! The ready file: where everything is, for whoever started the simulator.

use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::keys::{KeyFiles, folder};

/// Where the services are and which keys open them. Paths are absolute.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ready {
    /// Base address of the clinical services; mutual TLS.
    pub spine: String,
    /// Base address of the identity service; mutual TLS.
    pub identity: String,
    /// Base address of the control port; plain HTTP.
    pub control: String,
    /// Address and port of the card socket.
    pub card: String,
    /// The authority to trust, PEM.
    pub ca: String,
    /// The client's certificate, PEM.
    pub client_certificate: String,
    /// The client's private key, PEM.
    pub client_key: String,
    /// The simulator's process.
    pub pid: u32,
}

/// Where each service listens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Addresses {
    pub(crate) spine: SocketAddr,
    pub(crate) identity: SocketAddr,
    pub(crate) control: SocketAddr,
    pub(crate) card: SocketAddr,
}

impl Ready {
    pub(crate) fn new(at: Addresses, files: &KeyFiles) -> Self {
        let shown = |path: &Path| path.display().to_string();
        Self {
            spine: secure(at.spine),
            identity: secure(at.identity),
            control: format!("http://{}", at.control),
            card: at.card.to_string(),
            ca: shown(&files.ca),
            client_certificate: shown(&files.client_certificate),
            client_key: shown(&files.client_key),
            pid: std::process::id(),
        }
    }
}

/// By name where the name leads there: other stacks than ours check host names rather than addresses.
fn secure(address: SocketAddr) -> String {
    if address.ip() == std::net::Ipv4Addr::LOCALHOST {
        format!("https://localhost:{}", address.port())
    } else {
        format!("https://{address}")
    }
}

/// A ready file that exists for as long as this value lives: a reader sees all of it or none.
#[derive(Debug)]
pub struct ReadyFile {
    path: PathBuf,
    /// What it says, to recognise it at the end: a later simulator may have put its own there.
    text: Vec<u8>,
}

impl ReadyFile {
    /// Writes the file, replacing what is there.
    pub fn write(ready: &Ready, path: &Path) -> io::Result<Self> {
        let mut text = serde_json::to_vec_pretty(ready)?;
        text.push(b'\n');
        folder::write_private(path, &text)?;
        Ok(Self { path: path.to_owned(), text })
    }
}

impl Drop for ReadyFile {
    fn drop(&mut self) {
        if std::fs::read(&self.path).is_ok_and(|found| found == self.text) {
            // Should it resist, its process id tells a reader that nobody is there any more.
            let _ = std::fs::remove_file(&self.path);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ready(port: u16) -> Ready {
        let at = |port| SocketAddr::from(([127, 0, 0, 1], port));
        let files = KeyFiles {
            ca: "/k/ca.pem".into(),
            client_certificate: "/k/client.pem".into(),
            client_key: "/k/client.key.pem".into(),
        };
        let addresses = Addresses { spine: at(port), identity: at(2), control: at(3), card: at(4) };
        Ready::new(addresses, &files)
    }

    #[test]
    fn it_says_where_everything_is() {
        let json = serde_json::to_value(ready(1)).unwrap();
        let wanted = serde_json::json!({
            "spine": "https://localhost:1", "identity": "https://localhost:2", "control": "http://127.0.0.1:3",
            "card": "127.0.0.1:4", "ca": "/k/ca.pem", "client_certificate": "/k/client.pem",
            "client_key": "/k/client.key.pem", "pid": std::process::id()
        });
        assert_eq!(json, wanted);
    }

    #[test]
    fn no_reader_ever_sees_half_a_file_and_only_the_last_writer_removes_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ready.json");
        let first = ReadyFile::write(&ready(1), &path).unwrap();
        std::thread::scope(|scope| {
            let reader = scope.spawn(|| {
                (0..2_000).all(|_| serde_json::from_slice::<Ready>(&std::fs::read(&path).unwrap()).is_ok())
            });
            for port in 2..200 {
                std::mem::forget(ReadyFile::write(&ready(port), &path).unwrap());
            }
            assert!(reader.join().unwrap());
        });
        let last = ReadyFile::write(&ready(7), &path).unwrap();
        drop(first);
        assert!(path.exists(), "a later simulator's file was removed");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "something was left beside it");
        drop(last);
        assert!(!path.exists());
    }
}
