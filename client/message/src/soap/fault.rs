//! SOAP faults: reading them.

use crate::hl7v3::acknowledgement::token;
use crate::xml::names::Space;
use crate::xml::tree::Element;

/// More codes than this are not kept: a fault has a handful.
const MAX_CODES: usize = 100;

/// A SOAP fault. Its descriptions are not kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SoapFault {
    /// The codes of its error list, in order; empty if it has none.
    pub codes: Vec<String>,
}

impl SoapFault {
    /// Reads `soap:Fault`. Any element `errorCode` below the detail counts, whatever its namespace: the Spine's own
    /// simulators do not agree on it.
    pub(crate) fn read(fault: Element<'_>) -> Self {
        let codes = fault
            .descendants()
            .filter(|element| element.space() != Space::Soap && element.name() == "errorCode")
            .map(|code| token(code.text()))
            .take(MAX_CODES)
            .collect();
        Self { codes }
    }

    /// Whether the same bytes may be sent again: only if there are codes and every one of them is 200, 206 or 208.
    /// Source: MHS adaptor.
    /// Requirements: ACK-023, ACK-024.
    #[must_use]
    pub fn retriable(&self) -> bool {
        !self.codes.is_empty() && self.codes.iter().all(|code| matches!(code.as_str(), "200" | "206" | "208"))
    }
}
