//! The seam `Ids`: where new message ids come from.

use std::sync::Mutex;

use spine_vocabulary::MessageId;
use uuid::Uuid;

use crate::clock::Clock;

/// Mints message ids. Time-ordered: a random primary key costs a large store most of its speed.
pub trait Ids: Send + Sync + 'static {
    /// A new id, never given before.
    fn next(&self) -> MessageId;
}

/// UUIDs of version 7 over a clock and the operating system's randomness.
pub struct TimeOrderedIds<C> {
    clock: C,
    // Keeps ids of one millisecond in order.
    context: Mutex<uuid::ContextV7>,
}

impl<C: Clock> TimeOrderedIds<C> {
    /// Ids over a clock.
    #[must_use]
    pub fn new(clock: C) -> Self {
        Self { clock, context: Mutex::new(uuid::ContextV7::new()) }
    }
}

impl<C: Clock> Ids for TimeOrderedIds<C> {
    fn next(&self) -> MessageId {
        let now = self.clock.now();
        let seconds = u64::try_from(now.as_second()).unwrap_or(0);
        let nanoseconds = u32::try_from(now.subsec_nanosecond()).unwrap_or(0);
        let context = self.context.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let timestamp = uuid::Timestamp::from_unix(&*context, seconds, nanoseconds);
        MessageId::new(Uuid::new_v7(timestamp))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::SystemClock;

    #[test]
    fn ids_are_of_version_7_and_in_order() {
        let ids = TimeOrderedIds::new(SystemClock);
        let minted: Vec<_> = (0..1_000).map(|_| ids.next()).collect();
        assert!(minted.iter().all(|id| id.uuid().get_version_num() == 7));
        assert!(minted.windows(2).all(|pair| pair[0] < pair[1]));
    }
}
