//! What can be wrong with a request, and in which of the protocol's voices the Spine says so.
//!
//! A fault or an ebXML error answers the post itself; a rejection (AR) and business errors (AE) are HL7 answers.

use http::StatusCode;
use spine_vocabulary::code::error::{
    EBXML_NO_CONTRACT, EBXML_UNKNOWN_CPA, EBXML_WRONG_PARTY, FAULT_AUTHORISATION, FAULT_NOT_WELL_FORMED,
    FAULT_UNSUPPORTED, TMS_ASID,
};
use spine_vocabulary::{ErrorCode, Qualifier};

/// One violated rule of the envelope or the wrapper: its name in the national rule set, or one in its style.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Breach {
    /// The rule's symbolic name.
    pub name: &'static str,
    /// What it asks for.
    pub text: &'static str,
    /// The published number, where there is one.
    pub code: Option<ErrorCode>,
}

/// Every violated rule of one stage, in the order of the checks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Breaches(Vec<Breach>);

impl Breaches {
    /// Notes the rule unless it is kept; tells whether it is kept.
    pub fn hold(&mut self, kept: bool, name: &'static str, text: &'static str) -> bool {
        self.note(kept, name, text, None)
    }

    /// As [`Self::hold`], for a rule about an ASID: their number is published.
    pub fn hold_asid(&mut self, kept: bool, name: &'static str, text: &'static str) -> bool {
        self.note(kept, name, text, Some(TMS_ASID))
    }

    /// As [`Self::hold`], for any other rule whose number is published.
    pub fn hold_coded(
        &mut self,
        kept: bool,
        name: &'static str,
        text: &'static str,
        code: ErrorCode,
    ) -> bool {
        self.note(kept, name, text, Some(code))
    }

    fn note(&mut self, kept: bool, name: &'static str, text: &'static str, code: Option<ErrorCode>) -> bool {
        if !kept && !self.0.iter().any(|breach| breach.name == name) {
            self.0.push(Breach { name, text, code });
        }
        kept
    }

    /// Whether every rule was kept.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The violated rules.
    pub fn iter(&self) -> impl Iterator<Item = &Breach> {
        self.0.iter()
    }

    /// `Ok` when every rule was kept.
    pub fn into_result(self) -> Result<(), Self> {
        if self.0.is_empty() { Ok(()) } else { Err(self) }
    }
}

/// A SOAP fault.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The published code.
    pub code: ErrorCode,
    /// `Client` or `Server`: whose fault it is.
    pub party: &'static str,
    /// Where the cause lies.
    pub location: &'static str,
    /// What is wrong, for a person.
    pub description: String,
}

impl Fault {
    /// 101: no such interaction at this address.
    /// Requirement: ACK-043.
    #[must_use]
    pub fn unsupported() -> Self {
        Self {
            code: FAULT_UNSUPPORTED,
            party: "Client",
            location: "HTTP Header - SOAPAction",
            description: "The service/interaction is not supported for the requested URI".to_owned(),
        }
    }

    /// 201: not well formed, or not the envelope that was announced.
    /// Requirement: ACK-043.
    #[must_use]
    pub fn not_well_formed(why: &str) -> Self {
        Self {
            code: FAULT_NOT_WELL_FORMED,
            party: "Client",
            location: "HTTP Body",
            description: format!("The message is not well formed: {why}"),
        }
    }

    /// 300: the sender or its user may not do this.
    #[must_use]
    pub fn not_authorised(why: &str) -> Self {
        Self {
            code: FAULT_AUTHORISATION,
            party: "Client",
            location: "Authorisation",
            description: why.to_owned(),
        }
    }
}

/// One ebXML error.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EbxmlError {
    /// The standard's code: `ValueNotRecognized`, `Inconsistent`, `NotSupported`.
    pub standard: &'static str,
    /// The rule.
    pub breach: Breach,
}

impl EbxmlError {
    /// The error for a violated rule of the ebXML header.
    #[must_use]
    pub fn of(breach: Breach) -> Self {
        let standard = match breach.code {
            Some(code) if [EBXML_UNKNOWN_CPA, EBXML_WRONG_PARTY, EBXML_NO_CONTRACT].contains(&code) => {
                "ValueNotRecognized"
            }
            _ if breach.name.ends_with("_VERSION") || breach.name.ends_with("VERSION_INVALID") => {
                "NotSupported"
            }
            _ => "Inconsistent",
        };
        Self { standard, breach }
    }
}

/// One business error or warning: a `reason` of the answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reason {
    /// The published code.
    pub code: ErrorCode,
    /// What it says here; often more than the code's own meaning.
    pub display: String,
    /// How grave it is.
    pub qualifier: Qualifier,
}

impl Reason {
    /// An error with the code's own meaning.
    #[must_use]
    pub fn error(code: ErrorCode) -> Self {
        Self { code, display: code.meaning.to_owned(), qualifier: Qualifier::Error }
    }

    /// A warning with the code's own meaning.
    #[must_use]
    pub fn warning(code: ErrorCode) -> Self {
        Self { qualifier: Qualifier::Warning, ..Self::error(code) }
    }

    /// The same with other words.
    #[must_use]
    pub fn saying(self, display: impl Into<String>) -> Self {
        Self { display: display.into(), ..self }
    }
}

/// One reason of a rejection: an `acknowledgementDetail`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Detail {
    /// The number.
    pub code: String,
    /// Its code system.
    pub system: &'static str,
    /// What it says.
    pub display: String,
}

/// Why a request is not served, in the voice that says so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// Before any message was read.
    Http(StatusCode, &'static str),
    /// A SOAP fault.
    Fault(Fault),
    /// An ebXML message with an error list.
    Ebxml(Vec<EbxmlError>),
    /// AR.
    Rejected(Vec<Detail>),
    /// AE.
    Business(Vec<Reason>),
}

impl From<Fault> for Refusal {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}
