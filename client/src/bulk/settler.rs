//! The settler: sees one message through from its first answer to a settled entry.
//!
//! Inside the retry contract and the same leg the same bytes go again with no question asked but for local consent;
//! afterwards the Spine is asked first, and today's rules are run again before anything is sent.

mod doubt;
mod flight;
mod polling;

use std::time::Duration;

use spine_rules::lifecycle::retry::Resend;
use spine_rules::{Fact, Reason, SetAside};

use super::leg::{Leg, Trouble};
use crate::clock::elapsed;
use crate::fault::Halt;
use crate::spine::{Outcome, Submitted};
use doubt::{ask, give_up_in_time, redecide};
pub(super) use flight::Flight;
use polling::poll;

/// What to do next with a flight.
enum Step {
    /// Settled, or left as it is because the leg ends, or listed again.
    Done,
    /// An answer to look at.
    Look(Submitted),
    /// Send the same bytes under the same id now; the intent is not yet recorded.
    Resend,
    /// In doubt: ask the Spine.
    Ask,
    /// Certainly not on the Spine: run today's rules again.
    Redecide,
}

/// Sees a message through from an answer to its submission.
pub(super) async fn see_through(leg: &Leg, flight: Flight, submitted: Submitted) {
    drive(leg, flight, Step::Look(submitted)).await;
}

/// Sees a message through that an earlier leg left in doubt.
pub(super) async fn see_doubt_through(leg: &Leg, flight: Flight) {
    drive(leg, flight, Step::Ask).await;
}

/// Sees a message through that is certainly not on the Spine.
pub(super) async fn see_unsent_through(leg: &Leg, flight: Flight) {
    drive(leg, flight, Step::Redecide).await;
}

async fn drive(leg: &Leg, mut flight: Flight, first: Step) {
    let mut step = first;
    loop {
        let next = match step {
            Step::Done => return,
            Step::Look(submitted) => look(leg, &mut flight, submitted).await,
            Step::Resend => resend(leg, &mut flight).await,
            Step::Ask => ask(leg, &mut flight).await,
            Step::Redecide => redecide(leg, &flight).await,
        };
        step = match next {
            Ok(step) => step,
            Err(trouble) => return leave(leg, &flight, trouble),
        };
    }
}

/// The leg is ending, or the Spine cannot be asked: what is durable says enough to go on later.
fn leave(leg: &Leg, flight: &Flight, trouble: Trouble) {
    if let Trouble::Unanswered(unanswered) = trouble {
        let _ = leg.alone(&flight.key, flight.deferrals, unanswered);
    }
}

async fn note(
    leg: &Leg,
    flight: &Flight,
    facts: impl IntoIterator<Item = Fact>,
    note: Option<String>,
) -> Result<(), Trouble> {
    let mut writes: Vec<_> = facts.into_iter().map(|fact| leg.fact(&flight.key, fact)).collect();
    if let Some(first) = writes.first_mut() {
        first.note = note;
    }
    Ok(leg.recorder.note(writes).await?)
}

async fn look(leg: &Leg, flight: &mut Flight, submitted: Submitted) -> Result<Step, Trouble> {
    match submitted {
        Submitted::Pending { location, after } => {
            if flight.location.is_none() {
                note(leg, flight, [Fact::Accepted { location: location.clone() }], None).await?;
            }
            flight.location = Some(location.clone());
            poll(leg, flight, location, after).await.map(|outcome| Step::Look(Submitted::Final(outcome)))
        }
        Submitted::Awaited => {
            conclude(leg, flight, Outcome::Quiet { note: "no answer on this route".into() }).await
        }
        Submitted::Final(outcome) => conclude(leg, flight, outcome).await,
    }
}

/// Requirements: CON-024, CON-025, ACK-027.
async fn conclude(leg: &Leg, flight: &mut Flight, outcome: Outcome) -> Result<Step, Trouble> {
    if !matches!(outcome, Outcome::NotTaken { .. } | Outcome::Quiet { .. } | Outcome::Halt(_)) {
        leg.health.answered();
    }
    let settled = match outcome {
        Outcome::Acknowledged { note: text } => (Fact::Acknowledged, text),
        Outcome::Duplicate { stored: true, note: text } if flight.asked_by_resending => {
            (Fact::Acknowledged, Some(text))
        }
        Outcome::Duplicate { stored: false, note: text } if flight.asked_by_resending => {
            note(leg, flight, [Fact::WentQuiet], Some(text)).await?;
            return give_up_in_time(leg, flight).await;
        }
        Outcome::Duplicate { note: text, .. } => {
            flight.attempts = flight.attempts.doubted();
            note(leg, flight, [Fact::WentQuiet], Some(text)).await?;
            return Ok(Step::Ask);
        }
        Outcome::Dissent { note: text } => {
            let reason = if flight.is_clinical() { Reason::AcsMismatch } else { Reason::DissentHeld };
            (Fact::Rejected(SetAside { reason, details: vec![text] }), None)
        }
        Outcome::Stale { note: text } => {
            note(leg, flight, [Fact::RefusedAsStale, Fact::Abandoned], Some(text)).await?;
            leg.decided_afresh(&flight.key);
            return Ok(Step::Done);
        }
        Outcome::Refused { note: text } => {
            (Fact::Rejected(SetAside { reason: Reason::Refused, details: vec![text] }), None)
        }
        Outcome::TooLarge { note: text } => {
            (Fact::Rejected(SetAside { reason: Reason::TooLarge, details: vec![text] }), None)
        }
        Outcome::NotTaken { after, note: text } => return not_taken(leg, flight, after, text).await,
        Outcome::Quiet { note: text } => return quiet(leg, flight, text).await,
        Outcome::Halt(why) => {
            let fact = if flight.attempts.in_doubt { Fact::WentQuiet } else { Fact::NeverSent };
            note(leg, flight, [fact], None).await?;
            return Err(leg.end(why));
        }
    };
    note(leg, flight, [settled.0], settled.1).await?;
    Ok(Step::Done)
}

async fn not_taken(
    leg: &Leg,
    flight: &mut Flight,
    wait: Option<Duration>,
    text: String,
) -> Result<Step, Trouble> {
    // An earlier silence is not undone by a later refusal to take the message.
    let fact = if flight.attempts.in_doubt { Fact::WentQuiet } else { Fact::NeverSent };
    note(leg, flight, [fact], Some(text.clone())).await?;
    let began = *flight.not_taken_since.get_or_insert(leg.health.mark());
    if flight.attempts.count > leg.limits.question_attempts {
        if flight.attempts.in_doubt {
            return Ok(Step::Ask);
        }
        let unanswered = leg.unanswered(began, text, Halt::SpineUnavailable);
        let why = leg.alone(&flight.key, flight.deferrals, unanswered)?;
        return later(leg, flight, None, why).await;
    }
    let doubling = 1_u32 << flight.attempts.count.min(6);
    leg.pause(wait.unwrap_or(Duration::from_millis(leg.limits.question_pause_ms) * doubling)).await;
    if flight.attempts.in_doubt { Ok(Step::Resend) } else { Ok(Step::Redecide) }
}

/// Puts a patient off whose message is certainly not on the Spine: its id is given up, and the ladder decides when it is the next one's
/// turn. `before` is the fact that makes the entry `Unsent`, if it is not yet.
async fn later(leg: &Leg, flight: &Flight, before: Option<Fact>, why: String) -> Result<Step, Trouble> {
    let last = leg.put_off(&flight.key, flight.deferrals, why).await?;
    let given_up = matches!(last.fact, Fact::Deferred { .. }).then_some(Fact::Abandoned);
    let mut writes: Vec<_> =
        before.into_iter().chain(given_up).map(|fact| leg.fact(&flight.key, fact)).collect();
    writes.push(last);
    leg.recorder.note(writes).await?;
    Ok(Step::Done)
}

/// Requirements: ACK-013, ACK-014.
async fn quiet(leg: &Leg, flight: &mut Flight, text: String) -> Result<Step, Trouble> {
    flight.attempts = flight.attempts.doubted();
    note(leg, flight, [Fact::WentQuiet], Some(text)).await?;
    let now = flight.now(&*leg.clock);
    match leg.contract.resend(&flight.attempts, now) {
        Resend::AskFirst => return Ok(Step::Ask),
        _ if !flight.is_of_this_leg() => return Ok(Step::Ask),
        Resend::Now => {}
        Resend::At(due) => leg.pause(elapsed(now, due)).await,
    }
    // Only local consent is read again, and a dissent ends resending.
    if flight.is_clinical() && dissents_now(leg, flight).await? { Ok(Step::Ask) } else { Ok(Step::Resend) }
}

/// Requirement: ACK-037.
async fn dissents_now(leg: &Leg, flight: &Flight) -> Result<bool, Trouble> {
    let entry = leg.store.entry(leg.run, &flight.key).await.map_err(|error| leg.end(error.into()))?;
    Ok(entry.is_none_or(|(_, candidate)| leg.rules.at(leg.clock.now()).consent(&candidate.record).dissents()))
}

async fn resend(leg: &Leg, flight: &mut Flight) -> Result<Step, Trouble> {
    if leg.brake.is_pulled() {
        return Err(Trouble::Ending);
    }
    leg.check_permit()?;
    leg.recorder.record(vec![leg.fact(&flight.key, Fact::Resent)]).await?;
    flight.attempts = flight.attempts.again(flight.now(&*leg.clock));
    flight.location = None;
    let submitted = leg.spine.submit(&flight.message).await;
    flight.has_left(&*leg.clock);
    Ok(Step::Look(submitted))
}
