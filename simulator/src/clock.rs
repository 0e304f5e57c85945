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
        *shown = shifted(*shown, by);
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

/// A clock over another: it flows as that one does, from wherever it was set, or stands still. Its clones show the same
/// time.
#[derive(Clone, Debug)]
pub struct SteeredClock {
    base: Arc<dyn Clock>,
    course: Arc<Mutex<Course>>,
}

/// How a steered clock goes.
#[derive(Clone, Copy, Debug)]
enum Course {
    /// With its base, ahead of it by this much.
    Flowing(SignedDuration),
    /// Not at all.
    Standing(Timestamp),
}

impl SteeredClock {
    /// A clock that shows what `base` does until it is steered.
    #[must_use]
    pub fn over(base: Arc<dyn Clock>) -> Self {
        Self { base, course: Arc::new(Mutex::new(Course::Flowing(SignedDuration::ZERO))) }
    }

    /// Lets the clock stand still where it is.
    pub fn freeze(&self) {
        self.steer(|_, now| Course::Standing(now));
    }

    /// Lets the clock flow on from where it is.
    pub fn resume(&self) {
        self.steer(|base, now| Course::Flowing(now.duration_since(base)));
    }

    /// Moves the clock forward, or back when `by` is negative; it stops at the ends of representable time.
    pub fn step(&self, by: SignedDuration) {
        self.steer_to(|now| shifted(now, by));
    }

    /// Sets the clock; it flows on from there, or stands there.
    pub fn set(&self, to: Timestamp) {
        self.steer_to(|_| to);
    }

    /// Whether the clock flows.
    #[must_use]
    pub fn is_flowing(&self) -> bool {
        matches!(*self.course.lock().unwrap_or_else(PoisonError::into_inner), Course::Flowing(_))
    }

    fn steer_to(&self, wanted: impl FnOnce(Timestamp) -> Timestamp) {
        let mut course = self.course.lock().unwrap_or_else(PoisonError::into_inner);
        let base = self.base.now();
        let to = wanted(course.shown(base));
        *course = match *course {
            Course::Flowing(_) => Course::Flowing(to.duration_since(base)),
            Course::Standing(_) => Course::Standing(to),
        };
    }

    fn steer(&self, wanted: impl FnOnce(Timestamp, Timestamp) -> Course) {
        let mut course = self.course.lock().unwrap_or_else(PoisonError::into_inner);
        let base = self.base.now();
        *course = wanted(base, course.shown(base));
    }
}

impl Course {
    fn shown(self, base: Timestamp) -> Timestamp {
        match self {
            Self::Flowing(ahead) => shifted(base, ahead),
            Self::Standing(at) => at,
        }
    }
}

impl Clock for SteeredClock {
    fn now(&self) -> Timestamp {
        let course = *self.course.lock().unwrap_or_else(PoisonError::into_inner);
        course.shown(self.base.now())
    }
}

fn shifted(from: Timestamp, by: SignedDuration) -> Timestamp {
    let end = if by.is_negative() { Timestamp::MIN } else { Timestamp::MAX };
    from.checked_add(by).unwrap_or(end)
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

    #[test]
    fn a_steered_clock_flows_from_where_it_was_set_or_stands_there() {
        let start = Timestamp::from_second(1_800_000_000).unwrap();
        let base = ManualClock::new(start);
        let clock = SteeredClock::over(Arc::new(base.clone()));
        let (other, minute) = (clock.clone(), SignedDuration::from_mins(1));
        assert!(clock.is_flowing() && clock.now() == start);
        base.advance(minute);
        assert_eq!(clock.now(), start + minute);
        clock.step(-minute);
        base.advance(minute);
        assert_eq!(other.now(), start + minute);
        other.freeze();
        base.advance(minute);
        assert!(!clock.is_flowing() && clock.now() == start + minute);
        clock.step(minute);
        assert_eq!(clock.now(), start + minute * 2);
        clock.set(start);
        base.advance(minute);
        assert_eq!(clock.now(), start);
        clock.resume();
        assert_eq!(clock.now(), start);
        base.advance(minute);
        assert_eq!(clock.now(), start + minute);
        clock.step(SignedDuration::MAX);
        assert_eq!(clock.now(), Timestamp::MAX);
    }
}
