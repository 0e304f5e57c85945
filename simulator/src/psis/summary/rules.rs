//! The rules of a summary's own fields.

use roxmltree::Node;
use spine_vocabulary::code::system;

use crate::wire::issue::Breaches;
use crate::wire::namespace::HL7;
use crate::wire::read::element::{count, elements, has, is};
use crate::wire::read::wrapper::{is_time_stamp, is_upper_uuid};
use crate::wire::read::{attribute, children, one};

/// General Practice Summary. Source: MIM 4.2, GP Summary.
const GP_SUMMARY: &str = "196981000000101";
const FIELDS: [&str; 10] = [
    "id",
    "code",
    "effectiveTime",
    "statusCode",
    "author",
    "excerptFrom",
    "pertinentInformation1",
    "pertinentInformation2",
    "recordTarget",
    "replacementOf",
];

/// The id of the event that the summary says it replaces, as written; the first of several.
pub(super) fn prior(summary: Node<'_, '_>) -> Option<String> {
    let prior = one(children(summary, HL7, "replacementOf").next()?, HL7, "priorMessageRef")?;
    attribute(one(prior, HL7, "id")?, "root").map(str::to_owned)
}

/// Holds the rules of the summary's own fields.
/// Requirement: SUM-045.
pub(super) fn hold(summary: Node<'_, '_>, message: &str, breaches: &mut Breaches) {
    let subject = summary.parent().filter(|parent| has(*parent, "typeCode", "SUBJ"));
    breaches.hold(
        subject.is_some() && has(summary, "classCode", "COMPOSITION") && has(summary, "moodCode", "EVN"),
        "GPSUMMARY_CLASS_INVALID",
        "subject has typeCode SUBJ, GPSummary classCode COMPOSITION and moodCode EVN",
    );
    let id = one(summary, HL7, "id").and_then(|id| attribute(id, "root"));
    breaches.hold(
        id == Some(message),
        "GPSUMMARY_ID_INCONSISTENT_WITH_MESSAGE_ID",
        "GPSummary/id/@root is there once and is the message id",
    );
    breaches.hold(
        one(summary, HL7, "code")
            .is_some_and(|code| has(code, "code", GP_SUMMARY) && has(code, "codeSystem", system::SNOMED)),
        "GPSUMMARY_CODE_INVALID",
        "GPSummary/code is 196981000000101",
    );
    let effective = one(summary, HL7, "effectiveTime").and_then(|time| attribute(time, "value"));
    breaches.hold(
        effective.is_some_and(is_point_in_time),
        "GPSUMMARY_EFFECTIVE_TIME_INVALID",
        "GPSummary/effectiveTime/@value is there once and is a time",
    );
    breaches.hold(
        one(summary, HL7, "statusCode").is_some_and(|status| has(status, "code", "active")),
        "GPSUMMARY_STATUS_CODE_INVALID",
        "GPSummary/statusCode is active",
    );
    let target = one(summary, HL7, "recordTarget").filter(|target| has(*target, "typeCode", "RCT"));
    breaches.hold(
        target.and_then(|target| one(target, HL7, "patient")).is_some_and(|one| has(one, "classCode", "PAT")),
        "RECORD_TARGET_INVALID",
        "GPSummary/recordTarget/patient is there once, typeCode RCT, classCode PAT",
    );
    breaches.hold(
        elements(summary).all(|child| FIELDS.iter().any(|name| is(child, HL7, name))),
        "UNEXPECTED_ELEMENT",
        "the summary has no element that is not its own",
    );
    hold_replacement(summary, message, breaches);
}

/// Requirement: SUM-046.
fn hold_replacement(summary: Node<'_, '_>, message: &str, breaches: &mut Breaches) {
    breaches.hold(
        count(summary, HL7, "replacementOf") <= 1,
        "REPLACEMENT_OF_REPEATED",
        "GPSummary/replacementOf is there at most once",
    );
    for replacement in children(summary, HL7, "replacementOf") {
        let prior_ref = one(replacement, HL7, "priorMessageRef");
        let classed = has(replacement, "typeCode", "RPLC")
            && prior_ref
                .is_some_and(|one| has(one, "classCode", "COMPOSITION") && has(one, "moodCode", "EVN"));
        let named = prior(summary).is_some_and(|id| is_upper_uuid(&id) && id != message);
        breaches.hold(
            classed && named,
            "REPLACEMENT_OF_INVALID",
            "GPSummary/replacementOf names one other event by a UUID in capital letters",
        );
    }
}

/// Whether the text is a date, or a date with hour and minute, or with seconds too.
pub(super) fn is_point_in_time(text: &str) -> bool {
    [8, 12, 14].contains(&text.len()) && is_time_stamp(&format!("{text:0<14}"))
}

/// Holds that a part's template and separability are as the model fixes them.
pub(super) fn hold_template(
    part: Node<'_, '_>,
    template: &str,
    separable: &str,
    rule: &'static str,
    text: &'static str,
    breaches: &mut Breaches,
) {
    let kept = one(part, HL7, "templateId")
        .is_some_and(|id| has(id, "root", system::TEMPLATE) && has(id, "extension", template))
        && one(part, HL7, "seperatableInd").is_some_and(|flag| has(flag, "value", separable));
    breaches.hold(kept, rule, text);
}
