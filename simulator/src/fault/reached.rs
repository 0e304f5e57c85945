//! How far a request and its answer came.

use std::time::Duration;

use crate::wire::WireResponse;

/// What became of one exchange, for a transport to play out: the server does over its sockets, an exchange in the same
/// process shows its caller the same.
///
/// | variant | the client sees | was the work done |
/// |---|---|---|
/// | [`Answered`](Self::Answered) | a whole answer | the ledger says |
/// | [`Unreached`](Self::Unreached) | that nothing was sent | no |
/// | [`Lost`](Self::Lost) | no answer | no |
/// | [`AnswerLost`](Self::AnswerLost) | no answer | yes |
/// | [`Broken`](Self::Broken) | no answer that is one | yes |
/// | [`Delayed`](Self::Delayed) | the inner one, later | as the inner one says |
#[derive(Clone, Debug)]
#[must_use]
pub enum Reached {
    /// An answer.
    Answered(WireResponse),
    /// No byte of the request arrived.
    Unreached(Unreached),
    /// The request was lost: nothing is done.
    Lost(Loss),
    /// The answer was lost: everything is done.
    AnswerLost(Loss),
    /// The answer arrives in no good shape: everything is done.
    Broken {
        /// The answer as the Spine gave it.
        answer: WireResponse,
        /// What is wrong with how it arrives.
        how: Breakage,
    },
    /// What happens, after this time.
    Delayed(Duration, Box<Reached>),
}

/// Why no byte of a request arrived.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unreached {
    /// The connection is refused.
    Refused,
    /// Connecting takes longer than any client waits.
    Silent,
}

/// How the connection ends on which something was lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Loss {
    /// It is reset.
    Reset,
    /// It is closed in order.
    Closed,
    /// Nothing more is heard until the client gives up.
    Silent,
}

/// What is wrong with how an answer arrives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Breakage {
    /// So many bytes of the body arrive, then this.
    Cut {
        /// Bytes of the body.
        after_bytes: usize,
        /// What follows.
        then: Loss,
    },
    /// It comes in drops: whole for a client that waits, and too slow for one that does not.
    Drip {
        /// Bytes of a drop.
        bytes: usize,
        /// The pause before each.
        pause: Duration,
    },
    /// The body is a chunk whose length is no number.
    BadChunk,
    /// So many headers are added.
    ManyHeaders(usize),
    /// Blanks follow the body until it has so many bytes.
    TooLong(usize),
}

impl Breakage {
    /// How long the whole of `answer` takes to arrive; `None` when it never does.
    #[must_use]
    pub fn takes(&self, answer: &WireResponse) -> Option<Duration> {
        match self {
            Self::Drip { bytes, pause } => {
                let drops = answer.body.len().div_ceil((*bytes).max(1));
                pause.checked_mul(u32::try_from(drops).unwrap_or(u32::MAX))
            }
            Self::Cut { .. } | Self::BadChunk | Self::ManyHeaders(_) | Self::TooLong(_) => None,
        }
    }
}
