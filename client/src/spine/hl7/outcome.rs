//! What an answer to a submission or a poll means. Whatever is unclear is silence, never success and never failure.

use std::time::Duration;

use http::{HeaderMap, StatusCode, header};
use spine_message::{Acknowledgement, Answer, Correlated, EbxmlIssue, EbxmlSeverity, SoapFault, TypeCode};
use spine_transport::{Failure, Response};
use spine_vocabulary::code::error::{
    EBXML_NO_CONTRACT, EBXML_UNKNOWN_CPA, EBXML_WRONG_PARTY, FAULT_AUTHORISATION, FAULT_UNSUPPORTED,
    PSIS_ACCESS, PSIS_ACF, PSIS_DUPLICATE_EVENT, PSIS_DUPLICATE_MESSAGE, PSIS_INVALID_UPDATE,
    PSIS_NO_CONSENT, PSIS_NO_EVENT, PSIS_UNAVAILABLE, TMS_ASID, TMS_DUPLICATE,
};

use super::super::{Message, Outcome, Submitted};
use super::{LONGEST_POLL_PAUSE, LONGEST_WAIT, POLL_PAUSE_AFTER_FAILURE, read};
use crate::fault::Halt;

/// The unit in which the polling route's `Retry-After` is read.
/// Requirements: MSG-014, MSG-015.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RetryAfterUnit {
    /// As the national adaptor reads it. Source: SCR FHIR API adaptor.
    #[default]
    Milliseconds,
    /// As HTTP says. Source: RFC 9110.
    Seconds,
}

/// The header `Retry-After`, if it is a number.
pub(super) fn retry_after(headers: &HeaderMap, unit: RetryAfterUnit) -> Option<Duration> {
    let number: u64 = headers.get(header::RETRY_AFTER)?.to_str().ok()?.trim().parse().ok()?;
    Some(match unit {
        RetryAfterUnit::Milliseconds => Duration::from_millis(number),
        RetryAfterUnit::Seconds => Duration::from_secs(number),
    })
}

/// The codes of an acknowledgement for a report: `AE 410/30134`. Never its texts, which can hold NHS numbers.
pub(super) fn codes(acknowledgement: &Acknowledgement) -> String {
    let kind = match acknowledgement.type_code {
        TypeCode::Accepted => "AA",
        TypeCode::Error => "AE",
        TypeCode::Rejected => "AR",
    };
    let codes: Vec<String> = acknowledgement
        .issues
        .iter()
        .chain(&acknowledgement.details)
        .map(|issue| issue.code.chars().filter(char::is_ascii_alphanumeric).take(12).collect())
        .collect();
    if codes.is_empty() { kind.to_owned() } else { format!("{kind} {}", codes.join("/")) }
}

/// A request that brought no answer.
/// Requirements: MSG-002, ACK-017.
pub(super) fn of_failure(failure: Failure) -> Outcome {
    let note = failure.cause().to_string();
    match failure {
        Failure::NeverSent(cause) if cause.is_lasting() => {
            Outcome::Halt(Halt::Misconfigured(format!("{note}. {}", cause.advice())))
        }
        Failure::NeverSent(_) => Outcome::NotTaken { after: None, note },
        Failure::NoAnswer(_) => Outcome::Quiet { note },
    }
}

/// The answer to a submission.
/// Requirements: ACK-018, ACK-020, ACK-031, ACK-032, ACK-033.
pub(super) fn of_submission(
    message: &Message,
    response: &Response,
    unit: RetryAfterUnit,
    pause: (Duration, Duration),
) -> Submitted {
    if response.status == StatusCode::ACCEPTED
        && let Some(location) = location(response)
    {
        return Submitted::Pending { location, after: poll_pause(response, unit, pause) };
    }
    let status = response.status.as_u16();
    let outcome = of_body(message, response);
    Submitted::Final(outcome.unwrap_or_else(|nothing| match response.status {
        StatusCode::TOO_MANY_REQUESTS => Outcome::NotTaken {
            after: retry_after(&response.headers, RetryAfterUnit::Seconds).map(|wait| wait.min(LONGEST_WAIT)),
            note: "HTTP 429".into(),
        },
        StatusCode::UNAUTHORIZED => session_over(),
        StatusCode::FORBIDDEN | StatusCode::NOT_FOUND | StatusCode::METHOD_NOT_ALLOWED => Outcome::Halt(
            Halt::Misconfigured(format!("the Spine's address or our certificate is wrong (HTTP {status})")),
        ),
        StatusCode::PAYLOAD_TOO_LARGE => Outcome::TooLarge { note: format!("HTTP {status}") },
        StatusCode::BAD_REQUEST | StatusCode::UNSUPPORTED_MEDIA_TYPE => {
            Outcome::Refused { note: format!("HTTP {status}") }
        }
        _ => Outcome::Quiet { note: format!("HTTP {status}: {nothing}") },
    }))
}

/// The answer to a poll. The Spine has the message, so nothing here can mean that it was not taken but its own word.
/// Requirements: ACK-020, ACK-021, ACK-022.
pub(super) fn of_poll(
    message: &Message,
    asked: &str,
    response: &Response,
    unit: RetryAfterUnit,
    pause: (Duration, Duration),
) -> Submitted {
    let again_after = |after| Submitted::Pending {
        location: location(response).unwrap_or_else(|| asked.to_owned()),
        after,
    };
    let again = || again_after(poll_pause(response, unit, pause));
    let status = response.status;
    let empty = response.body.iter().all(u8::is_ascii_whitespace);
    if status == StatusCode::TOO_MANY_REQUESTS {
        // Not the route's own header but that of HTTP, so in seconds; unlike the other it says what must be kept to.
        let wait =
            retry_after(&response.headers, RetryAfterUnit::Seconds).unwrap_or(POLL_PAUSE_AFTER_FAILURE);
        return again_after(wait.min(LONGEST_POLL_PAUSE));
    }
    if status == StatusCode::ACCEPTED || status == StatusCode::OK && empty {
        return again();
    }
    match of_body(message, response) {
        Ok(Outcome::Halt(_)) => {
            Submitted::Final(Outcome::Quiet { note: format!("poll: HTTP {}", status.as_u16()) })
        }
        Ok(outcome) => Submitted::Final(outcome),
        Err(_) if status.is_server_error() => again(),
        Err(nothing) => {
            Submitted::Final(Outcome::Quiet { note: format!("poll: HTTP {}: {nothing}", status.as_u16()) })
        }
    }
}

/// Requirement: MSG-013.
fn location(response: &Response) -> Option<String> {
    let location = response.headers.get(header::CONTENT_LOCATION)?.to_str().ok()?.trim();
    // The Spine gives it relative to its base address, with or without a slash before it.
    match location {
        "" => None,
        whole if whole.starts_with('/') || whole.contains("://") => Some(whole.to_owned()),
        relative => Some(format!("/{relative}")),
    }
}

fn poll_pause(response: &Response, unit: RetryAfterUnit, (least, most): (Duration, Duration)) -> Duration {
    retry_after(&response.headers, unit).unwrap_or(least).clamp(least, most)
}

/// What the body says; `Err` with a word if it says nothing about the message.
/// Requirements: ACK-002, ACK-011, ACK-019.
fn of_body(message: &Message, response: &Response) -> Result<Outcome, String> {
    let reply = read(response);
    if reply.correlation.with(message.id) == Correlated::Foreign {
        return Err("the answer belongs to another message".into());
    }
    match reply.answer {
        Answer::Acknowledgement(acknowledgement) => Ok(of_acknowledgement(&acknowledgement)),
        Answer::SoapFault(fault) => Ok(of_fault(&fault)),
        Answer::EbxmlError(issues) => Ok(of_ebxml(&issues)),
        Answer::EventList(_) | Answer::Event(_) | Answer::Pds(_) | Answer::QueryFailure(_) => {
            Err("the answer to another question".into())
        }
        Answer::EbxmlAcknowledgment => Err("received, with no word about the content".into()),
        Answer::Empty => Err("an empty answer".into()),
        Answer::Nonsense { why } => Err(why.to_string()),
    }
}

/// Requirements: ACK-001, ACK-003, ACK-004, ACK-005, ACK-006, ACK-027, ACK-028, ACK-029, ACK-030.
fn of_acknowledgement(acknowledgement: &Acknowledgement) -> Outcome {
    let reports = |code| acknowledgement.reports(code);
    let note = codes(acknowledgement);
    if acknowledgement.type_code == TypeCode::Accepted {
        let warned = !acknowledgement.issues.is_empty();
        return Outcome::Acknowledged { note: warned.then_some(note) };
    }
    if reports(&PSIS_DUPLICATE_EVENT) {
        Outcome::Duplicate { stored: true, note }
    } else if reports(&PSIS_DUPLICATE_MESSAGE) || reports(&TMS_DUPLICATE) {
        Outcome::Duplicate { stored: false, note }
    } else if reports(&PSIS_ACF) || reports(&PSIS_NO_CONSENT) || reports(&PSIS_ACCESS) {
        Outcome::Dissent { note }
    } else if reports(&PSIS_UNAVAILABLE) {
        Outcome::NotTaken { after: None, note }
    } else if reports(&PSIS_INVALID_UPDATE) || reports(&PSIS_NO_EVENT) {
        Outcome::Stale { note }
    } else if reports(&TMS_ASID) {
        Outcome::Halt(Halt::Misconfigured(format!(
            "the Spine does not know our system under this ASID ({note})"
        )))
    } else if acknowledgement.errors().next().is_none() && acknowledgement.type_code == TypeCode::Error {
        // A failure without an error: neither stored nor refused for certain.
        Outcome::Quiet { note }
    } else {
        Outcome::Refused { note }
    }
}

/// Requirements: ACK-023, ACK-024, ACK-025, ACK-033.
fn of_fault(fault: &SoapFault) -> Outcome {
    let has = |code: &str| fault.codes.iter().any(|given| given == code);
    let note = format!("SOAP fault {}", fault.codes.join(" "));
    if has(FAULT_AUTHORISATION.code) {
        session_over()
    } else if has(FAULT_UNSUPPORTED.code) {
        Outcome::Halt(Halt::Misconfigured(format!(
            "the Spine does not support this interaction at this address ({note})"
        )))
    } else if fault.retriable() || fault.codes.is_empty() {
        Outcome::Quiet { note }
    } else {
        Outcome::Refused { note }
    }
}

/// Requirement: ACK-025.
fn of_ebxml(issues: &[EbxmlIssue]) -> Outcome {
    let errors: Vec<_> = issues.iter().filter(|issue| issue.severity == EbxmlSeverity::Error).collect();
    let note = errors
        .iter()
        .map(|issue| issue.number.as_deref().unwrap_or(&issue.code))
        .collect::<Vec<_>>()
        .join(" ");
    let contract = [EBXML_UNKNOWN_CPA.code, EBXML_WRONG_PARTY.code, EBXML_NO_CONTRACT.code];
    if errors.iter().any(|issue| issue.number.as_deref().is_some_and(|number| contract.contains(&number))) {
        return Outcome::Halt(Halt::Misconfigured(format!(
            "the Spine does not know our party or contract (ebXML {note})"
        )));
    }
    Outcome::Quiet { note: format!("ebXML {note}") }
}

fn session_over() -> Outcome {
    Outcome::Halt(Halt::SessionOver("The Spine does not accept this session".into()))
}
