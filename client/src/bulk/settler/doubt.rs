//! What is in doubt, and what is certainly not on the Spine: the Spine is asked first, and today's rules are run again before anything is
//! sent.

use jiff::Timestamp;
use spine_rules::{Fact, MigrationSetAside};
use spine_store::Write;
use spine_vocabulary::Interaction;

use super::{Flight, Step, later, note};
use crate::bulk::lane::{self, Decision};
use crate::bulk::leg::{Leg, Trouble};
use crate::clock::elapsed;
use crate::fault::Halt;
use crate::spine::Held;

/// Asks the Spine whether it holds the message; the entry is `Uncertain`.
/// Requirements: ACK-016, RUN-009.
pub(super) async fn ask(leg: &Leg, flight: &mut Flight) -> Result<Step, Trouble> {
    let asked_at = flight.now(&*leg.clock);
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
pub(super) async fn give_up_in_time(leg: &Leg, flight: &Flight) -> Result<Step, Trouble> {
    wait_until_landed(leg, flight).await?;
    note(leg, flight, [Fact::GaveUp], None).await?;
    Ok(Step::Done)
}

/// Waits until nothing can land any more.
async fn wait_until_landed(leg: &Leg, flight: &Flight) -> Result<(), Trouble> {
    loop {
        let left = flight.lands_for(&leg.contract, flight.now(&*leg.clock));
        if left.is_zero() {
            return Ok(());
        }
        if leg.brake.is_pulled() {
            return Err(Trouble::Ending);
        }
        leg.pause(left).await;
    }
}

/// The Spine does not hold it; the entry is `Uncertain`. Today's rules decide whether the same bytes go again.
/// Requirement: ACK-015.
async fn absent(leg: &Leg, flight: &mut Flight, read_at: Timestamp) -> Result<Step, Trouble> {
    let today = today(leg, flight).await?;
    let same = matches!(today, Today::Same);
    if same && flight.absences < leg.limits.question_attempts {
        note(leg, flight, [Fact::ReconciledAbsent], None).await?;
        // At once after the first question; whoever never takes it is not to be pressed.
        if flight.absences > 0 {
            let due = flight.attempts.last.saturating_add(leg.contract.interval).unwrap_or(Timestamp::MAX);
            leg.pause(elapsed(flight.now(&*leg.clock), due)).await;
        }
        flight.absences += 1;
        return Ok(Step::Resend);
    }
    if !flight.lands_for(&leg.contract, read_at).is_zero() {
        // A queued message can still land: the id is given up only if it is absent after that time, too.
        wait_until_landed(leg, flight).await?;
        return Ok(Step::Ask);
    }
    if same {
        return later(leg, flight, Some(Fact::ReconciledAbsent), "absent, however often it is sent".into())
            .await;
    }
    note(leg, flight, [Fact::ReconciledAbsent], None).await?;
    abandon(leg, flight, today).await
}

/// The entry is `Unsent`: today's rules decide whether the same bytes go again.
/// Requirements: ELI-029, CON-026.
pub(super) async fn redecide(leg: &Leg, flight: &Flight) -> Result<Step, Trouble> {
    if leg.brake.is_pulled() {
        return Err(Trouble::Ending);
    }
    match today(leg, flight).await {
        Ok(Today::Same) => Ok(Step::Resend),
        Ok(_) if flight.attempts.in_doubt => {
            note(leg, flight, [Fact::Doubted], None).await?;
            Ok(Step::Ask)
        }
        Ok(other) => abandon(leg, flight, other).await,
        Err(Trouble::Unanswered(unanswered)) if !flight.attempts.in_doubt => {
            let why = leg.alone(&flight.key, flight.deferrals, unanswered)?;
            later(leg, flight, None, why).await
        }
        Err(other) => Err(other),
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
    let mut writes: Vec<Write> = vec![leg.fact(&flight.key, Fact::Abandoned)];
    match today {
        Today::Nothing(aside) => writes.push(leg.decline(&flight.key, flight.deferrals, aside).await?),
        Today::Same | Today::Other => leg.decided_afresh(&flight.key),
    }
    leg.recorder.note(writes).await?;
    Ok(Step::Done)
}
