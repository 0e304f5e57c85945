//! SELECT and GET DATA. Source: NIST SP 800-73-4 part 2, 3.1.

use super::command::Command;
use super::status::StatusWord;
use super::{Answer, CardState, PivApplet};
use crate::tlv::{self, object};

/// The PIV application: registered identifier, proprietary extension, version 1.0.
pub(super) const APPLICATION: [u8; 11] = [0xA0, 0x00, 0x00, 0x03, 0x08, 0x00, 0x00, 0x10, 0x00, 0x01, 0x00];
/// Bytes of the registered identifier, the shortest name that selects.
const REGISTERED: usize = 5;

impl PivApplet {
    /// SELECT by name, whole or cut short. Another application's name is not found and leaves this one selected with its
    /// security state, and so does selecting this one again.
    pub(super) fn select(state: &mut CardState, command: &Command<'_>) -> Answer {
        if command.p1 != 0x04 || command.p2 != 0x00 {
            return Err(StatusWord::WRONG_PARAMETERS);
        }
        if command.body.len() < REGISTERED || !APPLICATION.starts_with(command.body) {
            return Err(StatusWord::NOT_FOUND);
        }
        state.selected = true;
        let (registered, extension) = APPLICATION.split_at(REGISTERED);
        let template = [
            object(0x4F, extension),
            object(0x79, &object(0x4F, registered)),
            object(0x50, b"Virtual PIV card"),
        ];
        Ok(object(0x61, &template.concat()))
    }

    /// GET DATA: `5C` names the object.
    pub(super) fn data(&self, state: &CardState, command: &Command<'_>) -> Answer {
        if (command.p1, command.p2) != (0x3F, 0xFF) {
            return Err(StatusWord::WRONG_PARAMETERS);
        }
        let tag = match tlv::all(command.body).as_deref() {
            Some([tlv::Object { tag: 0x5C, value }]) if (1..=3).contains(&value.len()) => {
                value.iter().fold(0, |tag, byte| tag << 8 | u32::from(*byte))
            }
            _ => return Err(StatusWord::WRONG_BODY),
        };
        let found = self.objects.iter().find(|object| object.tag == tag).ok_or(StatusWord::NOT_FOUND)?;
        if found.needs_pin && !state.verified {
            return Err(StatusWord::SECURITY_NOT_SATISFIED);
        }
        Ok(found.content.clone())
    }
}
