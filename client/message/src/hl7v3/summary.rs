//! The GP Summary upload, `REPC_IN150016SM05`: writing it.

use spine_rules::summary::Summary;
use spine_vocabulary::MessageId;

use crate::context::{Addressing, Author, Practice, Stamp};
use crate::frozen::Frozen;

/// Composes the upload of a summary by polling. The same arguments give the same bytes.
#[must_use]
pub fn upload(
    summary: &Summary,
    id: MessageId,
    author: &Author,
    practice: &Practice,
    addressing: &Addressing,
    stamp: &Stamp,
) -> Frozen {
    let _ = (summary, id, author, practice, addressing, stamp);
    todo!()
}
