//! The conductor: opens a leg, feeds the lanes, and closes the leg as it really ended.

use std::sync::Arc;

use spine_rules::lifecycle::retry::RetryContract;
use spine_rules::record::{PatientKey, PatientRecord, RegistrationStatus};
use spine_rules::{Counter, Intent, PracticeProfile, Settings};
use spine_store::{Closed, Cursor, Fence, Listing, NewRun, Run, RunKind, Selection, Store, Tally};
use tokio::sync::{Mutex, Semaphore, mpsc};
use tokio::task::JoinSet;

use super::leg::stop::{Brake, Stop};
use super::leg::{DailyRules, Leg, Limits};
use super::progress::{Reporter, RunEvent};
use super::{lane, recorder, recovery};
use crate::clock::Clock;
use crate::compose::Composer;
use crate::fault::Halt;
use crate::ids::Ids;
use crate::spine::Spine;

/// Everything that one leg needs; the client's facade puts it together.
pub struct Order {
    /// The store.
    pub store: Arc<dyn Store>,
    /// The Spine, by one of its routes.
    pub spine: Arc<dyn Spine>,
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// Where message ids come from.
    pub ids: Arc<dyn Ids>,
    /// Composes messages in the operator's name.
    pub composer: Composer,
    /// The practice.
    pub practice: PracticeProfile,
    /// The rules' settings.
    pub settings: Settings,
    /// The retry contract.
    pub contract: RetryContract,
    /// How much at a time.
    pub limits: Limits,
    /// Refuses as soon as the session no longer permits a request.
    pub permit: Arc<dyn Fn() -> Result<(), Halt> + Send + Sync>,
    /// What opens the run or the leg.
    pub new: NewRun,
    /// The run to resume, if it is a resumption.
    pub resume: Option<Run>,
    /// Fence of the lease that the caller took.
    pub fence: Fence,
}

/// How a leg ended.
#[derive(Clone, Debug)]
pub struct Ended {
    /// The run.
    pub run: Run,
    /// How its entries stand.
    pub tally: Tally,
    /// Finished, stopped or halted.
    pub closed: Closed,
    /// Why it halted, if it did.
    pub halt: Option<Halt>,
}

/// Conducts one leg from its opening to its close.
pub async fn conduct(order: Order, stop: Stop, reporter: &dyn Reporter) -> Result<Ended, Halt> {
    let run = open(&order).await?;
    reporter.report(RunEvent::Opened(Box::new(run.clone())));
    let brake = Brake::new(stop);
    let (fence, store, clock) = (order.fence, Arc::clone(&order.store), Arc::clone(&order.clock));
    let (handle, committing) =
        recorder::start(Arc::clone(&store), Arc::clone(&clock), fence, run.id, brake.clone());
    let leg = Arc::new(leg(order, &run, handle, brake.clone()));
    tokio::select! {
        () = rounds(&leg) => {}
        never = watch(&leg, reporter) => match never {},
    }
    drop(leg);
    // The recorder ends once nobody holds it: every fact handed over is durable then.
    let _ = committing.await;

    let tally = store.tally(run.id).await?;
    let halt = brake.halted();
    let unfinished =
        tally.outstanding > 0 || tally.counters.get(&Counter::Unprocessed).is_some_and(|n| *n > 0);
    let closed = match (&halt, unfinished) {
        (Some(_), _) => Closed::Halted,
        (None, true) => Closed::Stopped,
        (None, false) => Closed::Finished,
    };
    let run = match store.close_leg(fence, run.id, closed, clock.now()).await {
        Ok(run) => run,
        // The one who took over closes it; a store that cannot be written leaves it interrupted.
        Err(_) if halt.is_some() => run,
        Err(error) => return Err(error.into()),
    };
    if let Some(why) = &halt {
        reporter.report(RunEvent::Halted(why.clone()));
    }
    reporter.report(RunEvent::Closed(closed, Box::new(tally.clone())));
    Ok(Ended { run, tally, closed, halt })
}

async fn open(order: &Order) -> Result<Run, Halt> {
    if let Some(run) = &order.resume {
        return Ok(order.store.open_leg(order.fence, run.id, &order.new).await?);
    }
    let takes = |listing: &Listing<'_>| in_population(order.new.kind, listing.record);
    Ok(order.store.open_run(order.fence, &order.new, Selection::whom(&takes)).await?)
}

/// Whom a kind of run takes: a migration every active patient, eligible or not; an upload everybody, for the report says of
/// each one why nothing was sent.
/// Requirements: ELI-001, CON-028.
fn in_population(kind: RunKind, record: &PatientRecord) -> bool {
    let active = record.registration.status != RegistrationStatus::Deducted && record.death_date.is_none();
    kind != RunKind::ConsentMigration || active
}

fn leg(order: Order, run: &Run, recorder: recorder::Recorder, brake: Brake) -> Leg {
    Leg {
        rules: DailyRules::new(
            order.settings,
            order.practice,
            Intent::of_run(run.kind, run.action),
            order.clock.now(),
        ),
        store: order.store,
        spine: order.spine,
        clock: order.clock,
        ids: order.ids,
        composer: order.composer,
        run: run.id,
        migration: order.new.kind == RunKind::ConsentMigration,
        contract: order.contract,
        in_flight: Arc::new(Semaphore::new(order.limits.in_flight)),
        polls: Semaphore::new(order.limits.polls),
        limits: order.limits,
        recorder,
        brake,
        health: super::leg::health::Health::default(),
        permit: order.permit,
        round: std::sync::atomic::AtomicU32::new(0),
    }
}

/// First what an earlier leg left; then the population, again and again until a round changes nothing.
async fn rounds(leg: &Arc<Leg>) {
    recovery::recover(leg).await;
    while !leg.brake.is_pulled() {
        let fed = round(leg).await;
        settled(leg).await;
        if !fed {
            return;
        }
        leg.round.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
    }
    settled(leg).await;
}

/// Feeds every entry that is due to the lanes once; false if there was none.
async fn round(leg: &Arc<Leg>) -> bool {
    let (feed, work) = mpsc::channel(leg.limits.page);
    let work = Arc::new(Mutex::new(work));
    let mut lanes = JoinSet::new();
    for _ in 0..leg.limits.lanes {
        lanes.spawn(lane::work(Arc::clone(leg), Arc::clone(&work)));
    }
    // Only the lanes hold it now: when they end, feeding ends.
    drop(work);
    let any = plan(leg, feed).await;
    while lanes.join_next().await.is_some() {}
    any
}

/// The planner: pages of due entries in key order, read ahead of the lanes by no more than one page.
async fn plan(leg: &Leg, feed: mpsc::Sender<(spine_store::Entry, spine_rules::record::Candidate)>) -> bool {
    let mut after: Option<PatientKey> = None;
    let mut any = false;
    while !leg.brake.is_pulled() {
        let due = Cursor::Due(leg.clock.now());
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
                () = leg.brake.stop.asked() => return any,
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

/// Shows how things stand about twice a second, and less often where counting takes long.
async fn watch(leg: &Leg, reporter: &dyn Reporter) -> std::convert::Infallible {
    let mut said_stopping = false;
    loop {
        leg.clock.wait(std::time::Duration::from_millis(500)).await;
        if leg.brake.is_pulled() && !said_stopping {
            said_stopping = true;
            reporter.report(RunEvent::Stopping);
        }
        if let Ok(tally) = leg.store.tally(leg.run).await {
            reporter.report(RunEvent::Progress(Box::new(tally)));
        }
    }
}
