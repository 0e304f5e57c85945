//! One conversation per service of the Spine, behind the seam [`Spine`].
//!
//! A route implements the seam: today HL7 v3 with polling ([`hl7::Hl7Spine`]). The bulk engine knows only what is here.

pub mod addresses;
pub mod hl7;
pub mod identity;

use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use spine_rules::demographics::PdsAnswer;
use spine_rules::standing::{Standing, StandingContent};
use spine_vocabulary::{EventId, Interaction, MessageId, NhsNumber};

use crate::fault::{Halt, SpineFault};

/// The Spine, as the bulk engine talks with it.
#[async_trait]
pub trait Spine: Send + Sync + 'static {
    /// PDS: the record under a number. Never a search.
    async fn retrieve(&self, number: NhsNumber) -> Result<PdsAnswer, SpineFault>;

    /// PSIS and ACS: what stands for the patient.
    async fn standing(&self, number: NhsNumber) -> Result<Standing, SpineFault>;

    /// PSIS: whether the patient's list of events holds this one.
    async fn holds(&self, number: NhsNumber, event: EventId) -> Result<Held, SpineFault>;

    /// PSIS: what an event of the patient says; `None` where the Spine does not tell it.
    async fn event(&self, number: NhsNumber, event: EventId) -> Result<Option<StandingContent>, SpineFault>;

    /// Sends a message whose intent is durable. Never fails: what cannot be told is [`Outcome::Quiet`].
    async fn submit(&self, message: &Message) -> Submitted;

    /// Asks how a message fares that the Spine took.
    async fn poll(&self, message: &Message, location: &str) -> Submitted;
}

/// A message to be sent, any number of times: the same id, the same bytes.
#[derive(Clone)]
pub struct Message {
    /// Its id.
    pub id: MessageId,
    /// Whom it is about; for checking the answer, never for logs.
    pub number: NhsNumber,
    /// What it is.
    pub interaction: Interaction,
    /// The frozen body.
    pub body: Bytes,
}

impl std::fmt::Debug for Message {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Message({}, {}, {} bytes)", self.id, self.interaction.name(), self.body.len())
    }
}

/// Whether a list of events holds an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Held {
    /// It does.
    Stored,
    /// It does not.
    Absent,
    /// The list is refused (420): absence cannot be proven.
    Refused,
}

/// What a submission or a poll came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Submitted {
    /// It is over.
    Final(Outcome),
    /// The Spine took it; ask at the location.
    Pending {
        /// Where.
        location: String,
        /// Not before.
        after: Duration,
    },
    /// The answer comes by another way.
    Awaited,
}

/// How an attempt ended. `note` holds codes only.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The application acknowledged it.
    Acknowledged {
        /// Warnings, if any.
        note: Option<String>,
    },
    /// The Spine says it had this id before.
    Duplicate {
        /// Whether that proves that it is *stored* (410/30134 for our own event), or only that it was received (401, AR 202).
        stored: bool,
        /// The codes.
        note: String,
    },
    /// Access control does not permit it: the patient dissents.
    Dissent {
        /// The codes.
        note: String,
    },
    /// Another summary came between: what this one replaces is not the newest.
    Stale {
        /// The codes.
        note: String,
    },
    /// Refused for good.
    Refused {
        /// The codes.
        note: String,
    },
    /// Refused because it is longer than the Spine takes.
    TooLarge {
        /// The status.
        note: String,
    },
    /// Provably not taken: never sent, 429, AE 502.
    NotTaken {
        /// How long the Spine asked to wait.
        after: Option<Duration>,
        /// Why.
        note: String,
    },
    /// Nobody knows: silence, 5xx, nonsense.
    Quiet {
        /// Why.
        note: String,
    },
    /// The run must stop. Nothing of this attempt took effect.
    Halt(Halt),
}
