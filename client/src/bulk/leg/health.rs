//! Tells a service that is gone from a message that fares badly: by whether anybody was answered meanwhile.

use std::sync::atomic::{AtomicU64, Ordering};

/// Counts answers, over all lanes.
#[derive(Debug, Default)]
pub(in crate::bulk) struct Health {
    answers: AtomicU64,
}

/// The answers there were at some moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::bulk) struct Mark(u64);

impl Health {
    /// An exchange was answered.
    pub(in crate::bulk) fn answered(&self) {
        self.answers.fetch_add(1, Ordering::Relaxed);
    }

    /// Remembers this moment.
    pub(in crate::bulk) fn mark(&self) -> Mark {
        Mark(self.answers.load(Ordering::Relaxed))
    }

    /// Whether nobody was answered since: then it is the service that is gone.
    pub(in crate::bulk) fn silent_since(&self, mark: Mark) -> bool {
        self.mark() == mark
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_answer_to_anybody_shows_that_the_service_is_there() {
        let health = Health::default();
        health.answered();
        let mark = health.mark();
        assert!(health.silent_since(mark));
        health.answered();
        assert!(!health.silent_since(mark));
    }
}
