//! A card behind the card socket of the simulator: blocking, loopback only.
//!
//! Each message is a length (16 bits, big-endian) and a body, both ways; a body of one byte is a control, of which 4 asks
//! for the answer to reset. The socket carries PINs without protection, so nothing off this machine is ever spoken to.

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use zeroize::Zeroizing;

use super::channel::{CardChannel, ChannelError, Presence, PresenceEvent};

/// How often presence is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(100);
/// The control that asks for the answer to reset.
const ASK_ANSWER_TO_RESET: [u8; 1] = [4];

/// Why the card socket cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SocketError {
    /// The address is not on this machine.
    #[error(
        "a virtual smartcard is used on this machine only, and {0} is another: use an address like 127.0.0.1:PORT"
    )]
    NotLoopback(SocketAddr),
    /// Nobody answers there.
    #[error("no virtual smartcard answers at {address} ({kind}): is the simulator running?")]
    Unreachable {
        /// The address.
        address: SocketAddr,
        /// What the operating system said.
        kind: io::ErrorKind,
    },
}

/// A connection to the card socket. After a failure of the connection it stays closed: open another.
#[derive(Debug)]
pub struct SocketChannel {
    stream: Option<TcpStream>,
}

impl SocketChannel {
    /// Connects, waiting no longer than `patience` for this and for every later answer.
    pub fn connect(address: SocketAddr, patience: Duration) -> Result<Self, SocketError> {
        if !address.ip().is_loopback() {
            return Err(SocketError::NotLoopback(address));
        }
        let open = || {
            let stream = TcpStream::connect_timeout(&address, patience)?;
            stream.set_nodelay(true)?;
            stream.set_read_timeout(Some(patience))?;
            stream.set_write_timeout(Some(patience))?;
            Ok(stream)
        };
        let stream =
            open().map_err(|error: io::Error| SocketError::Unreachable { address, kind: error.kind() })?;
        Ok(Self { stream: Some(stream) })
    }

    fn ask(&mut self, body: &[u8]) -> Result<Vec<u8>, ChannelError> {
        let stream = self.stream.as_mut().ok_or(ChannelError::NoService)?;
        converse(stream, body).map_err(|error| {
            // Half a message may be under way: what comes next would be taken for the answer to something else.
            self.stream = None;
            ChannelError::Io(error.kind())
        })
    }
}

impl CardChannel for SocketChannel {
    fn transmit(&mut self, apdu: &[u8]) -> Result<Vec<u8>, ChannelError> {
        self.ask(apdu)
    }

    /// Every connection has its own state at the card, so no other program can reset it.
    fn was_reset(&mut self) -> bool {
        false
    }
}

/// Looks every tenth of a second whether a card answers, on a connection of its own.
#[derive(Debug)]
pub struct SocketPresence {
    channel: SocketChannel,
    present: bool,
    epoch: u64,
}

impl SocketPresence {
    /// Watches through `channel`. Until the first look no card counts as present.
    #[must_use]
    pub fn new(channel: SocketChannel) -> Self {
        Self { channel, present: false, epoch: 0 }
    }

    fn look(&mut self) -> Result<Option<PresenceEvent>, ChannelError> {
        let present = !self.channel.ask(&ASK_ANSWER_TO_RESET)?.is_empty();
        if present == self.present {
            return Ok(None);
        }
        self.present = present;
        self.epoch += 1;
        let epoch = self.epoch;
        Ok(Some(if present { PresenceEvent::Inserted { epoch } } else { PresenceEvent::Removed { epoch } }))
    }
}

impl Presence for SocketPresence {
    fn next(&mut self, timeout: Duration) -> Result<Option<PresenceEvent>, ChannelError> {
        let mut left = timeout;
        loop {
            if let Some(event) = self.look()? {
                return Ok(Some(event));
            }
            if left.is_zero() {
                return Ok(None);
            }
            std::thread::sleep(left.min(LOOK_EVERY));
            left = left.saturating_sub(LOOK_EVERY);
        }
    }
}

fn converse(stream: &mut TcpStream, body: &[u8]) -> io::Result<Vec<u8>> {
    let length = u16::try_from(body.len()).map_err(|_| io::ErrorKind::InvalidInput)?;
    let mut frame = Zeroizing::new(Vec::with_capacity(body.len() + 2));
    frame.extend_from_slice(&length.to_be_bytes());
    frame.extend_from_slice(body);
    // One write: two small ones would wait for each other's acknowledgement.
    stream.write_all(&frame)?;
    let mut length = [0; 2];
    stream.read_exact(&mut length)?;
    let mut answer = vec![0; usize::from(u16::from_be_bytes(length))];
    stream.read_exact(&mut answer)?;
    Ok(answer)
}
