//! The conductor: opens a leg, has it worked through, and closes it as it really ended.

pub(super) mod order;
pub(super) mod predict;
mod rounds;
mod watch;
mod whom;

use std::sync::Arc;

use jiff::Timestamp;
use spine_store::{Closed, Fence, Run, Tally};

use super::leg::stop::{Brake, Hand, Stop};
use super::progress::{Reporter, RunEvent};
use super::recorder;
use crate::fault::Halt;
use order::{Of, Order};
use rounds::Span;
use spine_rules::Counter;

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
    /// Why it stopped, if it did.
    pub paused_by: Option<Pause>,
}

/// Why a leg stopped before its work was done, without a halt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pause {
    /// The operator asked.
    Operator,
    /// The time came that was set for it.
    Schedule,
    /// Whoever is left waits for a later attempt, which neither the session nor the set time lets this leg see.
    NotYetDue {
        /// When the earliest is due.
        until: Timestamp,
    },
    /// The Spine would not tell of whoever is left whether it has their message.
    InDoubt,
}

/// Conducts one leg from its opening to its close, under the lease whose fence is given.
pub async fn conduct(order: Order, fence: Fence, stop: Stop, reporter: &dyn Reporter) -> Result<Ended, Halt> {
    let run = open(&order, fence).await?;
    reporter.report(RunEvent::Opened(Box::new(run.clone())));
    let brake = Brake::new(stop);
    let (store, clock) = (Arc::clone(&order.store), Arc::clone(&order.clock));
    let (handle, committing) =
        recorder::start(Arc::clone(&store), Arc::clone(&clock), fence, run.id, brake.clone());
    let until = order.until;
    let waits_until = order.session_ends_at.min(until.unwrap_or(Timestamp::MAX));
    let span = Span { retry_now: order.retry_now, waits_until };
    let of = Of { run: run.id, kind: run.kind, action: run.action };
    let leg = Arc::new(order.leg(of, handle, brake.clone()));
    tokio::select! {
        () = rounds::work(&leg, span, reporter) => {}
        never = watch::show(&leg, reporter) => match never {},
        never = watch::keep_time(&leg, until) => match never {},
    }
    drop(leg);
    // The recorder ends once nobody holds it: every fact handed over is durable then.
    let _ = committing.await;

    let tally = store.tally(run.id).await?;
    let (closed, halt, paused_by) = how(&brake, &tally);
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
    Ok(Ended { run, tally, closed, halt, paused_by })
}

/// How the leg really ended.
fn how(brake: &Brake, tally: &Tally) -> (Closed, Option<Halt>, Option<Pause>) {
    if let Some(halt) = brake.halted() {
        return (Closed::Halted, Some(halt), None);
    }
    let unprocessed = tally.counters.get(&Counter::Unprocessed).is_some_and(|n| *n > 0);
    if tally.outstanding == 0 && !unprocessed {
        return (Closed::Finished, None, None);
    }
    let pause = match (brake.pulled_by(), tally.next_due) {
        (Some(Hand::Operator), _) => Pause::Operator,
        (Some(Hand::Time), _) => Pause::Schedule,
        (None, Some(until)) => Pause::NotYetDue { until },
        (None, None) => Pause::InDoubt,
    };
    (Closed::Stopped, None, Some(pause))
}

async fn open(order: &Order, fence: Fence) -> Result<Run, Halt> {
    if let Some(run) = &order.resume {
        return Ok(order.store.open_leg(fence, run.id, &order.new).await?);
    }
    let takes = whom::takes(order.new.kind, order.new.action);
    Ok(order.store.open_run(fence, &order.new, whom::selection(&order.new, &takes)).await?)
}
