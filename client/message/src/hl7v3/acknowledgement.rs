//! Application acknowledgements, `MCCI_IN010000UK13` and `QUQI_IN010000UK14`: reading them.

use std::fmt;

use spine_rules::standing::Standing;
use spine_vocabulary::code::error::{
    PDS_NO_MATCH, PDS_NO_MATCH_RETRIEVAL, PSIS_ACF, PSIS_NO_CASE, PSIS_NO_CONSENT, PSIS_WARNING,
};
use spine_vocabulary::{AcsPermission, ErrorCode, Qualifier};

use crate::answer::Why;
use crate::xml::names::Space;
use crate::xml::tree::Element;

/// More issues than this are not kept: an answer has a handful.
const MAX_ISSUES: usize = 100;

/// `acknowledgement/@typeCode`, the worst one last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TypeCode {
    /// `AA`: accepted and processed.
    Accepted,
    /// `AE`: processed, with errors.
    Error,
    /// `AR`: rejected before it was processed.
    Rejected,
}

/// One reported issue: a `reason` or an `acknowledgementDetail`.
#[derive(Clone, PartialEq, Eq)]
pub struct Issue {
    /// The code system's OID; blank if none was given.
    pub system: String,
    /// The code; `?` if it is no code.
    pub code: String,
    /// How grave it is, if it says so.
    pub qualifier: Option<Qualifier>,
    /// What it says for people. The Spine puts NHS numbers into it: never log it.
    pub text: String,
}

/// An acknowledgement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Acknowledgement {
    /// Accepted, error or rejected.
    pub type_code: TypeCode,
    /// The reasons: errors (AE) and warnings (AE and AA), general code first.
    pub issues: Vec<Issue>,
    /// The acknowledgement details (AR).
    pub details: Vec<Issue>,
}

impl fmt::Debug for Issue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Issue({} {} {:?}, masked)", self.system, self.code, self.qualifier)
    }
}

impl Issue {
    /// Whether it reports this code; a code without a system is taken for any.
    #[must_use]
    pub fn is(&self, code: &ErrorCode) -> bool {
        self.code == code.code && (self.system.is_empty() || self.system == code.system)
    }
}

impl Acknowledgement {
    /// Reads the head and the reasons of an interaction.
    /// Requirement: ACK-005.
    pub(crate) fn read(interaction: Element<'_>) -> Result<Self, Why> {
        let type_code =
            interaction.all("acknowledgement").map(type_code).max().flatten().ok_or(Why::Incomplete)?;
        let details = interaction
            .all("acknowledgement")
            .flat_map(|acknowledgement| acknowledgement.all("acknowledgementDetail"))
            .filter_map(detail)
            .take(MAX_ISSUES)
            .collect();
        Ok(Self { type_code, issues: issues(interaction), details })
    }

    /// Whether an issue or a detail reports this code, however grave it says it is.
    #[must_use]
    pub fn reports(&self, code: &ErrorCode) -> bool {
        self.all().any(|issue| issue.is(code))
    }

    /// Issues and details that are errors. One that does not say how grave it is counts as an error unless the whole was
    /// accepted.
    pub fn errors(&self) -> impl Iterator<Item = &Issue> {
        let otherwise = self.type_code != TypeCode::Accepted;
        self.all()
            .filter(move |issue| issue.qualifier.map_or(otherwise, |qualifier| qualifier == Qualifier::Error))
    }

    /// What it says as the answer to an event list query: nothing stands (210/30312), or the patient dissents
    /// (420 with 30418 or 30402); `None` if it is a failure. Source: SCR FHIR API adaptor.
    /// Requirements: CON-021, ACK-008.
    #[must_use]
    pub fn standing(&self) -> Option<Standing> {
        if self.errors().any(|issue| issue.is(&PSIS_ACF) || issue.is(&PSIS_NO_CONSENT)) {
            return Some(Standing::Refused);
        }
        let nothing = self.reports(&PSIS_NO_CASE)
            && self.errors().all(|issue| issue.is(&PSIS_NO_CASE) || issue.is(&PSIS_WARNING));
        nothing.then_some(Standing::Told {
            store: AcsPermission::Ask,
            view: AcsPermission::Ask,
            newest: None,
        })
    }

    /// Whether, as the answer to a PDS retrieval, it says that there is no such number.
    #[must_use]
    pub fn not_found(&self) -> bool {
        self.reports(&PDS_NO_MATCH) || self.reports(&PDS_NO_MATCH_RETRIEVAL)
    }

    fn all(&self) -> impl Iterator<Item = &Issue> {
        self.issues.iter().chain(&self.details)
    }
}

/// The reasons of the control act.
pub(crate) fn issues(interaction: Element<'_>) -> Vec<Issue> {
    let Some(act) = interaction.child("ControlActEvent") else { return Vec::new() };
    act.all("reason")
        .filter_map(|reason| reason.path(&["justifyingDetectedIssueEvent", "code"]))
        .map(|code| issue(code, qualifier(code)))
        .take(MAX_ISSUES)
        .collect()
}

/// A text that identifies something and nobody: letters, digits and `._-:`, at most 64 of them; `?` for any other, so
/// that no content can come into a log by that way.
pub(crate) fn token(text: &str) -> String {
    let known = |byte: u8| byte.is_ascii_alphanumeric() || b"._-:".contains(&byte);
    if text.len() <= 64 && text.bytes().all(known) { text.to_owned() } else { "?".to_owned() }
}

fn type_code(acknowledgement: Element<'_>) -> Option<TypeCode> {
    match acknowledgement.attribute("typeCode")? {
        "AA" => Some(TypeCode::Accepted),
        "AE" => Some(TypeCode::Error),
        "AR" => Some(TypeCode::Rejected),
        _ => None,
    }
}

fn detail(detail: Element<'_>) -> Option<Issue> {
    let qualifier = detail.attribute("typeCode").and_then(grave);
    detail.child("code").map(|code| issue(code, qualifier))
}

/// `displayName` is sometimes called `name` (warnings of the PDS).
fn issue(code: Element<'_>, qualifier: Option<Qualifier>) -> Issue {
    let text = code.attribute("displayName").or_else(|| code.attribute("name")).unwrap_or_default();
    Issue {
        system: token(code.attribute("codeSystem").unwrap_or_default()),
        code: code.attribute("code").filter(|code| !code.is_empty()).map_or_else(|| "?".to_owned(), token),
        qualifier,
        text: text.chars().take(1000).collect(),
    }
}

/// `<qualifier code="ER"/>`, or `<qualifier><value code="WG"/></qualifier>` in warnings of successes.
fn qualifier(code: Element<'_>) -> Option<Qualifier> {
    let qualifier = code.children().find(|child| child.is(Space::Hl7, "qualifier"))?;
    let value = qualifier.attribute("code").or_else(|| qualifier.child("value")?.attribute("code"))?;
    grave(value)
}

/// The Spine says `ER`, `WG`, `IF`; HL7 itself says `E`, `W`, `I`.
fn grave(code: &str) -> Option<Qualifier> {
    match code {
        "E" => Some(Qualifier::Error),
        "W" => Some(Qualifier::Warning),
        "I" => Some(Qualifier::Information),
        _ => Qualifier::from_code(code),
    }
}
