//! Polling: how an accepted message fares, within a budget, and for a short grace after a stop.

use std::time::Duration;

use super::Flight;
use crate::bulk::leg::{Leg, Trouble};
use crate::spine::{Outcome, Submitted};

/// Polls within the budget. A stop does not end it before its grace: what is on its way is settled if it can be.
/// Requirement: MSG-016.
pub(super) async fn poll(
    leg: &Leg,
    flight: &Flight,
    mut location: String,
    mut pause: Duration,
) -> Result<Outcome, Trouble> {
    let began = leg.clock.uptime();
    let budget = Duration::from_millis(leg.limits.poll_budget_ms);
    loop {
        // A poll that would come after the budget is none: neither is the budget overdrawn nor the Spine's wish cut short.
        if leg.clock.uptime().saturating_sub(began).saturating_add(pause) > budget {
            return Ok(Outcome::Quiet { note: "poll budget spent".into() });
        }
        let place = tokio::select! {
            biased;
            () = leg.brake.grace_over() => return Err(Trouble::Ending),
            place = place(leg, pause) => place?,
        };
        // A poll is a request, too: what is on its way when the session ends is asked for under the next one.
        leg.check_permit()?;
        let answer = leg.spine.poll(&flight.message, &location).await;
        drop(place);
        match answer {
            Submitted::Final(outcome) => return Ok(outcome),
            Submitted::Awaited => {}
            Submitted::Pending { location: next, after } => (location, pause) = (next, after),
        }
    }
}

/// Waits for as long as the Spine asked to, and then for a place.
async fn place(leg: &Leg, pause: Duration) -> Result<tokio::sync::SemaphorePermit<'_>, Trouble> {
    leg.clock.wait(pause).await;
    leg.polls.acquire().await.map_err(|_| Trouble::Ending)
}
