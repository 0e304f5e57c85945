//! What a fake Spine keeps beyond its own end, in one folder: the journal, and its authority's key.

use std::path::Path;
use std::sync::Arc;

use super::options::{Options, StartError};
use crate::Spine;
use crate::clock::{Clock as _, SystemClock};
use crate::identity::{Sessions, Users};
use crate::keys::{Keys, KeysError};
use crate::state::{Journal, Record};

/// The keys of this start; with a state folder they are signed by the authority that signed the earlier ones.
pub(super) fn keys(options: &Options) -> Result<Keys, KeysError> {
    match &options.state {
        Some(folder) => Keys::kept(folder, options.address, SystemClock.now()),
        None => Keys::new(options.address, SystemClock.now()),
    }
}

/// The Spine and who is logged in as an earlier start with this folder left them, from now on written down there.
pub(super) fn restore(
    spine: Spine,
    sessions: &Sessions,
    users: &Users,
    folder: Option<&Path>,
    forget_sessions: bool,
) -> Result<Spine, StartError> {
    let Some(folder) = folder else { return Ok(spine) };
    let journal = Journal::open(&folder.join("journal"), |record, body| {
        sessions.again(&record, users);
        spine.again(record, body)
    })?;
    if forget_sessions && journal.hold().append(&Record::Forgotten, &[]) {
        sessions.again(&Record::Forgotten, users);
    }
    let journal = Arc::new(journal);
    sessions.keep_in(Arc::clone(&journal));
    Ok(spine.with_journal(journal))
}
