//! Tells a sick service from a sick message: many failures on end, with no success between, are the service's.

use std::sync::atomic::{AtomicU32, Ordering};

/// Failures on end, over all lanes, after which the service counts as gone.
const FAILURES_ON_END: u32 = 8;

/// Counts failures on end.
#[derive(Debug, Default)]
pub(super) struct Health {
    failures: AtomicU32,
}

impl Health {
    /// An exchange was answered.
    pub(super) fn answered(&self) {
        self.failures.store(0, Ordering::Relaxed);
    }

    /// An exchange failed; true if the service now counts as gone.
    pub(super) fn failed(&self) -> bool {
        self.failures.fetch_add(1, Ordering::Relaxed) + 1 >= FAILURES_ON_END
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_failures_on_end_count() {
        let health = Health::default();
        for _ in 0..FAILURES_ON_END - 1 {
            assert!(!health.failed());
        }
        health.answered();
        for _ in 0..FAILURES_ON_END - 1 {
            assert!(!health.failed());
        }
        assert!(health.failed());
    }
}
