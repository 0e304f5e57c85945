//! Answers that a fault makes in the place of a service's: HTTP, SOAP faults, ebXML errors, negative acknowledgements.

use http::StatusCode;
use http::header::{LOCATION, RETRY_AFTER};
use jiff::Timestamp;
use spine_vocabulary::code::error::{
    ERRORS, FAULT_ROUTING, FAULT_STORING, FAULT_SYSTEM, PSIS_DUPLICATE_EVENT, SOAP_FAULT_CONTEXT,
};
use spine_vocabulary::code::system::{ACS_ERROR, PDS_ERROR, PSIS_ERROR, TMS_ERROR};
use spine_vocabulary::{ErrorCode, Interaction, NhsNumber};
use uuid::Uuid;

use super::subject::Subject;
use crate::fault::plan::{Acknowledged, Asked, Fault, Page, Severity};
use crate::spine::Spine;
use crate::state::Outcome;
use crate::wire::WireResponse;
use crate::wire::issue::{self, Detail, Reason};
use crate::wire::write::{Addressee, Listed, faults, message_error};

/// Whether every code is a published one of a SOAP fault, and there is one.
pub(in crate::fault) fn are_soap_faults(codes: &[String]) -> bool {
    !codes.is_empty() && codes.iter().all(|code| soap_code(code).is_some())
}

/// Whether every code is a published one of an application acknowledgement, and there is one.
pub(in crate::fault) fn are_published(codes: &[String]) -> bool {
    !codes.is_empty() && codes.iter().all(|code| published(code, PSIS_ERROR).is_some())
}

fn soap_code(code: &str) -> Option<ErrorCode> {
    ERRORS.iter().find(|one| one.system == SOAP_FAULT_CONTEXT && one.code == code).copied()
}

/// The published code, of the code system `home` if it has one.
fn published(code: &str, home: &'static str) -> Option<ErrorCode> {
    [home, PSIS_ERROR, PDS_ERROR, ACS_ERROR, TMS_ERROR]
        .into_iter()
        .find_map(|system| ERRORS.iter().find(|one| one.system == system && one.code == code))
        .copied()
}

/// A negative acknowledgement in the code system of the service that gives it.
pub(super) fn negative(kind: Acknowledged, codes: &[String], subject: &Subject) -> Outcome {
    let home = match (kind, subject.asked) {
        (Acknowledged::Failed, Some(Asked::Message(Interaction::PdsRetrieval))) => PDS_ERROR,
        (Acknowledged::Failed, _) => PSIS_ERROR,
        (Acknowledged::Rejected, Some(Asked::Message(Interaction::SetPermissions))) => ACS_ERROR,
        (Acknowledged::Rejected, _) => TMS_ERROR,
    };
    let codes = codes.iter().filter_map(|code| published(code, home));
    match kind {
        Acknowledged::Failed => {
            Outcome::Business(codes.map(|code| Reason::error(code).saying(words(code, subject))).collect())
        }
        Acknowledged::Rejected => {
            let detail = |code: ErrorCode| Detail {
                code: code.code.to_owned(),
                system: code.system,
                display: code.meaning.to_owned(),
            };
            Outcome::Rejected(codes.map(detail).collect())
        }
    }
}

/// The words of a code. Source: SCR FHIR API adaptor, error answers.
fn words(code: ErrorCode, subject: &Subject) -> String {
    if code == PSIS_DUPLICATE_EVENT {
        let event = subject.message.map(|id| id.to_string()).unwrap_or_default();
        let number = subject.patient.map(NhsNumber::reveal).unwrap_or_default();
        return format!("Duplicate event with eventId {event} and nhsNumber {number}");
    }
    if code.system == PSIS_ERROR && code.code.len() == 5 {
        return format!("[PSIS-{}] - {}", code.code, code.meaning);
    }
    code.meaning.to_owned()
}

/// The answer of a fault that makes one, and how it acknowledges.
pub(super) fn canned(
    fault: &Fault,
    spine: &Spine,
    subject: &Subject,
    id: Uuid,
    now: Timestamp,
) -> Option<(WireResponse, &'static str)> {
    match fault {
        Fault::Status { code, retry_after, location, page } => {
            let status = StatusCode::from_u16(*code).ok()?;
            let mut response = plain(status, *page);
            if let Some(after) = retry_after {
                response = response.with_header(RETRY_AFTER, after);
            }
            if let Some(location) = location {
                response = response.with_header(LOCATION, location);
            }
            Some((response, ""))
        }
        Fault::SoapFault { codes } => {
            let all: Vec<_> = codes.iter().filter_map(|code| soap_code(code)).map(soap_fault).collect();
            Some((soap(&all)?, "fault"))
        }
        Fault::SessionOver => {
            let over = issue::Fault::not_authorised("the author has no session with this role");
            Some((soap(&[over])?, "fault"))
        }
        Fault::EbxmlErrors { severity, codes } => {
            Some((ebxml(*severity, codes, spine, subject, id, now), "ebxml-error"))
        }
        _ => None,
    }
}

fn plain(status: StatusCode, page: Page) -> WireResponse {
    let reason = status.canonical_reason().unwrap_or("Unknown");
    match page {
        Page::Empty => WireResponse::empty(status),
        Page::Plain => WireResponse::with_body(status, "text/plain; charset=utf-8", format!("{reason}\n")),
        Page::Html => {
            let title = format!("{} {reason}", status.as_u16());
            let body = format!(
                "<!DOCTYPE html>\n<html><head><title>{title}</title></head>\n<body><h1>{title}</h1><hr><p>gateway</p></body></html>\n"
            );
            WireResponse::with_body(status, "text/html; charset=utf-8", body)
        }
    }
}

fn soap_fault(code: ErrorCode) -> issue::Fault {
    let is_servers = [FAULT_SYSTEM, FAULT_ROUTING, FAULT_STORING].contains(&code);
    issue::Fault {
        code,
        party: if is_servers { "Server" } else { "Client" },
        location: "Not Supported",
        description: code.meaning.to_owned(),
    }
}

fn soap(all: &[issue::Fault]) -> Option<WireResponse> {
    let body = faults(all.first()?, all);
    Some(WireResponse::with_body(StatusCode::INTERNAL_SERVER_ERROR, "text/xml", body))
}

fn ebxml(
    severity: Severity,
    codes: &[String],
    spine: &Spine,
    subject: &Subject,
    id: Uuid,
    now: Timestamp,
) -> WireResponse {
    let header = subject.header.as_ref();
    let refers_to = subject.message.map(|id| id.to_string()).unwrap_or_default();
    let addressee = Addressee {
        from: spine.settings().addressing.party.as_str(),
        to: header.map_or("", |header| &header.from),
        cpa: header.map_or("", |header| &header.cpa),
        conversation: header.map_or("", |header| &header.conversation),
        refers_to: &refers_to,
    };
    let listed = |code: &String| {
        let published = ERRORS.iter().find(|one| one.code == code);
        let meaning = published.map_or("a rule was broken", |one| one.meaning);
        Listed { standard: "Inconsistent", description: format!("{code}:{meaning}") }
    };
    let severity = match severity {
        Severity::Error => "Error",
        Severity::Warning => "Warning",
    };
    let errors: Vec<_> = codes.iter().map(listed).collect();
    WireResponse::with_body(StatusCode::OK, "text/xml", message_error(&addressee, id, now, severity, &errors))
}
