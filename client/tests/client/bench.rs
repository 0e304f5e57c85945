//! A practice and a fake Spine in one process, on a clock that only moves while everybody waits.

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;
use spine_client::session::Session;
use spine_client::{
    Action, Client, ClientError, Clock, Closed, Ended, Exchange, Limits, Reporter, RunKind, RunRequest,
    RunSettings, Sessions, Silent, Stop, Store, Tally, TimeOrderedIds,
};
use spine_simulator::Spine;
use spine_simulator::scenario::{Scenario, Settings};
use spine_simulator::wire::WireRequest;
use spine_store::{MemoryStore, StoreOptions};
use spine_transport::{InProcess, Interference, Method, Request, Response};

use crate::world::World;

/// The runtime's paused time, from the moment at which the operator logged in.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PausedClock {
    base: Timestamp,
    start: tokio::time::Instant,
    /// By how many seconds the practice's clock was put forward.
    forward: &'static AtomicI64,
}

impl PausedClock {
    fn from(base: Timestamp) -> Self {
        let forward = Box::leak(Box::new(AtomicI64::new(0)));
        Self { base, start: tokio::time::Instant::now(), forward }
    }

    /// Somebody puts the practice's clock forward, or back; the Spine's own goes on.
    pub(crate) fn put_forward(&self, hours: i64) {
        self.forward.fetch_add(hours * 3_600, Ordering::SeqCst);
    }
}

#[async_trait]
impl Clock for PausedClock {
    fn now(&self) -> Timestamp {
        let forward = jiff::SignedDuration::from_secs(self.forward.load(Ordering::SeqCst));
        self.base + jiff::SignedDuration::try_from(self.start.elapsed()).unwrap() + forward
    }

    async fn wait(&self, span: Duration) {
        tokio::time::sleep(span).await;
    }

    fn uptime(&self) -> Duration {
        self.start.elapsed()
    }
}

impl spine_simulator::clock::Clock for PausedClock {
    fn now(&self) -> Timestamp {
        self.base + jiff::SignedDuration::try_from(self.start.elapsed()).unwrap()
    }
}

/// What answers a request instead of the Spine.
pub(crate) type Instead = Arc<dyn Fn(&Request) -> Option<Response> + Send + Sync>;

/// How long a request is on its way.
pub(crate) type Delay = Arc<dyn Fn(&Request) -> Duration + Send + Sync>;

/// What happens to the n-th exchange (from 0).
pub(crate) type Interfere = Arc<dyn Fn(u64, &Request) -> Interference + Send + Sync>;

pub(crate) struct Bench {
    pub(crate) spine: Spine,
    pub(crate) store: Arc<MemoryStore>,
    pub(crate) clock: PausedClock,
    pub(crate) interfere: Interfere,
    pub(crate) instead: Instead,
    pub(crate) delay: Delay,
}

impl Bench {
    /// The practice of the login, imported into a fresh store, and its Spine. Call within a paused runtime.
    pub(crate) async fn new(settings: Settings) -> Self {
        Self::at(operator().1.started_at(), settings).await
    }

    /// The same so long before the session ends.
    pub(crate) async fn before_the_end(span: jiff::SignedDuration, settings: Settings) -> Self {
        Self::at(operator().1.ends_at() - span, settings).await
    }

    /// The same at any moment; nobody is logged in at most of them.
    pub(crate) async fn at(base: Timestamp, settings: Settings) -> Self {
        Self::of(&operator().0, base, settings).await
    }

    /// The same of more patients.
    pub(crate) async fn of_many(settings: Settings) -> Self {
        let (world, session) = many();
        Self::of(world, session.started_at(), settings).await
    }

    async fn of(world: &World, base: Timestamp, settings: Settings) -> Self {
        let clock = PausedClock::from(base);
        let scenario = Scenario::load(&world.dir.path().join("spine"), settings).unwrap();
        let options = StoreOptions::new("test-host", move || Clock::now(&clock));
        let bench = Self {
            spine: Spine::new(scenario, Arc::new(clock)),
            store: Arc::new(MemoryStore::new(options)),
            clock,
            interfere: Arc::new(|_, _| Interference::None),
            instead: Arc::new(|_| None),
            delay: Arc::new(|_| Duration::ZERO),
        };
        bench.client().import(&world.dir.path().join("practice"), None).await.unwrap();
        bench
    }

    /// The same Spine and practice with this interference.
    pub(crate) fn interfered(
        mut self,
        interfere: impl Fn(u64, &Request) -> Interference + Send + Sync + 'static,
    ) -> Self {
        self.interfere = Arc::new(interfere);
        self
    }

    /// The same Spine and practice with these answers instead of the Spine's own.
    pub(crate) fn answered(
        mut self,
        instead: impl Fn(&Request) -> Option<Response> + Send + Sync + 'static,
    ) -> Self {
        self.instead = Arc::new(instead);
        self
    }

    /// The same Spine and practice with requests that are so long on their way.
    pub(crate) fn delayed(mut self, delay: impl Fn(&Request) -> Duration + Send + Sync + 'static) -> Self {
        self.delay = Arc::new(delay);
        self
    }

    pub(crate) fn client(&self) -> Client {
        let ids = TimeOrderedIds::new(self.clock);
        let store: Arc<dyn Store> = Arc::<MemoryStore>::clone(&self.store);
        Client::new(store, Arc::new(self.clock), Arc::new(ids), "test-host")
    }

    pub(crate) async fn run(&self, kind: RunKind, action: Action) -> Ended {
        self.attempt(kind, action).await.unwrap()
    }

    /// A leg that may fail to open or to close, as it does when the store fails just then.
    pub(crate) async fn try_run(&self, kind: RunKind, action: Action) -> Option<Ended> {
        self.attempt(kind, action).await.ok()
    }

    /// Works on until the kind's newest run is finished, as an operator would, but not for ever: resumes what can be
    /// resumed, and runs where nothing ran yet.
    pub(crate) async fn to_the_end(&self, kind: RunKind) -> Tally {
        for _ in 0..20 {
            let newest = self.store.newest_run(Some(kind)).await.unwrap();
            let action = match newest {
                Some(run) if matches!(run.closed, Some((Closed::Finished, _))) => {
                    return self.store.tally(run.id).await.unwrap();
                }
                Some(_) => Action::Resume,
                None => Action::Run,
            };
            self.attempt(kind, action).await.unwrap();
        }
        panic!("the run does not come to an end")
    }

    async fn attempt(&self, kind: RunKind, action: Action) -> Result<Ended, ClientError> {
        self.ask(&operator().1, request(kind, action), Stop::default(), &Silent).await
    }

    /// Whatever is asked for, in these sessions.
    pub(crate) async fn ask(
        &self,
        sessions: &dyn Sessions,
        request: RunRequest,
        stop: Stop,
        reporter: &dyn Reporter,
    ) -> Result<Ended, ClientError> {
        self.client().run(self.exchange(), sessions, request, stop, reporter).await
    }

    /// The way to the Spine, with everything that can get lost on it.
    pub(crate) fn exchange(&self) -> Arc<dyn Exchange> {
        let spine = self.spine.clone();
        let interfere = Arc::clone(&self.interfere);
        let instead = Arc::clone(&self.instead);
        let (clock, delay) = (self.clock, Arc::clone(&self.delay));
        let exchange = InProcess::new(move |request| {
            let (spine, instead, delay) = (spine.clone(), Arc::clone(&instead), delay(&request));
            async move {
                if !delay.is_zero() {
                    clock.wait(delay).await;
                }
                instead(&request).unwrap_or_else(|| {
                    let answer = spine.answer(&wire(request));
                    Response { status: answer.status, headers: answer.headers, body: answer.body }
                })
            }
        });
        Arc::new(exchange.with_interference(move |n, request| interfere(n, request)))
    }
}

/// What the tests ask for: few at a time, and otherwise the defaults.
pub(crate) fn request(kind: RunKind, action: Action) -> RunRequest {
    let limits = Limits { lanes: 4, in_flight: 16, ..Limits::default() };
    let settings = RunSettings { limits, ..RunSettings::default() };
    RunRequest { settings: Some(settings), ..RunRequest::new(kind, action) }
}

pub(crate) fn wire(request: Request) -> WireRequest {
    WireRequest {
        method: if request.method == Method::Post { http::Method::POST } else { http::Method::GET },
        path_and_query: request.target,
        headers: request.headers,
        body: request.body,
    }
}

/// An operator who logged in once for all tests, on a runtime of its own: sockets and paused time do not go together.
pub(crate) fn operator() -> &'static (World, Session) {
    static OPERATOR: OnceLock<(World, Session)> = OnceLock::new();
    OPERATOR.get_or_init(|| logged_in(60))
}

/// The operator of a practice with more patients.
pub(crate) fn many() -> &'static (World, Session) {
    static MANY: OnceLock<(World, Session)> = OnceLock::new();
    MANY.get_or_init(|| logged_in(500))
}

fn logged_in(patients: usize) -> (World, Session) {
    let login = move || {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        let world = runtime.block_on(World::of(patients, Settings::default()));
        let session = world.session.clone();
        (world, session)
    };
    std::thread::spawn(login).join().unwrap()
}
