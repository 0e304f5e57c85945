//! How a leg ends before its work does: the operator's stop, or a halt. The first word counts.

use std::sync::{Arc, OnceLock};

use tokio::sync::watch;

use crate::fault::Halt;

/// The operator's stop: cheap to clone, for a signal handler or a screen.
/// Requirement: RUN-006.
#[derive(Clone, Debug)]
pub struct Stop {
    asked: Arc<watch::Sender<bool>>,
}

impl Default for Stop {
    fn default() -> Self {
        Self { asked: Arc::new(watch::Sender::new(false)) }
    }
}

impl Stop {
    /// Asks the run to pause: what is on its way is settled, nothing new begins.
    pub fn ask(&self) {
        self.asked.send_replace(true);
    }

    /// Whether it was asked.
    #[must_use]
    pub fn is_asked(&self) -> bool {
        *self.asked.borrow()
    }

    /// Returns once it was asked.
    pub async fn asked(&self) {
        let mut asked = self.asked.subscribe();
        // The sender lives in `self`, so waiting ends only by the value.
        let _ = asked.wait_for(|asked| *asked).await;
    }
}

/// Ends a leg from within: the operator's stop and the first halt.
#[derive(Clone, Debug, Default)]
pub(in crate::bulk) struct Brake {
    pub(in crate::bulk) stop: Stop,
    halt: Arc<OnceLock<Halt>>,
}

impl Brake {
    pub(in crate::bulk) fn new(stop: Stop) -> Self {
        Self { stop, halt: Arc::default() }
    }

    /// Halts the leg; a later halt changes nothing.
    pub(in crate::bulk) fn halt(&self, why: Halt) {
        let _ = self.halt.set(why);
        self.stop.ask();
    }

    pub(in crate::bulk) fn halted(&self) -> Option<Halt> {
        self.halt.get().cloned()
    }

    pub(in crate::bulk) fn is_pulled(&self) -> bool {
        self.stop.is_asked()
    }
}
