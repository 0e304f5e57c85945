//! The PDS: retrieval of one record by its number.
//!
//! Source: MIM 6.3, PDS retrieval (`QUPA_MT000003`); published captures of failed retrievals.

mod answer;
mod query;

use spine_vocabulary::Interaction;
use spine_vocabulary::code::error::{PDS_GENERIC, PDS_NO_MATCH, PDS_NO_MATCH_RETRIEVAL};

use query::Query;

use crate::ledger::{Note, Tag};
use crate::psis::NOT_A_TEST_PATIENT;
use crate::spine::{Reply, Spine, SyncRequest, details};
use crate::state::{Outcome, Patient, Standing};
use crate::wire::issue::Reason;
use crate::wire::write::{Acknowledgement, Element, reason};

const VERSION: &str = "3NPfIT6.3.01";

/// Answers a retrieval. A number that nobody has and one whose record was made invalid are both "no match".
/// Requirements: PDS-030, PDS-032, PDS-033.
pub(crate) fn retrieve(spine: &Spine, asked: &SyncRequest<'_, '_>, note: &mut Note) -> Reply {
    let breaches = query::breaches(asked.content);
    let query = match Query::read(asked.content) {
        Some(query) if breaches.is_empty() => query,
        _ => {
            let outcome = Outcome::Rejected(details(spine, &breaches));
            note.tags.push(outcome.tag());
            return Reply::acknowledge(&outcome, VERSION);
        }
    };
    if !query.number.is_test() {
        return failure(&[Reason::error(PDS_GENERIC).saying(NOT_A_TEST_PATIENT)], note);
    }
    note.nhs_number = Some(query.number);
    let found = spine.person(query.number);
    let successor =
        match spine.memory().patients.part(&query.number).get(&query.number).map(Patient::standing) {
            Some(Standing::Superseded(number)) => Some(number),
            Some(Standing::Valid) => None,
            Some(Standing::Invalidated) | None => return failure(&no_match(), note),
        };
    // The details shown for a superseded number are those of its successor, where there is a record of it.
    let person = successor.and_then(|number| spine.person(number)).or(found);
    match person {
        Some(person) => {
            note.tags.push(Tag::Answered);
            answer::record(&person, successor, &query)
        }
        None => failure(&no_match(), note),
    }
}

/// Requirement: PDS-034.
fn no_match() -> [Reason; 2] {
    let words = PDS_NO_MATCH.meaning;
    [Reason::error(PDS_NO_MATCH), Reason::error(PDS_NO_MATCH_RETRIEVAL).saying(words)]
}

/// The answer that a retrieval failed.
pub(crate) fn failure(reasons: &[Reason], note: &mut Note) -> Reply {
    note.tags.push(Outcome::Business(reasons.to_vec()).tag());
    let ack = Element::new("queryAck")
        .attr("type", "QueryAck")
        .with(Element::new("queryResponseCode").attr("code", "ID"));
    Reply {
        interaction: Interaction::QueryFailure,
        version: VERSION,
        acknowledgement: Acknowledgement::Failed,
        content: reasons.iter().map(|one| reason("", one)).chain([ack]).collect(),
        again: None,
    }
}
