//! What a Spine answers: to an upload, to polls, to synchronous requests.

use std::time::Duration;

use spine_simulator::scenario::Settings;

use crate::outcome::{Verdict, hold, same};
use crate::stage::ground::{Draft, Ground, Heard, Says, Voice};

/// Milliseconds that a slow Spine asks to wait.
const WAIT_MS: u64 = 1_500;

/// A Spine that is never ready, and says when to come again.
pub(super) fn slow(settings: &mut Settings) {
    settings.readiness.polls = u32::MAX;
    settings.readiness.delay_ms = 3_600_000;
    settings.retry_after_ms = WAIT_MS;
}

/// An answer's voice; the exchange shows with a failure.
pub(super) fn speaks(heard: &Heard, voice: Voice) -> Verdict {
    hold(heard.voice == voice, &format!("{voice:?}"), heard.line())
        .map_err(|failure| failure.in_exchange(&heard.exchange))
}

fn told_to_wait(heard: &Heard) -> Verdict {
    let judge = || {
        same("status", &202, &heard.status)?;
        let location = heard.header("content-location").unwrap_or_default();
        hold(!location.is_empty(), "Content-Location", "none")?;
        let wait = heard.header("retry-after").unwrap_or_default();
        hold(wait.parse::<u64>().is_ok(), "Retry-After: a number", wait)
    };
    judge().map_err(|failure| failure.in_exchange(&heard.exchange))
}

pub(super) fn an_upload_is_queued(ground: &Ground<'_>) -> Verdict {
    told_to_wait(&ground.send(&ground.summary(&ground.patient(), Says::Allergy, None)))
}

pub(super) fn an_early_poll_waits(ground: &Ground<'_>) -> Verdict {
    let draft = ground.summary(&ground.patient(), Says::Allergy, None);
    let posted = ground.send(&draft);
    told_to_wait(&posted)?;
    let location = posted.header("content-location").unwrap_or_default();
    let early = ground.poll_once(location, &draft);
    told_to_wait(&early)?;
    for heard in [&posted, &early] {
        let wait = heard.header("retry-after").map(str::to_owned);
        same("Retry-After in milliseconds", &Some(WAIT_MS.to_string()), &wait)?;
    }
    same("address of the next poll", &Some(location), &early.header("content-location"))
}

pub(super) fn the_answer_comes_in_an_envelope(ground: &Ground<'_>) -> Verdict {
    let heard = ground.upload(&ground.summary(&ground.patient(), Says::Allergy, None));
    let judge = || {
        same("status", &200, &heard.status)?;
        same("payload", &"MCCI_IN010000UK13", &heard.interaction.as_str())?;
        let action = heard.envelope.as_ref().and_then(|envelope| envelope.first("MessageHeader/Action"));
        same("eb:Action", &Some("MCCI_IN010000UK13".to_owned()), &action)
    };
    judge().map_err(|failure| failure.in_exchange(&heard.exchange))?;
    speaks(&heard, Voice::Accepted)
}

pub(super) fn the_answer_names_its_upload(ground: &Ground<'_>) -> Verdict {
    let draft = ground.summary(&ground.patient(), Says::Allergy, None);
    let conversation = ground.id();
    let element = |id: &str| format!("<eb:ConversationId>{id}</eb:ConversationId>");
    let draft = draft.clone().swap_envelope(&element(&draft.id), &element(&conversation));
    let heard = ground.upload(&draft);
    let envelope = |place: &str| heard.envelope.as_ref().and_then(|envelope| envelope.first(place));
    let judge = || {
        let id = Some(draft.id.clone());
        same("eb:RefToMessageId", &id, &envelope("MessageData/RefToMessageId"))?;
        same("messageRef", &id, &heard.first("messageRef/id@root"))?;
        same("eb:ConversationId", &Some(conversation.clone()), &envelope("MessageHeader/ConversationId"))?;
        same("eb:To", &Some(ground.names().party.clone()), &envelope("MessageHeader/To/PartyId"))?;
        same("eb:From", &Some(ground.names().spine_party.clone()), &envelope("MessageHeader/From/PartyId"))
    };
    judge().map_err(|failure| failure.in_exchange(&heard.exchange))
}

pub(super) fn a_synchronous_answer_names_its_request(ground: &Ground<'_>) -> Verdict {
    let (names, patient) = (ground.names(), ground.patient());
    for draft in [
        Draft::retrieval(names, &ground.id(), &patient),
        Draft::setting(names, &ground.id(), &patient, "Yes"),
        Draft::event_list(names, &ground.id(), &patient),
    ] {
        let heard = ground.send(&draft);
        let judge = || {
            same("status", &200, &heard.status)?;
            same("wsa:RelatesTo", &Some(format!("uuid:{}", draft.id)), &heard.first("Header/RelatesTo"))?;
            same("messageRef", &Some(draft.id.clone()), &heard.first("messageRef/id@root"))
        };
        judge().map_err(|failure| failure.in_exchange(&heard.exchange))?;
    }
    Ok(())
}

/// A patient with two events, the older one first.
fn twice(ground: &Ground<'_>) -> Result<(String, [String; 2]), crate::outcome::Failure> {
    let patient = ground.patient();
    let first = ground.summary(&patient, Says::Allergy, None);
    speaks(&ground.upload(&first), Voice::Accepted)?;
    ground.wait(Duration::from_millis(1_100));
    let second = ground.summary(&patient, Says::Nothing, Some(&first.id));
    speaks(&ground.upload(&second), Voice::Accepted)?;
    Ok((patient, [first.id, second.id]))
}

pub(super) fn events_are_listed_newest_first(ground: &Ground<'_>) -> Verdict {
    let (patient, [older, newer]) = twice(ground)?;
    speaks(&ground.set(&patient, "Yes"), Voice::Accepted)?;
    let heard = ground.events(&patient);
    let judge = || {
        same("events", &vec![newer.clone(), older.clone()], &heard.all("event/eventID@root"))?;
        same("statuses", &2, &heard.all("event/eventStatus@code").len())?;
        let stored = heard.all("event/persistenceDate@value");
        let times = stored.iter().filter_map(|time| time.get(..14)?.parse::<u64>().ok()).collect::<Vec<_>>();
        hold(
            times.len() == 2 && times[0] > times[1],
            "times of storing, newest first",
            format!("{stored:?}"),
        )?;
        let list = heard.document.as_ref().map(|document| document.children("queryResponseEventList"));
        let names = list.unwrap_or_default();
        let tail: Vec<&str> = names.iter().rev().take(2).rev().map(String::as_str).collect();
        same("permissions after the events", &vec!["event", "permissions"], &tail)?;
        let permissions = heard.all("permissions/*/permission").join(" ");
        let said =
            if permissions.is_empty() { heard.first("permissions").unwrap_or_default() } else { permissions };
        hold(said.contains("Yes"), "the permission that was set", said)
    };
    judge().map_err(|failure| failure.in_exchange(&heard.exchange))
}

pub(super) fn a_replaced_event_has_status_3(ground: &Ground<'_>) -> Verdict {
    let (patient, _) = twice(ground)?;
    let heard = ground.events(&patient);
    let wanted = vec!["1".to_owned(), "3".to_owned()];
    same("statuses, newest first", &wanted, &heard.all("event/eventStatus@code"))
        .map_err(|failure| failure.in_exchange(&heard.exchange))
}
