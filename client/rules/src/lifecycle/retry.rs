//! The retry contract of an interaction, as arithmetic: may the same bytes go again, must the Spine be asked first, and
//! from when on may an id be given up?
//!
//! It holds no clock: every function is told the time. Source: ebMS 2.0 (`Retries`, `RetryInterval`, `PersistDuration`); the
//! values come from SDS.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::Fact;

/// The contract of one interaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct RetryContract {
    /// Sends after the first.
    pub retries: u32,
    /// The least time between two sends.
    pub interval: SignedDuration,
    /// How long after a send the Spine may still take it up.
    pub persist: SignedDuration,
}

/// The values that SDS gives for `REPC_IN150016UK05` on the PSIS: 2 retries, 1 minute, 5 minutes.
/// Requirements: ACK-013, ACK-014.
impl Default for RetryContract {
    fn default() -> Self {
        Self { retries: 2, interval: SignedDuration::from_mins(1), persist: SignedDuration::from_mins(5) }
    }
}

/// The waits before a patient is decided afresh of whom the Spine could not be asked, or whose message it would not take, although
/// others fared well. One rung after the other; after the last one the retries are exhausted.
/// Requirement: ACK-038.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Ladder {
    /// The waits, in whole minutes.
    pub minutes: Vec<u32>,
}

/// 1, 30 and 60 minutes, 2, 4, 8 and 16 hours.
impl Default for Ladder {
    fn default() -> Self {
        Self { minutes: vec![1, 30, 60, 120, 240, 480, 960] }
    }
}

impl Ladder {
    /// When a patient is due again who was deferred `deferrals` times before; `None` when the retries are exhausted. `lot` is the
    /// patient's own lot for this rung, from 0 to 255: it moves the time by up to a tenth either way, so that those who were deferred
    /// together do not come back together.
    #[must_use]
    pub fn due(&self, deferrals: u32, now: Timestamp, lot: u8) -> Option<Timestamp> {
        let minutes = *self.minutes.get(usize::try_from(deferrals).ok()?)?;
        let base = i64::from(minutes).saturating_mul(60_000);
        let jitter = base / 10 * (2 * i64::from(lot) - 255) / 255;
        now.checked_add(SignedDuration::from_millis(base + jitter)).ok()
    }
}

/// The sends of one message so far, in one leg.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Attempts {
    /// When the first may have begun to leave.
    pub first: Timestamp,
    /// When the last may have ended leaving.
    pub last: Timestamp,
    /// How many there were, the first included.
    pub count: u32,
    /// Whether an earlier one is in doubt, and the Spine has not been asked since.
    pub in_doubt: bool,
}

/// What the contract says of a message without an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Resend {
    /// The same bytes may go now.
    Now,
    /// The same bytes may go at this time.
    At(Timestamp),
    /// The contract is spent: the Spine must be asked first.
    AskFirst,
}

/// What it means that the Spine's list does not hold an id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Absence {
    /// The same bytes may go again; a queued message may still land, so the id may not be given up.
    Provisional,
    /// Nothing can land any more: the id may be given up.
    Final,
}

impl RetryContract {
    /// Whether the same bytes may go again without a question. Only for a message of the leg that asks: what another leg
    /// left behind is asked for first.
    /// Requirements: ACK-013, ACK-014.
    #[must_use]
    pub fn resend(&self, attempts: &Attempts, now: Timestamp) -> Resend {
        let due = attempts.last.saturating_add(self.interval).unwrap_or(Timestamp::MAX);
        let end = attempts.first.saturating_add(self.persist).unwrap_or(Timestamp::MAX);
        if attempts.count > self.retries || now.max(due) > end {
            Resend::AskFirst
        } else if now >= due {
            Resend::Now
        } else {
            Resend::At(due)
        }
    }

    /// What an absence means that was read at `read_at`, the last byte having left at `last_left`.
    /// Requirement: ACK-015.
    #[must_use]
    pub fn absence(&self, last_left: Timestamp, read_at: Timestamp) -> Absence {
        if read_at > self.lands_until(last_left) { Absence::Final } else { Absence::Provisional }
    }

    /// The last moment at which a message may still be taken up. Until then nobody may give it up unresolved.
    #[must_use]
    pub fn lands_until(&self, last_left: Timestamp) -> Timestamp {
        last_left.saturating_add(self.persist).unwrap_or(Timestamp::MAX)
    }

    /// Whether an id whose absence cannot be proved may be given up: nothing can land any more.
    /// Requirement: ACK-036.
    #[must_use]
    pub fn may_give_up(&self, last_left: Timestamp, now: Timestamp) -> bool {
        now > self.lands_until(last_left)
    }
}

impl Attempts {
    /// The first send.
    #[must_use]
    pub const fn first(at: Timestamp) -> Self {
        Self { first: at, last: at, count: 1, in_doubt: false }
    }

    /// After one more send.
    #[must_use]
    pub const fn again(self, at: Timestamp) -> Self {
        Self { last: at, count: self.count.saturating_add(1), ..self }
    }

    /// After silence.
    #[must_use]
    pub const fn doubted(self) -> Self {
        Self { in_doubt: true, ..self }
    }

    /// The fact that follows when the latest attempt provably had no effect (never sent, 429, AE 502): that proves
    /// nothing about an earlier attempt in doubt.
    #[must_use]
    pub const fn fact_of_no_effect(&self) -> Fact {
        if self.in_doubt { Fact::WentQuiet } else { Fact::NeverSent }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_second(seconds).unwrap()
    }

    #[test]
    fn the_same_bytes_go_again_after_the_interval_as_often_as_the_contract_says() {
        let contract = RetryContract::default();
        let once = Attempts::first(at(0)).doubted();
        let twice = once.again(at(60));
        let thrice = twice.again(at(120));
        for (attempts, now, expected) in [
            (once, 0, Resend::At(at(60))),
            (once, 59, Resend::At(at(60))),
            (once, 60, Resend::Now),
            (once, 300, Resend::Now),
            (once, 301, Resend::AskFirst),
            (twice, 61, Resend::At(at(120))),
            (twice, 120, Resend::Now),
            (thrice, 180, Resend::AskFirst),
            // A resend that would fall due after the persist duration is none.
            (once.again(at(250)), 251, Resend::AskFirst),
        ] {
            assert_eq!(contract.resend(&attempts, at(now)), expected, "{attempts:?} at {now}");
        }
    }

    #[test]
    fn a_contract_without_retries_always_asks_first() {
        let contract = RetryContract { retries: 0, ..RetryContract::default() };
        assert_eq!(contract.resend(&Attempts::first(at(0)), at(60)), Resend::AskFirst);
    }

    #[test]
    fn an_absence_is_final_only_after_the_persist_duration() {
        let contract = RetryContract::default();
        for (read_at, expected) in
            [(0, Absence::Provisional), (300, Absence::Provisional), (301, Absence::Final)]
        {
            assert_eq!(contract.absence(at(0), at(read_at)), expected, "{read_at}");
            assert_eq!(contract.may_give_up(at(0), at(read_at)), expected == Absence::Final);
        }
    }

    #[test]
    fn no_effect_of_the_last_attempt_proves_nothing_about_one_in_doubt() {
        let first = Attempts::first(at(0));
        assert_eq!(first.fact_of_no_effect(), Fact::NeverSent);
        assert_eq!(first.doubted().again(at(60)).fact_of_no_effect(), Fact::WentQuiet);
    }

    #[test]
    fn the_ladder_climbs_within_a_tenth_and_ends() {
        let ladder = Ladder::default();
        for (rung, minutes) in [(0, 1), (1, 30), (2, 60), (3, 120), (4, 240), (5, 480), (6, 960)] {
            let at_least = ladder.due(rung, at(0), 0).unwrap();
            let at_most = ladder.due(rung, at(0), 255).unwrap();
            assert_eq!(at_least.as_second(), minutes * 54, "{rung}");
            assert_eq!(at_most.as_second(), minutes * 66, "{rung}");
        }
        assert_eq!(ladder.due(7, at(0), 128), None);
        assert_eq!(Ladder { minutes: Vec::new() }.due(0, at(0), 0), None);
    }

    #[test]
    fn the_end_of_time_overflows_nothing() {
        let attempts = Attempts::first(Timestamp::MAX);
        assert_eq!(RetryContract::default().resend(&attempts, Timestamp::MAX), Resend::Now);
    }
}
