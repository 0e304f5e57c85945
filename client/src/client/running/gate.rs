//! The gate: whether a run may begin, asked before anything waits or opens.

use jiff::Timestamp;
use spine_rules::selection::{self, PastRun};
use spine_rules::{Counter, History, PracticeProfile};
use spine_session::{Action as Doing, Session, authorise};
use spine_store::{Action, Closed, Run, RunKind, Tally};

use crate::client::request::InForce;
use crate::client::{Client, RunRequest};
use crate::error::ClientError;
use crate::login::LoginError;

impl Client {
    /// Refuses what would be refused when the run begins, as far as it can be known before.
    pub(super) async fn admit(
        &self,
        session: &Session,
        request: &RunRequest,
        now: Timestamp,
    ) -> Result<(), ClientError> {
        request.schedule.check(now)?;
        let practice = self.practice().await?;
        let operator = self.operator(session).await?;
        let resume = if self.running().await?.is_some() {
            // What it will have left cannot be known yet. Whoever begins now is told who holds the practice; whoever waits asks again then.
            self.group(request).await?;
            None
        } else {
            self.opens(request, &PracticeProfile::from(&practice)).await?
        };
        let in_force = InForce::new(request, resume.as_ref(), practice.nn_days)?;
        let access = &in_force.settings.access;
        authorise(session, &operator, Doing::BulkRun, access, now).map_err(LoginError::from)?;
        Ok(())
    }

    /// The kind of the run that is going on just now.
    pub(super) async fn running(&self) -> Result<Option<RunKind>, ClientError> {
        let runs = self.store.runs().await?;
        let running = runs.iter().find(|run| run.closed.is_none() && !run.interrupted);
        Ok(running.map(|run| run.kind))
    }

    /// Whether the action is open, and its patient group is there; the run to go on with, if it is Resume.
    /// Requirements: RUN-011, RUN-024, RUN-030.
    pub(super) async fn opens(
        &self,
        request: &RunRequest,
        practice: &PracticeProfile,
    ) -> Result<Option<Run>, ClientError> {
        let last = self.store.newest_run(Some(request.kind)).await?;
        let history = self.past(last.as_ref(), practice).await?;
        selection::available(request.kind, request.action, request.group.as_deref(), &history)
            .map_err(ClientError::NotOpen)?;
        self.group(request).await?;
        match (&request.group, &last) {
            _ if request.action != Action::Resume => Ok(None),
            (Some(named), Some(run)) if run.group.as_ref() != Some(named) => {
                Err(ClientError::OtherGroup(run.group.clone()))
            }
            _ => Ok(last),
        }
    }

    async fn past(&self, last: Option<&Run>, practice: &PracticeProfile) -> Result<History, ClientError> {
        let mut elsewhere = None;
        for run in self.store.runs().await? {
            let newest = last.is_some_and(|last| last.id == run.id);
            if !newest && self.store.tally(run.id).await?.outstanding > 0 {
                elsewhere = Some(run.kind);
            }
        }
        let past = match last {
            Some(run) => {
                let failed = self.store.failed(run.kind).await?;
                Some(past(run, &self.store.tally(run.id).await?, failed))
            }
            None => None,
        };
        let today = crate::clock::uk_date(self.clock.now());
        Ok(History {
            scr_enabled: practice.scr_enabled_on.is_some_and(|day| day <= today),
            running: None,
            last: past,
            outstanding_elsewhere: elsewhere,
        })
    }

    /// A group that is named must have members.
    async fn group(&self, request: &RunRequest) -> Result<(), ClientError> {
        match &request.group {
            Some(name) if request.action != Action::Resume && self.store.members(name).await?.is_empty() => {
                Err(ClientError::NoGroup(name.clone()))
            }
            None | Some(_) => Ok(()),
        }
    }
}

/// How far a run came. One that never closed has its closing before it, at least.
fn past(run: &Run, tally: &Tally, failed: u64) -> PastRun {
    let count = |counter| tally.counters.get(&counter).copied().unwrap_or(0);
    let unsettled = count(Counter::Unprocessed) + count(Counter::Sending);
    let finished = matches!(run.closed, Some((Closed::Finished, _)));
    PastRun { outstanding: if finished { 0 } else { unsettled.max(1) }, failed }
}
