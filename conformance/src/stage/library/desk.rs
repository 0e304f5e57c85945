//! The reader and the identity service for those who log in: a fake Spine's, behind a script, at the moment of virtual time at which
//! the login takes place.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;
use spine_client::session::{Pin, Piv, Session, SocketChannel};
use spine_client::{Client, ClientError, Clock, Exchange, Store, TimeOrderedIds};
use spine_simulator::clock::ManualClock;
use spine_simulator::scenario::Settings;
use spine_simulator::{FakeSpine, Options};
use spine_vocabulary::UserId;

use super::seams::Seams;
use super::wire::Wire;
use crate::stage::StageError;
use crate::stage::observation::Exchange as Passed;
use crate::stage::recorder::Recorder;
use crate::stage::scenario::Script;
use crate::stage::served::client_tls;
use crate::wire::{Requester, Service};

/// How long the card may take for an answer.
const CARD_PATIENCE: Duration = Duration::from_mins(1);

/// Where somebody logs in.
pub(super) struct Desk {
    fake: FakeSpine,
    clock: ManualClock,
    recorder: Recorder,
    exchange: Arc<dyn Exchange>,
    seams: Seams,
}

impl Desk {
    /// Opens it for the users and cards of a Spine's folder.
    pub(super) fn open(
        spine: &Path,
        script: Box<dyn Script>,
        seams: &Seams,
        now: Timestamp,
    ) -> Result<Self, StageError> {
        let clock = ManualClock::new(now);
        let mut options = Options::load(spine, Settings::default()).map_err(StageError::new)?;
        options.clock = Arc::new(clock.clone());
        let fake = FakeSpine::start(options).map_err(StageError::new)?;
        let upstream =
            Requester::new(&fake.ready().identity, client_tls(fake.ready())?).map_err(StageError::new)?;
        let told = clock.clone();
        let recorder =
            Recorder::new(Box::new(upstream), script, move || spine_simulator::clock::Clock::now(&told));
        let service: Arc<dyn Service> = Arc::new(recorder.clone());
        let exchange = Wire::new((seams.identity)(), service, Arc::new(AtomicBool::new(true)));
        Ok(Self { fake, clock, recorder, exchange: Arc::new(exchange), seams: *seams })
    }

    /// Puts a card in and logs in with it; what the client says of it where it does not come to that.
    pub(super) fn login(
        &self,
        store: &Arc<dyn Store>,
        user: &str,
        pin: &str,
        now: Timestamp,
    ) -> Result<Result<Session, ClientError>, StageError> {
        self.clock.set(now);
        self.fake.cards().insert(&UserId::parse(user).map_err(StageError::new)?).map_err(StageError::new)?;
        let pin = Pin::read(pin.to_owned()).map_err(StageError::new)?;
        let card = self.fake.ready().card.parse().map_err(StageError::new)?;
        let card = SocketChannel::connect(card, CARD_PATIENCE).map_err(StageError::new)?;
        let client = self.client(store, now);
        elsewhere(client.login(&*self.exchange, Box::new(Piv::new(card)), pin, None))
    }

    /// Logs out.
    pub(super) fn logout(
        &self,
        store: &Arc<dyn Store>,
        session: &Session,
        now: Timestamp,
    ) -> Result<Result<(), ClientError>, StageError> {
        self.clock.set(now);
        elsewhere(self.client(store, now).logout(&*self.exchange, session))
    }

    /// Takes the card out of the reader.
    pub(super) fn pull(&self) {
        self.fake.cards().pull();
    }

    /// Everything that the identity service was asked.
    pub(super) fn exchanges(&self) -> Vec<Passed> {
        self.recorder.exchanges()
    }

    fn client(&self, store: &Arc<dyn Store>, now: Timestamp) -> Client {
        let clock = (self.seams.clock)(Arc::new(Standing(now)));
        Client::new(Arc::clone(store), clock, Arc::new(TimeOrderedIds::new(Standing(now))), "a-test")
    }
}

/// Works on a thread of its own: sockets and paused time do not go together.
fn elsewhere<T: Send>(work: impl Future<Output = T> + Send) -> Result<T, StageError> {
    std::thread::scope(|scope| {
        let thread = scope.spawn(|| {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            runtime.map(|runtime| runtime.block_on(work))
        });
        thread.join().map_err(|_| StageError::new("the login panicked"))?.map_err(StageError::new)
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
