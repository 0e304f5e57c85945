//! Beside the work: how it goes is shown, and the leg's own times are kept.

use std::convert::Infallible;
use std::time::Duration;

use jiff::Timestamp;

use crate::bulk::leg::Leg;
use crate::bulk::leg::stop::Hand;
use crate::bulk::progress::{Reporter, RunEvent};
use crate::clock::strike;

/// How often it is shown how things stand, while they move.
const OFTEN: Duration = Duration::from_millis(500);
/// How often while nothing moves.
const SELDOM: Duration = Duration::from_mins(1);

/// Shows how things stand about twice a second, and less often where counting takes long or nothing moves.
pub(super) async fn show(leg: &Leg, reporter: &dyn Reporter) -> Infallible {
    let (mut said, mut last, mut pause) = (false, None, OFTEN);
    loop {
        tokio::select! {
            () = leg.clock.wait(pause) => {}
            () = leg.brake.pulled(), if !said => {}
        }
        if leg.brake.is_pulled() && !said {
            said = true;
            match leg.brake.pulled_by() {
                Some(Hand::Time) => reporter.report(RunEvent::Pausing),
                Some(Hand::Operator) | None => reporter.report(RunEvent::Stopping),
            }
        }
        if let Ok(tally) = leg.store.tally(leg.run).await {
            let moves = last.as_ref() != Some(&tally);
            pause = if moves { OFTEN } else { pause.saturating_mul(2).min(SELDOM) };
            last = Some(tally.clone());
            reporter.report(RunEvent::Progress(Box::new(tally)));
        }
    }
}

/// Pauses the leg at the time that was set, and ends the grace after a stop.
/// Requirement: RUN-027.
pub(super) async fn keep_time(leg: &Leg, until: Option<Timestamp>) -> Infallible {
    let set_time = async {
        if let Some(until) = until {
            strike(&*leg.clock, until).await;
            leg.brake.time_is_up();
        }
    };
    let grace = async {
        leg.brake.pulled().await;
        leg.clock.wait(Duration::from_millis(leg.limits.stop_grace_ms)).await;
        leg.brake.end_grace();
    };
    tokio::join!(set_time, grace);
    std::future::pending().await
}
