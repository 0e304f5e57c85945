//! The event list: a patient's events, newest first, with the permissions; or why they are not shown.
//!
//! Source: SCR FHIR API adaptor, event list answers; MIM 4.2, PSIS query (`QUPC_MT180000`).

pub(super) mod answer;

use super::query::{self, VERSION};
use crate::ledger::{Note, Tag};
use crate::spine::{Reply, Spine, SyncRequest, details};
use crate::state::Outcome;

/// Answers an event list query.
/// Requirements: ACK-052, SIM-012.
pub(crate) fn list_events(spine: &Spine, asked: &SyncRequest<'_, '_>, note: &mut Note) -> Reply {
    let breaches = query::breaches(asked, &[]);
    if !breaches.is_empty() {
        let outcome = Outcome::Rejected(details(spine, &breaches));
        note.tags.push(outcome.tag());
        return Reply::acknowledge(&outcome, VERSION);
    }
    let number = match query::number(asked.content) {
        Ok(number) => number,
        Err(outcome) => return query::failure(&outcome, note),
    };
    note.nhs_number = Some(number);
    let part = spine.memory().patients.part(&number);
    match query::may_be_seen(part.get(&number), asked.now) {
        Err(outcome) => query::failure(&outcome, note),
        Ok(patient) => {
            if query::has_no_case(spine, patient) {
                return query::failure(&query::no_case(), note);
            }
            note.tags.push(Tag::Answered);
            answer::list(number, patient, asked.now)
        }
    }
}
