//! Virtual time: the runtime's paused clock, from a given moment on.

use std::time::Duration;

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use spine_client::Clock;

/// A clock that moves only while everybody waits.
#[derive(Clone, Copy, Debug)]
pub(super) struct VirtualClock {
    base: Timestamp,
    start: tokio::time::Instant,
}

impl VirtualClock {
    /// Begins at a moment; to be called within a paused runtime.
    pub(super) fn from(base: Timestamp) -> Self {
        Self { base, start: tokio::time::Instant::now() }
    }
}

#[async_trait]
impl Clock for VirtualClock {
    fn now(&self) -> Timestamp {
        let gone = SignedDuration::try_from(self.start.elapsed()).unwrap_or(SignedDuration::MAX);
        self.base.checked_add(gone).unwrap_or(Timestamp::MAX)
    }

    async fn wait(&self, span: Duration) {
        tokio::time::sleep(span).await;
    }
}

impl spine_simulator::clock::Clock for VirtualClock {
    fn now(&self) -> Timestamp {
        Clock::now(self)
    }
}
