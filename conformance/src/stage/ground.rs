//! A Spine before a raw requester.
//!
//! The Spine is our simulator in this process, with a clock that the test moves, or any server that is loaded with the same people.
//! The requester writes its documents and reads the answers itself.

mod draft;
mod heard;
mod identity;
mod town;

use std::cell::{Cell, RefCell};
use std::sync::Arc;
use std::time::Duration;

use http::{HeaderMap, HeaderName, HeaderValue, Method};
use jiff::{SignedDuration, Timestamp};
use spine_simulator::Spine;
use spine_simulator::clock::ManualClock;
use spine_simulator::identity::{Sessions, Ticket};
use spine_simulator::scenario::{Scenario as Population, Settings};
use spine_simulator::wire::WireRequest;

use super::StageError;
use super::observation::Exchange;
use super::people::AS_OF;
use super::recorder::Recorder;
use super::scenario::Forward;
use crate::wire::{Answer, Honest, Reply, Request, Requester, Service, Tamper, Tampered};

pub use draft::{Draft, Names, Says, multipart};
pub use heard::{Code, Heard, Voice};
pub use identity::Signed;
pub use town::Town;

/// How often an answer is polled for before a test gives up.
const POLLS: usize = 60;

/// The simulator's services in this process.
pub struct InProcess(pub Spine);

impl Service for InProcess {
    fn answer(&self, request: &Request) -> Reply {
        let mut headers = HeaderMap::new();
        for (name, value) in &request.headers {
            if let (Ok(name), Ok(value)) =
                (HeaderName::from_bytes(name.as_bytes()), HeaderValue::from_str(value))
            {
                headers.append(name, value);
            }
        }
        let answer = self.0.answer(&WireRequest {
            method: Method::from_bytes(request.method.as_bytes()).unwrap_or(Method::GET),
            path_and_query: request.target.clone(),
            headers,
            body: request.body.clone().into(),
        });
        let text = |value: &HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
        Reply::Answer(Answer {
            status: answer.status.as_u16(),
            headers: answer.headers.iter().map(|(name, value)| (name.to_string(), text(value))).collect(),
            body: answer.body.to_vec(),
        })
    }
}

/// A server under test: any that speaks the Spine's protocols and is loaded with the town's people.
#[derive(Clone)]
pub struct Server {
    /// The clinical services.
    pub spine: Arc<Requester>,
    /// The identity service, where there is one.
    pub identity: Option<Arc<Requester>>,
    /// The same without a client certificate.
    pub anonymous: Option<Arc<Requester>>,
    /// Base address of the control port, plain HTTP, where there is one.
    pub control: Option<String>,
    /// Address of the card reader, as in a ready file.
    pub card: String,
    /// Makes message ids that this server has not seen yet.
    pub salt: u32,
}

/// What was given out to the cases of a run, so that none meets what another one left on a server.
#[derive(Default)]
pub struct Given {
    patients: Cell<usize>,
    messages: Cell<u64>,
}

/// Where one case meets a Spine.
pub struct Ground<'a> {
    town: &'a Town,
    recorder: Recorder,
    tamper: Arc<dyn Tamper>,
    clock: Option<ManualClock>,
    spine: Option<Spine>,
    server: Option<Server>,
    salt: u32,
    given: &'a Given,
    wrong: RefCell<Option<String>>,
    names: Names,
}

impl<'a> Ground<'a> {
    /// The simulator in this process, with everybody of the town, on the tests' day.
    pub fn in_process(
        town: &'a Town,
        given: &'a Given,
        settings: fn(&mut Settings),
        tamper: Arc<dyn Tamper>,
    ) -> Result<Self, StageError> {
        let start: Timestamp = format!("{AS_OF}T08:30:00Z").parse().map_err(StageError::new)?;
        let clock = ManualClock::new(start);
        let mut chosen = Settings::default();
        settings(&mut chosen);
        let population = Population { population: town.population.clone(), settings: chosen };
        let sessions = Arc::new(Sessions::default());
        if let Some(operator) = &town.operator {
            sessions.open(Ticket::new([7; 32]), operator.clone(), start);
        }
        let spine = Spine::new(population, Arc::new(clock.clone())).with_sessions(sessions);
        let service = Tampered { tamper: Arc::clone(&tamper), service: InProcess(spine.clone()) };
        let told = clock.clone();
        let recorder = Recorder::new(Box::new(service), Box::new(Forward), move || {
            spine_simulator::clock::Clock::now(&told)
        });
        let ground = Self::new(town, given, (recorder, tamper), None);
        Ok(Self { clock: Some(clock), spine: Some(spine), ..ground })
    }

    /// A server, reached over mutual TLS, in real time.
    #[must_use]
    pub fn over(town: &'a Town, given: &'a Given, server: Server, tamper: Arc<dyn Tamper>) -> Self {
        let spine = Arc::clone(&server.spine);
        let service = move |request: &Request| spine.answer(request);
        let service = Tampered { tamper: Arc::clone(&tamper), service };
        let recorder = Recorder::new(Box::new(service), Box::new(Forward), || {
            spine_client::Clock::now(&spine_client::SystemClock)
        });
        Self::new(town, given, (recorder, tamper), Some(server))
    }

    fn new(
        town: &'a Town,
        given: &'a Given,
        (recorder, tamper): (Recorder, Arc<dyn Tamper>),
        server: Option<Server>,
    ) -> Self {
        let salt = server.as_ref().map_or(0x5C0F_0000, |server| server.salt);
        let names = Names::of_the_practice();
        Self {
            town,
            recorder,
            tamper,
            clock: None,
            spine: None,
            server,
            salt,
            given,
            wrong: RefCell::default(),
            names,
        }
    }

    /// Who asks whom.
    #[must_use]
    pub fn names(&self) -> &Names {
        &self.names
    }

    /// A message id that was never used.
    #[must_use]
    pub fn id(&self) -> String {
        let number = self.given.messages.get() + 1;
        self.given.messages.set(number);
        format!("{:08X}-0000-4000-8000-{number:012X}", self.salt)
    }

    /// A patient without a summary and without a permission, whom no case was given before.
    #[must_use]
    pub fn patient(&self) -> String {
        let place = self.given.patients.get();
        self.given.patients.set(place + 1);
        let ordinary = &self.town.ordinary;
        ordinary.get(place % ordinary.len().max(1)).cloned().unwrap_or_default()
    }

    /// The NHS number of a persona.
    #[must_use]
    pub fn persona(&self, slug: &str) -> String {
        spine_fixtures::persona(slug).map(|persona| persona.nhs_number()).unwrap_or_default()
    }

    /// The number that superseded a persona's.
    #[must_use]
    pub fn successor(&self, slug: &str) -> String {
        spine_fixtures::persona(slug).map(|persona| persona.successor()).unwrap_or_default()
    }

    /// Sends a draft.
    #[must_use]
    pub fn send(&self, draft: &Draft) -> Heard {
        if let Some(missing) = &draft.missing {
            *self.wrong.borrow_mut() = Some(format!("there is nothing to spoil: {missing}"));
        }
        self.request(&draft.request())
    }

    /// Sends a request as it is.
    #[must_use]
    pub fn request(&self, request: &Request) -> Heard {
        let before = self.recorder.count();
        let _ = self.recorder.answer(request);
        self.recorder.exchange(before).map_or_else(|| Heard::of(silent(request)), Heard::of)
    }

    /// Sends an upload and polls until there is an answer; a refusal of the upload itself is the answer.
    #[must_use]
    pub fn upload(&self, draft: &Draft) -> Heard {
        let posted = self.send(draft);
        let Some(location) = posted.header("content-location").map(str::to_owned) else { return posted };
        self.poll(&location, draft)
    }

    /// Polls until there is an answer.
    #[must_use]
    pub fn poll(&self, location: &str, draft: &Draft) -> Heard {
        let mut heard = self.poll_once(location, draft);
        for _ in 0..POLLS {
            if heard.status != 202 {
                break;
            }
            // As the Spine asks, in milliseconds; in virtual time a little longer costs nothing.
            let asked = heard.header("retry-after").and_then(|wait| wait.parse().ok()).unwrap_or(500);
            self.wait(Duration::from_millis(if self.clock.is_some() { 500 } else { asked }));
            heard = self.poll_once(location, draft);
        }
        heard
    }

    /// Polls once.
    #[must_use]
    pub fn poll_once(&self, location: &str, draft: &Draft) -> Heard {
        let target = format!("/{}", location.trim_start_matches('/'));
        let wanted = |name: &str| name.to_ascii_lowercase().starts_with("nhsd-");
        let headers = draft.headers.iter().filter(|(name, _)| wanted(name)).cloned().collect();
        self.request(&Request { headers, ..Request::get(&target) })
    }

    /// Lets time go by.
    pub fn wait(&self, span: Duration) {
        match &self.clock {
            Some(clock) => clock.advance(SignedDuration::try_from(span).unwrap_or(SignedDuration::ZERO)),
            None => std::thread::park_timeout(span.min(Duration::from_secs(2))),
        }
    }

    /// The list of a patient's events.
    #[must_use]
    pub fn events(&self, number: &str) -> Heard {
        self.send(&Draft::event_list(&self.names, &self.id(), number))
    }

    /// The ids of a patient's events as the list has them, newest first.
    #[must_use]
    pub fn event_ids(&self, number: &str) -> Vec<String> {
        self.events(number).all("event/eventID@root")
    }

    /// Sets a patient's permissions.
    #[must_use]
    pub fn set(&self, number: &str, permission: &str) -> Heard {
        self.send(&Draft::setting(&self.names, &self.id(), number, permission))
    }

    /// An upload for a patient that keeps every rule.
    #[must_use]
    pub fn summary(&self, number: &str, says: Says, replaces: Option<&str>) -> Draft {
        Draft::upload(&self.names, &self.id(), number, says, replaces)
    }

    /// The server under test, where it is one.
    #[must_use]
    pub fn server(&self) -> Option<&Server> {
        self.server.as_ref()
    }

    /// The simulator in this process, with its ledger; `None` before a server.
    #[must_use]
    pub fn spine(&self) -> Option<&Spine> {
        self.spine.as_ref()
    }

    /// What is wrong with the case itself, if anything is.
    #[must_use]
    pub fn wrong(&self) -> Option<String> {
        self.wrong.borrow().clone()
    }

    /// Everything that passed.
    #[must_use]
    pub fn exchanges(&self) -> Vec<Exchange> {
        self.recorder.exchanges()
    }
}

/// What stands for an exchange that nobody recorded.
fn silent(request: &Request) -> Exchange {
    Exchange {
        number: 0,
        at: Timestamp::UNIX_EPOCH,
        request: request.clone(),
        reply: Reply::Silence,
        seen: crate::wire::Seen::of(request),
        nth: 1,
    }
}

/// Tampers with nothing.
#[must_use]
pub fn honest() -> Arc<dyn Tamper> {
    Arc::new(Honest)
}
