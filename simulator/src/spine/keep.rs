//! A Spine that outlives its process: it writes down what it does, and does it again when it starts.
//!
//! One request at a time, so that the journal's order is the order in which things happened. What was written is what somebody may
//! have been told; what was not written, nobody was told of.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use jiff::Timestamp;
use spine_vocabulary::{EventId, NhsNumber, RoleProfileId, UserId};

use super::Spine;
use crate::identity::LiveSessions;
use crate::ledger::Sha256;
use crate::psis;
use crate::scenario::Permission;
use crate::state::{Exchanged, JournalError, Record};
use crate::wire::{WireRequest, WireResponse};

impl Spine {
    /// Answers, and writes down that it did before anybody sees the answer.
    pub(super) fn answer_and_keep(&self, request: &WireRequest) -> WireResponse {
        let Some(journal) = &self.journal else { return self.perform(request) };
        let mut held = journal.hold();
        if held.is_broken() {
            return unkept();
        }
        let now = self.now();
        let witness = Arc::new(Witness { sessions: Arc::clone(&self.sessions), said: Mutex::default() });
        let response = self.at(now, witness.clone()).perform(request);
        let headers = request.headers.iter();
        let record = Record::Exchange(Exchanged {
            at: now,
            method: request.method.to_string(),
            path_and_query: request.path_and_query.clone(),
            // A header that is not text is one that no service reads.
            headers: headers
                .filter_map(|(name, value)| Some((name.to_string(), value.to_str().ok()?.to_owned())))
                .collect(),
            live: witness.said.lock().unwrap_or_else(PoisonError::into_inner).clone(),
            answer: digest(&response),
        });
        if held.append(&record, &request.body) { response } else { unkept() }
    }

    /// Does again what a record says; sessions are not this Spine's business.
    pub(crate) fn again(&self, record: Record, body: Vec<u8>) -> Result<(), JournalError> {
        let done = match record {
            Record::Exchange(exchanged) => return self.exchange_again(exchanged, body),
            Record::Settled { at } => {
                psis::settle_due(&self.at(at, Arc::clone(&self.sessions)), at);
                true
            }
            Record::Permitted { number, permission } => self.permit(number, permission),
            Record::Withdrawn { number, event } => self.pull_back(number, event),
            Record::Opened { .. } | Record::Closed { .. } | Record::Forgotten => true,
        };
        if done { Ok(()) } else { Err(JournalError::Foreign("a patient is missing")) }
    }

    fn exchange_again(&self, exchanged: Exchanged, body: Vec<u8>) -> Result<(), JournalError> {
        let foreign = || JournalError::Foreign("a request cannot be read");
        let mut headers = HeaderMap::new();
        for (name, value) in &exchanged.headers {
            let name = HeaderName::from_bytes(name.as_bytes()).map_err(|_| foreign())?;
            headers.append(name, HeaderValue::from_str(value).map_err(|_| foreign())?);
        }
        let method = Method::from_bytes(exchanged.method.as_bytes()).map_err(|_| foreign())?;
        let request =
            WireRequest { method, path_and_query: exchanged.path_and_query, headers, body: body.into() };
        let said = Arc::new(Said(Mutex::new(exchanged.live.into())));
        let response = self.at(exchanged.at, said).perform(&request);
        let same = digest(&response) == exchanged.answer;
        if same { Ok(()) } else { Err(JournalError::Foreign("a request is answered otherwise")) }
    }

    /// Processes what is due; where something was, that is written down, for it happened at this moment and no other.
    pub(super) fn settle(&self) {
        let Some(journal) = &self.journal else { return psis::settle_due(self, self.now()) };
        let mut held = journal.hold();
        let now = self.now();
        if self.memory().has_due(now) && held.append(&Record::Settled { at: now }, &[]) {
            psis::settle_due(&self.at(now, Arc::clone(&self.sessions)), now);
        }
    }

    /// Sets a permission as if another system had; `false` when nobody has this number, or when it cannot be kept.
    #[must_use]
    pub fn set_permission(&self, number: NhsNumber, permission: Permission) -> bool {
        self.keep(&Record::Permitted { number, permission }, || self.permit(number, permission))
    }

    /// Withdraws the standing event as if its practice had; `false` when this event does not stand, or when it cannot be kept.
    #[must_use]
    pub fn withdraw(&self, number: NhsNumber, event: EventId) -> bool {
        self.keep(&Record::Withdrawn { number, event }, || self.pull_back(number, event))
    }

    /// Does something and, if it was done, writes it down.
    fn keep(&self, record: &Record, work: impl FnOnce() -> bool) -> bool {
        let Some(journal) = &self.journal else { return work() };
        let mut held = journal.hold();
        !held.is_broken() && work() && held.append(record, &[])
    }

    fn permit(&self, number: NhsNumber, permission: Permission) -> bool {
        let mut part = self.memory().patients.part(&number);
        part.get_mut(&number).map(|patient| patient.permission = permission).is_some()
    }

    fn pull_back(&self, number: NhsNumber, event: EventId) -> bool {
        let mut part = self.memory().patients.part(&number);
        part.get_mut(&number).is_some_and(|patient| patient.chain.withdraw(event))
    }

    /// A handle on the same Spine for which it is that moment, and who is logged in is for `sessions` to say.
    fn at(&self, moment: Timestamp, sessions: Arc<dyn LiveSessions>) -> Self {
        Self { inner: Arc::clone(&self.inner), sessions, journal: None, moment: Some(moment) }
    }
}

/// Of everything that a client sees of an answer.
fn digest(response: &WireResponse) -> String {
    let mut seen = response.status.as_str().as_bytes().to_vec();
    for (name, value) in &response.headers {
        seen.extend([name.as_str().as_bytes(), b":", value.as_bytes(), b"\n"].concat());
    }
    seen.extend_from_slice(&response.body);
    Sha256::of(&seen).to_string()
}

/// The answer of a Spine that cannot keep what it would acknowledge.
fn unkept() -> WireResponse {
    let text = "the fake Spine cannot write its journal\n".to_owned();
    WireResponse::with_body(StatusCode::SERVICE_UNAVAILABLE, "text/plain; charset=utf-8", text)
}

/// Remembers what the identity service says of authors.
#[derive(Debug)]
struct Witness {
    sessions: Arc<dyn LiveSessions>,
    said: Mutex<Vec<bool>>,
}

impl LiveSessions for Witness {
    fn is_live(&self, role_profile: &RoleProfileId, user: &UserId, now: Timestamp) -> bool {
        let live = self.sessions.is_live(role_profile, user, now);
        self.said.lock().unwrap_or_else(PoisonError::into_inner).push(live);
        live
    }
}

/// Says again what the identity service said.
#[derive(Debug)]
struct Said(Mutex<VecDeque<bool>>);

impl LiveSessions for Said {
    fn is_live(&self, _: &RoleProfileId, _: &UserId, _: Timestamp) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).pop_front().unwrap_or(false)
    }
}
