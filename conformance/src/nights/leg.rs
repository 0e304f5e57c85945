//! One leg: the store is opened as a new process opens it, the run goes on, and the clock leaps when the session's share of the work
//! is done.

use std::sync::Arc;
use std::time::Instant;

use jiff::Timestamp;
use spine_client::session::Session;
use spine_client::{
    Action, Client, ClientError, Closed, Counters, Ended, Exchange, Halt, RunKind, RunRequest, RunSettings,
    Silent, SystemClock, TransportSettings,
};
use spine_client::{Clock as _, Stop};
use spine_rules::Schedule;

use super::memory::Watch;
use super::observed::Observed;
use super::office::{MORNING, Office};
use super::{Ending, Leg};
use crate::stage::StageError;

/// Which leg, and how and when it is to end.
pub(super) struct Due {
    pub(super) night: u32,
    pub(super) session: u32,
    pub(super) ending: Ending,
    pub(super) ends_at: Timestamp,
}

/// Conducts the leg in its session.
pub(super) async fn conduct(office: &Office, due: &Due, session: &Session) -> Result<Leg, StageError> {
    let watch = Watch::start();
    let began = now();
    let client = office.client().await?;
    let connection = office
        .addresses()?
        .connect_spine(&TransportSettings::default(), SystemClock.now().into())
        .map_err(StageError::new)?;
    let share = (office.orders.wanted, office.clock.clone(), due.ends_at);
    let share = Some(share).filter(|_| due.ending != Ending::Finished);
    let observed = Arc::new(Observed::new(connection, began, share));
    let ended = run(&client, Arc::clone(&observed) as Arc<dyn Exchange>, session, due).await;
    let ended = ended.map_err(StageError::new)?;
    if due.ending != Ending::Finished {
        // The client's clock is there already.
        office.leap_to(due.ends_at)?;
    }
    let took = began.elapsed();
    let counters = Counters::of(&ended.tally);
    Ok(Leg {
        night: due.night,
        session: due.session,
        ending: ending(&ended)?,
        settled: counters.sent + counters.failed + counters.not_required,
        took,
        first_request: observed.first_request(),
        first_upload: observed.first_upload(),
        peak: watch.stop(),
    })
}

#[expect(clippy::disallowed_methods, reason = "how long something really takes is measured")]
fn now() -> Instant {
    Instant::now()
}

async fn run(
    client: &Client,
    exchange: Arc<dyn Exchange>,
    session: &Session,
    due: &Due,
) -> Result<Ended, ClientError> {
    let action = if due.session == 1 { Action::Run } else { Action::Resume };
    let mut request = RunRequest::new(RunKind::InitialUpload, action);
    request.settings = Some(settings());
    request.schedule = Schedule { stop: Some(MORNING), ..Schedule::AT_ONCE };
    client.run(exchange, session, request, Stop::default(), &Silent).await
}

/// The defaults, but for a retry contract of seconds where SDS has minutes: nothing would be seen while it is waited for. The fake Spine takes
/// up what it queued within two seconds.
fn settings() -> RunSettings {
    let mut settings = RunSettings::default();
    settings.contract.interval = jiff::SignedDuration::from_secs(1);
    settings.contract.persist = jiff::SignedDuration::from_secs(5);
    settings
}

fn ending(ended: &Ended) -> Result<Ending, StageError> {
    match (&ended.halt, ended.closed) {
        (Some(Halt::SessionOver(_)), _) => Ok(Ending::SessionOver),
        (Some(halt), _) => Err(StageError::new(format!("the run halted: {halt}"))),
        (None, Closed::Finished) => Ok(Ending::Finished),
        (None, Closed::Stopped | Closed::Halted) => Ok(Ending::NightOver),
    }
}
