//! What is wrong with the settings before anything was sent. Shows file names, never the content of a file.

use std::io;
use std::path::PathBuf;

/// Why no transport can be built from what was configured. The operator, or whoever wrote the settings, is at fault.
#[derive(Debug, thiserror::Error)]
pub enum Misconfigured {
    /// Not an address of the form `https://host` or `https://host:port`.
    #[error(
        "{given:?} is not the address of a service: write https://HOST or https://HOST:PORT, without a path"
    )]
    Origin {
        /// The address as configured.
        given: String,
    },
    /// A certificate or key file cannot be read.
    #[error("the file {path} cannot be read: {source}. Check its name and who may read it", path = .path.display())]
    File {
        /// The file's name as configured.
        path: PathBuf,
        /// The operating system's reason.
        source: io::Error,
    },
    /// No certificate where one is wanted.
    #[error("{what} holds no certificate: it must be PEM with at least one BEGIN CERTIFICATE")]
    NoCertificate {
        /// Which input.
        what: &'static str,
    },
    /// A certificate that cannot be decoded.
    #[error("{what} holds a certificate that cannot be read: export it again as PEM")]
    CertificateMalformed {
        /// Which input.
        what: &'static str,
    },
    /// No private key where one is wanted.
    #[error(
        "the private key is missing or cannot be read: it must be PEM with a BEGIN PRIVATE KEY (PKCS#8, SEC1 or PKCS#1)"
    )]
    NoKey,
    /// The key is protected by a passphrase, which is not supported.
    #[error(
        "the private key is encrypted with a passphrase: export it without one, into a file only its owner may read"
    )]
    KeyEncrypted,
    /// The key is of a kind that cannot sign for TLS.
    #[error(
        "the private key is of a kind that cannot be used: RSA of 2048 bits or more, P-256, P-384 or Ed25519 can"
    )]
    KeyUnusable,
    /// The key does not belong to the certificate.
    #[error(
        "the private key does not belong to the first certificate of the chain: check that the two files are a pair"
    )]
    KeyDoesNotFit,
    /// Our own certificate's validity has ended.
    #[error("our certificate expired on {on}: renew it before connecting")]
    Expired {
        /// When, as the certificate says.
        on: String,
    },
    /// Our own certificate's validity has not begun.
    #[error("our certificate is valid only from {from}: check this computer's clock")]
    NotYetValid {
        /// From when, as the certificate says.
        from: String,
    },
    /// A number in the settings that makes no sense.
    #[error("the setting {name} must not be zero")]
    Zero {
        /// The setting.
        name: &'static str,
    },
    /// The TLS library refuses what was configured.
    #[error("TLS cannot be set up: {0}")]
    Tls(rustls::Error),
}
