//! An upload as it waits in the queue: what processing needs of it, and nothing else.

use spine_vocabulary::{Asid, EventId, MessageId, NhsNumber};

use crate::ledger::{Sha256, SummaryKind};
use crate::state::Stored;

/// One upload whose message kept every rule.
#[derive(Clone, Debug)]
pub(crate) struct Upload {
    pub(crate) message: MessageId,
    pub(crate) nhs_number: NhsNumber,
    /// The event that it says it replaces.
    pub(crate) replaces: Option<EventId>,
    pub(crate) kind: SummaryKind,
    pub(crate) clinical: bool,
    /// The author element, written again.
    pub(crate) author: String,
    /// The summary, written again.
    pub(crate) document: Stored,
    pub(crate) sender: Asid,
    pub(crate) sha256: Sha256,
}
