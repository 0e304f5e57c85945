//! The summary of an event that stood before the Spine started: written when it is asked for, from what the scenario says of it.
//!
//! Source: MIM 4.2, GP Summary (`REPC_MT150007UK05`); SCR FHIR API, sample summaries. Where no allergy has a code it is as the first
//! summaries were: text and no coded entries.

use spine_vocabulary::code::system;
use spine_vocabulary::{Category, NhsNumber};
use uuid::Uuid;

use super::super::event_list::answer::organisation;
use crate::scenario::StandingAllergy;
use crate::state::{Event, EventAuthor};
use crate::wire::namespace::TEXT;
use crate::wire::write::{Element, local_stamp};

const DOCUMENTATION: Category = Category::CareProfessionalDocumentation;

/// The summary.
pub(super) fn summary(
    number: NhsNumber,
    event: &Event,
    text: &str,
    allergies: &[StandingAllergy],
) -> Element {
    let at = local_stamp(event.persisted_at);
    let author = match &event.author {
        EventAuthor::Organisation(ods, name) => organisation(ods.as_str(), name.as_deref(), &at),
        EventAuthor::AsSent(markup) => Element::new("author").verbatim(markup.as_ref()),
    };
    let is_coded = allergies.iter().any(|allergy| allergy.code.is_some());
    let coded = is_coded.then(|| coded(event, allergies, &at));
    Element::new("GPSummary")
        .attr("classCode", "COMPOSITION")
        .attr("moodCode", "EVN")
        .with(Element::new("id").attr("root", event.id.to_string()))
        .with(code("196981000000101", "General Practice Summary"))
        .with(Element::new("effectiveTime").attr("value", at.as_str()))
        .with(Element::new("statusCode").attr("code", "active"))
        .with(author)
        .with(excerpt(event, text, allergies, &at))
        .with(pertinent(
            "pertinentInformation1",
            Element::new("pertinentRootCREType")
                .attr("classCode", "CATEGORY")
                .attr("moodCode", "EVN")
                .with(category(DOCUMENTATION)),
        ))
        .with_all(coded)
        .with(
            Element::new("recordTarget").attr("typeCode", "RCT").with(
                Element::new("patient").attr("classCode", "PAT").with(
                    Element::new("id").attr("root", system::NHS_NUMBER).attr("extension", number.reveal()),
                ),
            ),
        )
}

fn code(code: &str, display: &str) -> Element {
    Element::new("code").attr("code", code).attr("codeSystem", system::SNOMED).attr("displayName", display)
}

fn category(category: Category) -> Element {
    code(category.code(), category.display())
}

fn template(extension: &str) -> Element {
    Element::new("templateId").attr("root", system::TEMPLATE).attr("extension", extension)
}

/// One id per part of an event, the same whenever it is asked for.
fn id(event: &Event, part: u64) -> Element {
    let (high, low) = Uuid::parse_str(&event.id.to_string()).unwrap_or_default().as_u64_pair();
    let id = Uuid::from_u64_pair(high ^ (part << 32), low);
    Element::new("id").attr("root", format!("{:X}", id.hyphenated()))
}

fn pertinent(name: &'static str, held: Element) -> Element {
    Element::new(name)
        .attr("typeCode", "PERT")
        .attr("inversionInd", "false")
        .attr("contextConductionInd", "true")
        .attr("negationInd", "false")
        .with(template("CSAB_RM-NPfITUK10.pertinentInformation1"))
        .with(Element::new("seperatableInd").attr("value", "true"))
        .with(held)
}

fn component(attributes: &[(&'static str, &str)]) -> Element {
    let component = Element::new("component").attr("typeCode", "COMP");
    attributes
        .iter()
        .fold(component, |component, (name, value)| component.attr(name, *value))
        .with(template("CSAB_RM-NPfITUK10.component"))
        .with(Element::new("seperatableInd").attr("value", "false"))
}

fn excerpt(event: &Event, text: &str, allergies: &[StandingAllergy], at: &str) -> Element {
    let presentation = Element::new("presentationText")
        .attr("classCode", "OBS")
        .attr("moodCode", "EVN")
        .with(Element::new("value").attr("mediaType", "text/plain").with(html(text, allergies)))
        .with(id(event, 1))
        .with(
            Element::new("code")
                .attr("code", "PresentationText")
                .attr("codeSystem", system::TEXT_TYPE)
                .attr("displayName", "Presentation Text"),
        )
        .with(Element::new("statusCode").attr("code", "completed"))
        .with(Element::new("effectiveTime").attr("value", at));
    Element::new("excerptFrom")
        .attr("typeCode", "XCRPT")
        .attr("inversionInd", "false")
        .attr("contextConductionInd", "true")
        .attr("negationInd", "false")
        .with(template("CSAT_RM-NPfITUK10.excerptFrom"))
        .with(Element::new("seperatableInd").attr("value", "false"))
        .with(
            Element::new("UKCT_MT144051UK01.CareProfessionalDocumentationCRE")
                .attr("classCode", "CATEGORY")
                .attr("moodCode", "EVN")
                .with(category(DOCUMENTATION))
                .with(component(&[("inversionInd", "false"), ("negationInd", "false")]).with(presentation)),
        )
}

fn html(text: &str, allergies: &[StandingAllergy]) -> Element {
    let row = |allergy: &StandingAllergy| {
        Element::new("tr").with(Element::new("td")).with(Element::new("td").text(allergy.term.as_str()))
    };
    let head = ["Date", "Description"].map(|heading| Element::new("th").text(heading));
    let section = || {
        let table = Element::new("table")
            .attr("id", "Allergies")
            .with(Element::new("thead").with(Element::new("tr").with_all(head)))
            .with(Element::new("tbody").with_all(allergies.iter().map(row)));
        let heading =
            Element::new("h2").attr("id", "AllergiesHeader").text("Allergies and Adverse Reactions");
        [heading, table]
    };
    let body = Element::new("body")
        .with(Element::new("h2").attr("id", "Title").text("General Practice Summary"))
        .with(Element::new("p").text(text))
        .with_all((!allergies.is_empty()).then(section).into_iter().flatten());
    Element::new("html").attr("xmlns", TEXT).with(Element::new("head")).with(body)
}

/// The category of allergies.
fn coded(event: &Event, allergies: &[StandingAllergy], at: &str) -> Element {
    let entries = (2..).zip(allergies).map(|(part, allergy)| {
        let code = match &allergy.code {
            Some(snomed) => code(snomed, &allergy.term),
            None => Element::new("code")
                .attr("nullFlavor", "OTH")
                .with(Element::new("originalText").text(allergy.term.as_str())),
        };
        let entry = Element::new("UKCT_MT144053UK02.Allergy")
            .attr("classCode", "OBS")
            .attr("moodCode", "EVN")
            .with(id(event, part))
            .with(code)
            .with(Element::new("statusCode").attr("code", "completed"))
            .with(Element::new("effectiveTime").attr("value", at.get(..8).unwrap_or(at)));
        component(&[("contextConductionInd", "true")]).with(entry)
    });
    let kept = Element::new("pertinentCREType")
        .attr("classCode", "CATEGORY")
        .attr("moodCode", "EVN")
        .with(category(Category::Allergies))
        .with_all(entries);
    pertinent("pertinentInformation2", kept)
}
