//! One patient in one run: the states, the facts that move between them, and nothing else.
//!
//! Facts are in the past tense and are never taken back. A settled entry refuses every fact (invariant J3).

mod apply;
pub mod invariant;
pub mod reason;
pub mod retry;
pub mod warning;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use spine_vocabulary::MessageId;

use crate::reason::{Counter, Reason, SetAside};

/// What is on its way: fixed at its dispatch, the same at every resend.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Live {
    /// The live id.
    pub id: MessageId,
    /// SHA-256 of the frozen bytes.
    pub sha256: [u8; 32],
    /// The reason with which its acknowledgement will settle the entry (`sent`, `sent-dissent`, ..).
    pub settles_as: Reason,
}

/// Where one entry stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "kebab-case")]
pub enum State {
    /// In the run, nothing decided.
    Listed,
    /// To be looked at again, not before the given time.
    Deferred {
        /// When it is due.
        until: Timestamp,
    },
    /// The intent is durable; bytes may have left.
    Sending(Live),
    /// The Spine took it and is working on it.
    Accepted {
        /// What is on its way.
        live: Live,
        /// Where to poll.
        location: String,
    },
    /// Nobody knows yet whether the Spine has it.
    Uncertain(Live),
    /// It is certain that the Spine does not have it; it may be sent again under the same id.
    Unsent(Live),
    /// Settled: declined by a rule.
    SetAside(SetAside),
    /// Settled: the Spine's application acknowledged it.
    Acknowledged {
        /// The id.
        id: MessageId,
        /// One of the `Sent` reasons.
        reason: Reason,
    },
    /// Settled: the Spine refused it for good.
    Rejected {
        /// The id.
        id: MessageId,
        /// [`Reason::Refused`], [`Reason::DissentHeld`], ..
        why: SetAside,
    },
    /// Settled, and shouted about: nobody knows, and nobody asks any more. The bytes are kept.
    Unresolved {
        /// The id.
        id: MessageId,
    },
}

/// Something durable that happened to an entry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "fact", rename_all = "kebab-case")]
pub enum Fact {
    /// A rule declined. Legal from `Listed`, and from `Unsent` with [`Reason::RetriesExhausted`].
    SetAside(SetAside),
    /// To be looked at again later. From `Listed`.
    Deferred {
        /// When it is due.
        until: Timestamp,
    },
    /// The time of a deferral came. From `Deferred`.
    FellDue,
    /// The intent to send under a new id. From `Listed`. The frozen bytes are written in the same transaction.
    Dispatched(Live),
    /// An earlier run left this patient's message unresolved; this run takes it over under its id. From `Listed`, to
    /// `Uncertain`.
    Inherited(Live),
    /// The intent to send the same bytes under the same id again. From `Unsent` and, inside the retry contract, from `Uncertain`.
    Resent,
    /// The Spine took it. From `Sending`.
    Accepted {
        /// Where to poll.
        location: String,
    },
    /// The application acknowledged it. From `Sending`, `Accepted`, `Uncertain`.
    Acknowledged,
    /// The Spine refused it for good. From `Sending`, `Accepted`, `Uncertain`.
    Rejected(SetAside),
    /// Silence, poll budget spent, poll 404, a duplicate of our own id. From `Sending`, `Accepted`.
    WentQuiet,
    /// A new leg opened while it was on its way. From `Sending`, `Accepted` (and harmless from `Uncertain`).
    Interrupted,
    /// Provably no attempt under this id took effect (never sent, 429, AE 502). From `Sending`, `Accepted`, `Uncertain`.
    /// Where an earlier attempt is in doubt it is [`Fact::WentQuiet`] instead: see [`retry::Attempts::fact_of_no_effect`].
    NeverSent,
    /// The Spine's list holds our id. From `Uncertain`.
    ReconciledStored,
    /// The Spine's list does not hold our id, so the same bytes may go again. From `Uncertain`.
    ReconciledAbsent,
    /// Refused because somebody else's summary had come between. From `Sending`, `Accepted`, `Uncertain`.
    RefusedAsStale,
    /// What was thought absent may have landed since, and must be asked for again before it is given up. From `Unsent`, to
    /// `Uncertain`.
    Doubted,
    /// The id is given up; the entry is decided afresh. From `Unsent` only.
    Abandoned,
    /// No longer asked for. From `Uncertain` only.
    GaveUp,
}

/// A fact that the state refuses: a bug of ours, never of the Spine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the fact does not fit the entry's state (bug)")]
pub struct IllegalFact;

impl State {
    /// Whether nothing more will happen.
    #[must_use]
    pub const fn is_settled(&self) -> bool {
        matches!(
            self,
            Self::SetAside(_) | Self::Acknowledged { .. } | Self::Rejected { .. } | Self::Unresolved { .. }
        )
    }

    /// What is live, if anything: at most one per patient and interaction (invariant J2).
    #[must_use]
    pub const fn live(&self) -> Option<Live> {
        match self {
            Self::Sending(live)
            | Self::Accepted { live, .. }
            | Self::Uncertain(live)
            | Self::Unsent(live) => Some(*live),
            _ => None,
        }
    }

    /// The counter in which the entry stands.
    #[must_use]
    pub const fn counter(&self) -> Counter {
        match self {
            Self::Listed | Self::Deferred { .. } => Counter::Unprocessed,
            Self::Sending { .. } | Self::Accepted { .. } | Self::Uncertain { .. } | Self::Unsent { .. } => {
                Counter::Sending
            }
            Self::SetAside(aside) => aside.reason.counter(),
            Self::Acknowledged { .. } => Counter::Sent,
            Self::Rejected { why, .. } => why.reason.counter(),
            Self::Unresolved { .. } => Counter::Failed,
        }
    }

    /// The reason shown for a settled entry.
    #[must_use]
    pub const fn reason(&self) -> Option<Reason> {
        match self {
            Self::SetAside(aside) => Some(aside.reason),
            Self::Acknowledged { reason, .. } => Some(*reason),
            Self::Rejected { why, .. } => Some(why.reason),
            Self::Unresolved { .. } => Some(Reason::InDoubt),
            _ => None,
        }
    }
}
