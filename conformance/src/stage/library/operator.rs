//! The operator's session: one login with the virtual card for all scenarios that do not log in themselves, always at the same moment.

use std::sync::{Arc, OnceLock};

use jiff::Timestamp;
use spine_client::session::Session;
use spine_client::store::{MemoryStore, StoreOptions};
use spine_client::{Client, Store, SystemClock, TimeOrderedIds};

use super::desk::Desk;
use super::seams::Seams;
use crate::stage::StageError;
use crate::stage::people::{AS_OF, People};
use crate::stage::scenario::{Forward, OPERATOR};

/// When the operator logs in: half past nine in the practice, on [`AS_OF`].
const LOGIN: &str = "08:30:00Z";

/// When every scenario begins.
pub(super) fn begin() -> Result<Timestamp, StageError> {
    format!("{AS_OF}T{LOGIN}").parse().map_err(StageError::new)
}

/// The session with which every scenario begins that does not log in itself.
pub fn session() -> Result<&'static Session, StageError> {
    static SESSION: OnceLock<Result<Session, String>> = OnceLock::new();
    let made = SESSION.get_or_init(|| {
        // On a thread of its own: whoever asks first may be in the middle of paused time.
        let login = std::thread::spawn(|| login().map_err(|error| error.to_string()));
        login.join().unwrap_or_else(|_| Err("the login panicked".into()))
    });
    made.as_ref().map_err(StageError::new)
}

fn login() -> Result<Session, StageError> {
    let at = begin()?;
    let folder = tempfile::tempdir().map_err(StageError::new)?;
    let written = People::of(&["ordinary-adult"], AS_OF)?.write(folder.path())?;
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
