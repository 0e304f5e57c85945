//! The PIV applet: one command APDU in, one answer out, no I/O and no clock.
//!
//! What lasts (keys, objects, counters) is the card's; what a power cycle clears (selected, verified, half a chain, half
//! an answer) is a [`CardState`], so that several connections to one card each have their own.

mod authenticate;
mod command;
mod object;
mod pin;
mod reference;
mod select;
mod status;

use command::Command;
pub(crate) use object::CardFacts;
use object::DataObject;
use reference::Reference;
pub(crate) use reference::{Padded, padded};
use status::StatusWord;
use zeroize::Zeroizing;

use crate::key::{CardKey, KeySlot};
use crate::random::Randomness;

/// What a command yields: data under 9000, or another status.
type Answer = Result<Vec<u8>, StatusWord>;

/// The longest body that a chain may build up.
const LONGEST_CHAIN: usize = 4096;

/// A PIV card. Its `Debug` shows nothing of what it holds.
pub struct PivApplet {
    keys: Vec<(KeySlot, CardKey)>,
    objects: Vec<DataObject>,
    pin: Reference,
    puk: Reference,
    randomness: Box<dyn Randomness>,
    state: CardState,
}

impl PivApplet {
    /// Answers one command. Never panics, whatever the bytes; an answer always ends in two status bytes.
    pub fn process(&mut self, apdu: &[u8]) -> Vec<u8> {
        let mut state = std::mem::take(&mut self.state);
        let answer = self.process_in(&mut state, apdu);
        self.state = state;
        answer
    }

    /// What power off and on does: nothing selected, nobody verified. Counters stay.
    pub fn reset(&mut self) {
        self.state = CardState::default();
    }

    /// Assembles a card; the issuer is the only one who does.
    pub(crate) fn assemble(
        facts: &CardFacts,
        keys: Vec<(KeySlot, CardKey, Vec<u8>)>,
        pin: Padded,
        puk: Padded,
        randomness: Box<dyn Randomness>,
    ) -> Self {
        let mut objects = object::describe(facts);
        objects.extend(keys.iter().map(|(slot, _, der)| object::certificate(*slot, der)));
        Self {
            keys: keys.into_iter().map(|(slot, key, _)| (slot, key)).collect(),
            objects,
            pin: Reference::new(pin),
            puk: Reference::new(puk),
            randomness,
            state: CardState::default(),
        }
    }

    /// Answers one command of a connection that keeps its own state.
    pub(crate) fn process_in(&mut self, state: &mut CardState, apdu: &[u8]) -> Vec<u8> {
        match Command::parse(apdu) {
            Ok(command) => {
                let expected = command.expected;
                let answer = self.dispatch(state, &command);
                state.present(answer, expected)
            }
            Err(status) => state.present(Err(status), 0),
        }
    }

    fn dispatch(&mut self, state: &mut CardState, command: &Command<'_>) -> Answer {
        check_class(command.class)?;
        if !state.selected && command.instruction != 0xA4 {
            return Err(StatusWord::NO_SUCH_INSTRUCTION);
        }
        if command.class & 0x10 != 0 {
            return state.extend_chain(command);
        }
        if command.instruction != 0xC0 {
            state.pending.clear();
        }
        let chained = state.finish_chain(command);
        let command = match &chained {
            Some(body) => Command { body, ..*command },
            None => *command,
        };
        // Reading is no use of the card; everything else ends the freshness of a PIN.
        let fresh = state.fresh;
        let asks_state = command.instruction == 0x20 && command.p1 == 0 && command.body.is_empty();
        if !matches!(command.instruction, 0xC0 | 0xCB) && !asks_state {
            state.fresh = false;
        }
        match command.instruction {
            0xA4 => Self::select(state, &command),
            0xCB => self.data(state, &command),
            0x20 => self.verify(state, &command),
            0x24 => self.change_reference(state, &command),
            0x2C => self.reset_retry_counter(&command),
            0x87 => self.authenticate(state, fresh, &command),
            0xC0 if state.pending.is_empty() => Err(StatusWord::CONDITIONS_NOT_SATISFIED),
            0xC0 => Ok(std::mem::take(&mut state.pending)),
            _ => Err(StatusWord::NO_SUCH_INSTRUCTION),
        }
    }
}

impl std::fmt::Debug for PivApplet {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PivApplet").finish_non_exhaustive()
    }
}

/// What lasts no longer than the power: one per connection.
#[derive(Default)]
pub(crate) struct CardState {
    selected: bool,
    verified: bool,
    /// The PIN was verified and no command has used the card since.
    fresh: bool,
    chain: Option<Chain>,
    /// What GET RESPONSE may still fetch.
    pending: Vec<u8>,
}

/// Half a command. Its body may hold a PIN.
struct Chain {
    header: [u8; 3],
    body: Zeroizing<Vec<u8>>,
}

impl CardState {
    fn extend_chain(&mut self, command: &Command<'_>) -> Answer {
        let header = [command.instruction, command.p1, command.p2];
        let mut chain = self
            .chain
            .take()
            .filter(|chain| chain.header == header)
            .unwrap_or_else(|| Chain { header, body: Zeroizing::new(Vec::with_capacity(LONGEST_CHAIN)) });
        if chain.body.len() + command.body.len() > LONGEST_CHAIN {
            return Err(StatusWord::WRONG_LENGTH);
        }
        chain.body.extend_from_slice(command.body);
        self.chain = Some(chain);
        Ok(Vec::new())
    }

    /// The whole body when `command` ends a chain of its own; a chain of another command is forgotten.
    fn finish_chain(&mut self, command: &Command<'_>) -> Option<Zeroizing<Vec<u8>>> {
        let mut chain = self.chain.take()?;
        if chain.header != [command.instruction, command.p1, command.p2] {
            return None;
        }
        chain.body.extend_from_slice(command.body);
        Some(chain.body)
    }

    /// Cuts an answer to what the sender takes; the rest waits.
    fn present(&mut self, answer: Answer, expected: usize) -> Vec<u8> {
        let (mut out, status) = match answer {
            Ok(mut data) if data.len() > expected => {
                self.pending = data.split_off(expected);
                (data, StatusWord::more(self.pending.len()))
            }
            Ok(data) => (data, StatusWord::OK),
            Err(status) => (Vec::new(), status),
        };
        out.extend_from_slice(&status.0.to_be_bytes());
        out
    }
}

/// Interindustry commands on the basic channel, chained or not.
fn check_class(class: u8) -> Result<(), StatusWord> {
    match class {
        0x00 | 0x10 => Ok(()),
        _ if class & 0xE0 != 0 => Err(StatusWord::NO_SUCH_CLASS),
        _ if class & 0x0C != 0 => Err(StatusWord::NO_SECURE_MESSAGING),
        _ => Err(StatusWord::NO_LOGICAL_CHANNELS),
    }
}
