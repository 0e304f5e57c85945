//! SOAP faults: reading them.

/// A SOAP fault.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SoapFault {
    /// The codes of its error list, in order; empty if it has none.
    pub codes: Vec<String>,
}

impl SoapFault {
    /// Whether the same bytes may be sent again: only if there are codes and every one of them is 200, 206 or 208.
    /// Source: MHS adaptor.
    #[must_use]
    pub fn retriable(&self) -> bool {
        !self.codes.is_empty() && self.codes.iter().all(|code| matches!(code.as_str(), "200" | "206" | "208"))
    }
}
