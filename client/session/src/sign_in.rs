//! Signing in: the identity service's challenge, the card's signature, the ticket. Pure steps; the HTTP is the caller's.
//!
//! The signed message is `spine-login:` + challenge id + `:` + nonce, so that a signature made here can serve for nothing
//! else. The format is this project's own: the national broker's is not published.

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::card::identity::{CardIdentity, CardOutOfDate};
use crate::card::smartcard::{CardError, KeyUse, PinError, SigAlg, Smartcard};
use crate::pin::Pin;
use crate::ticket::Ticket;

/// Longest answer of the identity service that is read, in bytes.
const LONGEST_ANSWER: usize = 16 * 1024;
/// Bytes of a nonce.
const NONCE: usize = 32;

/// What the identity service wants signed. It serves once, so proving consumes it.
#[derive(Debug)]
pub struct Challenge {
    id: String,
    nonce: String,
}

/// A challenge with the card's answer, ready for the identity service.
#[derive(Debug)]
pub struct SignedChallenge {
    challenge_id: String,
    certificate: Vec<u8>,
    algorithm: SigAlg,
    signature: Vec<u8>,
}

/// The identity service's answer is not a challenge or a ticket.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SignInError {
    /// The service refused.
    #[error(transparent)]
    Refused(#[from] LoginRefusal),
    /// What came is not what was agreed.
    #[error("the identity service gave an answer that cannot be understood ({0})")]
    Misbehaved(&'static str),
}

/// Why the identity service let nobody in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LoginRefusal {
    /// `unknown-challenge`: used before, too old, or not theirs.
    #[error("the login took too long or was answered twice: log in again")]
    UnknownChallenge,
    /// `certificate-refused`: another authority, or out of date.
    #[error("the identity service does not accept this smartcard: ask your Registration Authority")]
    CertificateRefused,
    /// `signature-wrong`.
    #[error("the identity service could not verify the smartcard's signature: log in again")]
    SignatureWrong,
    /// `unknown-user`.
    #[error(
        "the identity service does not know the holder of this smartcard: ask your Registration Authority"
    )]
    UnknownUser,
    /// A code that is not known here.
    #[error("the identity service refused the login without a reason that is known here")]
    Other,
}

/// The card could not prove who holds it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProofError {
    /// The card has ended, or not begun.
    #[error(transparent)]
    OutOfDate(#[from] CardOutOfDate),
    /// The PIN was not accepted.
    #[error(transparent)]
    Pin(#[from] PinError),
    /// The card failed.
    #[error(transparent)]
    Card(#[from] CardError),
}

impl Challenge {
    /// Reads the answer to `POST /challenge`.
    pub fn read(json: &[u8]) -> Result<Self, SignInError> {
        let answer: ChallengeAnswer = parse(json, "a challenge that is none")?;
        let id_fits = (1..=64).contains(&answer.challenge_id.len())
            && answer.challenge_id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        if !id_fits {
            return Err(SignInError::Misbehaved("a challenge without an identifier"));
        }
        // A short nonce could have been signed before.
        if URL_SAFE_NO_PAD.decode(&answer.nonce).map(|nonce| nonce.len()) != Ok(NONCE) {
            return Err(SignInError::Misbehaved("a challenge whose nonce has not 32 bytes"));
        }
        Ok(Self { id: answer.challenge_id, nonce: answer.nonce })
    }

    /// Identifies the card, checks its dates and the PIN, signs, and makes the card forget the PIN. The signature is
    /// checked against the certificate that was read, so a card exchanged in between cannot sign for another.
    pub fn prove(
        self,
        card: &mut dyn Smartcard,
        pin: &Pin,
        now: Timestamp,
    ) -> Result<(CardIdentity, SignedChallenge), ProofError> {
        let identity = card.identity()?;
        identity.check_dates(now)?;
        card.verify_pin(pin)?;
        let signed = self.sign(card, &identity);
        card.logout();
        Ok((identity, signed?))
    }

    fn sign(self, card: &mut dyn Smartcard, identity: &CardIdentity) -> Result<SignedChallenge, CardError> {
        let message = format!("spine-login:{}:{}", self.id, self.nonce);
        let mut sha256 = [0; 32];
        sha256.copy_from_slice(digest(&SHA256, message.as_bytes()).as_ref());
        let signature = card.sign(KeyUse::Authentication, identity.algorithm(), &sha256)?;
        if !identity.signed(message.as_bytes(), &signature) {
            return Err(CardError::AnotherCard);
        }
        Ok(SignedChallenge {
            challenge_id: self.id,
            certificate: identity.certificate().to_vec(),
            algorithm: identity.algorithm(),
            signature,
        })
    }
}

impl SignedChallenge {
    /// The body of `POST /login`.
    #[must_use]
    pub fn to_json(&self) -> Vec<u8> {
        let body = LoginBody {
            challenge_id: &self.challenge_id,
            certificate: STANDARD.encode(&self.certificate),
            algorithm: self.algorithm.name(),
            signature: STANDARD.encode(&self.signature),
        };
        // Four texts always serialise.
        serde_json::to_vec(&body).unwrap_or_default()
    }
}

impl Ticket {
    /// Reads the answer to `POST /login`, whatever its HTTP status: it says itself whether it is a refusal.
    pub fn read(json: &[u8]) -> Result<Self, SignInError> {
        let answer: LoginAnswer = parse(json, "neither a ticket nor a refusal")?;
        let ticket = answer.ticket.map(Zeroizing::new);
        match (ticket, answer.error) {
            (Some(ticket), None) => {
                Self::parse(ticket).ok_or(SignInError::Misbehaved("a ticket that is none"))
            }
            (None, Some(code)) => Err(LoginRefusal::from_code(&code).into()),
            _ => Err(SignInError::Misbehaved("neither a ticket nor a refusal")),
        }
    }
}

impl LoginRefusal {
    fn from_code(code: &str) -> Self {
        match code {
            "unknown-challenge" => Self::UnknownChallenge,
            "certificate-refused" => Self::CertificateRefused,
            "signature-wrong" => Self::SignatureWrong,
            "unknown-user" => Self::UnknownUser,
            _ => Self::Other,
        }
    }
}

#[derive(Deserialize)]
struct ChallengeAnswer {
    challenge_id: String,
    nonce: String,
}

#[derive(Serialize)]
struct LoginBody<'a> {
    challenge_id: &'a str,
    certificate: String,
    algorithm: &'static str,
    signature: String,
}

#[derive(Deserialize)]
struct LoginAnswer {
    ticket: Option<String>,
    error: Option<String>,
}

fn parse<'a, T: Deserialize<'a>>(json: &'a [u8], what: &'static str) -> Result<T, SignInError> {
    if json.len() > LONGEST_ANSWER {
        return Err(SignInError::Misbehaved("an answer that is too long"));
    }
    serde_json::from_slice(json).map_err(|_| SignInError::Misbehaved(what))
}
