//! What the ledger holds: exchanges, accepted events, violations.

use std::fmt;

use jiff::Timestamp;
use serde::Serialize;
use spine_vocabulary::{Asid, EventId, MessageId, NhsNumber};

/// What kind of summary an upload is, by its text alone. Source: wording rules of the national rule set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum SummaryKind {
    /// It says that the patient refused.
    Dissent,
    /// It says that there is nothing significant.
    Empty,
    /// Any other.
    Full,
}

/// One thing worth knowing about an exchange.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Tag {
    /// An upload was queued.
    Queued,
    /// A poll came before the answer was ready.
    Pending,
    /// The upload that this exchange belongs to is stored as this event.
    Stored(EventId),
    /// The request did what it asked for and nothing is to be stored by it.
    Answered,
    /// It was refused; the codes in the order in which they were given.
    Refused(Vec<String>),
    /// The same message came before.
    Duplicate,
    /// The summary's kind.
    Summary(SummaryKind),
    /// The summary has clinical content: a coded entry that is no personal preference, or a clinical section.
    ClinicalContent,
    /// The patient was a dissenter by the ACS when this was processed.
    Dissenter,
    /// The client broke a rule that no answer of the Spine would show it.
    Violation(String),
    /// A rule of the plan of faults struck this exchange.
    Struck {
        /// The rule's name.
        rule: String,
        /// Whether what the request asked for was done.
        work_done: bool,
    },
}

/// The SHA-256 of a body; written as lower-case hexadecimal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Sha256([u8; 32]);

impl Sha256 {
    /// The digest of these bytes.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, bytes);
        let mut all = [0_u8; 32];
        all.iter_mut().zip(digest.as_ref()).for_each(|(to, from)| *to = *from);
        Self(all)
    }

    /// Its 32 bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Display for Sha256 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl Serialize for Sha256 {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// One body as it is kept.
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct Body {
    /// Length in bytes before anything was cut off.
    pub bytes: usize,
    /// Digest of the whole body.
    pub sha256: Sha256,
    /// The body, cut at the cap; `None` when it is not kept.
    pub text: Option<String>,
}

impl fmt::Debug for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Body({} bytes, {})", self.bytes, self.sha256)
    }
}

/// One request and its answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Exchange {
    /// Counted from 0 in the order of the answers.
    pub number: u64,
    /// When it was answered, by the Spine's clock.
    pub at: Timestamp,
    /// Method of the request.
    pub method: &'static str,
    /// Path of the request, query included.
    pub path: String,
    /// The interaction of the request, once known.
    pub interaction: Option<&'static str>,
    /// The message id of the request or, for a poll, of the upload it asks about.
    pub message_id: Option<MessageId>,
    /// The patient, once known.
    pub nhs_number: Option<NhsNumber>,
    /// What came in.
    pub received: Body,
    /// Status of the answer; 0 when none left.
    pub status: u16,
    /// `AA`, `AE`, `AR`, `fault`, `ebxml-error`, `http` when the answer carries none of them, or `none` when no
    /// answer left.
    pub outcome: &'static str,
    /// What went out.
    pub answered: Body,
    /// What is worth knowing about it.
    pub tags: Vec<Tag>,
}

/// One event that the PSIS accepted: what a harness computes lost, doubled and content for dissenters from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AcceptedEvent {
    /// Whose it is.
    pub nhs_number: NhsNumber,
    /// The event.
    pub event_id: EventId,
    /// The message that brought it.
    pub message_id: MessageId,
    /// When it was stored.
    pub at: Timestamp,
    /// What it is.
    pub kind: SummaryKind,
    /// Whether it has clinical content.
    pub clinical: bool,
    /// Whether the patient was a dissenter by the ACS when it was stored.
    pub dissenter: bool,
    /// The event that it replaced.
    pub replaces: Option<EventId>,
    /// The system that sent it.
    pub sender: Asid,
    /// Digest of the message that brought it.
    pub sha256: Sha256,
}

/// One rule that a client broke without an answer showing it, or too loudly to pass for an ordinary refusal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Violation {
    /// When.
    pub at: Timestamp,
    /// The message.
    pub message_id: Option<MessageId>,
    /// What was broken.
    pub what: String,
}

impl Violation {
    /// An upload or a setting whose author has no session: a client must not send without one.
    pub(crate) fn no_session(message_id: Option<MessageId>, at: Timestamp) -> Self {
        Self { at, message_id, what: "the author has no session with this role".to_owned() }
    }
}
