//! One event with its summary, or why it is not shown.
//!
//! Source: SCR FHIR API adaptor, event answers; MIM 4.2, PSIS query (`QUPC_MT140101`).

mod stood;

use jiff::Timestamp;
use spine_vocabulary::{EventId, Interaction, NhsNumber};

use super::event_list::answer::{head, target};
use super::process::no_such_event;
use super::query::{self, VERSION};
use crate::ledger::{Note, Tag};
use crate::spine::{Reply, Spine, SyncRequest, details};
use crate::state::{Content, Event, Outcome};
use crate::wire::issue::Breaches;
use crate::wire::namespace::PSIS;
use crate::wire::read::attribute;
use crate::wire::read::wrapper::is_upper_uuid;
use crate::wire::write::{Acknowledgement, Element};

/// Answers the query of one event. An event of somebody else is none of this patient's.
pub(crate) fn tell_event(spine: &Spine, asked: &SyncRequest<'_, '_>, note: &mut Note) -> Reply {
    let (event, breaches) = event_asked_for(asked);
    let event = match event {
        Some(event) if breaches.is_empty() => event,
        _ => {
            let outcome = Outcome::Rejected(details(spine, &breaches));
            note.tags.push(outcome.tag());
            return Reply::acknowledge(&outcome, VERSION);
        }
    };
    let number = match query::number(asked.content) {
        Ok(number) => number,
        Err(outcome) => return query::failure(&outcome, note),
    };
    note.nhs_number = Some(number);
    match find(spine, number, event, asked.now) {
        Ok(event) => {
            note.tags.push(Tag::Answered);
            answer(spine, number, &event)
        }
        Err(outcome) => query::failure(&outcome, note),
    }
}

/// The event as it is now; the document is written after the lock is free.
fn find(spine: &Spine, number: NhsNumber, event: EventId, now: Timestamp) -> Result<Event, Outcome> {
    let part = spine.memory().patients.part(&number);
    let patient = query::may_be_seen(part.get(&number), now)?;
    if query::has_no_case(spine, patient) {
        return Err(query::no_case());
    }
    let found = patient.chain.events().iter().find(|one| one.id == event);
    found.cloned().ok_or_else(no_such_event)
}

fn answer(spine: &Spine, number: NhsNumber, event: &Event) -> Reply {
    let data = Element::new("psis:hl7Data");
    let data = match &event.content {
        Content::AsSent(stored) => data.verbatim(spine.memory().shelf.read(stored)),
        Content::Stood { text, allergies } => data.with(stood::summary(number, event, text, allergies)),
    };
    let response = Element::new("psis:queryResponseEvent")
        .attr("xmlns:psis", PSIS)
        .with(target(number))
        .with(head(event).with(data));
    let ack = Element::new("queryAck")
        .attr("type", "QueryAck")
        .with(Element::new("queryResponseCode").attr("code", "OK"));
    Reply {
        interaction: Interaction::EventAnswer,
        version: VERSION,
        acknowledgement: Acknowledgement::Accepted,
        content: vec![Element::new("subject").attr("typeCode", "SUBJ").with(response), ack],
        again: None,
    }
}

/// The event that the query names, and every rule that the query breaks.
fn event_asked_for(asked: &SyncRequest<'_, '_>) -> (Option<EventId>, Breaches) {
    let mut breaches = query::breaches(asked, &["eventRecord"]);
    let event = query::parameter(asked.content, "eventRecord", "EventRecord")
        .and_then(|value| attribute(value, "root"))
        .filter(|id| is_upper_uuid(id))
        .and_then(|id| EventId::parse(id).ok());
    breaches.hold(
        event.is_some(),
        "EVENT_RECORD_INVALID",
        "query/eventRecord is there once, a UUID in capital letters, with its semanticsText",
    );
    (event, breaches)
}
