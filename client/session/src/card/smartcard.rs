//! What we ask of a smartcard, whatever its kind and however it is reached.

use super::channel::ChannelError;
use super::identity::{CardIdentity, CertificateProblem};
use crate::pin::Pin;

/// A card that identifies its holder and signs for them. The order is identity, PIN, signature, log-out.
pub trait Smartcard {
    /// Reads whose card it is. Asked again, it compares: another card than the first time is refused.
    fn identity(&mut self) -> Result<CardIdentity, CardError>;

    /// Proves to the card that its holder is here.
    fn verify_pin(&mut self, pin: &Pin) -> Result<(), PinError>;

    /// Signs a SHA-256 digest. An RSA signature is as long as its modulus; an ECDSA signature is DER.
    fn sign(&mut self, key: KeyUse, algorithm: SigAlg, digest: &[u8; 32]) -> Result<Vec<u8>, CardError>;

    /// Forgets the PIN. A card that is gone has forgotten it already, so this cannot fail.
    fn logout(&mut self);
}

/// Which of the card's keys signs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyUse {
    /// Log-in: PIV slot 9A.
    Authentication,
    /// Commitment to content: PIV slot 9C, which wants a fresh PIN every time.
    ContentCommitment,
}

/// How a signature is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SigAlg {
    /// RSASSA-PKCS1-v1_5 with SHA-256, 2048 bits.
    RsaPkcs1Sha256,
    /// ECDSA on P-256 with SHA-256.
    EcdsaP256Sha256,
}

impl SigAlg {
    /// The name that the identity service knows it by.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::RsaPkcs1Sha256 => "rsa-pkcs1-sha256",
            Self::EcdsaP256Sha256 => "ecdsa-p256-sha256",
        }
    }
}

/// The card could not do what it was asked. Every message says what to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CardError {
    /// No card answered.
    #[error("no smartcard is in the reader: insert it and try again")]
    NoCard,
    /// The card went away meanwhile, perhaps during the command.
    #[error("the smartcard was removed: insert it and log in again")]
    Removed,
    /// The card lost its state: another program reset it, or another card came so quickly that nobody saw it.
    #[error("the smartcard was reset: enter the PIN again")]
    Reset,
    /// Another card than the one this began with.
    #[error("this is not the smartcard that was used before: insert that one, or log out and log in again")]
    AnotherCard,
    /// The reader failed.
    #[error(transparent)]
    Channel(ChannelError),
    /// The card does not have the PIV application.
    #[error("this smartcard is not of a kind that can be used here (it is not a PIV card)")]
    NotPiv,
    /// The card's certificate does not make it a national smartcard.
    #[error("this smartcard cannot be used: {0}")]
    Certificate(CertificateProblem),
    /// The key wants a PIN, or a fresh one.
    #[error("the smartcard wants its PIN first")]
    PinNeeded,
    /// The card answered with a status that has no other meaning here.
    #[error("the smartcard refused the command with status {status:04X}")]
    Refused {
        /// The two status bytes.
        status: u16,
    },
    /// The card's answer is not what the standard says.
    #[error("the smartcard gave an answer that cannot be understood ({0})")]
    Misbehaved(&'static str),
}

/// The PIN was not accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PinError {
    /// Not the right PIN.
    #[error("wrong PIN: {left} {} left before the smartcard locks", if *.left == 1 { "try" } else { "tries" })]
    Wrong {
        /// Tries left, at least one.
        left: u8,
    },
    /// No tries are left. Source of the advice: national self-service unlocking.
    #[error("the smartcard is locked: have it unlocked by self-service or by your Registration Authority")]
    Blocked,
    /// The card could not be asked.
    #[error(transparent)]
    Card(#[from] CardError),
}
