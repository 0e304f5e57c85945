//! Rounds: the planner feeds whoever is due to the lanes, again and again until a round changes nothing; then whoever is left waits for a
//! later attempt.

use std::sync::Arc;

use jiff::Timestamp;
use spine_rules::record::{Candidate, PatientKey};
use spine_store::{Cursor, Entry};
use tokio::sync::{Mutex, mpsc};
use tokio::task::JoinSet;

use crate::bulk::leg::Leg;
use crate::bulk::progress::{Reporter, RunEvent};
use crate::bulk::{lane, recovery};
use crate::fault::Halt;

/// How far a leg goes.
#[derive(Clone, Copy)]
pub(super) struct Span {
    /// Whoever waits for a later attempt is tried at once.
    pub(super) retry_now: bool,
    /// It waits for nothing beyond this time: the session ends, or the leg does.
    pub(super) waits_until: Timestamp,
}

/// First what was left on its way; then the population, until nothing is due; then those who were put off, one time after the other.
pub(super) async fn work(leg: &Arc<Leg>, span: Span, reporter: &dyn Reporter) {
    let mut horizon = if span.retry_now { Timestamp::MAX } else { Timestamp::MIN };
    let mut doubts = 0;
    loop {
        recovery::recover(leg).await;
        until_nothing_is_due(leg, horizon).await;
        if leg.brake.is_pulled() {
            return;
        }
        let Some(next) = next(leg, &mut doubts).await else { return };
        if next >= span.waits_until {
            return;
        }
        if next > leg.now() {
            reporter.report(RunEvent::WaitsToRetry(next));
        }
        tokio::select! {
            () = leg.reach(next) => {}
            () = leg.brake.pulled() => return,
        }
        horizon = Timestamp::MIN;
    }
}

/// Round after round; the first ones beside what is being recovered, which may list somebody anew.
async fn until_nothing_is_due(leg: &Arc<Leg>, mut horizon: Timestamp) {
    let mut recovering = true;
    while !leg.brake.is_pulled() {
        let fed = round(leg, horizon).await;
        settled(leg).await;
        if !fed && !recovering {
            return;
        }
        recovering = false;
        horizon = Timestamp::MIN;
    }
    settled(leg).await;
}

/// When somebody is to be looked at again: whoever was put off, or of whom the Spine would not tell.
async fn next(leg: &Leg, doubts: &mut u32) -> Option<Timestamp> {
    let tally = match leg.store.tally(leg.run).await {
        Ok(tally) => tally,
        Err(error) => {
            leg.brake.halt(Halt::from(error));
            return None;
        }
    };
    let doubt = if tally.outstanding > 0 { leg.doubt_due(*doubts) } else { None };
    let next = tally.next_due.into_iter().chain(doubt).min();
    if doubt.is_some() && doubt == next {
        *doubts += 1;
    }
    next
}

/// Feeds every entry that is due to the lanes once; false if there was none.
async fn round(leg: &Arc<Leg>, horizon: Timestamp) -> bool {
    let (feed, work) = mpsc::channel(leg.limits.page);
    let work = Arc::new(Mutex::new(work));
    let mut lanes = JoinSet::new();
    for _ in 0..leg.limits.lanes {
        lanes.spawn(lane::work(Arc::clone(leg), Arc::clone(&work)));
    }
    // Only the lanes hold it now: when they end, feeding ends.
    drop(work);
    let any = plan(leg, horizon, feed).await;
    while lanes.join_next().await.is_some() {}
    any
}

/// The planner: pages of due entries in key order, read ahead of the lanes by no more than one page.
async fn plan(leg: &Leg, horizon: Timestamp, feed: mpsc::Sender<(Entry, Candidate)>) -> bool {
    let mut after: Option<PatientKey> = None;
    let mut any = false;
    while !leg.brake.is_pulled() {
        let due = Cursor::Due(leg.now().max(horizon));
        let page = match leg.store.page(leg.run, due, after.as_ref(), leg.limits.page).await {
            Ok(page) => page,
            Err(error) => {
                leg.brake.halt(Halt::from(error));
                return any;
            }
        };
        let Some((last, _)) = page.last() else { break };
        after = Some(last.key.clone());
        for item in page {
            any = true;
            tokio::select! {
                sent = feed.send(item) => if sent.is_err() { return any },
                () = leg.brake.pulled() => return any,
            }
        }
    }
    any
}

/// Waits until every message on its way is settled or left: then every place is free, and every fact handed over.
async fn settled(leg: &Leg) {
    let places = u32::try_from(leg.limits.in_flight).unwrap_or(u32::MAX);
    let _ = leg.in_flight.acquire_many(places).await;
    // An empty group is durable after everything before it.
    let _ = leg.recorder.record(Vec::new()).await;
}
