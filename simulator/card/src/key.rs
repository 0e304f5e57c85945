//! The private keys on the card, by slot.
//!
//! Key references and access rules: NIST SP 800-73-4 part 1, tables 4 and 5. Algorithm identifiers: SP 800-78-4, table 6-2.

pub(crate) mod elliptic;
pub(crate) mod rsa;

use elliptic::EllipticKey;
use rsa::RsaKey;

/// A place for a key and its certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum KeySlot {
    /// 9A, PIV authentication: the login key; a PIN once per session.
    Authentication,
    /// 9C, digital signature: content commitment; a PIN before every use.
    ContentCommitment,
    /// 9D, key management; a PIN once per session.
    KeyManagement,
    /// 9E, card authentication; no PIN.
    CardAuthentication,
}

impl KeySlot {
    /// Every slot of the card.
    pub const ALL: [Self; 4] =
        [Self::Authentication, Self::ContentCommitment, Self::KeyManagement, Self::CardAuthentication];

    /// The key reference: P2 of GENERAL AUTHENTICATE.
    #[must_use]
    pub const fn reference(self) -> u8 {
        match self {
            Self::Authentication => 0x9A,
            Self::ContentCommitment => 0x9C,
            Self::KeyManagement => 0x9D,
            Self::CardAuthentication => 0x9E,
        }
    }

    /// The tag of the object that holds its certificate. Source: SP 800-73-4 part 1, table 3.
    pub(crate) const fn certificate_tag(self) -> u32 {
        match self {
            Self::Authentication => 0x5F_C1_05,
            Self::ContentCommitment => 0x5F_C1_0A,
            Self::KeyManagement => 0x5F_C1_0B,
            Self::CardAuthentication => 0x5F_C1_01,
        }
    }

    pub(crate) fn from_reference(reference: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|slot| slot.reference() == reference)
    }
}

/// The card cannot use what it was given: the wrong length, or not below the modulus.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Unsuitable;

/// A private key of either kind.
pub(crate) enum CardKey {
    Rsa(RsaKey),
    Elliptic(EllipticKey),
}

impl CardKey {
    /// The algorithm identifier that P1 must name.
    pub(crate) const fn algorithm(&self) -> u8 {
        match self {
            Self::Rsa(_) => 0x07,
            Self::Elliptic(_) => 0x11,
        }
    }

    /// The private operation: raw RSA over 256 bytes, or ECDSA over a digest.
    pub(crate) fn operate(&self, challenge: &[u8]) -> Result<Vec<u8>, Unsuitable> {
        match self {
            Self::Rsa(key) => key.raw(challenge),
            Self::Elliptic(key) => key.sign_digest(challenge),
        }
    }
}
