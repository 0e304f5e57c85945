//! Virtual time, and the clock and the ids of a simulated practice: they depend on the seed and on nothing else.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use spine_client::{Clock, Ids};
use spine_vocabulary::MessageId;
use uuid::Uuid;

use super::process::Process;

/// The true time: it moves only while everybody waits.
#[derive(Clone, Copy, Debug)]
pub(in crate::simulation) struct Time {
    base: Timestamp,
    start: tokio::time::Instant,
}

impl Time {
    /// Begins at a moment; to be called within a paused runtime.
    pub(super) fn from(base: Timestamp) -> Self {
        Self { base, start: tokio::time::Instant::now() }
    }

    pub(in crate::simulation) fn now(&self) -> Timestamp {
        let gone = SignedDuration::try_from(self.start.elapsed()).unwrap_or(SignedDuration::MAX);
        self.base.checked_add(gone).unwrap_or(Timestamp::MAX)
    }

    pub(super) fn since_start_ms(&self) -> u128 {
        self.start.elapsed().as_millis()
    }
}

impl spine_simulator::clock::Clock for Time {
    fn now(&self) -> Timestamp {
        Self::now(self)
    }
}

/// The clock on the wall of one process's computer.
pub(super) struct Wall(pub(super) Arc<Process>);

#[async_trait]
impl Clock for Wall {
    fn now(&self) -> Timestamp {
        self.0.scene.shown()
    }

    async fn wait(&self, span: Duration) {
        tokio::time::sleep(span).await;
        self.0.lives().await;
    }
}

/// New ids: in the order of time, never the same twice, whichever process asks.
pub(super) struct Seeded(pub(super) Arc<Process>);

impl Ids for Seeded {
    fn next(&self) -> MessageId {
        let scene = &self.0.scene;
        let count = scene.minted.fetch_add(1, Ordering::SeqCst);
        let milliseconds = u128::try_from(scene.shown().as_millisecond()).unwrap_or_default();
        let low = u128::from(scene.lot(&[0x1D, count]));
        let value = (milliseconds << 80) | (u128::from(count & 0xFFF) << 64) | low;
        let uuid = uuid::Builder::from_u128(value)
            .with_variant(uuid::Variant::RFC4122)
            .with_version(uuid::Version::SortRand);
        MessageId::new(Uuid::from_u128(uuid.into_uuid().as_u128()))
    }
}
