//! Refusals that answer the HTTP request itself: faults, ebXML errors, plain HTTP.

use http::StatusCode;
use spine_vocabulary::code::error::TMS_DUPLICATE;
use spine_vocabulary::code::system;

use super::{Answered, Spine};
use crate::ledger::{Note, Tag};
use crate::wire::WireResponse;
use crate::wire::issue::{Breaches, Detail, EbxmlError, Refusal};
use crate::wire::write::{Addressee, error_list, fault};

/// Answers with a refusal; an ebXML error goes to `addressee`, or to nobody by name.
pub(crate) fn refuse(
    spine: &Spine,
    refusal: Refusal,
    addressee: Option<&Addressee<'_>>,
    mut note: Note,
) -> Answered {
    let response = match refusal {
        Refusal::Http(status, why) => {
            note.tags.push(Tag::Refused(vec![status.as_str().to_owned()]));
            WireResponse::with_body(status, "text/plain; charset=utf-8", format!("{why}\n"))
        }
        Refusal::Fault(cause) => {
            note.outcome = "fault";
            note.tags.push(Tag::Refused(vec![cause.code.code.to_owned()]));
            WireResponse::with_body(StatusCode::INTERNAL_SERVER_ERROR, "text/xml", fault(&cause))
        }
        Refusal::Ebxml(errors) => {
            note.outcome = "ebxml-error";
            note.tags.push(Tag::Refused(codes(spine, &errors)));
            let nobody = Addressee {
                from: spine.settings().addressing.party.as_str(),
                to: "",
                cpa: "",
                conversation: "",
                refers_to: "",
            };
            let body = error_list(
                addressee.unwrap_or(&nobody),
                spine.memory().mint(),
                spine.now(),
                &errors,
                &spine.settings().unpublished_code,
            );
            WireResponse::with_body(StatusCode::OK, "text/xml", body)
        }
        // Reasons and rejections are HL7 answers; a service that has no message to answer says only that it failed.
        Refusal::Rejected(_) | Refusal::Business(_) => WireResponse::with_body(
            StatusCode::BAD_REQUEST,
            "text/plain; charset=utf-8",
            "refused\n".to_owned(),
        ),
    };
    Answered { response, note }
}

fn codes(spine: &Spine, errors: &[EbxmlError]) -> Vec<String> {
    let unpublished = &spine.settings().unpublished_code;
    errors
        .iter()
        .map(|error| match error.breach.code {
            Some(code) => code.code.to_owned(),
            None => format!("{unpublished}:{}", error.breach.name),
        })
        .collect()
}

/// The details of a rejection: one per violated rule.
/// Requirement: ACK-042.
pub(crate) fn details(spine: &Spine, breaches: &Breaches) -> Vec<Detail> {
    let unpublished = &spine.settings().unpublished_code;
    breaches
        .iter()
        .map(|breach| Detail {
            code: breach.code.map_or_else(|| unpublished.clone(), |code| code.code.to_owned()),
            system: breach.code.map_or(system::TMS_ERROR, |code| code.system),
            display: format!("{} - {}", breach.name, breach.text),
        })
        .collect()
}

/// The one detail of a message whose id was used before.
pub(crate) fn detail() -> Detail {
    Detail {
        code: TMS_DUPLICATE.code.to_owned(),
        system: TMS_DUPLICATE.system,
        display: TMS_DUPLICATE.meaning.to_owned(),
    }
}
