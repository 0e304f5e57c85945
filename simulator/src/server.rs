//! The running fake Spine: its four ports, in this process, until it is stopped or dropped.
//!
//! Loopback only, mutual TLS on the ports that stand for national services, keys of its own at each start. It has threads
//! of its own, so it serves synchronous and asynchronous tests alike, many at a time.

mod clinical;
pub(crate) mod exchange;
mod http;
mod kept;
mod listen;
mod options;
mod ready;
mod tamper;
mod tls;

use std::net::TcpListener as StdListener;
use std::sync::atomic::AtomicU64;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use std::{fmt, io};

use spine_vocabulary::UserId;
use tokio::net::TcpListener;
use tokio::runtime::{Builder, Runtime};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;

use crate::Spine;
use crate::clock::{Clock, SteeredClock};
use crate::control::{Control, Steered};
use crate::identity::{Cards, Identity, LiveSessions, Sessions, Ticket, Users};
use crate::keys::{KeyFolder, Keys};

pub use listen::ListenError;
pub use options::{Options, Ports, StartError};
pub use ready::{Ready, ReadyFile};
pub use tls::TlsError;

use clinical::Clinical;
use http::Port;
use ready::Addresses;

/// The longest body of an identity or control request, in bytes: a certificate and a signature fit many times.
const SHORT_BODY: usize = 64 * 1024;
/// How long a stop waits for the ports beyond what they grant their connections.
const STOPPING: Duration = Duration::from_secs(5);

/// A fake Spine that serves. Stops when dropped.
pub struct FakeSpine {
    ready: Ready,
    spine: Spine,
    sessions: Arc<Sessions>,
    cards: Arc<Cards>,
    users: Users,
    keys: Keys,
    clock: SteeredClock,
    stop: watch::Sender<bool>,
    finished: Mutex<Receiver<()>>,
    runtime: Option<Runtime>,
    _folder: KeyFolder,
}

impl FakeSpine {
    /// Starts it. When this returns, all four ports listen; a card that is to be in the reader may still be in the making,
    /// and the card socket's first answer waits for it.
    pub fn start(options: Options) -> Result<Self, StartError> {
        let listeners = Listeners::bind(&options)?;
        let keys = kept::keys(&options)?;
        let folder = KeyFolder::write(&keys, options.keys.as_deref())?;
        let ready = Ready::new(listeners.addresses, folder.files());
        let clock = SteeredClock::over(options.clock);
        if options.stands_still {
            clock.freeze();
        }
        let shared: Arc<dyn Clock> = Arc::new(clock.clone());
        let cards = Arc::new(Cards::new(&options.cards, clock.now())?);
        if let Some(user) = &options.inserted {
            cards.holder(user)?;
        }
        let users = options.users.clone();
        let sessions = Arc::new(Sessions::default());
        let longest_body = options.scenario.settings.request_bytes;
        let live = Arc::clone(&sessions) as Arc<dyn LiveSessions>;
        let spine = Spine::new(options.scenario, Arc::clone(&shared)).with_sessions(live);
        let spine =
            kept::restore(spine, &sessions, &users, options.state.as_deref(), options.forget_sessions)?;
        let spine = spine.with_faults(options.faults)?;
        let identity = Identity::new(options.users, cards.authority(), Arc::clone(&sessions), shared)?;

        let stop = watch::Sender::new(false);
        let refused = Arc::new(AtomicU64::new(0));
        let steered = Steered { spine: spine.clone(), cards: Arc::clone(&cards), clock: clock.clone() };
        let control = Control::new(steered, Arc::clone(&refused), stop.clone());
        let tls = TlsAcceptor::from(tls::mutual(&keys)?);
        let clinical = Port::over_tls(tls.clone(), Clinical(spine.clone()), longest_body, &refused);
        let identity = Port::over_tls(tls, identity, SHORT_BODY, &refused);
        let control = Port::plain(control, SHORT_BODY);
        let card = card_socket(listeners.card, Arc::clone(&cards), options.inserted, stop.subscribe());
        let ports =
            [(listeners.spine, clinical), (listeners.identity, identity), (listeners.control, control)];
        // Last of all that can fail: a runtime that an error drops would panic in an asynchronous test.
        let runtime = Builder::new_multi_thread()
            .worker_threads(options.threads.max(1))
            .thread_name("fake-spine")
            .enable_all()
            .build()
            .map_err(StartError::Threads)?;
        let finished = Mutex::new(serve(&runtime, ports, card, &stop));
        let runtime = Some(runtime);
        Ok(Self {
            ready,
            spine,
            sessions,
            cards,
            users,
            keys,
            clock,
            stop,
            finished,
            runtime,
            _folder: folder,
        })
    }

    /// Where everything is.
    #[must_use]
    pub fn ready(&self) -> &Ready {
        &self.ready
    }

    /// The services behind the ports, with their ledger and state.
    #[must_use]
    pub fn spine(&self) -> &Spine {
        &self.spine
    }

    /// Who is logged in.
    #[must_use]
    pub fn sessions(&self) -> &Sessions {
        &self.sessions
    }

    /// The cards and their reader.
    #[must_use]
    pub fn cards(&self) -> &Cards {
        &self.cards
    }

    /// The clock of everything but TLS.
    #[must_use]
    pub fn clock(&self) -> &SteeredClock {
        &self.clock
    }

    /// The keys of this run; its authority makes further client certificates, expired ones too.
    #[must_use]
    pub fn keys(&self) -> &Keys {
        &self.keys
    }

    /// Opens a session without a card, for a test that is not about logging in; `None` for a user nobody knows.
    #[must_use]
    pub fn open_session(&self, user: &UserId) -> Option<Ticket> {
        let user = self.users.find(user)?;
        let mut random = [0; 32];
        aws_lc_rs::rand::fill(&mut random).ok()?;
        let ticket = Ticket::new(random);
        self.sessions.open(ticket.clone(), user.clone(), self.clock.now());
        Some(ticket)
    }

    /// Waits until the ports are closed: because of a signal, a request to the control port, or [`Self::stop`].
    pub fn wait(&self) {
        // An error means that the task is gone, and with it the ports.
        let _ = self.finished.lock().unwrap_or_else(PoisonError::into_inner).recv();
    }

    /// Stops serving and waits until the ports are closed.
    pub fn stop(self) {
        self.stop.send_replace(true);
        let finished = self.finished.lock().unwrap_or_else(PoisonError::into_inner);
        match finished.recv_timeout(STOPPING) {
            Ok(()) | Err(RecvTimeoutError::Disconnected | RecvTimeoutError::Timeout) => {}
        }
    }

    /// Stops serving once `event` completes.
    pub(crate) fn stop_when(&self, event: impl Future<Output = ()> + Send + 'static) {
        let stop = self.stop.clone();
        if let Some(runtime) = &self.runtime {
            runtime.spawn(async move {
                event.await;
                stop.send_replace(true);
            });
        }
    }

    /// Calls `work` where timers, sockets and signals of the server's threads can be made.
    pub(crate) fn within<T>(&self, work: impl FnOnce() -> T) -> T {
        let _inside = self.runtime.as_ref().map(Runtime::enter);
        work()
    }
}

impl Drop for FakeSpine {
    fn drop(&mut self) {
        self.stop.send_replace(true);
        if let Some(runtime) = self.runtime.take() {
            // Waiting here would panic in an asynchronous test.
            runtime.shutdown_background();
        }
    }
}

impl fmt::Debug for FakeSpine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FakeSpine").field("ready", &self.ready).finish_non_exhaustive()
    }
}

/// The four listeners, bound before anything is made that would have to be thrown away.
struct Listeners {
    spine: StdListener,
    identity: StdListener,
    control: StdListener,
    card: StdListener,
    addresses: Addresses,
}

impl Listeners {
    fn bind(options: &Options) -> Result<Self, ListenError> {
        let bind = |what, port| listen::loopback(what, options.address, port);
        let (spine, at_spine) = bind("the Spine", options.ports.spine)?;
        let (identity, at_identity) = bind("the identity service", options.ports.identity)?;
        let (control, at_control) = bind("the control port", options.ports.control)?;
        let (card, at_card) = bind("the card", options.ports.card)?;
        let addresses =
            Addresses { spine: at_spine, identity: at_identity, control: at_control, card: at_card };
        Ok(Self { spine, identity, control, card, addresses })
    }
}

/// Serves everything on the runtime's threads; the receiver hears when all of it has ended.
fn serve(
    runtime: &Runtime,
    ports: [(StdListener, Port); 3],
    card: impl Future<Output = io::Result<()>> + Send + 'static,
    stop: &watch::Sender<bool>,
) -> Receiver<()> {
    let (finish, finished) = channel();
    let mut serving = JoinSet::new();
    for (listener, port) in ports {
        serving.spawn_on(http::serve(listener, port, stop.subscribe()), runtime.handle());
    }
    serving.spawn_on(card, runtime.handle());
    runtime.spawn(async move {
        while serving.join_next().await.is_some() {}
        // Nobody may be waiting any more.
        let _ = finish.send(());
    });
    finished
}

/// Serves the card socket; connections wait in its queue until the first card is made.
async fn card_socket(
    listener: StdListener,
    cards: Arc<Cards>,
    first: Option<UserId>,
    mut stop: watch::Receiver<bool>,
) -> io::Result<()> {
    let listener = TcpListener::from_std(listener)?;
    let slot = cards.slot().clone();
    let serving = async {
        if let Some(user) = first {
            // Should a card not be made after all, the reader stays empty, and everybody can see that.
            let _ = tokio::task::spawn_blocking(move || cards.insert(&user)).await;
        }
        spine_card::serve(listener, slot).await
    };
    tokio::select! {
        () = http::stopped(&mut stop) => {}
        _ = serving => {}
    }
    Ok(())
}
