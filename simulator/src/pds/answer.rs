//! A record as the PDS shows it: whole, hidden behind its sensitivity, or under the number that took its place.

use jiff::civil::Date;
use spine_vocabulary::code::error::{PDS_SENSITIVE, PDS_SUPERSEDED};
use spine_vocabulary::code::system;
use spine_vocabulary::{Interaction, NhsNumber};

use super::VERSION;
use super::query::Query;
use crate::scenario::Person;
use crate::spine::Reply;
use crate::wire::issue::Reason;
use crate::wire::write::{Acknowledgement, Element, reason};

/// Identifiers of parts of a record. Source: MIM 6.3, PDS.
const PART_ID: &str = "2.16.840.1.113883.2.1.3.2.4.18.1";
/// Kinds of care provision; 1 is primary care. Source: MIM 6.3, PDS.
const CARE_PROVISION: &str = "2.16.840.1.113883.2.1.3.2.4.17.37";

/// The answer with a record; `successor` is the number that took the place of the one asked for.
/// Requirements: PDS-031, PDS-032, PDS-033.
pub(super) fn record(person: &Person, successor: Option<NhsNumber>, query: &Query) -> Reply {
    let hidden = person.sensitivity.is_some_and(crate::scenario::Sensitivity::hides);
    let mut content: Vec<Element> = Vec::new();
    if hidden {
        let words = "Successful retrieval - Information returned limited by sensitivity conditions";
        content.push(reason("", &Reason::warning(PDS_SENSITIVE).saying(words)));
    }
    if successor.is_some() {
        let words =
            "NHS Number supplied as a parameter has been superseded and superseding NHS Number returned";
        content.push(reason("", &Reason::warning(PDS_SUPERSEDED).saying(words)));
    }
    let serial_change = Element::new("pertinentInformation").attr("typeCode", "PERT").with(
        observation("pertinentSerialChangeNumber", "2")
            .with(Element::new("value").attr("value", person.serial_change.to_string())),
    );
    let subject = Element::new("subject").attr("typeCode", "SBJ").with(patient_role(
        person,
        successor.unwrap_or(person.nhs_number),
        query,
        hidden,
    ));
    let response = Element::new("PDSResponse")
        .attr("classCode", "OBS")
        .attr("moodCode", "EVN")
        .with(serial_change)
        .with(subject);
    content.push(Element::new("subject").attr("typeCode", "SUBJ").with(response));
    content.push(
        Element::new("queryAck")
            .attr("type", "QueryAck")
            .with(Element::new("queryResponseCode").attr("code", "OK")),
    );
    Reply {
        interaction: Interaction::PdsRetrievalAnswer,
        version: VERSION,
        acknowledgement: Acknowledgement::Accepted,
        content,
        again: None,
    }
}

fn observation(name: &'static str, code: &'static str) -> Element {
    Element::new(name)
        .attr("classCode", "OBS")
        .attr("moodCode", "EVN")
        .with(Element::new("code").attr("code", code).attr("codeSystem", system::SERIAL_CHANGE))
}

/// Requirement: PDS-035.
fn patient_role(person: &Person, number: NhsNumber, query: &Query, hidden: bool) -> Element {
    let mut role = Element::new("patientRole").attr("classCode", "PAT");
    if let Some(sensitivity) = person.sensitivity {
        role = role.with(
            Element::new("confidentialityCode")
                .attr("code", sensitivity.code())
                .attr("codeSystem", system::CONFIDENTIALITY),
        );
    }
    role = role.with(Element::new("id").attr("root", system::NHS_NUMBER).attr("extension", number.reveal()));
    let mut shown = Element::new("patientPerson").attr("classCode", "PSN").attr("determinerCode", "INSTANCE");
    if hidden {
        return role.with(shown);
    }
    if query.details {
        shown = with_details(shown, person);
    }
    if let (true, Some(ods)) = (query.primary_care, &person.gp_practice) {
        shown = shown.with(registration(ods.as_str()));
    }
    if query.details {
        shown = shown.with(address(person)).with(name(person));
    }
    role = role.with(shown);
    match person.death {
        Some(death) if query.details => role.with(
            Element::new("subjectOf2").attr("typeCode", "SBJ").with(
                observation("deathNotification", "3").with(
                    Element::new("value")
                        .attr("code", death.code())
                        .attr("codeSystem", system::DEATH_NOTIFICATION),
                ),
            ),
        ),
        _ => role,
    }
}

fn day(date: Date) -> String {
    date.strftime("%Y%m%d").to_string()
}

fn with_details(mut shown: Element, person: &Person) -> Element {
    shown = shown.with(Element::new("administrativeGenderCode").attr("code", person.gender.code()));
    if let Some(born) = person.birth_date {
        shown = shown.with(Element::new("birthTime").attr("value", day(born)));
    }
    if let Some(died) = person.death_date {
        shown = shown.with(Element::new("deceasedTime").attr("value", day(died)));
    }
    shown
}

/// The registered practice: the performer of primary care.
/// Requirement: PDS-036.
fn registration(ods: &str) -> Element {
    let performer = Element::new("performer").attr("typeCode", "PRF").with(
        Element::new("assignedEntity")
            .attr("classCode", "ASSIGNED")
            .with(Element::new("id").attr("root", system::PDS_ORGANISATION).attr("extension", ods)),
    );
    let provision = Element::new("patientCareProvisionEvent")
        .attr("classCode", "PCPR")
        .attr("moodCode", "EVN")
        .with(Element::new("code").attr("code", "1").attr("codeSystem", CARE_PROVISION))
        .with(Element::new("id").attr("root", PART_ID).attr("extension", "p1"))
        .with(performer);
    Element::new("playedOtherProviderPatient")
        .attr("classCode", "PAT")
        .with(Element::new("subjectOf").attr("typeCode", "SBJ").with(provision))
}

fn address(person: &Person) -> Element {
    let lines = person.address.iter().map(|line| Element::new("streetAddressLine").text(line.as_str()));
    let mut address = Element::new("addr").attr("use", "H").with_all(lines);
    if !person.postcode.is_empty() {
        address = address.with(Element::new("postalCode").text(person.postcode.as_str()));
    }
    Element::new("COCT_MT000201UK02.PartOfWhole")
        .attr("classCode", "PART")
        .with(address.with(Element::new("id").attr("root", PART_ID).attr("extension", "a1")))
}

fn name(person: &Person) -> Element {
    let given = person.given.iter().map(|name| Element::new("given").text(name.as_str()));
    let mut name = Element::new("name").attr("use", "L").with_all(given);
    if !person.family.is_empty() {
        name = name.with(Element::new("family").text(person.family.as_str()));
    }
    let name = name.with(Element::new("id").attr("root", PART_ID).attr("extension", "n1"));
    Element::new("COCT_MT000203UK02.PartOfWhole").attr("classCode", "PART").with(
        Element::new("partPerson").attr("classCode", "PSN").attr("determinerCode", "INSTANCE").with(name),
    )
}
