//! The moment at which a queued upload is processed: everything that it changes, it changes here.
//!
//! A plan that loses requests acts before [`process`]; one that loses answers acts after it.

use std::sync::Arc;

use jiff::Timestamp;
use spine_vocabulary::code::error::{
    PSIS_ACCESS, PSIS_ACF, PSIS_DUPLICATE_EVENT, PSIS_INCONSISTENT, PSIS_INVALID_UPDATE, PSIS_MERGED,
    PSIS_NO_EVENT, PSIS_OPERATION_FAILED,
};
use spine_vocabulary::{EventId, NhsNumber};
use uuid::Uuid;

use super::upload::Upload;
use super::verdict::wrong_number;
use crate::ledger::{AcceptedEvent, SummaryKind, Tag};
use crate::scenario::Dissent;
use crate::spine::Spine;
use crate::state::{
    Content, Event, EventAuthor, EventStatus, Job, Outcome, Patient, Stage, Staleness, Standing,
};
use crate::wire::issue::Reason;

/// Processes every job that is due by now.
/// Requirement: SIM-021.
pub(crate) fn settle_due(spine: &Spine, now: Timestamp) {
    while let Some(job) = spine.memory().next_due(now) {
        process(spine, job, now);
    }
}

/// Processes one job, once; later calls find it done.
pub(super) fn process(spine: &Spine, id: Uuid, now: Timestamp) {
    // A repetition is answered from what became of the first message, which is therefore processed first.
    let first = spine.memory().jobs.part(&id).get(&id).and_then(|job| match job.stage {
        Stage::Repeats(first) => Some(first),
        _ => None,
    });
    let repeated = first.filter(|first| *first != id).map(|first| {
        process(spine, first, now);
        let part = spine.memory().jobs.part(&first);
        part.get(&first).map_or(Outcome::Done, repeat)
    });
    let mut part = spine.memory().jobs.part(&id);
    let Some(job) = part.get_mut(&id) else { return };
    let outcome = match &job.stage {
        Stage::Done(..) => return,
        Stage::Refused(outcome) => outcome.clone(),
        Stage::Repeats(_) => repeated.unwrap_or(Outcome::Done),
        Stage::Queued(upload) => {
            let (outcome, dissenter) = store(spine, upload, now);
            if dissenter {
                job.tags.push(Tag::Dissenter);
            }
            outcome
        }
    };
    job.stage = Stage::Done(outcome, now);
}

/// How a second message with the same id ends under `duplicate-event`: as the first, but a stored event is a duplicate.
fn repeat(first: &Job) -> Outcome {
    match &first.stage {
        Stage::Done(Outcome::Stored(event), _) => duplicate(*event, first.nhs_number),
        Stage::Done(outcome, _) => outcome.clone(),
        _ => Outcome::Done,
    }
}

fn duplicate(event: EventId, number: Option<NhsNumber>) -> Outcome {
    let number = number.map(NhsNumber::reveal).unwrap_or_default();
    let display = format!("Duplicate event with eventId {event} and nhsNumber {number}");
    let specific = Reason::error(PSIS_DUPLICATE_EVENT).saying(display);
    Outcome::Business(vec![Reason::error(PSIS_INCONSISTENT), specific])
}

/// Stores the event or says why not; and whether the patient is a dissenter by the ACS.
/// Requirements: SIM-001, SIM-002.
fn store(spine: &Spine, upload: &Upload, now: Timestamp) -> (Outcome, bool) {
    let number = upload.nhs_number;
    let mut part = spine.memory().patients.part(&number);
    let Some(patient) = part.get_mut(&number) else {
        return (wrong_number("Nobody has this NHS number"), false);
    };
    let dissenter = patient.permission.is_dissent();
    if let Err(outcome) = admit(spine, upload, patient) {
        return (outcome, dissenter);
    }
    let event = upload.message.event();
    let mut index = spine.memory().events.part(&event);
    if index.contains_key(&event) {
        return (duplicate(event, Some(number)), dissenter);
    }
    let replaces = patient.chain.push(Event {
        id: event,
        status: EventStatus::Current,
        persisted_at: now,
        kind: Some(upload.kind),
        author: EventAuthor::AsSent(Arc::from(upload.author.as_str())),
        content: Content::AsSent(upload.document.clone()),
    });
    index.insert(event, number);
    drop(index);
    spine.book().accept(AcceptedEvent {
        nhs_number: number,
        event_id: event,
        message_id: upload.message,
        at: now,
        kind: upload.kind,
        clinical: upload.clinical,
        dissenter,
        replaces,
        sender: upload.sender.clone(),
        sha256: upload.sha256,
    });
    (Outcome::Stored(event), dissenter)
}

/// Number, event id, consent, chain: in this order.
/// Requirements: ACK-054, ACK-055, SIM-010, SIM-011.
fn admit(spine: &Spine, upload: &Upload, patient: &Patient) -> Result<(), Outcome> {
    match patient.standing() {
        Standing::Valid => {}
        Standing::Superseded(_) => {
            return Err(Outcome::Business(vec![
                Reason::error(PSIS_INCONSISTENT),
                Reason::error(PSIS_MERGED),
            ]));
        }
        Standing::Invalidated => return Err(wrong_number("The NHS number was made invalid")),
    }
    let event = upload.message.event();
    if patient.chain.events().iter().any(|one| one.id == event) {
        return Err(duplicate(event, Some(upload.nhs_number)));
    }
    let dissent_only = upload.kind == SummaryKind::Dissent && !upload.clinical;
    let dissenter = patient.permission.is_dissent();
    if dissenter && !(dissent_only && spine.settings().dissent == Dissent::DissentSummaryOnly) {
        return Err(access_refused());
    }
    patient.chain.fits(upload.replaces, dissenter).map_err(stale)
}

/// 420/30418.
pub(super) fn access_refused() -> Outcome {
    let display = "[PSIS-30418] - ACF does not permit access to resource";
    let general =
        "Business condition related to access control which prevents the action being performed by PSIS";
    Outcome::Business(vec![
        Reason::error(PSIS_ACCESS).saying(general),
        Reason::error(PSIS_ACF).saying(display),
    ])
}

/// A `replacementOf` that does not fit. No source pairs a code with each case, so: an event that the patient never had is
/// 410/30308; a summary that stands and is not the one named, or is not named at all, is 430/30112.
/// Requirements: SIM-008, SIM-009.
fn stale(why: Staleness) -> Outcome {
    let update = |words: &str| {
        let specific =
            Reason::error(PSIS_OPERATION_FAILED).saying(format!("Event operation 'replace' failed: {words}"));
        Outcome::Business(vec![Reason::error(PSIS_INVALID_UPDATE), specific])
    };
    match why {
        Staleness::Unknown => no_such_event(),
        Staleness::NotNewest => update("the event named is not the newest"),
        Staleness::Unnamed => update("an event stands and none is named"),
    }
}

/// 410/30308.
pub(super) fn no_such_event() -> Outcome {
    Outcome::Business(vec![Reason::error(PSIS_INCONSISTENT), Reason::error(PSIS_NO_EVENT)])
}
