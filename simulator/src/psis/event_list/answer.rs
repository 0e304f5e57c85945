//! The event list itself: elements of the PSIS's own namespace around HL7 ones.

use jiff::Timestamp;
use spine_vocabulary::code::system;
use spine_vocabulary::{AcsPermission, Interaction, NhsNumber};

use super::super::query::VERSION;
use crate::scenario::Permission;
use crate::spine::Reply;
use crate::state::{Event, EventAuthor, Patient};
use crate::wire::namespace::PSIS;
use crate::wire::write::{Acknowledgement, Element, local_stamp};

/// The answer for a patient whose events may be seen.
/// Requirement: MSG-046.
pub(super) fn list(number: NhsNumber, patient: &Patient, now: Timestamp) -> Reply {
    let list = Element::new("psis:queryResponseEventList")
        .attr("xmlns:psis", PSIS)
        .with(target(number))
        .with_all(patient.chain.events().iter().rev().map(event))
        .with(permissions(number, patient.permission_shown(now)));
    let ack = Element::new("queryAck")
        .attr("type", "QueryAck")
        .with(Element::new("queryResponseCode").attr("code", "OK"));
    Reply {
        interaction: Interaction::EventListAnswer,
        version: VERSION,
        acknowledgement: Acknowledgement::Accepted,
        content: vec![Element::new("subject").attr("typeCode", "SUBJ").with(list), ack],
        again: None,
    }
}

/// Whom an answer is about.
pub(in crate::psis) fn target(number: NhsNumber) -> Element {
    Element::new("psis:recordTarget").with(
        Element::new("psis:patient").with(
            Element::new("psis:id").attr("root", system::NHS_NUMBER).attr("extension", number.reveal()),
        ),
    )
}

fn event(event: &Event) -> Element {
    let author = match &event.author {
        EventAuthor::AsSent(markup) => Element::new("psis:author").verbatim(markup.as_ref()),
        EventAuthor::Organisation(ods, name) => Element::new("psis:author").with(organisation(
            ods.as_str(),
            name.as_deref(),
            &local_stamp(event.persisted_at),
        )),
    };
    head(event).with(author)
}

/// What is said of an event wherever it is shown.
pub(in crate::psis) fn head(event: &Event) -> Element {
    let (status, status_name) = event.status.coded();
    Element::new("psis:event")
        .with(Element::new("psis:eventID").attr("root", event.id.to_string()))
        .with(
            Element::new("psis:payloadID")
                .attr("root", system::INTERACTION)
                .attr("extension", "REPC_MT150007UK05"),
        )
        .with(Element::new("psis:persistenceDate").attr("value", local_stamp(event.persisted_at)))
        .with(
            Element::new("psis:eventStatus")
                .attr("codeSystem", system::EVENT_STATUS)
                .attr("code", status)
                .attr("displayName", status_name),
        )
        .with(
            Element::new("psis:eventType")
                .attr("codeSystem", system::SNOMED)
                .attr("code", "196981000000101")
                .attr("displayName", "General Practice Summary"),
        )
}

/// The author of a summary that stood before the Spine started: somebody at that organisation.
pub(in crate::psis) fn organisation(ods: &str, name: Option<&str>, time: &str) -> Element {
    let represented = Element::new("representedOrganizationSDS")
        .attr("classCode", "ORG")
        .attr("determinerCode", "INSTANCE")
        .with(Element::new("id").attr("root", system::ORGANISATION).attr("extension", ods))
        .with(Element::new("name").text(name.unwrap_or(ods)));
    let person = Element::new("agentPerson")
        .attr("classCode", "PSN")
        .attr("determinerCode", "INSTANCE")
        .with(Element::new("name").with(Element::new("family").text("Practitioner")));
    let agent = Element::new("UKCT_MT160018UK01.AgentPerson")
        .attr("classCode", "AGNT")
        .with(
            Element::new("code")
                .attr("code", "NR0260")
                .attr("codeSystem", system::AUTHOR_JOB_ROLE)
                .attr("displayName", "General Medical Practitioner"),
        )
        .with(Element::new("addr").attr("use", "WP").text(name.unwrap_or(ods)))
        .with(person)
        .with(represented);
    Element::new("author")
        .attr("typeCode", "AUT")
        .attr("contextControlCode", "OP")
        .with(Element::new("time").attr("value", time))
        .with(agent)
}

/// What the ACS holds; an assertion that equals the default is absent.
fn permissions(number: NhsNumber, permission: Permission) -> Element {
    let held = [("Store", permission.store), ("View", permission.view)];
    let assertions = held
        .into_iter()
        .filter_map(|(function, value)| value.map(|value| assertion(number, function, value)));
    Element::new("permissions")
        .with(
            Element::new("resourceContext")
                .attr("extension", number.reveal())
                .attr("root", system::NHS_NUMBER),
        )
        .with_all(assertions)
}

fn assertion(number: NhsNumber, function: &str, value: AcsPermission) -> Element {
    let everyone = Element::new("accessor")
        .with(Element::new("type").text("Everyone"))
        .with(Element::new("accessorId").with(Element::new("name").text("Everyone")));
    Element::new("accessControlAssertion")
        .with(Element::new("permission").text(value.fhir()))
        .with(
            Element::new("resource")
                .with(Element::new("type").text("SCR"))
                .with(Element::new("Id").text(number.reveal())),
        )
        .with(
            Element::new("function")
                .with(Element::new("context").text("Consent"))
                .with(Element::new("code").text(function)),
        )
        .with(everyone)
}
