//! The settler: sees one message through from its first answer to a settled entry.
//!
//! Inside the retry contract and the same leg the same bytes go again with no question asked but for local consent;
//! afterwards the Spine is asked first, and today's rules are run again before anything is sent.

mod flight;

use std::time::Duration;

use jiff::Timestamp;
use spine_rules::lifecycle::retry::{Absence, Resend};
use spine_rules::{Fact, MigrationSetAside, Reason, SetAside};
use spine_vocabulary::Interaction;

use super::lane::{self, Decision};
use super::leg::{Leg, Trouble};
use crate::clock::elapsed;
use crate::fault::Halt;
use crate::spine::{Held, Outcome, Submitted};
pub(super) use flight::Flight;

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
        // The leg is ending, or the Spine cannot be asked: what is durable says enough to go on later.
        step = next.unwrap_or(Step::Done);
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

/// Polls within the budget. A stop does not end it before its grace: what is on its way is settled if it can be.
/// Requirement: MSG-016.
async fn poll(
    leg: &Leg,
    flight: &Flight,
    mut location: String,
    mut pause: Duration,
) -> Result<Outcome, Trouble> {
    let began = leg.clock.now();
    let budget = Duration::from_millis(leg.limits.poll_budget_ms);
    let grace = Duration::from_millis(leg.limits.stop_grace_ms).min(budget);
    loop {
        leg.clock.wait(pause).await;
        let spent = elapsed(began, leg.clock.now());
        if leg.brake.halted().is_some() || leg.brake.is_pulled() && spent >= grace {
            return Err(Trouble::Ending);
        }
        // A poll is a request, too: what is on its way when the session ends is asked for under the next one.
        leg.check_permit()?;
        let answer = {
            let _place = leg.polls.acquire().await.map_err(|_| Trouble::Ending)?;
            leg.spine.poll(&flight.message, &location).await
        };
        match answer {
            Submitted::Final(outcome) => return Ok(outcome),
            Submitted::Awaited => {}
            Submitted::Pending { .. } if spent >= budget => {
                return Ok(Outcome::Quiet { note: "poll budget spent".into() });
            }
            Submitted::Pending { location: next, after } => (location, pause) = (next, after),
        }
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
        let Trouble::Unanswered(why) = leg.unanswered(began, text, Halt::SpineUnavailable) else {
            return Err(Trouble::Ending);
        };
        let aside = SetAside { reason: Reason::RetriesExhausted, details: vec![why] };
        note(leg, flight, [Fact::SetAside(aside)], None).await?;
        return Ok(Step::Done);
    }
    let doubling = 1_u32 << flight.attempts.count.min(6);
    leg.pause(wait.unwrap_or(Duration::from_millis(leg.limits.question_pause_ms) * doubling)).await;
    if flight.attempts.in_doubt { Ok(Step::Resend) } else { Ok(Step::Redecide) }
}

/// Requirements: ACK-013, ACK-014.
async fn quiet(leg: &Leg, flight: &mut Flight, text: String) -> Result<Step, Trouble> {
    flight.attempts = flight.attempts.doubted();
    note(leg, flight, [Fact::WentQuiet], Some(text)).await?;
    let now = leg.clock.now();
    match leg.contract.resend(&flight.attempts, now) {
        Resend::AskFirst => return Ok(Step::Ask),
        _ if !flight.of_this_leg => return Ok(Step::Ask),
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
    flight.attempts = flight.attempts.again(leg.clock.now());
    flight.of_this_leg = true;
    flight.location = None;
    Ok(Step::Look(leg.spine.submit(&flight.message).await))
}

/// Asks the Spine whether it holds the message; the entry is `Uncertain`.
/// Requirements: ACK-016, RUN-009.
async fn ask(leg: &Leg, flight: &mut Flight) -> Result<Step, Trouble> {
    let asked_at = leg.clock.now();
    match held(leg, flight).await? {
        Held::Stored => {
            note(leg, flight, [Fact::ReconciledStored], None).await?;
            Ok(Step::Done)
        }
        Held::Absent => absent(leg, flight, asked_at).await,
        // Absence cannot be proven, and clinical bytes in doubt are never resent to a dissenter.
        Held::Refused if flight.is_clinical() || flight.asked_by_resending => {
            give_up_in_time(leg, flight).await
        }
        Held::Refused => {
            flight.asked_by_resending = true;
            Ok(Step::Resend)
        }
    }
}

async fn held(leg: &Leg, flight: &Flight) -> Result<Held, Trouble> {
    let number = flight.message.number;
    if flight.message.interaction == Interaction::SetPermissions {
        let standing = leg.ask(|| leg.spine.standing(number)).await?;
        return Ok(if standing.dissent() { Held::Stored } else { Held::Absent });
    }
    leg.ask(|| leg.spine.holds(number, flight.live.id.event())).await
}

/// The list is refused, and receipt proves no storing; the entry is `Uncertain`. Once nothing can land any more, nobody asks
/// any more.
/// Requirement: ACK-036.
async fn give_up_in_time(leg: &Leg, flight: &Flight) -> Result<Step, Trouble> {
    if !wait_until_landed(leg, flight).await {
        return Err(Trouble::Ending);
    }
    note(leg, flight, [Fact::GaveUp], None).await?;
    Ok(Step::Done)
}

/// Waits until nothing can land any more; false if the leg ends before.
async fn wait_until_landed(leg: &Leg, flight: &Flight) -> bool {
    let until = leg.contract.lands_until(flight.attempts.last);
    while !leg.contract.may_give_up(flight.attempts.last, leg.clock.now()) {
        if leg.brake.is_pulled() {
            return false;
        }
        leg.pause(elapsed(leg.clock.now(), until) + Duration::from_millis(1)).await;
    }
    true
}

/// The Spine does not hold it; the entry is `Uncertain`. Today's rules decide whether the same bytes go again.
/// Requirement: ACK-015.
async fn absent(leg: &Leg, flight: &Flight, read_at: Timestamp) -> Result<Step, Trouble> {
    let today = today(leg, flight).await?;
    if matches!(today, Today::Same) {
        note(leg, flight, [Fact::ReconciledAbsent], None).await?;
        return Ok(Step::Resend);
    }
    if leg.contract.absence(flight.attempts.last, read_at) == Absence::Provisional {
        // A queued message can still land: the id is given up only if it is absent after that time, too.
        return if wait_until_landed(leg, flight).await { Ok(Step::Ask) } else { Err(Trouble::Ending) };
    }
    note(leg, flight, [Fact::ReconciledAbsent], None).await?;
    abandon(leg, flight, today).await
}

/// The entry is `Unsent`: today's rules decide whether the same bytes go again.
/// Requirements: ELI-029, CON-026.
async fn redecide(leg: &Leg, flight: &Flight) -> Result<Step, Trouble> {
    if leg.brake.is_pulled() {
        return Err(Trouble::Ending);
    }
    match today(leg, flight).await? {
        Today::Same => Ok(Step::Resend),
        _ if flight.attempts.in_doubt => {
            note(leg, flight, [Fact::Doubted], None).await?;
            Ok(Step::Ask)
        }
        other => abandon(leg, flight, other).await,
    }
}

/// What today's rules say of a message that is not on the Spine.
enum Today {
    /// The same content is due.
    Same,
    /// Another content is due.
    Other,
    /// Nothing is due.
    Nothing(MigrationSetAside),
}

async fn today(leg: &Leg, flight: &Flight) -> Result<Today, Trouble> {
    let entry = leg.store.entry(leg.run, &flight.key).await.map_err(|error| leg.end(error.into()))?;
    let Some((_, candidate)) = entry else {
        return Err(leg.end(Halt::Bug("an entry vanished".into())));
    };
    match lane::decide(leg, candidate).await {
        Ok(Decision::Send(intent)) => {
            let same = intent.settles_as == flight.live.settles_as
                && intent.message.number == flight.message.number
                && intent.uploaded.map(|uploaded| uploaded.content_sha256) == flight.content_sha256;
            Ok(if same { Today::Same } else { Today::Other })
        }
        Ok(Decision::Settle(aside)) => Ok(Today::Nothing(aside)),
        Err(Trouble::SetAside(aside)) => Ok(Today::Nothing(aside.into())),
        Err(other) => Err(other),
    }
}

/// Gives the id up; the entry is `Unsent`. It is settled, or listed to be decided afresh.
async fn abandon(leg: &Leg, flight: &Flight, today: Today) -> Result<Step, Trouble> {
    let mut writes = vec![leg.fact(&flight.key, Fact::Abandoned)];
    if let Today::Nothing(aside) = today {
        writes.push(leg.settling(&flight.key, aside));
    }
    leg.recorder.note(writes).await?;
    Ok(Step::Done)
}
