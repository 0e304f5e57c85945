//! How a card is reached, and how its coming and going is noticed: two seams, one per kind of reader.

use std::io;
use std::time::Duration;

/// A connection to the card in one reader: in memory, over the card socket, later over PC/SC.
pub trait CardChannel {
    /// Sends one command APDU and returns the answer with its two status bytes. An empty answer under `Ok` is what some
    /// readers report when the card is pulled during the command; whoever calls must be ready for it.
    fn transmit(&mut self, apdu: &[u8]) -> Result<Vec<u8>, ChannelError>;

    /// Whether the card lost its state (another program reset it) since this was last asked; asking forgets it.
    fn was_reset(&mut self) -> bool;
}

/// Why a command did not reach the card or its answer did not reach us. After any of these the card must be taken for
/// gone: selected again, its certificate read again and compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ChannelError {
    /// The card that was there is not there any more.
    #[error("the smartcard was removed")]
    Removed,
    /// Another program reset the card.
    #[error("another program reset the smartcard")]
    Reset,
    /// No card is in the reader.
    #[error("no smartcard is in the reader")]
    NoCard,
    /// Another program holds the card.
    #[error("another program is using the smartcard")]
    Busy,
    /// The reader, or the service that drives readers, is not there.
    #[error("the smartcard reader is not available")]
    NoService,
    /// The connection to the reader failed.
    #[error("the connection to the smartcard reader failed: {0}")]
    Io(io::ErrorKind),
}

/// Notices cards coming and going in one reader.
pub trait Presence {
    /// The next change, or `None` when nothing changed within `timeout`.
    fn next(&mut self, timeout: Duration) -> Result<Option<PresenceEvent>, ChannelError>;
}

/// A card came or went. `epoch` rises with every change that was noticed. A swap between two looks is none: compare the
/// card's certificate, never only its presence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PresenceEvent {
    /// A card was put in.
    Inserted {
        /// Counts the changes noticed so far.
        epoch: u64,
    },
    /// The card was taken out.
    Removed {
        /// Counts the changes noticed so far.
        epoch: u64,
    },
}
