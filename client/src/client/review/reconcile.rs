//! Reconciliation: whether the Spine holds what it acknowledged to us, patient by patient.
//!
//! It asks and changes nothing, here or there.

use std::sync::Arc;
use std::time::Duration;

use serde::Serialize;
use serde_json::Value;
use spine_rules::record::{Candidate, LastAcknowledged, PatientKey};
use spine_rules::standing::Standing;
use spine_rules::{Reason, State};
use spine_session::Session;
use spine_store::{Cursor, Entry, Run, RunId, RunKind};
use spine_transport::Exchange;
use spine_vocabulary::{EventId, NhsNumber};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use super::Person;
use super::list::Row;
use crate::bulk::{Limits, Stop};
use crate::client::Client;
use crate::clock::Clock;
use crate::error::ClientError;
use crate::fault::{Disposition, SpineFault};
use crate::login::LoginError;
use crate::spine::{Held, Spine};

/// What the Spine holds of somebody whom it acknowledged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Finding {
    /// What it acknowledged, or something later that it acknowledged to us.
    Matched,
    /// Nothing, or at least not that.
    Missing,
    /// That, and something newer that is not ours.
    Different,
    /// It does not say.
    Unknown {
        /// Whether that is as it should be: of a patient whose dissent it acknowledged to us it tells nothing more.
        expected: bool,
    },
}

impl Finding {
    /// The stable code.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Matched => "matched",
            Self::Missing => "missing",
            Self::Different => "different",
            Self::Unknown { expected: true } => "unknown-as-expected",
            Self::Unknown { expected: false } => "unknown",
        }
    }
}

/// One patient, held against the Spine.
#[derive(Clone, Debug)]
pub struct Reconciled {
    /// Who.
    pub person: Person,
    /// The run that counts them as Sent.
    pub run: RunId,
    /// What was sent.
    pub reason: Reason,
    /// The event that was acknowledged; of an ACS setting its message.
    pub event: EventId,
    /// The newest event there, where the Spine tells one.
    pub newest: Option<EventId>,
    /// What follows.
    pub finding: Finding,
}

/// How many there were of each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Findings {
    /// [`Finding::Matched`].
    pub matched: u64,
    /// [`Finding::Missing`].
    pub missing: u64,
    /// [`Finding::Different`].
    pub different: u64,
    /// [`Finding::Unknown`], where more should have been told.
    pub unknown: u64,
    /// [`Finding::Unknown`], as it should be.
    pub unknown_as_expected: u64,
}

impl Findings {
    /// Whether everything is as it should be.
    #[must_use]
    pub const fn agree(&self) -> bool {
        self.missing == 0 && self.different == 0 && self.unknown == 0
    }

    fn count(&mut self, finding: Finding) {
        *match finding {
            Finding::Matched => &mut self.matched,
            Finding::Missing => &mut self.missing,
            Finding::Different => &mut self.different,
            Finding::Unknown { expected: false } => &mut self.unknown,
            Finding::Unknown { expected: true } => &mut self.unknown_as_expected,
        } += 1;
    }
}

/// What a reconciliation came to.
#[derive(Clone, Debug)]
pub struct Reconciliation {
    /// The run.
    pub run: Run,
    /// The counts.
    pub findings: Findings,
    /// Whether everybody was asked for; false if the operator stopped it.
    pub complete: bool,
}

impl Client {
    /// Holds every patient whom a run counts as Sent against the Spine, in the practice's order; without a run, of the newest
    /// upload. What is found of each is handed to `take` at once.
    pub async fn reconcile(
        &self,
        exchange: Arc<dyn Exchange>,
        session: &Session,
        run: Option<RunId>,
        stop: &Stop,
        take: &mut (dyn FnMut(Reconciled) -> Result<(), ClientError> + Send),
    ) -> Result<Reconciliation, ClientError> {
        let run = self.to_reconcile(run).await?;
        let (clock, asked_in) = (Arc::clone(&self.clock), session.clone());
        let asking = Arc::new(Asking {
            spine: self.converse(exchange, session).await?,
            permit: Box::new(move || {
                let live = asked_in.is_live(clock.now());
                if live { Ok(()) } else { Err(LoginError::SessionOver(asked_in.ends_at())) }
            }),
            clock: Arc::clone(&self.clock),
            limits: Limits::default(),
            run: run.id,
            migration: run.kind == RunKind::ConsentMigration,
        });
        let mut findings = Findings::default();
        let mut after: Option<PatientKey> = None;
        loop {
            let limit = asking.limits.page;
            let page = self.store.page(run.id, Cursor::All, after.as_ref(), limit).await?;
            let Some((last, _)) = page.last() else { break };
            after = Some(last.key.clone());
            tokio::select! {
                found = asking.page(page) => for one in found? {
                    findings.count(one.finding);
                    take(one)?;
                },
                () = stop.asked() => return Ok(Reconciliation { run, findings, complete: false }),
            }
        }
        Ok(Reconciliation { run, findings, complete: true })
    }

    async fn to_reconcile(&self, run: Option<RunId>) -> Result<Run, ClientError> {
        let runs = self.store.runs().await?;
        let found = match run {
            Some(id) => runs.into_iter().find(|run| run.id == id),
            None => runs.into_iter().rfind(|run| run.kind != RunKind::ConsentMigration),
        };
        found.ok_or(ClientError::NoRun)
    }
}

/// Asks the Spine, as many questions at once as a run has lanes.
struct Asking {
    spine: Arc<dyn Spine>,
    clock: Arc<dyn Clock>,
    /// Refuses as soon as the session is over.
    permit: Box<dyn Fn() -> Result<(), LoginError> + Send + Sync>,
    limits: Limits,
    run: RunId,
    migration: bool,
}

impl Asking {
    /// What is found of everybody on a page who was sent for, in its order.
    async fn page(self: &Arc<Self>, page: Vec<(Entry, Candidate)>) -> Result<Vec<Reconciled>, ClientError> {
        let lanes = Arc::new(Semaphore::new(self.limits.lanes));
        // Dropping the set, at a stop or at the first question without an answer, ends what is still being asked.
        let mut asked = JoinSet::new();
        for (place, (entry, candidate)) in page.into_iter().enumerate() {
            let State::Acknowledged { id, reason } = entry.state else { continue };
            let (asking, lanes) = (Arc::clone(self), Arc::clone(&lanes));
            asked.spawn(async move {
                let _lane = lanes.acquire_owned().await;
                asking.one(candidate, id.event(), reason).await.map(|found| (place, found))
            });
        }
        let mut found = Vec::new();
        while let Some(one) = asked.join_next().await {
            let one = one.map_err(|_| SpineFault::Bug("a question was given up".to_owned()))??;
            found.push(one);
        }
        found.sort_by_key(|(place, _)| *place);
        Ok(found.into_iter().map(|(_, one)| one).collect())
    }

    async fn one(
        &self,
        candidate: Candidate,
        event: EventId,
        reason: Reason,
    ) -> Result<Reconciled, ClientError> {
        let last = candidate.acknowledged;
        let number = candidate.record.number.valid();
        let (finding, newest) = match number {
            // The record has lost its number since: nobody can be asked about.
            None => (Finding::Unknown { expected: false }, None),
            Some(number) => self.finding(number, event, last, reason).await?,
        };
        Ok(Reconciled { person: Person::of(candidate.record), run: self.run, reason, event, newest, finding })
    }

    async fn finding(
        &self,
        number: NhsNumber,
        event: EventId,
        last: Option<LastAcknowledged>,
        reason: Reason,
    ) -> Result<(Finding, Option<EventId>), ClientError> {
        let standing = self.ask(|| self.spine.standing(number)).await?;
        let newest = match standing {
            Some(standing) if self.migration => {
                let finding = if standing.dissent() { Finding::Matched } else { Finding::Missing };
                return Ok((finding, None));
            }
            Some(Standing::Told { newest, .. }) => newest.map(|newest| newest.event),
            Some(Standing::Refused) => {
                // Whose dissent it acknowledged, in this run or since, of them it tells nothing more.
                let expected = reason == Reason::SentDissent || last.is_some_and(|last| last.dissent);
                return Ok((Finding::Unknown { expected }, None));
            }
            None => return Ok((Finding::Unknown { expected: false }, None)),
        };
        let finding = match newest {
            None => Finding::Missing,
            Some(newest) if newest == event || last.is_some_and(|last| last.event == newest) => {
                Finding::Matched
            }
            Some(_) => match self.ask(|| self.spine.holds(number, event)).await? {
                Some(Held::Stored) => Finding::Different,
                Some(Held::Absent) => Finding::Missing,
                Some(Held::Refused) | None => Finding::Unknown { expected: false },
            },
        };
        Ok((finding, newest))
    }

    /// Asks a question as often and as slowly as a run would; `None` where the Spine refuses it for this patient.
    async fn ask<T, F>(&self, mut question: impl FnMut() -> F) -> Result<Option<T>, ClientError>
    where
        F: Future<Output = Result<T, SpineFault>>,
    {
        let mut pause = Duration::from_millis(self.limits.question_pause_ms);
        let mut attempt = 1;
        loop {
            (self.permit)()?;
            let fault = match question().await {
                Ok(answer) => return Ok(Some(answer)),
                Err(fault) => fault,
            };
            match fault.disposition() {
                Disposition::SetAside => return Ok(None),
                Disposition::Retry { after } if attempt < self.limits.question_attempts => {
                    self.clock.wait(after.unwrap_or(pause)).await;
                    pause = pause.saturating_mul(2);
                    attempt += 1;
                }
                Disposition::Retry { .. } | Disposition::Reconcile | Disposition::Halt(_) => {
                    return Err(fault.into());
                }
            }
        }
    }
}

impl Row for Reconciled {
    const SCHEMA: &'static str = "scr-reconciliation/1";
    const HEADER: &'static [&'static str] = &[
        "patient_id",
        "nhs_number",
        "family_name",
        "given_names",
        "run",
        "reason",
        "event_id",
        "newest_event_id",
        "finding",
    ];

    fn lines(&self) -> Vec<Vec<String>> {
        let rest = [
            self.run.0.to_string(),
            self.reason.code().to_owned(),
            self.event.to_string(),
            self.newest.map(|event| event.to_string()).unwrap_or_default(),
            self.finding.code().to_owned(),
        ];
        vec![self.person.cells().into_iter().chain(rest).collect()]
    }

    fn document(&self) -> Value {
        serde_json::json!({
            "patient": self.person.document(),
            "run": self.run.0,
            "reason": self.reason.code(),
            "event_id": self.event.to_string(),
            "newest_event_id": self.newest.map(|event| event.to_string()),
            "finding": self.finding.code(),
        })
    }
}

#[cfg(test)]
mod tests;
