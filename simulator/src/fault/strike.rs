//! One exchange under a plan: what a rule does to it, and what the ledger says of that.

mod answers;
mod distort;
mod gzip;
mod subject;

use std::cell::Cell;
use std::time::Duration;

use http::StatusCode;
use http::header::{CONTENT_LOCATION, RETRY_AFTER};
use jiff::{SignedDuration, Timestamp};
use spine_vocabulary::{EventId, NhsNumber};

pub(super) use answers::{are_published, are_soap_faults};
pub use distort::Distortion;
use subject::Subject;

use super::engine::{Chosen, Scope};
use super::plan::{Asked, CutEnd, Fault, Phase};
use super::reached::{Breakage, Loss, Reached, Unreached};
use crate::ledger::{Note, Sha256, Tag};
use crate::psis;
use crate::spine::{Answered, Spine};
use crate::state::{Outcome, Shown};
use crate::wire::{WireRequest, WireResponse};

/// A negative acknowledgement that a service is to give to a request that kept every rule.
#[derive(Debug)]
pub(crate) struct Saying {
    /// What it says.
    pub(crate) outcome: Outcome,
    /// Whether the work is done all the same.
    pub(crate) done: bool,
    /// Set by the service that said it.
    pub(crate) said: Cell<bool>,
}

impl Saying {
    /// The outcome to answer with; from now on it counts as said.
    pub(crate) fn say(&self) -> Outcome {
        self.said.set(true);
        self.outcome.clone()
    }
}

/// What happens to a connection of which nothing is known yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Connecting {
    /// It is served.
    Open,
    /// It is served after this time.
    Late(Duration),
    /// It is torn down.
    Refused,
    /// Nothing is heard on it.
    Silent,
}

impl Spine {
    /// One exchange as the plan has it: the request may be lost, and so may its answer. For exchanges in this process; over
    /// sockets the server does what this says. Without a plan it is [`Self::answer`].
    /// Requirement: SIM-024.
    pub fn exchange(&self, request: &WireRequest) -> Reached {
        self.under_plan(request, Scope::All)
    }

    /// The same for a request whose connection was let through by [`Self::connecting`].
    pub(crate) fn exchange_connected(&self, request: &WireRequest) -> Reached {
        self.under_plan(request, Scope::Connected)
    }

    /// What happens to the next connection.
    pub(crate) fn connecting(&self) -> Connecting {
        let faults = self.faults();
        if faults.is_calm() {
            return Connecting::Open;
        }
        let Some(chosen) = faults.choose(None, None, self.now(), Scope::Connection) else {
            return Connecting::Open;
        };
        faults.struck(&chosen, false);
        match &chosen.rule.fault {
            Fault::Silence => Connecting::Silent,
            Fault::Delay { ms } => Connecting::Late(Duration::from_millis(*ms)),
            _ => Connecting::Refused,
        }
    }

    fn under_plan(&self, request: &WireRequest, scope: Scope) -> Reached {
        let faults = self.faults();
        if faults.is_calm() {
            return Reached::Answered(self.answer(request));
        }
        let now = self.now();
        psis::settle_due(self, now);
        let subject = Subject::of(self, request);
        let Some(chosen) = faults.choose(subject.patient, subject.asked, now, scope) else {
            return Reached::Answered(self.answer(request));
        };
        let received = Sha256::of(&request.body);
        let struck = Struck { spine: self, request, subject, chosen, received, now };
        match struck.chosen.rule.phase {
            Phase::Connect => struck.connect(),
            Phase::Before => struck.before(),
            Phase::After => struck.after(),
            Phase::Acknowledge => struck.acknowledge(),
        }
    }
}

/// An exchange and the rule that is to strike it.
struct Struck<'a> {
    spine: &'a Spine,
    request: &'a WireRequest,
    subject: Subject,
    chosen: Chosen,
    received: Sha256,
    now: Timestamp,
}

impl Struck<'_> {
    fn fault(&self) -> &Fault {
        &self.chosen.rule.fault
    }

    fn connect(self) -> Reached {
        if let Fault::Delay { ms } = self.fault() {
            let Answered { response, note } = self.route(None);
            let answered = self.answered(response, note, true);
            return Reached::Delayed(Duration::from_millis(*ms), Box::new(answered));
        }
        // The Spine never heard of it, so that its ledger does not either.
        self.spine.faults().struck(&self.chosen, false);
        let is_silent = matches!(self.fault(), Fault::Silence);
        Reached::Unreached(if is_silent { Unreached::Silent } else { Unreached::Refused })
    }

    fn before(self) -> Reached {
        if let Some(loss) = loss(self.fault()) {
            self.write(None, self.subject.note(), false);
            return Reached::Lost(loss);
        }
        match self.fault() {
            Fault::Change(_) if self.change() => {
                let Answered { response, note } = self.route(None);
                self.answered(response, note, true)
            }
            Fault::Unready if self.subject.asked == Some(Asked::Poll) => {
                let settings = self.spine.settings();
                let response = WireResponse::empty(StatusCode::ACCEPTED)
                    .with_header(CONTENT_LOCATION, &self.request.path_and_query)
                    .with_header(RETRY_AFTER, &settings.retry_after_ms.to_string());
                self.answered(response, self.subject.note(), false)
            }
            Fault::SessionOver
            | Fault::Status { .. }
            | Fault::SoapFault { .. }
            | Fault::EbxmlErrors { .. } => {
                if let (Fault::SessionOver, Some(author)) = (self.fault(), &self.subject.author) {
                    self.spine.sessions().revoke(&author.role_profile, &author.user);
                }
                match self.canned() {
                    Some((response, outcome)) => {
                        self.answered(response, Note { outcome, ..self.subject.note() }, false)
                    }
                    None => self.spared(),
                }
            }
            _ => self.spared(),
        }
    }

    fn after(self) -> Reached {
        let permission = self.subject.patient.and_then(|number| self.spine.permission(number));
        let Answered { response, note } = self.route(None);
        if let Some(loss) = loss(self.fault()) {
            self.write(None, note, true);
            return Reached::AnswerLost(loss);
        }
        let how = match *self.fault() {
            Fault::Delay { ms } => {
                let answered = self.answered(response, note, true);
                return Reached::Delayed(Duration::from_millis(ms), Box::new(answered));
            }
            Fault::Cut { after_bytes, then } if !response.body.is_empty() => {
                let after_bytes = after_bytes.min(response.body.len() - 1);
                Breakage::Cut { after_bytes, then: then.into() }
            }
            Fault::Drip { bytes, pause_ms } if !response.body.is_empty() => {
                Breakage::Drip { bytes, pause: Duration::from_millis(pause_ms) }
            }
            Fault::BadChunk => Breakage::BadChunk,
            Fault::ManyHeaders { count } => Breakage::ManyHeaders(count),
            Fault::TooLong { bytes } => Breakage::TooLong(bytes),
            Fault::GzipBomb { bytes } => {
                return self.answered(gzip::bomb(&response, bytes), note, true);
            }
            Fault::Change(_) => {
                let changed = self.change();
                return self.answered_if(changed, response, note);
            }
            Fault::OldPermission { seconds } => {
                let shown = self.keep_showing(permission, seconds);
                return self.answered_if(shown, response, note);
            }
            _ => {
                return match self.canned() {
                    Some((other, outcome)) => self.answered(other, Note { outcome, ..note }, true),
                    None => self.answered_if(false, response, note),
                };
            }
        };
        self.write(Some(&response), note, true);
        Reached::Broken { answer: response, how }
    }

    fn acknowledge(self) -> Reached {
        if let Fault::Negative { kind, codes, done } = self.fault() {
            let outcome = answers::negative(*kind, codes, &self.subject);
            let done = *done || self.subject.asked == Some(Asked::Poll);
            let saying = Saying { outcome, done, said: Cell::new(false) };
            let Answered { response, note } = self.route(Some(&saying));
            return if saying.said.get() {
                self.answered(response, note, done)
            } else {
                self.answered_if(false, response, note)
            };
        }
        let Answered { response, note } = self.route(None);
        let distorted = match self.fault() {
            Fault::Distort(distortion) => distortion.of(&response, &self.subject, self.invented(), self.id()),
            _ => None,
        };
        match distorted {
            Some(other) => self.answered(other, note, true),
            None => self.answered_if(false, response, note),
        }
    }

    /// The exchange as it would have been without a plan; the rule comes to nothing.
    fn spared(self) -> Reached {
        self.spine.faults().spare(&self.chosen);
        self.as_ever()
    }

    fn as_ever(&self) -> Reached {
        Reached::Answered(self.spine.answer(self.request))
    }

    fn route(&self, saying: Option<&Saying>) -> Answered {
        self.spine.route(self.request, self.received, self.now, saying)
    }

    /// The answer that the fault makes itself, if it is one that does, and how it acknowledges.
    fn canned(&self) -> Option<(WireResponse, &'static str)> {
        answers::canned(self.fault(), self.spine, &self.subject, self.id(), self.now)
    }

    fn answered(&self, response: WireResponse, note: Note, work_done: bool) -> Reached {
        self.write(Some(&response), note, work_done);
        Reached::Answered(response)
    }

    /// An answer as ever, whose exchange was struck or, if not, is written down like any other.
    fn answered_if(&self, struck: bool, response: WireResponse, note: Note) -> Reached {
        if struck {
            return self.answered(response, note, true);
        }
        self.spine.faults().spare(&self.chosen);
        self.spine.book().record(self.request, self.received, Some(&response), note, self.now);
        Reached::Answered(response)
    }

    /// Writes the struck exchange into the ledger; without an answer when none left.
    fn write(&self, response: Option<&WireResponse>, mut note: Note, work_done: bool) {
        note.tags.push(Tag::Struck { rule: self.chosen.rule.name.clone(), work_done });
        self.spine.book().record(self.request, self.received, response, note, self.now);
        self.spine.faults().struck(&self.chosen, work_done);
    }

    fn change(&self) -> bool {
        let Fault::Change(change) = self.fault() else { return false };
        let wanted =
            self.subject.patient.zip(self.invented()).zip(EventId::parse(&self.id().to_string()).ok());
        wanted.is_some_and(|((number, invented), event)| {
            change.make(self.spine, number, self.now, invented, event)
        })
    }

    /// Lets queries show the permission from before for a while; `false` when nothing has changed.
    fn keep_showing(&self, before: Option<crate::scenario::Permission>, seconds: u32) -> bool {
        let Some((number, permission)) = self.subject.patient.zip(before) else { return false };
        let until = self.now.checked_add(SignedDuration::from_secs(seconds.into())).unwrap_or(Timestamp::MAX);
        let mut part = self.spine.memory().patients.part(&number);
        match part.get_mut(&number).filter(|patient| patient.permission != permission) {
            Some(patient) => {
                patient.shown = Some(Shown { permission, until });
                true
            }
            None => false,
        }
    }

    /// An id of this strike's own: the same in every run, whoever comes first.
    fn id(&self) -> uuid::Uuid {
        let Chosen { rule, attempt, seed } = &self.chosen;
        let high = attempt.throw(*seed, &format!("{} id", rule.name));
        let low = attempt.throw(high, &rule.name);
        uuid::Builder::from_u128((u128::from(high) << 64) | u128::from(low))
            .with_variant(uuid::Variant::RFC4122)
            .with_version(uuid::Version::Random)
            .into_uuid()
    }

    /// A test patient's number that nobody has.
    fn invented(&self) -> Option<NhsNumber> {
        let throw = self.chosen.attempt.throw(self.chosen.seed, &self.chosen.rule.name);
        let is_free = |number: &NhsNumber| {
            let part = self.spine.memory().patients.part(number);
            !part.contains_key(number) && Some(*number) != self.subject.patient
        };
        (0..INVENTED)
            .map(|step| throw.wrapping_add(step) % INVENTED)
            .filter_map(subject::test_number)
            .find(is_free)
    }
}

/// How many numbers the block 999 has without their check digits.
const INVENTED: u64 = 1_000_000;

fn loss(fault: &Fault) -> Option<Loss> {
    match fault {
        Fault::Reset => Some(Loss::Reset),
        Fault::Close => Some(Loss::Closed),
        Fault::Silence => Some(Loss::Silent),
        _ => None,
    }
}

impl From<CutEnd> for Loss {
    fn from(end: CutEnd) -> Self {
        match end {
            CutEnd::Reset => Self::Reset,
            CutEnd::Close => Self::Closed,
            CutEnd::Silence => Self::Silent,
        }
    }
}
