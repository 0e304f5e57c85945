//! A run on its schedule: waits for the start, runs leg after leg, and pauses in between.
//!
//! Nothing is held while it waits: the practice's lease is taken when a leg begins and given back when it ends.

mod dry;
mod gate;
mod leg;

use std::sync::Arc;

use jiff::Timestamp;
use spine_rules::Schedule;
use spine_session::Session;
use spine_store::{Action, Run};
use spine_transport::Exchange;

use super::{Client, RunRequest};
use crate::bulk::{Ended, Pause, Reporter, RunEvent, Stop};
use crate::clock::strike;
use crate::error::ClientError;
use crate::login::LoginError;

/// Who is logged in, asked again whenever a leg begins: a run that waits for the night may outlive the session it was asked for
/// in, and go on in the next one.
pub trait Sessions: Send + Sync {
    /// The newest session, live or not; `None` where nobody is logged in.
    fn current(&self) -> Option<Session>;
}

/// One session, and no other after it.
impl Sessions for Session {
    fn current(&self) -> Option<Session> {
        Some(self.clone())
    }
}

impl Client {
    /// Runs or resumes a bulk transmission on its schedule, until it is finished, halted, or paused with nothing to wait for.
    ///
    /// What can be refused is refused before the wait for the start. A pause at the stop time is followed by a further leg of the
    /// same run at the resume time, if the same user still has a live session then. A stop by the operator ends all of it.
    /// Requirements: RUN-026, RUN-027, RUN-028.
    pub async fn run(
        &self,
        exchange: Arc<dyn Exchange>,
        sessions: &dyn Sessions,
        mut request: RunRequest,
        stop: Stop,
        reporter: &dyn Reporter,
    ) -> Result<Ended, ClientError> {
        let asked_in = sessions.current().ok_or(LoginError::NoSession)?;
        let schedule = request.schedule;
        let now = self.clock.now();
        self.admit(&asked_in, &request, now).await?;
        let starts_at = schedule.starts_at(now);
        if let Some(first) = session_ends_first(&asked_in, &schedule, starts_at)? {
            reporter.report(first);
        }
        if !self.wait_until(starts_at, &stop, reporter).await {
            return Err(ClientError::StoppedBeforeTheStart);
        }
        let mut session = live(sessions, &asked_in, self.clock.now()).unwrap_or_else(|| asked_in.clone());
        loop {
            let until = schedule.stops_at(self.clock.now());
            let ended =
                self.leg(Arc::clone(&exchange), &session, request.clone(), until, (&stop, reporter)).await?;
            let paused = self.clock.now();
            let by_time = matches!(ended.paused_by, Some(Pause::Schedule | Pause::NotYetDue { .. }));
            let Some(resumes_at) = schedule.resumes_at(paused).filter(|_| by_time && !stop.is_asked()) else {
                return Ok(ended);
            };
            if !self.wait_until(resumes_at, &stop, reporter).await {
                return Ok(ended);
            }
            if !self.is_still(&ended.run).await? {
                reporter.report(RunEvent::TakenUpElsewhere);
                return Ok(ended);
            }
            let Some(next) = live(sessions, &asked_in, self.clock.now()) else {
                reporter.report(RunEvent::StaysPaused);
                return Ok(ended);
            };
            session = next;
            request = RunRequest { action: Action::Resume, retry_now: false, ..request };
        }
    }

    /// Whether nobody else went on with the run while it was paused.
    async fn is_still(&self, run: &Run) -> Result<bool, ClientError> {
        let newest = self.store.newest_run(Some(run.kind)).await?;
        Ok(newest.is_some_and(|newest| (newest.id, newest.legs) == (run.id, run.legs)))
    }

    /// Waits for a time; false if the operator stopped it.
    async fn wait_until(&self, time: Timestamp, stop: &Stop, reporter: &dyn Reporter) -> bool {
        if time > self.clock.now() {
            reporter.report(RunEvent::Waiting(time));
            tokio::select! {
                biased;
                () = stop.asked() => {}
                () = strike(&*self.clock, time) => {}
            }
        }
        !stop.is_asked()
    }
}

/// The newest session, if it is live and of the user who asked for the run: nobody works in another's name.
fn live(sessions: &dyn Sessions, asked_in: &Session, now: Timestamp) -> Option<Session> {
    sessions.current().filter(|session| session.user() == asked_in.user() && session.is_live(now))
}

/// Refuses a start after the session's end; the warning that the session ends while the run may still go on, if it does.
fn session_ends_first(
    session: &Session,
    schedule: &Schedule,
    starts_at: Timestamp,
) -> Result<Option<RunEvent>, ClientError> {
    let ends_at = session.ends_at();
    if starts_at >= ends_at {
        return Err(ClientError::SessionEndsFirst { ends_at, starts_at });
    }
    let stops_at = schedule.stops_at(starts_at);
    let goes_on = match (stops_at, schedule.resume) {
        (Some(stops_at), None) => stops_at > ends_at,
        // It goes on after every pause until it is finished.
        (None, _) | (Some(_), Some(_)) => true,
    };
    Ok(goes_on.then_some(RunEvent::SessionEndsFirst(ends_at)))
}
