//! The operator's session: one login with the virtual card for all scenarios of a day that do not log in themselves, always at the same
//! moment.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;
use spine_client::session::Session;
use spine_client::store::{MemoryStore, StoreOptions};
use spine_client::{Client, Store, SystemClock, TimeOrderedIds};

use super::desk::Desk;
use super::seams::Seams;
use crate::stage::StageError;
use crate::stage::people::People;
use crate::stage::scenario::{Forward, OPERATOR};

/// When the operator logs in: half past nine in the practice in summer, half past eight in winter.
const LOGIN: &str = "08:30:00Z";

/// When every scenario of a day begins.
pub(super) fn begin(day: &str) -> Result<Timestamp, StageError> {
    format!("{day}T{LOGIN}").parse().map_err(StageError::new)
}

/// The session with which every scenario of a day begins that does not log in itself.
pub fn session(day: &str) -> Result<Session, StageError> {
    session_at(begin(day)?)
}

/// The session of the operator that began at a moment; each is made once.
pub fn session_at(at: Timestamp) -> Result<Session, StageError> {
    static SESSIONS: Mutex<BTreeMap<Timestamp, Session>> = Mutex::new(BTreeMap::new());
    let mut sessions = SESSIONS.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(session) = sessions.get(&at) {
        return Ok(session.clone());
    }
    // On a thread of its own: whoever asks first may be in the middle of paused time.
    let login = std::thread::spawn(move || login(at));
    let session = login.join().map_err(|_| StageError::new("the login panicked"))??;
    sessions.insert(at, session.clone());
    Ok(session)
}

fn login(at: Timestamp) -> Result<Session, StageError> {
    let folder = tempfile::tempdir().map_err(StageError::new)?;
    let day = spine_client::clock::uk_date(at).to_string();
    let written = People::of(&["ordinary-adult"], &day)?.write(folder.path())?;
    let store: Arc<dyn Store> = Arc::new(MemoryStore::new(StoreOptions::new("a-test", move || at)));
    let client = Client::new(
        Arc::clone(&store),
        Arc::new(SystemClock),
        Arc::new(TimeOrderedIds::new(SystemClock)),
        "a-test",
    );
    let runtime = tokio::runtime::Builder::new_current_thread().build().map_err(StageError::new)?;
    runtime.block_on(client.import(&written.practice, None)).map_err(StageError::new)?;
    let desk = Desk::open(&written.spine, Box::new(Forward), &Seams::default(), at)?;
    desk.login(&store, OPERATOR.0, OPERATOR.1, at)?.map_err(StageError::new)
}
