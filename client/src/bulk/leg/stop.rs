//! How a leg ends before its work does: the operator's stop, the time that was set, or a halt.

use std::sync::{Arc, OnceLock};

use tokio::sync::watch;

use crate::fault::Halt;

/// The operator's stop: cheap to clone, for a signal handler or a screen.
/// Requirement: RUN-006.
#[derive(Clone, Debug, Default)]
pub struct Stop {
    asked: Flag,
}

impl Stop {
    /// Asks the run to pause: what is on its way is settled, nothing new begins.
    pub fn ask(&self) {
        self.asked.raise();
    }

    /// Whether it was asked.
    #[must_use]
    pub fn is_asked(&self) -> bool {
        self.asked.is_up()
    }

    /// Returns once it was asked.
    pub async fn asked(&self) {
        self.asked.up().await;
    }
}

/// Something that happens once, and that can be waited for.
#[derive(Clone, Debug)]
struct Flag(Arc<watch::Sender<bool>>);

impl Default for Flag {
    fn default() -> Self {
        Self(Arc::new(watch::Sender::new(false)))
    }
}

impl Flag {
    fn raise(&self) {
        self.0.send_replace(true);
    }

    fn is_up(&self) -> bool {
        *self.0.borrow()
    }

    async fn up(&self) {
        let mut up = self.0.subscribe();
        // The sender lives in `self`, so waiting ends only by the value.
        let _ = up.wait_for(|up| *up).await;
    }
}

/// Who pulled the brake, where it was no halt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::bulk) enum Hand {
    Operator,
    Time,
}

/// Ends a leg: the operator's stop, the time that was set for it, and the first halt from within. Pulling it asks the operator's own stop
/// for nothing: that one may have another leg to stop.
#[derive(Clone, Debug, Default)]
pub(in crate::bulk) struct Brake {
    stop: Stop,
    halt: Arc<OnceLock<Halt>>,
    time: Flag,
    within: Flag,
    /// Whoever is still asked for is left as they are.
    over: Flag,
}

impl Brake {
    pub(in crate::bulk) fn new(stop: Stop) -> Self {
        Self { stop, ..Self::default() }
    }

    /// Halts the leg; a later halt changes nothing.
    pub(in crate::bulk) fn halt(&self, why: Halt) {
        let _ = self.halt.set(why);
        self.within.raise();
        self.over.raise();
    }

    pub(in crate::bulk) fn halted(&self) -> Option<Halt> {
        self.halt.get().cloned()
    }

    /// The time that was set for the leg's end has come.
    pub(in crate::bulk) fn time_is_up(&self) {
        self.time.raise();
        self.within.raise();
    }

    pub(in crate::bulk) fn is_pulled(&self) -> bool {
        self.stop.is_asked() || self.within.is_up()
    }

    /// Returns once it is pulled.
    pub(in crate::bulk) async fn pulled(&self) {
        tokio::select! {
            () = self.stop.asked() => {}
            () = self.within.up() => {}
        }
    }

    /// Who pulled it; nobody did where it halted.
    pub(in crate::bulk) fn pulled_by(&self) -> Option<Hand> {
        match (self.halt.get(), self.stop.is_asked(), self.time.is_up()) {
            (Some(_), ..) | (None, false, false) => None,
            (None, true, _) => Some(Hand::Operator),
            (None, false, true) => Some(Hand::Time),
        }
    }

    /// The grace for what is on its way is over.
    pub(in crate::bulk) fn end_grace(&self) {
        self.over.raise();
    }

    /// Returns once the grace is over; at once after a halt.
    pub(in crate::bulk) async fn grace_over(&self) {
        self.over.up().await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_halt_and_a_set_time_end_this_leg_and_leave_the_operators_stop_alone() {
        let stop = Stop::default();
        let halted = Brake::new(stop.clone());
        halted.halt(Halt::TakenOver);
        assert!(halted.is_pulled() && halted.over.is_up() && !stop.is_asked());
        assert_eq!(halted.pulled_by(), None);
        let timed = Brake::new(stop.clone());
        timed.time_is_up();
        assert!(timed.is_pulled() && !timed.over.is_up() && !stop.is_asked());
        assert_eq!(timed.pulled_by(), Some(Hand::Time));
        stop.ask();
        assert_eq!(timed.pulled_by(), Some(Hand::Operator), "what the operator asks outranks the time");
    }
}
