//! The commands about PIN and PUK: VERIFY, CHANGE REFERENCE DATA, RESET RETRY COUNTER.
//!
//! Source: NIST SP 800-73-4 part 2, 3.2.1 to 3.2.3. The bodies hold secrets: nothing here may print them.

use super::command::Command;
use super::reference::padded;
use super::status::StatusWord;
use super::{Answer, CardState, PivApplet};

/// Key reference of the applet's own PIN.
const PIN: u8 = 0x80;
/// Key reference of the PUK.
const PUK: u8 = 0x81;

impl PivApplet {
    /// VERIFY: compares the PIN; without a body it asks for the state; with P1=FF it logs out.
    pub(super) fn verify(&mut self, state: &mut CardState, command: &Command<'_>) -> Answer {
        if command.p2 != PIN {
            return Err(StatusWord::NO_SUCH_REFERENCE);
        }
        match (command.p1, command.body) {
            (0x00, []) if state.verified => Ok(Vec::new()),
            (0x00, []) => Err(self.pin.status()),
            (0x00, body) => {
                let offered = padded(body)?;
                state.verified = false;
                self.pin.compare(&offered)?;
                state.verified = true;
                state.fresh = true;
                Ok(Vec::new())
            }
            (0xFF, []) => {
                state.verified = false;
                Ok(Vec::new())
            }
            _ => Err(StatusWord::WRONG_PARAMETERS),
        }
    }

    /// CHANGE REFERENCE DATA: the old secret, then the new one, eight bytes each.
    pub(super) fn change_reference(&mut self, state: &mut CardState, command: &Command<'_>) -> Answer {
        let reference = match (command.p1, command.p2) {
            (0x00, PIN) => &mut self.pin,
            (0x00, PUK) => &mut self.puk,
            (0x00, _) => return Err(StatusWord::NO_SUCH_REFERENCE),
            _ => return Err(StatusWord::WRONG_PARAMETERS),
        };
        let (old, new) = two_secrets(command.body)?;
        // Both are checked for form first: a malformed new secret must not cost a try.
        let (old, new) = (padded(old)?, padded(new)?);
        let is_pin = command.p2 == PIN;
        if is_pin {
            state.verified = false;
        }
        reference.compare(&old)?;
        reference.replace(new);
        if is_pin {
            state.verified = true;
        }
        Ok(Vec::new())
    }

    /// RESET RETRY COUNTER: the PUK, then a new PIN. It unblocks the card; it verifies nobody.
    pub(super) fn reset_retry_counter(&mut self, command: &Command<'_>) -> Answer {
        match (command.p1, command.p2) {
            (0x00, PIN) => {}
            (0x00, _) => return Err(StatusWord::NO_SUCH_REFERENCE),
            _ => return Err(StatusWord::WRONG_PARAMETERS),
        }
        let (puk, new) = two_secrets(command.body)?;
        let (puk, new) = (padded(puk)?, padded(new)?);
        self.puk.compare(&puk)?;
        self.pin.replace(new);
        Ok(Vec::new())
    }
}

fn two_secrets(body: &[u8]) -> Result<(&[u8], &[u8]), StatusWord> {
    if body.len() == 16 { Ok(body.split_at(8)) } else { Err(StatusWord::WRONG_LENGTH) }
}
