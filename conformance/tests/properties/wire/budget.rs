//! What a reader may spend: at most ten times what a well-formed message of the same size costs it, in memory and in time.
//!
//! Memory is counted allocation by allocation on the thread that reads, so it is the same on any machine. Time is the thread's own, as
//! the operating system accounts for it: where it tells none, memory alone is held.

use allocation_counter::{AllocationInfo, measure};

/// What reading cost.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cost {
    /// The most that was held at once, in bytes.
    held_bytes: u64,
    /// All that was ever allocated, in bytes.
    taken_bytes: u64,
    /// The thread's own time for a few goes, in nanoseconds.
    own_ns: Option<u64>,
}

/// How often a reading is timed, all in one: the operating system does its accounts only every few milliseconds.
const GOES: usize = 3;

/// The ceiling, as a multiple of what a well-formed message costs.
const TIMES: u64 = 10;

/// Below this nothing is held against anybody: the accounts are not finer than that.
const OF_NO_ACCOUNT_NS: u64 = 50_000_000;

impl Cost {
    /// Reads a few times; `read` must do the same every time.
    pub(crate) fn of(mut read: impl FnMut()) -> Self {
        let AllocationInfo { bytes_max, bytes_total, .. } = measure(&mut read);
        let before = own_time_ns();
        (0..GOES).for_each(|_| read());
        let own_ns = before.zip(own_time_ns()).map(|(before, after)| after - before);
        Self { held_bytes: bytes_max, taken_bytes: bytes_total, own_ns }
    }

    /// Holds a cost against that of a well-formed message of the same size.
    pub(crate) fn is_bounded_by(self, fine: Self, what: &str) {
        assert!(
            self.held_bytes <= TIMES * fine.held_bytes,
            "{what}: holds {self:?}, a well-formed one {fine:?}"
        );
        assert!(
            self.taken_bytes <= TIMES * fine.taken_bytes,
            "{what}: takes {self:?}, a well-formed one {fine:?}"
        );
        if let (Some(own), Some(fine_own)) = (self.own_ns, fine.own_ns) {
            let ceiling = (TIMES * fine_own).max(OF_NO_ACCOUNT_NS);
            assert!(own <= ceiling, "{what}: works {self:?}, a well-formed one {fine:?}");
        }
    }
}

/// The time that this thread has had of a processor. Source: Linux, `schedstat`, first field.
fn own_time_ns() -> Option<u64> {
    let told = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    told.split_whitespace().next()?.parse().ok()
}
