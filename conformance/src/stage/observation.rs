//! What was observed of a client: what arrived at the scripted Spine, what the client reported, and what the Spine holds at the end.

use std::collections::BTreeMap;

use jiff::Timestamp;
use spine_simulator::{EventStatus, Spine};
use spine_vocabulary::NhsNumber;

use super::People;
use super::scenario::{Kind, Way};
use crate::wire::{Document, Reply, Request, Seen, Sort};

/// One request and what came back of it.
#[derive(Clone, Debug)]
pub struct Exchange {
    /// Counted from 0, in the order in which the replies left.
    pub number: usize,
    /// When the request arrived.
    pub at: Timestamp,
    /// The request.
    pub request: Request,
    /// The reply.
    pub reply: Reply,
    /// What is known of the request; a poll has the message id and the patient of its upload.
    pub seen: Seen,
    /// The how manieth of its sort for its patient (for a poll: for its message), from 1.
    pub nth: usize,
}

impl Exchange {
    /// The payload of the request.
    #[must_use]
    pub fn payload(&self) -> Option<Document> {
        Document::payload_of(&self.request.text())
    }

    /// The ebXML envelope of the request.
    #[must_use]
    pub fn envelope(&self) -> Option<Document> {
        Document::envelope_of(&self.request)
    }
}

/// How one step of the operator's ended.
#[derive(Clone, Debug, Default)]
pub struct RunOutcome {
    /// Which kind of run; `None` for a login or an import.
    pub kind: Option<Kind>,
    /// What was done with it.
    pub way: Option<Way>,
    /// The process's exit code, where there was a process.
    pub exit: Option<i32>,
    /// `finished`, `stopped`, `halted`, `killed`; `refused` where it did not begin.
    pub state: String,
    /// The five counters, by name.
    pub counters: BTreeMap<String, u64>,
    /// Settled patients by reason code.
    pub reasons: BTreeMap<String, u64>,
    /// The settings that the report of the run names, as JSON; blank where there is no report.
    pub settings: String,
    /// The whole report of the run, as it came; blank where there is none.
    pub report: String,
    /// What was said to the operator.
    pub said: String,
    /// What went to logs and progress displays beside it.
    pub log: String,
    /// The requests that arrived before this step began, and before the next one did.
    pub span: (usize, usize),
    /// When it began and ended.
    pub time: (Timestamp, Timestamp),
}

/// Everything that cases may judge a client by.
pub struct Observation {
    /// The scenario's name.
    pub scenario: &'static str,
    /// Who was in the practice.
    pub people: People,
    /// Everything that arrived at the scripted Spine.
    pub exchanges: Vec<Exchange>,
    /// Everything that arrived at the identity service; empty where nobody looked.
    pub identity: Vec<Exchange>,
    /// Every step's outcome, in order.
    pub runs: Vec<RunOutcome>,
    /// The local code changes that the client would have taken back: CSV.
    pub changes: String,
    /// The Spine behind the script, as it stands at the end.
    pub spine: Spine,
    /// When the session began, where that is known.
    pub session_began: Option<Timestamp>,
}

impl Observation {
    /// The exchanges of a sort about a person.
    #[must_use]
    pub fn about<'a>(&'a self, slug: &str, sort: Sort) -> Vec<&'a Exchange> {
        let number = self.people.number(slug);
        self.of(sort).into_iter().filter(|one| one.seen.patient.as_deref() == Some(number.as_str())).collect()
    }

    /// The exchanges of a sort.
    #[must_use]
    pub fn of(&self, sort: Sort) -> Vec<&Exchange> {
        self.exchanges.iter().filter(|one| one.seen.sort == sort).collect()
    }

    /// The payload of the newest upload about a person.
    #[must_use]
    pub fn upload(&self, slug: &str) -> Option<Document> {
        self.about(slug, Sort::Upload).last().and_then(|one| one.payload())
    }

    /// The outcome of the n-th step, from 0.
    #[must_use]
    pub fn run(&self, step: usize) -> RunOutcome {
        self.runs.get(step).cloned().unwrap_or_default()
    }

    /// The events that stand or stood for a person at the end: id and whether it stands.
    #[must_use]
    pub fn events(&self, slug: &str) -> Vec<(String, bool)> {
        let Ok(number) = NhsNumber::parse(&self.people.number(slug)) else { return Vec::new() };
        let events = self.spine.events(number);
        let current = |status| status == EventStatus::Current;
        events.into_iter().map(|event| (event.event_id.to_string(), current(event.status))).collect()
    }

    /// What the ledger calls broken rules.
    #[must_use]
    pub fn violations(&self) -> Vec<String> {
        self.spine.ledger().violations().into_iter().map(|violation| violation.what.clone()).collect()
    }
}
