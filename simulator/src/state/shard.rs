//! A map in parts, each behind its own lock, so that two requests about two patients rarely meet.

use std::collections::HashMap;
use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher};
use std::sync::{Mutex, MutexGuard, PoisonError};

const SHARDS: usize = 64;

/// A map in parts.
#[derive(Debug)]
pub(crate) struct Shards<K, V>(Box<[Mutex<HashMap<K, V>>]>);

impl<K: Hash + Eq, V> Shards<K, V> {
    pub(crate) fn new() -> Self {
        Self((0..SHARDS).map(|_| Mutex::default()).collect())
    }

    /// The part that holds the key, if anything does; locked until it is dropped.
    pub(crate) fn part(&self, key: &K) -> MutexGuard<'_, HashMap<K, V>> {
        let mut hasher = DefaultHasher::new();
        key.hash(&mut hasher);
        let place = usize::try_from(hasher.finish() % 64).unwrap_or_default();
        self.0[place].lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Calls `look` with every part in turn.
    pub(crate) fn each(&self, mut look: impl FnMut(&HashMap<K, V>)) {
        for part in &self.0 {
            look(&part.lock().unwrap_or_else(PoisonError::into_inner));
        }
    }
}
