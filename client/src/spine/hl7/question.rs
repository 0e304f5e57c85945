//! What an answer to a question means. A question changes nothing, so an unclear answer may be asked for again.

use http::StatusCode;
use spine_message::{Acknowledgement, Answer, SoapFault};
use spine_vocabulary::code::error::{
    FAULT_AUTHORISATION, FAULT_UNSUPPORTED, PSIS_ACCESS, PSIS_ACF, PSIS_NO_CASE, PSIS_NO_CONSENT,
    PSIS_NO_EVENT, PSIS_UNAVAILABLE,
};

use super::outcome::codes;
use crate::fault::SpineFault;

/// What the Spine says when asked; what refuses the question, or is no answer to any, is an error.
pub(super) fn told(status: StatusCode, answer: Answer) -> Result<Answer, SpineFault> {
    match answer {
        Answer::SoapFault(fault) if fault.codes.iter().any(|code| code == FAULT_AUTHORISATION.code) => {
            Err(SpineFault::SessionOver("The Spine does not accept this session".into()))
        }
        Answer::SoapFault(fault) if fault.retriable() => {
            Err(SpineFault::SpineUnavailable(format!("SOAP fault {}", fault.codes.join(" "))))
        }
        Answer::SoapFault(fault) => Err(SpineFault::Refused(format!("SOAP fault {}", fault.codes.join(" ")))),
        Answer::Empty | Answer::Nonsense { .. } if status.is_server_error() => {
            Err(SpineFault::SpineUnavailable(format!("HTTP {}", status.as_u16())))
        }
        Answer::Nonsense { why } => Err(SpineFault::SpineMisbehaved(why.to_string())),
        answer => Ok(answer),
    }
}

/// Whether the Spine tells nobody at this address, or not this system, what an event holds. Source: SCR FHIR API, known issues
/// (403 where the ASID lacks the interaction).
pub(super) fn is_not_for_us(status: StatusCode, answer: &Answer) -> bool {
    let unsupported = |fault: &SoapFault| fault.codes.iter().any(|code| code == FAULT_UNSUPPORTED.code);
    status == StatusCode::FORBIDDEN || matches!(answer, Answer::SoapFault(fault) if unsupported(fault))
}

/// Whether a failed event query says that access control does not permit it, or that there is no such event.
pub(super) fn withholds(failure: &Acknowledgement) -> bool {
    [PSIS_ACCESS, PSIS_ACF, PSIS_NO_CONSENT, PSIS_NO_EVENT, PSIS_NO_CASE]
        .iter()
        .any(|code| failure.reports(code))
}

pub(super) fn refusal(failure: &Acknowledgement) -> SpineFault {
    if failure.reports(&PSIS_UNAVAILABLE) {
        SpineFault::SpineUnavailable(codes(failure))
    } else {
        SpineFault::Refused(codes(failure))
    }
}

pub(super) fn unexpected() -> SpineFault {
    SpineFault::SpineMisbehaved("it is the answer to another kind of question".into())
}
