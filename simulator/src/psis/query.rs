//! What the queries of the PSIS have in common: whom they are about, what they may see, how they fail.
//!
//! Source: SCR FHIR API adaptor, event list answers; MIM 4.2, PSIS query (`QUPC_MT130101`, `QUPC_MT140101`).

use jiff::Timestamp;
use roxmltree::Node;
use spine_vocabulary::code::error::{
    PSIS_INCONSISTENT, PSIS_MERGED, PSIS_NHS_NUMBER, PSIS_NO_CASE, PSIS_WARNING,
};
use spine_vocabulary::code::system;
use spine_vocabulary::{Interaction, NhsNumber};

use super::process::access_refused;
use super::summary::exact_number;
use super::verdict::{NOT_A_TEST_PATIENT, wrong_number};
use crate::ledger::Note;
use crate::scenario::EmptyList;
use crate::spine::{Reply, Spine, SyncRequest};
use crate::state::{Outcome, Patient, Standing};
use crate::wire::issue::{Breaches, Reason};
use crate::wire::namespace::HL7;
use crate::wire::read::element::{elements, has, is};
use crate::wire::read::{attribute, one, text};
use crate::wire::write::{Acknowledgement, Element, reason};

pub(super) const VERSION: &str = "V3NPfIT4.2.00";

/// Whether the query may see the events of this patient.
/// Requirement: CON-052.
pub(super) fn may_be_seen(patient: Option<&Patient>, now: Timestamp) -> Result<&Patient, Outcome> {
    let patient = patient.ok_or_else(|| wrong_number("Nobody has this NHS number"))?;
    match patient.standing() {
        Standing::Superseded(_) => {
            Err(Outcome::Business(vec![Reason::error(PSIS_INCONSISTENT), Reason::error(PSIS_MERGED)]))
        }
        Standing::Invalidated => Err(wrong_number("The NHS number was made invalid")),
        Standing::Valid if patient.permission_shown(now).is_dissent() => Err(access_refused()),
        Standing::Valid => Ok(patient),
    }
}

/// Whether nothing was ever stored for the patient, and this Spine says so instead of showing nothing.
pub(super) fn has_no_case(spine: &Spine, patient: &Patient) -> bool {
    patient.chain.events().is_empty() && spine.settings().empty_list == EmptyList::CaseNotFound
}

/// 210/30312.
pub(super) fn no_case() -> Outcome {
    let specific = Reason::warning(PSIS_NO_CASE).saying("[PSIS-30312] - Case Instance not found");
    Outcome::Business(vec![Reason::warning(PSIS_WARNING), specific])
}

/// The answer that a query failed, or succeeded with warnings only and found nothing.
/// Requirement: ACK-041.
pub(crate) fn failure(outcome: &Outcome, note: &mut Note) -> Reply {
    note.tags.push(outcome.tag());
    let reasons: &[Reason] = match outcome {
        Outcome::Business(reasons) => reasons,
        _ => &[],
    };
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

/// The patient that the query names.
/// Requirement: ACK-053.
pub(super) fn number(query: Node<'_, '_>) -> Result<NhsNumber, Outcome> {
    let value = one(query, HL7, "nHSNumber").and_then(|parameter| one(parameter, HL7, "value"));
    let extension = value.and_then(|value| attribute(value, "extension")).unwrap_or_default();
    match exact_number(extension) {
        Ok(number) if number.is_test() => Ok(number),
        Ok(_) => Err(wrong_number(NOT_A_TEST_PATIENT)),
        Err(_) => Err(wrong_number(PSIS_NHS_NUMBER.meaning)),
    }
}

/// The value of a parameter that is there once, with its own name in words and nothing else.
pub(super) fn parameter<'a, 'i: 'a>(query: Node<'a, 'i>, name: &str, words: &str) -> Option<Node<'a, 'i>> {
    let parameter = one(query, HL7, name)?;
    let says = one(parameter, HL7, "semanticsText").and_then(text);
    (says.as_deref() == Some(words) && elements(parameter).count() == 2)
        .then(|| one(parameter, HL7, "value"))
        .flatten()
}

/// Every rule of such a query that it breaks; `further` are the parameters that it may have besides number and override.
pub(super) fn breaches(asked: &SyncRequest<'_, '_>, further: &[&str]) -> Breaches {
    let query = asked.content;
    let mut breaches = Breaches::default();
    let wish = parameter(query, "dissentOverride", "DissentOverride")
        .filter(|value| has(*value, "codeSystem", system::DISSENT_OVERRIDE))
        .and_then(|value| attribute(value, "code"));
    breaches.hold(
        wish.is_some_and(|code| ["0", "1", "2", "3", "4", "5"].contains(&code)),
        "DISSENT_OVERRIDE_INVALID",
        "query/dissentOverride is there once, a code from 0 to 5, with its semanticsText",
    );
    breaches.hold(
        wish.is_none_or(|code| code == "0") || asked.wrapper.author.is_some(),
        "AUTHOR_MISSING",
        "a query that overrides dissent has an author",
    );
    let number = parameter(query, "nHSNumber", "NHSNumber");
    breaches.hold(
        number.is_some_and(|value| has(value, "root", system::NHS_NUMBER)),
        "NHS_NUMBER_PARAMETER_INVALID",
        "query/nHSNumber is there once, of the NHS number's root, with its semanticsText",
    );
    breaches.hold(
        elements(query).all(|child| {
            ["dissentOverride", "nHSNumber"].iter().chain(further).any(|name| is(child, HL7, name))
        }),
        "UNEXPECTED_ELEMENT",
        "the query has no parameter that is not its own",
    );
    breaches
}
