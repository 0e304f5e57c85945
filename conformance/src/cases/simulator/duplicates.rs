//! The same message again: with the same bytes, with others.

use spine_simulator::scenario::{Duplicate, Settings};

use super::{answered, codes, simulator, speaks};
use crate::outcome::{Verdict, hold, same};
use crate::stage::ground::{Draft, Ground, Heard, Says, Voice};

/// Code systems. Source: MIM, error codes of the TMS and of the PSIS.
const TMS: &str = "2.16.840.1.113883.2.1.3.2.4.17.32";
const PSIS: &str = "2.16.840.1.113883.2.1.3.2.4.17.33";

pub(super) fn rejecting(settings: &mut Settings) {
    settings.duplicate = Duplicate::Rejected;
}

pub(super) fn calling_it_an_event(settings: &mut Settings) {
    settings.duplicate = Duplicate::DuplicateEvent;
}

/// An upload that is stored, and what came of it.
fn stored(ground: &Ground<'_>) -> Result<(String, Draft, Heard), crate::outcome::Failure> {
    let patient = ground.patient();
    let draft = ground.summary(&patient, Says::Allergy, None);
    let heard = ground.upload(&draft);
    speaks(&heard, Voice::Accepted)?;
    Ok((patient, draft, heard))
}

pub(super) fn an_event_is_stored_once(ground: &Ground<'_>) -> Verdict {
    let (patient, draft, _) = stored(ground)?;
    // Answered or not, polled for or not.
    let _ = (ground.send(&draft), ground.upload(&draft), ground.upload(&draft));
    same("events", &vec![draft.id.clone()], &ground.event_ids(&patient))?;
    let Some(spine) = ground.spine() else { return Ok(()) };
    let accepted = spine.ledger().accepted();
    same("accepted", &1, &accepted.iter().filter(|event| event.nhs_number.reveal() == patient).count())
}

pub(super) fn a_repeated_message_has_the_same_answer(ground: &Ground<'_>) -> Verdict {
    let (patient, draft, first) = stored(ground)?;
    same("answer to the repeated upload", &answered(&first), &answered(&ground.upload(&draft)))?;

    let setting = Draft::setting(ground.names(), &ground.id(), &patient, "Yes");
    let first = ground.send(&setting);
    speaks(&first, Voice::Accepted)?;
    let again = ground.send(&setting);
    same(
        "answer to the repeated setting",
        &first.first("MCCI_IN010000UK13/id@root"),
        &again.first("MCCI_IN010000UK13/id@root"),
    )?;
    speaks(&again, Voice::Accepted)
}

pub(super) fn a_repeated_message_is_rejected(ground: &Ground<'_>) -> Verdict {
    let (patient, draft, _) = stored(ground)?;
    let again = ground.upload(&draft);
    speaks(&again, Voice::Rejected)?;
    codes(&again, &["202"])?;
    same("code system", &Some(TMS), &again.codes.first().map(|code| code.system.as_str()))?;
    same("events", &vec![draft.id.clone()], &ground.event_ids(&patient))
}

pub(super) fn a_repeated_message_is_a_duplicate_event(ground: &Ground<'_>) -> Verdict {
    let (patient, draft, _) = stored(ground)?;
    let again = ground.upload(&draft);
    speaks(&again, Voice::Error)?;
    codes(&again, &["410", "30134"])?;
    hold(
        again.codes.iter().all(|code| code.system == PSIS && code.qualifier == "ER"),
        "errors of the PSIS",
        again.line(),
    )?;
    same("events", &vec![draft.id.clone()], &ground.event_ids(&patient))
}

pub(super) fn an_id_has_one_body(ground: &Ground<'_>) -> Verdict {
    let (patient, draft, _) = stored(ground)?;
    same("violations of an honest sender", &0, &simulator(ground)?.ledger().violations().len())?;
    let other = draft.clone().swap("Allergy to penicillin", "Allergy to something else");
    let heard = ground.upload(&other);
    speaks(&heard, Voice::Rejected)?;
    same("events", &vec![draft.id.clone()], &ground.event_ids(&patient))?;

    let query = Draft::event_list(ground.names(), &ground.id(), &patient);
    speaks(&ground.send(&query), Voice::Accepted)?;
    let heard = ground.send(&Draft::event_list(ground.names(), &query.id, &ground.patient()));
    speaks(&heard, Voice::Rejected)?;
    let violations = simulator(ground)?.ledger().violations();
    let ids: Vec<String> =
        violations.iter().filter_map(|one| one.message_id).map(|id| id.to_string()).collect();
    same("violations", &vec![draft.id, query.id], &ids)
}
