//! The operator's session: one login with the virtual card for all scenarios in virtual time, always at the same moment.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;
use spine_client::session::{Pin, Piv, Session, SocketChannel};
use spine_client::store::{MemoryStore, StoreOptions};
use spine_client::{Addresses, Client, Clock, SystemClock, TimeOrderedIds, TransportSettings};
use spine_simulator::clock::ManualClock;
use spine_simulator::scenario::Settings;
use spine_simulator::server::ReadyFile;
use spine_simulator::{FakeSpine, Options};

use crate::stage::StageError;
use crate::stage::people::{AS_OF, People};
use crate::stage::scenario::OPERATOR;

/// When the operator logs in: half past nine in the practice, on [`AS_OF`].
const LOGIN: &str = "08:30:00Z";
/// How long the card may take for an answer.
const CARD_PATIENCE: Duration = Duration::from_mins(1);

/// The session with which every scenario begins.
pub(super) fn session() -> Result<&'static Session, StageError> {
    static SESSION: OnceLock<Result<Session, String>> = OnceLock::new();
    let made = SESSION.get_or_init(|| {
        // On a thread of its own: sockets and paused time do not go together.
        let login = std::thread::spawn(|| login().map_err(|error| error.to_string()));
        login.join().unwrap_or_else(|_| Err("the login panicked".into()))
    });
    made.as_ref().map_err(StageError::new)
}

fn login() -> Result<Session, StageError> {
    let at: Timestamp = format!("{AS_OF}T{LOGIN}").parse().map_err(StageError::new)?;
    let folder = tempfile::tempdir().map_err(StageError::new)?;
    let written = People::of(&["ordinary-adult"], AS_OF)?.write(folder.path())?;
    let mut options =
        Options::load(&written.spine, Settings::default()).map_err(StageError::new)?.with_first_card();
    options.clock = Arc::new(ManualClock::new(at));
    let fake = FakeSpine::start(options).map_err(StageError::new)?;
    let file = folder.path().join("ready.json");
    let _ready = ReadyFile::write(fake.ready(), &file).map_err(StageError::new)?;
    let addresses = Addresses::read(&file).map_err(StageError::new)?;
    let clock = Standing(at);
    let store = Arc::new(MemoryStore::new(StoreOptions::new("a-test", move || at)));
    let client = Client::new(store, Arc::new(clock), Arc::new(TimeOrderedIds::new(clock)), "a-test");
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(StageError::new)?;
    runtime.block_on(async {
        client.import(&written.practice, None).await.map_err(StageError::new)?;
        let identity = addresses
            .connect_identity(&TransportSettings::default(), SystemClock.now().into())
            .map_err(StageError::new)?;
        let card = fake.ready().card.parse().map_err(StageError::new)?;
        let card = SocketChannel::connect(card, CARD_PATIENCE).map_err(StageError::new)?;
        let pin = Pin::read(OPERATOR.1.to_owned()).map_err(StageError::new)?;
        client.login(&*identity, Box::new(Piv::new(card)), pin, None).await.map_err(StageError::new)
    })
}

/// A clock that stands still.
#[derive(Clone, Copy)]
struct Standing(Timestamp);

#[async_trait]
impl Clock for Standing {
    fn now(&self) -> Timestamp {
        self.0
    }

    async fn wait(&self, span: Duration) {
        tokio::time::sleep(span).await;
    }
}
