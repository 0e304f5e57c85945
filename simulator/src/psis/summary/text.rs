//! The presentation text: its rules, and what it says of consent and content.
//!
//! Source: the national rule set finds dissent and missing content in this text alone.

use roxmltree::Node;
use spine_vocabulary::Category;
use spine_vocabulary::code::system;

use super::below::Below;
use super::rules::{hold_template, is_point_in_time};
use crate::ledger::SummaryKind;
use crate::wire::issue::Breaches;
use crate::wire::namespace::{HL7, TEXT};
use crate::wire::read::element::{count, elements, has};
use crate::wire::read::wrapper::is_upper_uuid;
use crate::wire::read::{attribute, one};

const DISSENT: [&str; 3] = [
    "Refused consent for upload to national shared electronic record",
    "Following discussion with a member of the practice staff this patient has chosen not to store their clinical information",
    "After discussions with a member of the practice staff this patient has chosen not to have a Summary Care Record",
];
const NOTHING_SIGNIFICANT: &str = "The practice holds no significant data on this patient";
/// Every element that the text may have. Source: MIM 4.2, XHTML of the presentation text.
/// Requirement: SUM-049.
const ELEMENTS: [&str; 23] = [
    "html", "head", "body", "h2", "h3", "h4", "h5", "h6", "p", "pre", "a", "br", "ul", "ol", "li", "table",
    "caption", "thead", "tbody", "tfoot", "tr", "th", "td",
];
/// Ids of clinical sections, to which `Header` is added for their headings. Source: practice systems' summaries.
const SECTIONS: [&str; 14] = [
    "Allergies",
    "AcuteMeds",
    "RepeatMeds",
    "DiscRepeatMeds",
    "RisksToPatient",
    "Diagnoses",
    "Problems",
    "Observations",
    "Treatments",
    "Results",
    "Events",
    "Procedures",
    "Advice",
    "Circumstances",
];

/// The text's root element, wherever the excerpt has it in its place.
pub(super) fn html<'a, 'i: 'a>(summary: Node<'a, 'i>) -> Option<Node<'a, 'i>> {
    one(one(presentation(summary)?, HL7, "value")?, TEXT, "html")
}

fn documentation<'a, 'i: 'a>(summary: Node<'a, 'i>) -> Option<Node<'a, 'i>> {
    one(one(summary, HL7, "excerptFrom")?, HL7, "UKCT_MT144051UK01.CareProfessionalDocumentationCRE")
}

fn presentation<'a, 'i: 'a>(summary: Node<'a, 'i>) -> Option<Node<'a, 'i>> {
    one(one(documentation(summary)?, HL7, "component")?, HL7, "presentationText")
}

/// What the text says the summary is.
/// Requirement: SIM-013.
pub(super) fn kind(html: Node<'_, '_>, below: &Below) -> SummaryKind {
    let says = |names: &[&str], phrase: &str| {
        let places = below.places(phrase);
        html.descendants()
            .filter(|node| node.is_element() && node.tag_name().namespace() == Some(TEXT))
            .filter(|node| names.contains(&node.tag_name().name()))
            .any(|node| below.has(node, &places, phrase.len()))
    };
    if DISSENT.iter().any(|phrase| says(&["td", "h1", "h2", "h3"], phrase)) {
        SummaryKind::Dissent
    } else if says(&["h3"], NOTHING_SIGNIFICANT) {
        SummaryKind::Empty
    } else {
        SummaryKind::Full
    }
}

/// Whether any clinical section has something in it: known by its id, its heading's id or its heading's words.
pub(super) fn has_clinical_section(html: Node<'_, '_>, below: &Below) -> bool {
    html.descendants().filter(Node::is_element).any(|node| {
        let id = node.attribute("id").unwrap_or_default();
        if SECTIONS.contains(&id) && heading_level(node).is_none() {
            return below.is_filled(node);
        }
        let Some(level) = heading_level(node) else { return false };
        let by_id = SECTIONS.contains(&id.trim_end_matches("Header"));
        (by_id || is_clinical_heading(below.words(node))) && section_is_filled(below, node, level)
    })
}

fn heading_level(node: Node<'_, '_>) -> Option<u32> {
    let digit = node.tag_name().name().strip_prefix('h')?;
    digit.parse().ok().filter(|level| (1..=6).contains(level))
}

/// Whether a heading names a category other than personal preferences, or one of the medication sections.
fn is_clinical_heading(words: &str) -> bool {
    let named = Category::ALL.into_iter().filter(|category| *category != Category::PersonalPreferences);
    named.map(Category::display).any(|name| words.starts_with(name))
        || [
            "Acute Medication",
            "Current Repeat Medication",
            "Repeat Medication",
            "Discontinued Repeat Medication",
        ]
        .iter()
        .any(|name| words.starts_with(name))
}

fn section_is_filled(below: &Below, heading: Node<'_, '_>, level: u32) -> bool {
    heading
        .next_siblings()
        .skip(1)
        .take_while(|node| heading_level(*node).is_none_or(|next| next > level))
        .any(|node| below.is_filled(node))
}

/// Holds the rules of the excerpt and its text.
pub(super) fn hold(summary: Node<'_, '_>, breaches: &mut Breaches) {
    breaches.hold(
        count(summary, HL7, "excerptFrom") == 1,
        "EXCERPT_FROM_INVALID",
        "GPSummary/excerptFrom is there once",
    );
    let Some(excerpt) = one(summary, HL7, "excerptFrom") else { return };
    hold_template(
        excerpt,
        "CSAT_RM-NPfITUK10.excerptFrom",
        "false",
        "EXCERPT_FROM_TEMPLATE_INVALID",
        "excerptFrom has the template CSAT_RM-NPfITUK10.excerptFrom and is not separable",
        breaches,
    );
    let Some(presentation) = presentation(summary) else {
        breaches.hold(false, "PRESENTATION_TEXT_MISSING", "excerptFrom holds one presentationText");
        return;
    };
    let documented = documentation(summary).and_then(|one_of| one(one_of, HL7, "code"));
    breaches.hold(
        documented.is_some_and(is_documentation) && has(excerpt, "typeCode", "XCRPT"),
        "EXCERPT_FROM_INVALID",
        "excerptFrom is an XCRPT of the category 163171000000105",
    );
    if let Some(component) = presentation.parent() {
        hold_template(
            component,
            "CSAB_RM-NPfITUK10.component",
            "false",
            "PRESENTATION_TEXT_TEMPLATE_INVALID",
            "the text's component has the template CSAB_RM-NPfITUK10.component and is not separable",
            breaches,
        );
    }
    hold_presentation(presentation, breaches);
    hold_html(presentation, breaches);
}

/// Whether a code is Care Professional Documentation.
pub(super) fn is_documentation(code: Node<'_, '_>) -> bool {
    has(code, "code", Category::CareProfessionalDocumentation.code())
        && has(code, "codeSystem", system::SNOMED)
}

fn hold_presentation(presentation: Node<'_, '_>, breaches: &mut Breaches) {
    let coded = one(presentation, HL7, "code").is_some_and(|code| {
        has(code, "code", "PresentationText") && has(code, "codeSystem", system::TEXT_TYPE)
    });
    let identified =
        one(presentation, HL7, "id").and_then(|id| attribute(id, "root")).is_some_and(is_upper_uuid);
    let complete =
        one(presentation, HL7, "statusCode").is_some_and(|status| has(status, "code", "completed"));
    let timed = one(presentation, HL7, "effectiveTime")
        .and_then(|time| attribute(time, "value"))
        .is_some_and(is_point_in_time);
    let classed = has(presentation, "classCode", "OBS") && has(presentation, "moodCode", "EVN");
    breaches.hold(
        coded && identified && complete && timed && classed,
        "PRESENTATION_TEXT_INVALID",
        "presentationText is an OBS EVN with id, code PresentationText, statusCode completed and effectiveTime",
    );
}

fn hold_html(presentation: Node<'_, '_>, breaches: &mut Breaches) {
    let value = one(presentation, HL7, "value").filter(|value| has(*value, "mediaType", "text/plain"));
    let html = value.and_then(|value| one(value, TEXT, "html"));
    let alone = value.is_some_and(|value| {
        elements(value).count() == 1
            && value
                .children()
                .filter(Node::is_text)
                .all(|text| text.text().is_none_or(|text| text.trim().is_empty()))
    });
    breaches.hold(
        html.is_some() && alone,
        "PRESENTATION_TEXT_VALUE_INVALID",
        "presentationText/value is text/plain and holds one html element of xhtml:NPfIT:PresentationText",
    );
    let Some(html) = html else { return };
    breaches.hold(
        one(html, TEXT, "body").is_some_and(|body| !Below::of(body).words(body).is_empty()),
        "PRESENTATION_TEXT_EMPTY",
        "the text has one body, which says something",
    );
    let allowed = html
        .descendants()
        .filter(Node::is_element)
        .all(|node| node.tag_name().namespace() == Some(TEXT) && ELEMENTS.contains(&node.tag_name().name()));
    breaches.hold(
        allowed,
        "PRESENTATION_TEXT_ELEMENT_INVALID",
        "the text has only the elements that the presentation text may have, so no h1",
    );
}
