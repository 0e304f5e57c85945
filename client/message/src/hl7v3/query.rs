//! The two queries: the list of events (PSIS) and the retrieval of demographics (PDS).

use spine_vocabulary::{MessageId, NhsNumber};

use crate::context::{Addressing, Author, Stamp};
use crate::frozen::Frozen;

/// Composes the event list query, `QUPC_IN180000SM04`, without dissent override.
#[must_use]
pub fn event_list_query(
    number: NhsNumber,
    id: MessageId,
    author: &Author,
    addressing: &Addressing,
    stamp: &Stamp,
) -> Frozen {
    let _ = (number, id, author, addressing, stamp);
    todo!()
}

/// Composes the PDS retrieval by NHS number, `QUPA_IN000008UK02`, of all current data.
#[must_use]
pub fn pds_retrieval(
    number: NhsNumber,
    id: MessageId,
    author: &Author,
    addressing: &Addressing,
    stamp: &Stamp,
) -> Frozen {
    let _ = (number, id, author, addressing, stamp);
    todo!()
}
