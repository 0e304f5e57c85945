//! Uploads that wait to be processed, what became of them, and which message ids were used.

use jiff::Timestamp;
use spine_vocabulary::{EventId, MessageId, NhsNumber};
use uuid::Uuid;

use crate::ledger::{Sha256, Tag};
use crate::psis::Upload;
use crate::wire::issue::{Detail, Reason};

/// How a message ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// AA, and the event is stored.
    Stored(EventId),
    /// AA, and nothing was to be stored.
    Done,
    /// AE.
    Business(Vec<Reason>),
    /// AR.
    Rejected(Vec<Detail>),
}

impl Outcome {
    /// What the ledger says of it.
    pub(crate) fn tag(&self) -> Tag {
        match self {
            Self::Stored(event) => Tag::Stored(*event),
            Self::Done => Tag::Answered,
            Self::Business(reasons) => {
                Tag::Refused(reasons.iter().map(|reason| reason.code.code.to_owned()).collect())
            }
            Self::Rejected(details) => {
                Tag::Refused(details.iter().map(|detail| detail.code.clone()).collect())
            }
        }
    }

    /// `AA`, `AE` or `AR`.
    pub(crate) fn acknowledgement(&self) -> &'static str {
        match self {
            Self::Stored(_) | Self::Done => "AA",
            Self::Business(_) => "AE",
            Self::Rejected(_) => "AR",
        }
    }
}

/// How far a job is.
#[derive(Clone, Debug)]
pub(crate) enum Stage {
    /// It waits; the upload is as it came.
    Queued(Box<Upload>),
    /// The message was refused before any state was asked; the answer waits for the poll all the same.
    Refused(Outcome),
    /// The message came before; the answer depends on what became of that job.
    Repeats(Uuid),
    /// Its answer stands.
    Done(Outcome, Timestamp),
}

/// One upload on the polling route.
#[derive(Clone, Debug)]
pub(crate) struct Job {
    /// The message that made it.
    pub(crate) message: MessageId,
    /// The conversation as written.
    pub(crate) conversation: String,
    /// The sending party as written.
    pub(crate) party: String,
    /// The sending system, or what stands in its place.
    pub(crate) asid: String,
    /// The id of the answering message; minted once, so that the answer stays the same.
    pub(crate) answer: Uuid,
    /// How often it was asked for.
    pub(crate) polls: u32,
    /// How far it is.
    pub(crate) stage: Stage,
    /// What the ledger says of every exchange about it.
    pub(crate) tags: Vec<Tag>,
    /// The patient, once known to be a test patient.
    pub(crate) nhs_number: Option<NhsNumber>,
    /// What the answer says instead of how it really ended.
    pub(crate) says: Option<Outcome>,
}

/// What a message id was used for.
#[derive(Clone, Debug)]
pub(crate) enum Use {
    /// An upload: its job.
    Upload(Uuid),
    /// A setting: the answer's id, its time and how it ended.
    Setting(Uuid, Timestamp, Outcome),
    /// A query.
    Query,
}

/// A message id that was used, and for which bytes.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    pub(crate) sha256: Sha256,
    pub(crate) used: Use,
}
