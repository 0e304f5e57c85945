//! What must hold at every moment of a run, as functions: for the store, for tests and for the crash simulation.
//!
//! J3 (a settled entry refuses every fact) is [`State::apply`] itself.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use spine_vocabulary::MessageId;

use super::State;
use super::reason::Counter;

/// The five counters of a run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counters {
    /// No processing attempted.
    pub unprocessed: u64,
    /// On its way, or in doubt while the Spine can still be asked.
    pub sending: u64,
    /// Acknowledged by the Spine's application.
    pub sent: u64,
    /// A person must act.
    pub failed: u64,
    /// Nobody need act.
    pub not_required: u64,
}

impl Counters {
    /// Counts states.
    #[must_use]
    pub fn of<'a>(states: impl IntoIterator<Item = &'a State>) -> Self {
        let mut counters = Self::default();
        for state in states {
            *counters.at_mut(state.counter()) += 1;
        }
        counters
    }

    /// One of the five, to be changed.
    pub const fn at_mut(&mut self, counter: Counter) -> &mut u64 {
        match counter {
            Counter::Unprocessed => &mut self.unprocessed,
            Counter::Sending => &mut self.sending,
            Counter::Sent => &mut self.sent,
            Counter::Failed => &mut self.failed,
            Counter::NotRequired => &mut self.not_required,
        }
    }

    /// Their sum: the population of the run (invariant J4).
    /// Requirement: RUN-002.
    #[must_use]
    pub const fn total(&self) -> u64 {
        self.unprocessed + self.sending + self.sent + self.failed + self.not_required
    }

    /// Whether every entry is settled.
    /// Requirement: RUN-003.
    #[must_use]
    pub const fn finished(&self) -> bool {
        self.unprocessed == 0 && self.sending == 0
    }
}

/// Invariant J2: of one patient's entries for one interaction, across runs, at most one has a live id.
#[must_use]
pub fn at_most_one_live<'a>(entries_of_a_patient: impl IntoIterator<Item = &'a State>) -> bool {
    entries_of_a_patient.into_iter().filter(|state| state.live().is_some()).count() <= 1
}

/// Invariant J5: the fences of a practice's leases, in the order of the takeovers, only rise.
#[must_use]
pub fn fences_rise(fences: &[u64]) -> bool {
    fences.is_sorted_by(|earlier, later| earlier < later)
}

/// Invariants J1 and J6: acknowledged is within stored, and stored is within dispatched.
#[must_use]
pub fn ledgers_agree(
    dispatched: &BTreeSet<MessageId>,
    stored: &BTreeSet<MessageId>,
    acknowledged: &BTreeSet<MessageId>,
) -> bool {
    acknowledged.is_subset(stored) && stored.is_subset(dispatched)
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;
    use crate::lifecycle::Live;
    use crate::lifecycle::reason::{Reason, SetAside};

    fn id(last: u8) -> MessageId {
        MessageId::parse(&format!("0190b5f1-7c3e-7d3a-9c00-0000000000{last:02x}")).unwrap()
    }

    fn live() -> Live {
        Live { id: id(1), sha256: [0; 32], settles_as: Reason::Sent }
    }

    #[test]
    fn counters_sum_to_the_population() {
        let states = [
            State::Listed,
            State::Deferred { until: Timestamp::UNIX_EPOCH },
            State::Unsent(live()),
            State::Acknowledged { id: id(1), reason: Reason::Sent },
            State::Unresolved { id: id(1) },
            State::SetAside(SetAside::because(Reason::Fp69)),
            State::Rejected { id: id(1), why: SetAside::because(Reason::DissentHeld) },
        ];
        let counters = Counters::of(&states);
        assert_eq!(counters, Counters { unprocessed: 2, sending: 1, sent: 1, failed: 1, not_required: 2 });
        assert_eq!(counters.total(), 7);
        assert!(!counters.finished());
        assert!(Counters::of(&states[3..]).finished());
    }

    #[test]
    fn two_live_ids_of_one_patient_are_noticed() {
        let sending = State::Sending(live());
        let unsent = State::Unsent(live());
        let settled = State::Unresolved { id: id(1) };
        assert!(at_most_one_live([&sending, &settled, &State::Listed]));
        assert!(!at_most_one_live([&sending, &unsent]));
    }

    #[test]
    fn fences_that_stand_still_or_fall_are_noticed() {
        assert!(fences_rise(&[]));
        assert!(fences_rise(&[1, 2, 7]));
        assert!(!fences_rise(&[1, 1]));
        assert!(!fences_rise(&[2, 1]));
    }

    #[test]
    fn what_is_stored_undispatched_or_acknowledged_unstored_is_noticed() {
        let set = |ids: &[u8]| ids.iter().map(|last| id(*last)).collect::<BTreeSet<_>>();
        assert!(ledgers_agree(&set(&[1, 2, 3]), &set(&[1, 2]), &set(&[1])));
        assert!(!ledgers_agree(&set(&[1]), &set(&[1, 2]), &set(&[1])));
        assert!(!ledgers_agree(&set(&[1, 2]), &set(&[1]), &set(&[2])));
    }
}
