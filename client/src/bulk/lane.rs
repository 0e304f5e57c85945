//! A lane: takes one patient after another, has them decided, makes the intent durable, and sends.

use std::sync::Arc;

use spine_rules::lifecycle::{Fact, Live, State};
use spine_rules::record::{Candidate, LocalChange};
use spine_rules::{MigrationSetAside, Reason, SetAside, Warning};
use spine_store::{Entry, FrozenBytes, Uploaded, Write};
use tokio::sync::{Mutex, OwnedSemaphorePermit, mpsc};

use super::leg::{Leg, Trouble};
use super::settler::{self, Flight};
use super::{migration, upload};
use crate::spine::Message;

/// What the rules say of one patient today.
pub(super) enum Decision {
    /// A message is due.
    Send(Box<Intent>),
    /// Nothing is due; in a migration local changes may go with it.
    Settle(MigrationSetAside),
}

/// A message that is due, before its intent is durable.
pub(super) struct Intent {
    pub(super) message: Message,
    pub(super) sha256: [u8; 32],
    pub(super) settles_as: Reason,
    pub(super) uploaded: Option<Uploaded>,
    pub(super) local: Vec<LocalChange>,
    pub(super) warnings: Vec<Warning>,
}

impl Intent {
    pub(super) fn live(&self) -> Live {
        Live { id: self.message.id, sha256: self.sha256, settles_as: self.settles_as }
    }
}

/// What the planner hands to the lanes.
pub(super) type Work = Arc<Mutex<mpsc::Receiver<(Entry, Candidate)>>>;

/// Works until the planner has no more, or the leg ends.
pub(super) async fn work(leg: Arc<Leg>, work: Work) {
    loop {
        // The place on the wire first: whoever is read from the store is sent for without waiting.
        let Ok(place) = Arc::clone(&leg.in_flight).acquire_owned().await else { return };
        let Some((entry, candidate)) = work.lock().await.recv().await else { return };
        if leg.brake.is_pulled() {
            return;
        }
        if let Err(trouble) = take(&leg, &entry, candidate, place).await {
            let _ = set_aside(&leg, &entry, trouble).await;
        }
    }
}

/// Asks today's rules, and the Spine where they need it.
pub(super) async fn decide(leg: &Leg, candidate: Candidate) -> Result<Decision, Trouble> {
    if leg.migration { migration::decide(leg, candidate).await } else { upload::decide(leg, candidate).await }
}

/// What is due, with what is no rule but stops a message all the same.
pub(super) async fn due(leg: &Leg, candidate: Candidate) -> Result<Decision, Trouble> {
    match decide(leg, candidate).await? {
        Decision::Send(intent) if intent.message.body.len() > leg.limits.message_bytes => {
            Err(Trouble::SetAside(SetAside::because(Reason::TooLarge)))
        }
        due => Ok(due),
    }
}

async fn take(
    leg: &Arc<Leg>,
    entry: &Entry,
    candidate: Candidate,
    place: OwnedSemaphorePermit,
) -> Result<(), Trouble> {
    if let State::Deferred { .. } = entry.state {
        leg.recorder.note(vec![leg.fact(&entry.key, Fact::FellDue)]).await?;
    }
    if leg.afresh_spent(&entry.key) {
        return Err(Trouble::SetAside(SetAside::because(Reason::RetriesExhausted)));
    }
    match due(leg, candidate).await? {
        Decision::Settle(aside) => {
            let write = leg.decline(&entry.key, entry.deferrals, aside).await?;
            leg.recorder.note(vec![write]).await?;
        }
        Decision::Send(intent) => {
            leg.check_permit()?;
            // The questions took their time, and nothing new begins after a stop.
            if leg.brake.is_pulled() {
                return Err(Trouble::Ending);
            }
            send(leg, entry, *intent, place).await?;
        }
    }
    Ok(())
}

async fn send(
    leg: &Arc<Leg>,
    entry: &Entry,
    intent: Intent,
    place: OwnedSemaphorePermit,
) -> Result<(), Trouble> {
    let dispatched = Write {
        frozen: Some(FrozenBytes(Arc::from(&intent.message.body[..]))),
        uploaded: intent.uploaded,
        local: intent.local.clone(),
        warnings: intent.warnings.clone(),
        note: told(&intent.warnings),
        ..leg.fact(&entry.key, Fact::Dispatched(intent.live()))
    };
    // Intent before effect: not one byte leaves before this returns.
    leg.recorder.record(vec![dispatched]).await?;
    let mut flight = Flight::dispatched(entry, &intent, &*leg.clock);
    let submitted = leg.spine.submit(&flight.message).await;
    flight.has_left(&*leg.clock);
    let leg = Arc::clone(leg);
    tokio::spawn(async move {
        settler::see_through(&leg, flight, submitted).await;
        drop(place);
    });
    Ok(())
}

/// The warnings as the patient's history tells them.
fn told(warnings: &[Warning]) -> Option<String> {
    let codes: Vec<_> = warnings.iter().map(|warning| warning.code()).collect();
    (!codes.is_empty()).then(|| codes.join(" "))
}

/// Sets a patient aside, or puts them off. Trouble here means that the leg is ending: the entry is decided afresh on resuming.
async fn set_aside(leg: &Leg, entry: &Entry, trouble: Trouble) -> Result<(), Trouble> {
    let write = match trouble {
        Trouble::SetAside(aside) => leg.decline(&entry.key, entry.deferrals, aside.into()).await?,
        Trouble::Unanswered(unanswered) => {
            let why = leg.alone(&entry.key, entry.deferrals, unanswered)?;
            leg.put_off(&entry.key, entry.deferrals, why).await?
        }
        Trouble::Ending => return Ok(()),
    };
    Ok(leg.recorder.note(vec![write]).await?)
}
