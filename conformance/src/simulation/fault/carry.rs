//! Carries one request to the Spine and back, and plays out to the client what the Spine says became of it.

use std::time::Duration;

use spine_client::transport::{Cause, Failure, Part, Stage};
use spine_simulator::fault::{Breakage, Loss, Reached, Unreached};
use spine_simulator::wire::{WireRequest, WireResponse};

use super::id;
use crate::simulation::world::{Passing, Scene, digest};

/// How long a client waits for an answer, and for a connection. Both are defaults of the client's transport.
const PATIENCE: Duration = Duration::from_secs(60);
const CONNECT_PATIENCE: Duration = Duration::from_secs(10);

/// What a process sees of an exchange.
#[derive(Clone, Debug)]
pub(in crate::simulation) enum Came {
    /// A whole answer, after this time.
    Answer(WireResponse, Duration),
    /// No answer, and it shows after this time.
    Failure(Failure, Duration),
}

impl Came {
    /// Whether a byte of the request has left.
    pub(in crate::simulation) const fn left(&self) -> bool {
        !matches!(self, Self::Failure(Failure::NeverSent(_), _))
    }
}

impl Scene {
    /// Carries a request to the Spine.
    pub(in crate::simulation) fn carry(&self, request: &WireRequest, passing: &Passing) -> Came {
        if let Some(cause) = self.strikes_here(passing) {
            return Came::Failure(Failure::NeverSent(cause), Duration::ZERO);
        }
        shown(self.spine.exchange(request), Duration::ZERO)
    }

    /// The local fault that strikes this exchange, if one does.
    fn strikes_here(&self, passing: &Passing) -> Option<Cause> {
        let lot = self.lot(&[7, digest(&passing.number), passing.sort as u64, passing.nth]) % 100;
        let mut book = self.book();
        let strikes = |armed: &&mut super::Armed| {
            armed.left != Some(0) && armed.percent.is_none_or(|percent| lot < u64::from(percent))
        };
        let armed = book.armed.iter_mut().find(strikes)?;
        armed.left = armed.left.map(|left| left - 1);
        let (name, cause) = (armed.name, armed.cause);
        if let Some(id) = id(name) {
            book.coverage.fired(&id);
        }
        Some(cause)
    }
}

/// What the client sees of what became of an exchange.
fn shown(reached: Reached, after: Duration) -> Came {
    let silent = Failure::NoAnswer(Cause::Timeout(Stage::Answer));
    match reached {
        Reached::Answered(answer) if after <= PATIENCE => Came::Answer(answer, after),
        Reached::Answered(_) => Came::Failure(silent, PATIENCE),
        Reached::Unreached(Unreached::Refused) => {
            Came::Failure(Failure::NeverSent(Cause::ConnectionRefused), after)
        }
        Reached::Unreached(Unreached::Silent) => {
            Came::Failure(Failure::NeverSent(Cause::Timeout(Stage::Connect)), CONNECT_PATIENCE)
        }
        Reached::Lost(loss) | Reached::AnswerLost(loss) => lost(loss, Cause::ConnectionClosed, after),
        Reached::Broken { how: Breakage::Cut { then, .. }, .. } => lost(then, Cause::Truncated, after),
        Reached::Broken { how: how @ Breakage::Drip { .. }, answer } => {
            match how.takes(&answer).map(|takes| takes.saturating_add(after)) {
                Some(takes) if takes <= PATIENCE => Came::Answer(answer, takes),
                _ => Came::Failure(silent, PATIENCE),
            }
        }
        Reached::Broken { how: Breakage::BadChunk, .. } => {
            Came::Failure(Failure::NoAnswer(Cause::Malformed), after)
        }
        Reached::Broken { how: Breakage::ManyHeaders(_), .. } => {
            Came::Failure(Failure::NoAnswer(Cause::TooLarge(Part::Head)), after)
        }
        Reached::Broken { how: Breakage::TooLong(_), .. } => {
            Came::Failure(Failure::NoAnswer(Cause::TooLarge(Part::Body)), after)
        }
        Reached::Delayed(delay, inner) => shown(*inner, after.saturating_add(delay)),
    }
}

fn lost(loss: Loss, closed: Cause, after: Duration) -> Came {
    match loss {
        Loss::Reset => Came::Failure(Failure::NoAnswer(Cause::ConnectionReset), after),
        Loss::Closed => Came::Failure(Failure::NoAnswer(closed), after),
        Loss::Silent => Came::Failure(Failure::NoAnswer(Cause::Timeout(Stage::Answer)), PATIENCE),
    }
}
