//! What time it is, for everything in the fake Spine that has a time limit or a time stamp.
//!
//! The one place of this crate that reads the system's clock; everybody else is handed a [`Clock`].

use std::fmt::Debug;
use std::sync::{Arc, Mutex, PoisonError};

use jiff::{SignedDuration, Timestamp};

/// Tells the time. Handed in through constructors, so that a test can move it.
pub trait Clock: Debug + Send + Sync {
    /// The present moment.
    fn now(&self) -> Timestamp;
}

/// The computer's own clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(
        clippy::disallowed_methods,
        reason = "the outermost shell's clock: all others receive a `Clock`"
    )]
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }
}

/// A clock that stands still until it is moved; its clones show the same time.
#[derive(Clone, Debug)]
pub struct ManualClock(Arc<Mutex<Timestamp>>);

impl ManualClock {
    /// A clock that shows `start`.
    #[must_use]
    pub fn new(start: Timestamp) -> Self {
        Self(Arc::new(Mutex::new(start)))
    }

    /// A clock that shows what the computer's clock shows now, and stands still from here on.
    #[must_use]
    pub fn from_system() -> Self {
        Self::new(SystemClock.now())
    }

    /// Moves the clock forward, or back when `by` is negative; it stops at the ends of representable time.
    pub fn advance(&self, by: SignedDuration) {
        let mut shown = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let end = if by.is_negative() { Timestamp::MIN } else { Timestamp::MAX };
        *shown = shown.checked_add(by).unwrap_or(end);
    }

    /// Sets the clock.
    pub fn set(&self, to: Timestamp) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = to;
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Timestamp {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_manual_clock_moves_only_when_told_and_its_clones_move_along() {
        let start = Timestamp::from_second(1_800_000_000).unwrap();
        let clock = ManualClock::new(start);
        let other = clock.clone();
        clock.advance(SignedDuration::from_hours(10));
        assert_eq!(other.now(), start + SignedDuration::from_hours(10));
        other.advance(SignedDuration::from_hours(-10));
        assert_eq!(clock.now(), start);
        clock.advance(SignedDuration::MAX);
        assert_eq!(clock.now(), Timestamp::MAX);
    }
}
