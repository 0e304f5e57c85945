//! Application acknowledgements, `MCCI_IN010000UK13` and `QUQI_IN010000UK14`: reading them.

use std::fmt;

use spine_rules::standing::Standing;
use spine_vocabulary::{ErrorCode, Qualifier};

/// `acknowledgement/@typeCode`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
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
    /// The code.
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
    /// The reasons (AE, and AA with warnings).
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
    /// Whether it reports this code.
    #[must_use]
    pub fn is(&self, code: &ErrorCode) -> bool {
        self.system == code.system && self.code == code.code
    }
}

impl Acknowledgement {
    /// Whether an issue or a detail reports this code.
    #[must_use]
    pub fn reports(&self, code: &ErrorCode) -> bool {
        self.issues.iter().chain(&self.details).any(|issue| issue.is(code))
    }

    /// Issues and details that are errors; warnings and information are none.
    pub fn errors(&self) -> impl Iterator<Item = &Issue> {
        self.issues.iter().chain(&self.details)
    }

    /// What it says as the answer to an event list query: nothing stands (210/30312), or the patient dissents
    /// (420/30418 or 30402); `None` if it is a failure.
    #[must_use]
    pub fn standing(&self) -> Option<Standing> {
        todo!()
    }

    /// Whether, as the answer to a PDS retrieval, it says that there is no such number.
    #[must_use]
    pub fn not_found(&self) -> bool {
        todo!()
    }
}
