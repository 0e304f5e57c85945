//! The access control service: keeps whether a patient's summary may be stored and viewed.
//!
//! Source: SCR FHIR API adaptor, ACS requests; the checks of the national rule set.

mod assertion;

use spine_vocabulary::AcsPermission;
use spine_vocabulary::code::error::{ACS_INVALID, PSIS_INVALID, PSIS_NHS_NUMBER};

use assertion::Setting;

use crate::ledger::{Note, Tag};
use crate::psis::NOT_A_TEST_PATIENT;
use crate::scenario::Duplicate;
use crate::spine::{Reply, Spine, SyncRequest, detail, details, reused};
use crate::state::{Outcome, Seen, Standing, Use};
use crate::wire::issue::{Breaches, Detail, Reason};

const VERSION: &str = "V3NPfIT3.0";

/// Sets a patient's permissions, once per message id.
/// Requirements: CON-051, SIM-003, SIM-004.
pub(crate) fn set_permissions(spine: &Spine, asked: &SyncRequest<'_, '_>, note: &mut Note) -> Reply {
    let Some(message) = asked.wrapper.message else { return reused(spine, asked, note) };
    note.nhs_number = Setting::read(asked.content).number.ok().filter(|number| number.is_test());
    let mut seen = spine.memory().seen.part(&message);
    match seen.get(&message) {
        Some(before) if before.sha256 != asked.sha256 => {
            drop(seen);
            reused(spine, asked, note)
        }
        Some(Seen { used: Use::Setting(id, at, outcome), .. }) => {
            let (id, at, outcome) = (*id, *at, outcome.clone());
            drop(seen);
            note.tags.push(Tag::Duplicate);
            if spine.settings().duplicate == Duplicate::SameAnswer {
                note.tags.push(outcome.tag());
                return Reply { again: Some((id, at)), ..Reply::acknowledge(&outcome, VERSION) };
            }
            // A setting makes no event, so that a duplicate of it can only be a duplicate message.
            let outcome = Outcome::Rejected(vec![detail()]);
            note.tags.push(outcome.tag());
            Reply::acknowledge(&outcome, VERSION)
        }
        Some(_) => {
            drop(seen);
            reused(spine, asked, note)
        }
        None => {
            let outcome = apply(spine, asked);
            let id = spine.memory().mint();
            let used = Use::Setting(id, asked.now, outcome.clone());
            seen.insert(message, Seen { sha256: asked.sha256, used });
            note.tags.push(outcome.tag());
            Reply { again: Some((id, asked.now)), ..Reply::acknowledge(&outcome, VERSION) }
        }
    }
}

/// Holds the rules and applies the setting.
/// Requirements: CON-049, CON-050.
fn apply(spine: &Spine, asked: &SyncRequest<'_, '_>) -> Outcome {
    let mut missing = Breaches::default();
    missing.hold(
        asked.wrapper.author.is_some(),
        "AUTHOR_MISSING",
        "a setting has an author with a role profile",
    );
    if !missing.is_empty() {
        return Outcome::Rejected(details(spine, &missing));
    }
    let setting = Setting::read(asked.content);
    let wrong = setting.wrong();
    if !wrong.is_empty() {
        return Outcome::Rejected(wrong.into_iter().map(invalid).collect());
    }
    let number = match setting.number {
        Ok(number) if number.is_test() => number,
        Ok(_) => return wrong_number(NOT_A_TEST_PATIENT),
        Err(_) => return wrong_number("Mandatory field NHS Number is missing or incorrect"),
    };
    let mut part = spine.memory().patients.part(&number);
    let Some(patient) = part.get_mut(&number) else {
        return wrong_number("Mandatory field NHS Number is missing or incorrect");
    };
    if patient.standing() != Standing::Valid {
        return wrong_number("Mandatory field NHS Number is missing or incorrect");
    }
    let Some(permission) = setting.permission() else { return Outcome::Done };
    // One assertion sets both functions. Ask is what the absence of an assertion means.
    let held = (permission != AcsPermission::Ask).then_some(permission);
    patient.permission = crate::scenario::Permission { store: held, view: held };
    Outcome::Done
}

fn invalid(why: &'static str) -> Detail {
    Detail {
        code: ACS_INVALID.code.to_owned(),
        system: ACS_INVALID.system,
        display: format!("35506-Invalid input message. {why}"),
    }
}

fn wrong_number(why: &str) -> Outcome {
    let display = format!("[PSIS-35160] - Invalid input message. {why}");
    Outcome::Business(vec![Reason::error(PSIS_INVALID), Reason::error(PSIS_NHS_NUMBER).saying(display)])
}
