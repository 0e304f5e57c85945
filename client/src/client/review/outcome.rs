//! How every patient came out of a run, with every attempt: the run's report in full.

use jiff::Timestamp;
use serde_json::Value;
use spine_rules::lifecycle::Fact;
use spine_rules::record::PatientKey;
use spine_rules::{Counter, Reason, State, Warning};
use spine_store::{Cursor, Entry, History, RunId};
use spine_vocabulary::MessageId;

use super::list::Row;
use super::{Page, Person};
use crate::client::Client;
use crate::error::ClientError;

/// Which patients of a run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct OutcomeQuery {
    /// Only in this counter.
    pub counter: Option<Counter>,
    /// Only with this reason.
    pub reason: Option<Reason>,
}

/// How one patient came out of a run.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// Who.
    pub person: Person,
    /// The run.
    pub run: RunId,
    /// Where the report counts the patient.
    pub counter: Counter,
    /// Why, once settled.
    pub reason: Option<Reason>,
    /// Further codes: the fields that differ, the Spine's error codes.
    pub details: Vec<String>,
    /// What a person should know although nothing stops.
    pub warnings: Vec<Warning>,
    /// When a later attempt is due.
    pub due: Option<Timestamp>,
    /// Every attempt, oldest first.
    pub attempts: Vec<Attempt>,
}

/// One send of one message, and what came of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attempt {
    /// The message.
    pub id: MessageId,
    /// In which leg, from 1.
    pub leg: u32,
    /// When it was sent, at the earliest; where an earlier run sent it, when this run took it over.
    pub sent_at: Timestamp,
    /// Whether an earlier run sent it.
    pub inherited: bool,
    /// What happened to it, oldest first.
    pub events: Vec<AttemptEvent>,
}

/// Something that happened to an attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AttemptEvent {
    /// What, as a stable code.
    pub what: &'static str,
    /// When.
    pub at: Timestamp,
    /// Codes of the Spine or a note.
    pub note: Option<String>,
}

impl Client {
    /// A page of a run's patients in the practice's order, after a patient.
    pub async fn outcomes(
        &self,
        run: RunId,
        query: &OutcomeQuery,
        after: Option<&PatientKey>,
        limit: usize,
    ) -> Result<Page<Outcome, PatientKey>, ClientError> {
        let page = self.store.page(run, Cursor::All, after, limit).await?;
        let next = page.last().filter(|_| page.len() >= limit).map(|(entry, _)| entry.key.clone());
        let mut rows = Vec::new();
        for (entry, candidate) in page {
            let shown = query.counter.is_none_or(|counter| counter == entry.state.counter())
                && query.reason.is_none_or(|reason| entry.state.reason() == Some(reason));
            if shown {
                let history = self.store.history(&entry.key).await?;
                rows.push(Outcome::of(run, entry, Person::of(candidate.record), history));
            }
        }
        Ok(Page { rows, next })
    }
}

impl Outcome {
    fn of(run: RunId, entry: Entry, person: Person, history: Vec<History>) -> Self {
        let (counter, reason) = (entry.state.counter(), entry.state.reason());
        let (details, due) = match entry.state {
            State::SetAside(aside) | State::Rejected { why: aside, .. } => (aside.details, None),
            State::Deferred { until } => (Vec::new(), Some(until)),
            _ => (Vec::new(), None),
        };
        let history = history.into_iter().filter(|told| told.run == run);
        Self {
            person,
            run,
            counter,
            reason,
            details,
            warnings: entry.warnings,
            due,
            attempts: attempts(history),
        }
    }
}

/// Folds facts into attempts.
fn attempts(history: impl Iterator<Item = History>) -> Vec<Attempt> {
    let mut attempts: Vec<Attempt> = Vec::new();
    for told in history {
        let Some(fact) = told.fact else { continue };
        let id = match &fact {
            Fact::Dispatched(live) | Fact::Inherited(live) => Some(live.id),
            Fact::Resent => attempts.last().map(|last| last.id),
            _ => None,
        };
        if let Some(id) = id {
            let inherited = matches!(fact, Fact::Inherited(_));
            attempts.push(Attempt { id, leg: told.leg, sent_at: told.at, inherited, events: Vec::new() });
        } else if let (Some(what), Some(last)) = (what(&fact), attempts.last_mut()) {
            last.events.push(AttemptEvent { what, at: told.at, note: told.note });
        }
    }
    attempts
}

/// The stable code of what happened to an attempt; `None` for what happened to the patient.
const fn what(fact: &Fact) -> Option<&'static str> {
    match fact {
        Fact::SetAside(_)
        | Fact::Deferred { .. }
        | Fact::FellDue
        | Fact::Dispatched(_)
        | Fact::Inherited(_)
        | Fact::Resent => None,
        Fact::Accepted { .. } => Some("accepted"),
        Fact::Acknowledged => Some("acknowledged"),
        Fact::Rejected(_) => Some("rejected"),
        Fact::WentQuiet => Some("went-quiet"),
        Fact::Interrupted => Some("interrupted"),
        Fact::NeverSent => Some("never-sent"),
        Fact::ReconciledStored => Some("found-stored"),
        Fact::ReconciledAbsent => Some("found-absent"),
        Fact::RefusedAsStale => Some("refused-as-stale"),
        Fact::Doubted => Some("doubted"),
        Fact::Abandoned => Some("abandoned"),
        Fact::GaveUp => Some("given-up"),
    }
}

/// The stable code of a counter.
#[must_use]
pub const fn counter_code(counter: Counter) -> &'static str {
    match counter {
        Counter::Unprocessed => "unprocessed",
        Counter::Sending => "sending",
        Counter::Sent => "sent",
        Counter::Failed => "failed",
        Counter::NotRequired => "not-required",
    }
}

impl Row for Outcome {
    const SCHEMA: &'static str = "scr-outcomes/1";
    const HEADER: &'static [&'static str] = &[
        "patient_id",
        "nhs_number",
        "family_name",
        "given_names",
        "run",
        "counter",
        "reason",
        "text",
        "details",
        "warnings",
        "due",
        "attempt",
        "message_id",
        "leg",
        "sent_at",
        "outcome",
        "outcome_at",
        "note",
    ];

    /// A line per attempt; one for whoever has none.
    fn lines(&self) -> Vec<Vec<String>> {
        let mut patient: Vec<String> = self.person.cells().to_vec();
        patient.extend([
            self.run.0.to_string(),
            counter_code(self.counter).to_owned(),
            self.reason.map_or("", Reason::code).to_owned(),
            self.reason.map_or("", Reason::text).to_owned(),
            self.details.join(" "),
            self.warnings.iter().map(|warning| warning.code()).collect::<Vec<_>>().join(" "),
            self.due.map(|due| due.to_string()).unwrap_or_default(),
        ]);
        let line = |cells: [String; 7]| patient.iter().cloned().chain(cells).collect();
        if self.attempts.is_empty() {
            return vec![line(Default::default())];
        }
        let attempts = self.attempts.iter().enumerate();
        attempts
            .map(|(place, attempt)| {
                let last = attempt.events.last();
                line([
                    (place + 1).to_string(),
                    attempt.id.to_string(),
                    attempt.leg.to_string(),
                    attempt.sent_at.to_string(),
                    last.map_or("", |event| event.what).to_owned(),
                    last.map(|event| event.at.to_string()).unwrap_or_default(),
                    last.and_then(|event| event.note.clone()).unwrap_or_default(),
                ])
            })
            .collect()
    }

    fn document(&self) -> Value {
        let event = |event: &AttemptEvent| serde_json::json!({"what": event.what, "at": event.at, "note": event.note});
        let attempt = |attempt: &Attempt| {
            serde_json::json!({
                "message_id": attempt.id.to_string(),
                "leg": attempt.leg,
                "sent_at": attempt.sent_at,
                "inherited": attempt.inherited,
                "events": attempt.events.iter().map(event).collect::<Vec<_>>(),
            })
        };
        serde_json::json!({
            "patient": self.person.document(),
            "run": self.run.0,
            "counter": counter_code(self.counter),
            "reason": self.reason.map(Reason::code),
            "text": self.reason.map(Reason::text),
            "details": self.details,
            "warnings": self.warnings.iter().map(|warning| warning.code()).collect::<Vec<_>>(),
            "due": self.due,
            "attempts": self.attempts.iter().map(attempt).collect::<Vec<_>>(),
        })
    }
}
