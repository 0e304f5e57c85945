//! The event list: a patient's events, newest first, with the permissions; or why they are not shown.
//!
//! Source: SCR FHIR API adaptor, event list answers; MIM 4.2, PSIS query (`QUPC_MT180000`).

mod answer;

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
use crate::ledger::{Note, Tag};
use crate::scenario::EmptyList;
use crate::spine::{Reply, Spine, SyncRequest, details};
use crate::state::{Outcome, Patient, Standing};
use crate::wire::issue::{Breaches, Reason};
use crate::wire::namespace::HL7;
use crate::wire::read::element::{elements, has, is};
use crate::wire::read::{attribute, one, text};
use crate::wire::write::{Acknowledgement, Element, reason};

const VERSION: &str = "V3NPfIT4.2.00";

/// Answers an event list query.
/// Requirements: ACK-052, SIM-012.
pub(crate) fn list_events(spine: &Spine, asked: &SyncRequest<'_, '_>, note: &mut Note) -> Reply {
    let breaches = breaches(asked.content, asked.wrapper.author.is_some());
    if !breaches.is_empty() {
        let outcome = Outcome::Rejected(details(spine, &breaches));
        note.tags.push(outcome.tag());
        return Reply::acknowledge(&outcome, VERSION);
    }
    let number = match number(asked.content) {
        Ok(number) => number,
        Err(outcome) => return failure(&outcome, note),
    };
    note.nhs_number = Some(number);
    let part = spine.memory().patients.part(&number);
    match part
        .get(&number)
        .ok_or_else(|| wrong_number("Nobody has this NHS number"))
        .and_then(|patient| may_be_seen(patient, asked.now))
    {
        Err(outcome) => failure(&outcome, note),
        Ok(patient) => {
            let is_empty = patient.chain.events().is_empty();
            if is_empty && spine.settings().empty_list == EmptyList::CaseNotFound {
                let warnings = vec![Reason::warning(PSIS_WARNING), not_found()];
                return failure(&Outcome::Business(warnings), note);
            }
            note.tags.push(Tag::Answered);
            answer::list(number, patient, asked.now)
        }
    }
}

fn not_found() -> Reason {
    Reason::warning(PSIS_NO_CASE).saying("[PSIS-30312] - Case Instance not found")
}

/// Whether the query may see the events of this patient.
/// Requirement: CON-052.
fn may_be_seen(patient: &Patient, now: Timestamp) -> Result<&Patient, Outcome> {
    match patient.standing() {
        Standing::Superseded(_) => {
            Err(Outcome::Business(vec![Reason::error(PSIS_INCONSISTENT), Reason::error(PSIS_MERGED)]))
        }
        Standing::Invalidated => Err(wrong_number("The NHS number was made invalid")),
        Standing::Valid if patient.permission_shown(now).is_dissent() => Err(access_refused()),
        Standing::Valid => Ok(patient),
    }
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

/// Requirement: ACK-053.
fn number(query: Node<'_, '_>) -> Result<NhsNumber, Outcome> {
    let value = one(query, HL7, "nHSNumber").and_then(|parameter| one(parameter, HL7, "value"));
    let extension = value.and_then(|value| attribute(value, "extension")).unwrap_or_default();
    match exact_number(extension) {
        Ok(number) if number.is_test() => Ok(number),
        Ok(_) => Err(wrong_number(NOT_A_TEST_PATIENT)),
        Err(_) => Err(wrong_number(PSIS_NHS_NUMBER.meaning)),
    }
}

/// Every rule of the query that it breaks.
fn breaches(query: Node<'_, '_>, has_author: bool) -> Breaches {
    let mut breaches = Breaches::default();
    let said = |name: &str, words: &str| {
        let parameter = one(query, HL7, name)?;
        let says = one(parameter, HL7, "semanticsText").and_then(text);
        (says.as_deref() == Some(words) && elements(parameter).count() == 2)
            .then(|| one(parameter, HL7, "value"))
            .flatten()
    };
    let wish = said("dissentOverride", "DissentOverride")
        .filter(|value| has(*value, "codeSystem", system::DISSENT_OVERRIDE))
        .and_then(|value| attribute(value, "code"));
    breaches.hold(
        wish.is_some_and(|code| ["0", "1", "2", "3", "4", "5"].contains(&code)),
        "DISSENT_OVERRIDE_INVALID",
        "query/dissentOverride is there once, a code from 0 to 5, with its semanticsText",
    );
    breaches.hold(
        wish.is_none_or(|code| code == "0") || has_author,
        "AUTHOR_MISSING",
        "a query that overrides dissent has an author",
    );
    let number = said("nHSNumber", "NHSNumber");
    breaches.hold(
        number.is_some_and(|value| has(value, "root", system::NHS_NUMBER)),
        "NHS_NUMBER_PARAMETER_INVALID",
        "query/nHSNumber is there once, of the NHS number's root, with its semanticsText",
    );
    breaches.hold(
        elements(query).all(|child| is(child, HL7, "dissentOverride") || is(child, HL7, "nHSNumber")),
        "UNEXPECTED_ELEMENT",
        "the query has no parameter that is not its own",
    );
    breaches
}
