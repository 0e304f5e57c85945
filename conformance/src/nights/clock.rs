//! A clock that flows as the computer's does and leaps ahead: when it is told to, and to the next time that somebody waits for when nothing
//! happens otherwise. Whoever waits for a time that it leapt over wakes at once.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use spine_client::clock::{after, elapsed};
use spine_client::{Clock, SystemClock};
use tokio::sync::watch;

/// So long nothing must be asked of the Spine before the clock leaps by itself: everybody waits then.
const IDLE: Duration = Duration::from_millis(500);
/// How often whoever waits looks whether that is so.
const LOOK: Duration = Duration::from_millis(50);

/// The clock; its clones show the same time.
#[derive(Clone, Debug)]
pub(super) struct LeapingClock {
    course: Arc<Mutex<Course>>,
    sleepers: Arc<AtomicU64>,
    leapt: watch::Sender<()>,
}

#[derive(Debug)]
struct Course {
    ahead: SignedDuration,
    /// What is waited for, and by whom.
    awaited: BTreeSet<(Timestamp, u64)>,
    /// Requests on their way, and when the last one came or went.
    asking: u64,
    asked: Instant,
}

impl LeapingClock {
    /// A clock that shows the computer's time.
    pub(super) fn new() -> Self {
        let course =
            Course { ahead: SignedDuration::ZERO, awaited: BTreeSet::new(), asking: 0, asked: real_now() };
        Self { course: Arc::new(Mutex::new(course)), sleepers: Arc::default(), leapt: watch::Sender::new(()) }
    }

    /// Leaps to a time; never back.
    pub(super) fn leap(&self, to: Timestamp) {
        let mut course = self.course();
        course.ahead = course.ahead.max(to.duration_since(SystemClock.now()));
        drop(course);
        self.leapt.send_replace(());
    }

    /// A request is on its way for as long as the value lives: the clock does not leap by itself.
    pub(super) fn asking(&self) -> Asking {
        self.course().touch(1);
        Asking(self.clone())
    }

    fn course(&self) -> MutexGuard<'_, Course> {
        self.course.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Leaps to this time if nobody is at work and nobody waits for an earlier one.
    fn leap_if_idle(&self, until: Timestamp) {
        let course = self.course();
        let idle = course.asking == 0 && course.asked.elapsed() >= IDLE;
        let first = course.awaited.first().is_none_or(|(first, _)| *first >= until);
        drop(course);
        if idle && first {
            self.leap(until);
        }
    }
}

impl Course {
    fn touch(&mut self, by: i64) {
        self.asking = self.asking.saturating_add_signed(by);
        self.asked = real_now();
    }
}

/// A request on its way.
pub(super) struct Asking(LeapingClock);

impl Drop for Asking {
    fn drop(&mut self) {
        self.0.course().touch(-1);
    }
}

/// Somebody who waits, noted for as long as it lasts.
struct Sleeper<'c> {
    clock: &'c LeapingClock,
    note: (Timestamp, u64),
}

impl Drop for Sleeper<'_> {
    fn drop(&mut self) {
        self.clock.course().awaited.remove(&self.note);
    }
}

#[async_trait]
impl Clock for LeapingClock {
    fn now(&self) -> Timestamp {
        let ahead = self.course().ahead;
        SystemClock.now().checked_add(ahead).unwrap_or(Timestamp::MAX)
    }

    async fn wait(&self, span: Duration) {
        let until = after(self.now(), span);
        let note = (until, self.sleepers.fetch_add(1, Ordering::Relaxed));
        self.course().awaited.insert(note);
        let _sleeper = Sleeper { clock: self, note };
        let mut leapt = self.leapt.subscribe();
        loop {
            self.leap_if_idle(until);
            let left = elapsed(self.now(), until);
            if left.is_zero() {
                return;
            }
            tokio::select! {
                () = tokio::time::sleep(left.min(LOOK)) => {}
                // The sender lives in `self`.
                _ = leapt.changed() => {}
            }
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "how long nothing really happened is measured")]
fn real_now() -> Instant {
    Instant::now()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn it_never_goes_back_and_wakes_whoever_waits_for_what_it_leaps_over() {
        let clock = LeapingClock::new();
        let _busy = clock.asking();
        let start = clock.now();
        let (sleeper, hours) = (clock.clone(), Duration::from_hours(10));
        let sleeping = tokio::spawn(async move { sleeper.wait(hours).await });
        // Until it sleeps.
        tokio::task::yield_now().await;
        clock.leap(after(start, Duration::from_hours(9)));
        tokio::task::yield_now().await;
        assert!(!sleeping.is_finished());
        clock.leap(after(start, Duration::from_hours(11)));
        sleeping.await.unwrap();
        clock.leap(start);
        assert!(clock.now() >= after(start, Duration::from_hours(11)));
    }

    #[tokio::test]
    async fn when_everybody_waits_it_leaps_to_the_first_of_them() {
        let clock = LeapingClock::new();
        let start = clock.now();
        let (hour, day) = (Duration::from_hours(1), Duration::from_hours(24));
        let late = clock.clone();
        let late = tokio::spawn(async move { late.wait(day).await });
        tokio::task::yield_now().await;
        clock.wait(hour).await;
        assert!(clock.now() >= after(start, hour));
        assert!(clock.now() < after(start, day), "it leapt too far");
        late.await.unwrap();
        assert!(clock.now() >= after(start, day));
    }
}
