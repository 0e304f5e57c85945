//! GENERAL AUTHENTICATE: the private operations and the challenge of the management key.
//!
//! Source: NIST SP 800-73-4 part 2, 3.2.4. The management key itself cannot be proven: nobody administers a card here.

use super::command::Command;
use super::status::StatusWord;
use super::{Answer, CardState, PivApplet};
use crate::key::KeySlot;
use crate::tlv::{self, object};

/// Key reference of the card management key.
const MANAGEMENT: u8 = 0x9B;
/// Dynamic authentication template.
const TEMPLATE: u32 = 0x7C;
/// Challenge inside the template.
const CHALLENGE: u32 = 0x81;
/// Response inside the template.
const RESPONSE: u32 = 0x82;

impl PivApplet {
    /// Runs the operation that the template asks for. `fresh` says that VERIFY came immediately before.
    pub(super) fn authenticate(&mut self, state: &CardState, fresh: bool, command: &Command<'_>) -> Answer {
        let request = Request::parse(command.body).ok_or(StatusWord::WRONG_BODY)?;
        if command.p2 == MANAGEMENT {
            return self.management_challenge(command.p1, &request);
        }
        let slot = KeySlot::from_reference(command.p2).ok_or(StatusWord::NO_SUCH_REFERENCE)?;
        let (_, key) =
            self.keys.iter().find(|(held, _)| *held == slot).ok_or(StatusWord::NO_SUCH_REFERENCE)?;
        if key.algorithm() != command.p1 {
            return Err(StatusWord::WRONG_PARAMETERS);
        }
        let allowed = match slot {
            KeySlot::Authentication | KeySlot::KeyManagement => state.verified,
            KeySlot::ContentCommitment => state.verified && fresh,
            KeySlot::CardAuthentication => true,
        };
        if !allowed {
            return Err(StatusWord::SECURITY_NOT_SATISFIED);
        }
        let challenge = match request {
            Request { challenge: Some(challenge), wants_response: true } if !challenge.is_empty() => {
                challenge
            }
            _ => return Err(StatusWord::WRONG_BODY),
        };
        let answer = key.operate(challenge).map_err(|_| StatusWord::WRONG_BODY)?;
        Ok(object(TEMPLATE, &object(RESPONSE, &answer)))
    }

    /// The card's random challenge: as long as a block of the named cipher.
    fn management_challenge(&mut self, algorithm: u8, request: &Request<'_>) -> Answer {
        if request.challenge != Some(&[]) || request.wants_response {
            return Err(StatusWord::WRONG_BODY);
        }
        let length = match algorithm {
            0x00 | 0x03 => 8,
            0x08 | 0x0A | 0x0C => 16,
            _ => return Err(StatusWord::WRONG_PARAMETERS),
        };
        let mut challenge = vec![0; length];
        self.randomness.fill(&mut challenge).map_err(|_| StatusWord::FAILED)?;
        Ok(object(TEMPLATE, &object(CHALLENGE, &challenge)))
    }
}

/// What the template holds.
struct Request<'a> {
    challenge: Option<&'a [u8]>,
    wants_response: bool,
}

impl<'a> Request<'a> {
    /// Only an empty response (asked for) and one challenge, in either order, make sense to this card.
    fn parse(body: &'a [u8]) -> Option<Self> {
        let outer = tlv::all(body)?;
        let [tlv::Object { tag: TEMPLATE, value }] = outer[..] else { return None };
        let mut request = Self { challenge: None, wants_response: false };
        for part in tlv::all(value)? {
            match part.tag {
                CHALLENGE if request.challenge.is_none() => request.challenge = Some(part.value),
                RESPONSE if part.value.is_empty() && !request.wants_response => request.wants_response = true,
                _ => return None,
            }
        }
        Some(request)
    }
}
