//! A Spine and the sessions of those who send.

use spine_fixtures::population::staff;

use crate::outcome::{Verdict, hold, same};
use crate::stage::ground::{Draft, Ground, Heard, Says, Voice};

/// The system of another practice, which the Spine knows.
const OTHER_ASID: &str = "990000000002";

fn refused(what: &str, heard: &Heard) -> Verdict {
    let refused = !matches!(heard.voice, Voice::Accepted | Voice::Nothing) && !heard.codes.is_empty();
    hold(refused, &format!("{what}: a refusal"), heard.line())
        .map_err(|failure| failure.in_exchange(&heard.exchange))
}

fn accepted(what: &str, heard: &Heard) -> Verdict {
    hold(heard.voice == Voice::Accepted, &format!("{what}: AA"), heard.line())
        .map_err(|failure| failure.in_exchange(&heard.exchange))
}

/// In the name of somebody who is not logged in.
fn of_a_stranger(draft: Draft) -> Draft {
    draft.swap(staff::OPERATOR_USER_ID, staff::CLINICIAN_USER_ID)
}

pub(super) fn an_upload_needs_a_session(ground: &Ground<'_>) -> Verdict {
    let patient = ground.patient();
    let stranger = of_a_stranger(ground.summary(&patient, Says::Allergy, None))
        .header("NHSD-Identity-UUID", Some(staff::CLINICIAN_USER_ID));
    refused("an upload of somebody who is not logged in", &ground.upload(&stranger))?;
    let other_role = ground
        .summary(&patient, Says::Allergy, None)
        .swap(staff::OPERATOR_ROLE, "990000001102")
        .header("NHSD-Session-URID", Some("990000001102"));
    refused("an upload in a role that has no session", &ground.upload(&other_role))?;
    same("events", &0, &ground.event_ids(&patient).len())?;
    let own = ground.summary(&patient, Says::Allergy, None);
    accepted("an upload of the operator", &ground.upload(&own))?;
    if ground.server().is_some() {
        // Nobody waits ten hours for a server.
        return Ok(());
    }
    ground.wait(std::time::Duration::from_hours(10));
    let late = ground.summary(&patient, Says::Allergy, Some(&own.id));
    refused("an upload after the session's end", &ground.upload(&late))?;
    same("events", &vec![own.id], &ground.event_ids(&patient))
}

pub(super) fn a_setting_needs_a_session(ground: &Ground<'_>) -> Verdict {
    let patient = ground.patient();
    let stranger = of_a_stranger(Draft::setting(ground.names(), &ground.id(), &patient, "No"));
    refused("a setting of somebody who is not logged in", &ground.send(&stranger))?;
    let list = ground.events(&patient);
    hold(!list.bare_codes().contains(&"30418"), "a list that is not refused as a dissenter's", list.line())
        .map_err(|failure| failure.in_exchange(&list.exchange))?;
    accepted("a setting of the operator", &ground.set(&patient, "No"))?;
    let list = ground.events(&patient);
    hold(list.bare_codes().contains(&"30418"), "a list that is refused as a dissenter's", list.line())
        .map_err(|failure| failure.in_exchange(&list.exchange))
}

pub(super) fn the_asid_is_the_sender(ground: &Ground<'_>) -> Verdict {
    let patient = ground.patient();
    let upload = ground.summary(&patient, Says::Allergy, None);
    let spoilt = upload.clone().header("nhsd-asid", Some(OTHER_ASID));
    refused("an upload with another system's header", &ground.upload(&spoilt))?;
    let setting = Draft::setting(ground.names(), &ground.id(), &patient, "No");
    refused(
        "a setting with another system's header",
        &ground.send(&setting.header("nhsd-asid", Some(OTHER_ASID))),
    )?;
    let list = Draft::event_list(ground.names(), &ground.id(), &patient);
    refused(
        "a question with another system's header",
        &ground.send(&list.header("nhsd-asid", Some(OTHER_ASID))),
    )?;
    accepted("the upload with its own header", &ground.upload(&upload))
}
