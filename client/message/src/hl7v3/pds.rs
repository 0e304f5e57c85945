//! The answer to a PDS retrieval, `QUPA_IN000009UK03`.

use spine_rules::demographics::PdsAnswer;

use super::acknowledgement::Issue;

/// What the PDS answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PdsReply {
    /// The record, as the rules want it.
    pub answer: PdsAnswer,
    /// Warnings that came with it.
    pub issues: Vec<Issue>,
}
