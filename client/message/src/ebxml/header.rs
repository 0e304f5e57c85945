//! The ebXML header of an answer: reading it.

/// Severity of an ebXML error. Source: ebMS 2.0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EbxmlSeverity {
    /// `Warning`.
    Warning,
    /// `Error`, or anything else.
    Error,
}

/// One entry of an ebXML `ErrorList`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EbxmlIssue {
    /// `eb:errorCode`, such as `ValueNotRecognized`.
    pub code: String,
    /// The Spine's own number before the colon of the description, such as `501319`.
    pub number: Option<String>,
    /// Warning or error.
    pub severity: EbxmlSeverity,
}
