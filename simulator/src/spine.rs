//! The services behind one door: a request in, an answer out.
//!
//! Synchronous and without the network: the server calls it, and so do tests. Nothing here reads the computer's clock.

mod inspect;
mod keep;
mod refuse;
mod sync;

use std::sync::Arc;

use http::{Method, StatusCode};
use jiff::Timestamp;

pub use inspect::{EventView, PermissionView};
pub(crate) use refuse::{detail, details, refuse};
pub(crate) use sync::{Reply, SyncRequest, reused};

use crate::clock::Clock;
use crate::fault::{FaultPlan, Faults, PlanError, Saying};
use crate::identity::{EverybodyIsIn, LiveSessions};
use crate::ledger::{Ledger, Note, Sha256};
use crate::psis;
use crate::scenario::{Scenario, Settings};
use crate::state::{Journal, Memory};
use crate::wire::issue::{Fault, Refusal};
use crate::wire::{WireRequest, WireResponse};

/// Where uploads of the polling route are posted.
pub(crate) const CLINICAL: &str = "/clinical";
/// Before the id of a job in its `Content-Location`.
pub(crate) const POLL: &str = "/clinical/poll/";
/// Where synchronous requests are posted.
pub(crate) const SYNC: &str = "/sync-service";
/// Addresses that the real Spine has and this one does not serve. Source: SDS, `nhsMHSEndPoint`; national adaptors.
const UNSERVED: [&str; 8] = [
    "/clinical/alert",
    "/Prescription",
    "/reliablemessaging/reliablerequest",
    "/reliablemessaging/queryrequest",
    "/reliablemessaging/intermediary",
    "/syncservice-pds/pds",
    "/syncservice-psis/psis",
    "/syncservice-lrs/acf",
];

/// The fake Spine. A clone is another handle on the same one.
#[derive(Clone, Debug)]
pub struct Spine {
    inner: Arc<Inner>,
    sessions: Arc<dyn LiveSessions>,
    /// Where it writes down what it does, if it is to outlive its process.
    journal: Option<Arc<Journal>>,
    /// The moment that it is for this handle; the clock's where there is none.
    moment: Option<Timestamp>,
}

#[derive(Debug)]
struct Inner {
    settings: Settings,
    memory: Memory,
    ledger: Ledger,
    clock: Arc<dyn Clock>,
    faults: Faults,
}

/// An answer, with what the ledger is to say of it.
#[derive(Debug)]
pub(crate) struct Answered {
    pub(crate) response: WireResponse,
    pub(crate) note: Note,
}

impl Spine {
    /// A Spine that takes every author for logged in; see [`Self::with_sessions`].
    #[must_use]
    pub fn new(scenario: Scenario, clock: Arc<dyn Clock>) -> Self {
        let Scenario { population, settings } = scenario;
        let memory = Memory::new(population, settings.seed);
        let ledger = Ledger::new(settings.ledger);
        let inner = Arc::new(Inner { settings, memory, ledger, clock, faults: Faults::default() });
        Self { inner, sessions: Arc::new(EverybodyIsIn), journal: None, moment: None }
    }

    /// The same Spine, which asks `sessions` whether the author of an upload or a setting is logged in.
    #[must_use]
    pub fn with_sessions(mut self, sessions: Arc<dyn LiveSessions>) -> Self {
        self.sessions = sessions;
        self
    }

    /// The same Spine, which writes down in `journal` what it does, and takes no plan of faults.
    pub(crate) fn with_journal(mut self, journal: Arc<Journal>) -> Self {
        self.inner.faults.stay_calm();
        self.journal = Some(journal);
        self
    }

    /// The same Spine, and all its handles, under a plan of faults; see [`Self::exchange`].
    pub fn with_faults(self, plan: FaultPlan) -> Result<Self, PlanError> {
        self.inner.faults.replace(plan)?;
        Ok(self)
    }

    /// The plan of faults at work: to arm, to change, and to ask what struck.
    #[must_use]
    pub fn faults(&self) -> &Faults {
        &self.inner.faults
    }

    /// Answers one request, whatever the plan of faults says, and writes the exchange into the ledger.
    #[must_use]
    pub fn answer(&self, request: &WireRequest) -> WireResponse {
        self.answer_and_keep(request)
    }

    fn perform(&self, request: &WireRequest) -> WireResponse {
        let now = self.now();
        psis::settle_due(self, now);
        let received = Sha256::of(&request.body);
        let Answered { response, note } = self.route(request, received, now, None);
        self.inner.ledger.record(request, received, Some(&response), note, now);
        response
    }

    /// The answer of the service that the request is for; `saying` is a negative acknowledgement that it is to give.
    pub(crate) fn route(
        &self,
        request: &WireRequest,
        received: Sha256,
        now: Timestamp,
        saying: Option<&Saying>,
    ) -> Answered {
        let path = request.path_and_query.split('?').next().unwrap_or_default();
        let is_get = request.method == Method::GET;
        let is_post = request.method == Method::POST;
        if let Some(job) = path.strip_prefix(POLL) {
            return if is_get { psis::poll(self, request, job, now, saying) } else { self.wrong_method() };
        }
        match path {
            CLINICAL | SYNC if !is_post => self.wrong_method(),
            CLINICAL | SYNC if request.body.len() > self.settings().request_bytes => self.plainly(
                Refusal::Http(StatusCode::PAYLOAD_TOO_LARGE, "the message is longer than the Spine takes"),
            ),
            CLINICAL => psis::receive(self, request, received, now, saying),
            SYNC => sync::serve(self, request, received, now, saying),
            path if UNSERVED.contains(&path) => self.plainly(Fault::unsupported().into()),
            _ => {
                self.plainly(Refusal::Http(StatusCode::NOT_FOUND, "no service of the Spine has this address"))
            }
        }
    }

    fn wrong_method(&self) -> Answered {
        self.plainly(Refusal::Http(StatusCode::METHOD_NOT_ALLOWED, "this address does not take this method"))
    }

    /// A refusal of a request of which nothing else is known.
    fn plainly(&self, refusal: Refusal) -> Answered {
        refuse(self, refusal, None, Note::default())
    }

    pub(crate) fn settings(&self) -> &Settings {
        &self.inner.settings
    }

    pub(crate) fn memory(&self) -> &Memory {
        &self.inner.memory
    }

    pub(crate) fn sessions(&self) -> &dyn LiveSessions {
        self.sessions.as_ref()
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.moment.unwrap_or_else(|| self.inner.clock.now())
    }

    pub(crate) fn book(&self) -> &Ledger {
        &self.inner.ledger
    }
}
