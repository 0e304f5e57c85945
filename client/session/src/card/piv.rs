//! A PIV card over any channel. Source: NIST SP 800-73-4 part 2.
//!
//! What it distrusts: an empty success (the card was pulled during the command), a failed command followed by a card that
//! answers (another card may be in), and a card that has forgotten that it was selected (somebody reset it, or it is
//! another one). In each case the card counts as gone: the next step selects, reads the certificate and compares.

mod exchange;
mod padding;
mod tlv;

use exchange::{Answer, Broken, Header, exchange};

use super::channel::{CardChannel, ChannelError};
use super::identity::{CardIdentity, CertificateProblem};
use super::smartcard::{CardError, KeyUse, PinError, SigAlg, Smartcard};
use crate::pin::Pin;

/// The PIV application's name, without its version: any version will do.
const APPLICATION: [u8; 9] = [0xA0, 0x00, 0x00, 0x03, 0x08, 0x00, 0x00, 0x10, 0x00];
/// GET DATA of the certificate of slot 9A.
const LOGIN_CERTIFICATE: [u8; 5] = [0x5C, 0x03, 0x5F, 0xC1, 0x05];
/// The instruction VERIFY.
const VERIFY: u8 = 0x20;

/// A PIV card. Dropping it makes the card forget the PIN.
pub struct Piv<C: CardChannel> {
    channel: C,
    /// The applet is selected and nothing has failed since.
    selected: bool,
    /// A PIN was accepted on this connection.
    verified: bool,
    /// The card that this began with.
    first: Option<CardIdentity>,
}

impl<C: CardChannel> Piv<C> {
    /// Takes a channel; nothing is sent yet.
    pub fn new(channel: C) -> Self {
        Self { channel, selected: false, verified: false, first: None }
    }

    fn select_and_compare(&mut self) -> Result<CardIdentity, CardError> {
        self.selected = false;
        self.verified = false;
        let answer = self.send(Header { instruction: 0xA4, p1: 0x04, p2: 0x00 }, &APPLICATION)?;
        match answer.status {
            0x9000 => {}
            0x6A81 | 0x6A82 | 0x6D00 | 0x6E00 => return Err(CardError::NotPiv),
            status => return Err(CardError::Refused { status }),
        }
        let answer = self.send(Header { instruction: 0xCB, p1: 0x3F, p2: 0xFF }, &LOGIN_CERTIFICATE)?;
        let identity = match answer.status {
            0x9000 => CardIdentity::from_certificate(certificate(&answer.data)?),
            0x6A82 => Err(CertificateProblem::Missing),
            // It was selected a moment ago, and has forgotten.
            0x6D00 | 0x6E00 => return Err(CardError::Reset),
            status => return Err(CardError::Refused { status }),
        }
        .map_err(CardError::Certificate)?;
        if self.first.as_ref().is_some_and(|first| !first.is_same_card(&identity)) {
            return Err(CardError::AnotherCard);
        }
        self.first = Some(identity.clone());
        self.selected = true;
        Ok(identity)
    }

    /// Sends one command; after any doubt about which card answered, nothing counts as selected.
    fn send(&mut self, header: Header, body: &[u8]) -> Result<Answer, CardError> {
        let sent = exchange(&mut self.channel, header, body);
        // While selecting, nothing was known of the card, so nothing can have been lost.
        let was_reset = self.channel.was_reset() && self.selected;
        let outcome = match sent {
            Ok(_) if was_reset => Err(CardError::Reset),
            Ok(Answer { status: 0x6D00 | 0x6E00, .. }) if self.selected => Err(CardError::Reset),
            Ok(answer) => return Ok(answer),
            Err(Broken::Silent | Broken::Channel(ChannelError::Removed)) => Err(self.gone()),
            Err(Broken::Channel(ChannelError::NoCard)) => Err(CardError::NoCard),
            Err(Broken::Channel(ChannelError::Reset)) => Err(CardError::Reset),
            Err(Broken::Channel(other)) => Err(CardError::Channel(other)),
            Err(Broken::Misbehaved(how)) => Err(CardError::Misbehaved(how)),
        };
        self.selected = false;
        self.verified = false;
        outcome
    }

    fn gone(&self) -> CardError {
        if self.first.is_some() { CardError::Removed } else { CardError::NoCard }
    }

    /// Requirement: SES-016.
    fn try_pin(&mut self, pin: &Pin) -> Result<(), PinError> {
        if !self.selected {
            self.select_and_compare()?;
        }
        let answer = self.send(Header { instruction: VERIFY, p1: 0x00, p2: 0x80 }, pin.padded())?;
        match answer.status {
            0x9000 => {
                self.verified = true;
                Ok(())
            }
            0x63C0 | 0x6983 => Err(PinError::Blocked),
            status @ 0x63C1..=0x63CF => Err(PinError::Wrong { left: status.to_be_bytes()[1] & 0x0F }),
            status => Err(PinError::Card(CardError::Refused { status })),
        }
    }
}

impl<C: CardChannel> Smartcard for Piv<C> {
    fn identity(&mut self) -> Result<CardIdentity, CardError> {
        self.select_and_compare()
    }

    fn verify_pin(&mut self, pin: &Pin) -> Result<(), PinError> {
        match self.try_pin(pin) {
            // The PIN was not looked at; if the same card is still there it may be asked again.
            Err(PinError::Card(CardError::Reset)) => self.try_pin(pin),
            outcome => outcome,
        }
    }

    fn sign(&mut self, key: KeyUse, algorithm: SigAlg, digest: &[u8; 32]) -> Result<Vec<u8>, CardError> {
        if !self.selected {
            return Err(if self.first.is_some() { CardError::Reset } else { CardError::PinNeeded });
        }
        let p2 = match key {
            KeyUse::Authentication => 0x9A,
            KeyUse::ContentCommitment => 0x9C,
        };
        let (p1, challenge) = match algorithm {
            SigAlg::RsaPkcs1Sha256 => (0x07, padding::pkcs1_sha256(digest).to_vec()),
            SigAlg::EcdsaP256Sha256 => (0x11, digest.to_vec()),
        };
        let request = tlv::object(0x7C, &[tlv::object(0x82, &[]), tlv::object(0x81, &challenge)].concat());
        let answer = self.send(Header { instruction: 0x87, p1, p2 }, &request)?;
        match answer.status {
            0x9000 => tlv::find(&answer.data, 0x7C)
                .and_then(|template| tlv::find(template, 0x82))
                .filter(|signature| !signature.is_empty())
                .map(<[u8]>::to_vec)
                .ok_or(CardError::Misbehaved("a signature that is none")),
            0x6982 => Err(CardError::PinNeeded),
            status => Err(CardError::Refused { status }),
        }
    }

    fn logout(&mut self) {
        if self.verified {
            // Nothing can be done about a card that does not answer, and one that is gone has forgotten.
            let _ = self.send(Header { instruction: VERIFY, p1: 0xFF, p2: 0x80 }, &[]);
            self.verified = false;
        }
    }
}

impl<C: CardChannel> Drop for Piv<C> {
    fn drop(&mut self) {
        self.logout();
    }
}

/// The uncompressed certificate inside its data object `53 { 70 .., 71 00, FE }`.
fn certificate(object: &[u8]) -> Result<&[u8], CardError> {
    let content = tlv::find(object, 0x53).ok_or(CardError::Misbehaved("a data object that is none"))?;
    if tlv::find(content, 0x71).is_some_and(|information| information != [0]) {
        return Err(CardError::Certificate(CertificateProblem::Unreadable));
    }
    tlv::find(content, 0x70)
        .filter(|der| !der.is_empty())
        .ok_or(CardError::Certificate(CertificateProblem::Missing))
}
