//! A clock that flows as the computer's does and can leap ahead; whoever waits for a time that it leapt over wakes at once.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use spine_client::clock::{after, elapsed};
use spine_client::{Clock, SystemClock};
use tokio::sync::watch;

/// The clock; its clones show the same time.
#[derive(Clone, Debug)]
pub(super) struct LeapingClock {
    ahead: Arc<Mutex<SignedDuration>>,
    leapt: watch::Sender<()>,
}

impl LeapingClock {
    /// A clock that shows the computer's time.
    pub(super) fn new() -> Self {
        Self { ahead: Arc::default(), leapt: watch::Sender::new(()) }
    }

    /// Leaps to a time; never back.
    pub(super) fn leap(&self, to: Timestamp) {
        let mut ahead = self.ahead.lock().unwrap_or_else(PoisonError::into_inner);
        *ahead = (*ahead).max(to.duration_since(SystemClock.now()));
        drop(ahead);
        self.leapt.send_replace(());
    }
}

#[async_trait]
impl Clock for LeapingClock {
    fn now(&self) -> Timestamp {
        let ahead = *self.ahead.lock().unwrap_or_else(PoisonError::into_inner);
        SystemClock.now().checked_add(ahead).unwrap_or(Timestamp::MAX)
    }

    async fn wait(&self, span: Duration) {
        let until = after(self.now(), span);
        let mut leapt = self.leapt.subscribe();
        loop {
            let left = elapsed(self.now(), until);
            if left.is_zero() {
                return;
            }
            tokio::select! {
                () = tokio::time::sleep(left) => return,
                // The sender lives in `self`.
                _ = leapt.changed() => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn it_never_goes_back_and_wakes_whoever_waits_for_what_it_leaps_over() {
        let clock = LeapingClock::new();
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
}
