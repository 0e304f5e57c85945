//! The ebXML header of an answer: reading it.

use spine_vocabulary::{ConversationId, MessageId};

use crate::answer::Correlation;
use crate::hl7v3::acknowledgement::token;
use crate::xml::names::Space;
use crate::xml::tree::Element;

/// More errors than this are not kept: an answer has a handful.
const MAX_ERRORS: usize = 100;

/// Severity of an ebXML error. Source: ebMS 2.0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EbxmlSeverity {
    /// `Warning`.
    Warning,
    /// `Error`, or anything else.
    Error,
}

/// One entry of an ebXML `ErrorList`. Its description is not kept but for the number before the colon.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EbxmlIssue {
    /// `eb:errorCode`, such as `ValueNotRecognized`.
    pub code: String,
    /// The Spine's own number before the colon of the description, such as `501319`.
    pub number: Option<String>,
    /// Warning or error.
    pub severity: EbxmlSeverity,
}

/// What an ebXML header says.
pub(crate) struct Header {
    /// To what it refers.
    pub(crate) correlation: Correlation,
    /// Whether it acknowledges receipt.
    pub(crate) acknowledges: bool,
    /// Its errors.
    pub(crate) errors: Vec<EbxmlIssue>,
    /// The content ids of its manifest.
    pub(crate) references: Vec<String>,
}

/// Reads the header of an envelope; `None` if the envelope has no ebXML message header.
pub(crate) fn read(envelope: Element<'_>) -> Option<Header> {
    let header =
        envelope.child("Header")?.children().find(|child| child.is(Space::Ebxml, "MessageHeader"))?;
    let text = |path: &[&'static str]| header.path(path).map(Element::text);
    let id = |path: &[&'static str]| text(path).and_then(|id| MessageId::parse(id).ok());
    let acknowledgment = envelope.find(Space::Ebxml, "Acknowledgment");
    let acknowledged = acknowledgment
        .and_then(|ack| ack.child("RefToMessageId"))
        .and_then(|id| MessageId::parse(id.text()).ok());
    Some(Header {
        correlation: Correlation {
            own: id(&["MessageData", "MessageId"]),
            refers_to: id(&["MessageData", "RefToMessageId"]).or(acknowledged),
            payload: None,
            message_ref: None,
            conversation: text(&["ConversationId"]).and_then(|id| ConversationId::parse(id).ok()),
            action: text(&["Action"]).filter(|action| !action.is_empty()).map(token),
        },
        acknowledges: acknowledgment.is_some(),
        errors: errors(envelope),
        references: references(envelope),
    })
}

fn errors(envelope: Element<'_>) -> Vec<EbxmlIssue> {
    let Some(list) = envelope.find(Space::Ebxml, "ErrorList") else { return Vec::new() };
    let mut errors: Vec<_> = list.all("Error").map(error).take(MAX_ERRORS).collect();
    if errors.is_empty() {
        // A list that names no error still is one.
        errors.push(EbxmlIssue {
            code: "Unknown".to_owned(),
            number: None,
            severity: severity(list, "highestSeverity"),
        });
    }
    errors
}

fn error(error: Element<'_>) -> EbxmlIssue {
    let number =
        error.child("Description").and_then(|description| description.text().split_once(':')).map(|(n, _)| n);
    EbxmlIssue {
        code: token(attribute(error, "errorCode").unwrap_or_default()),
        number: number
            .filter(|number| number.len() <= 10 && number.bytes().all(|byte| byte.is_ascii_digit()))
            .map(str::to_owned),
        severity: severity(error, "severity"),
    }
}

fn severity(element: Element<'_>, name: &str) -> EbxmlSeverity {
    match attribute(element, name) {
        Some(severity) if severity.eq_ignore_ascii_case("Warning") => EbxmlSeverity::Warning,
        _ => EbxmlSeverity::Error,
    }
}

/// Attributes of ebXML are qualified; not every sender does it.
fn attribute<'t>(element: Element<'t>, name: &str) -> Option<&'t str> {
    element.attribute_in(Space::Ebxml, name).or_else(|| element.attribute(name))
}

fn references(envelope: Element<'_>) -> Vec<String> {
    let Some(manifest) = envelope.find(Space::Ebxml, "Manifest") else { return Vec::new() };
    let href = |reference: Element<'_>| {
        let href = reference.attribute_in(Space::Xlink, "href")?;
        Some(href.strip_prefix("cid:").unwrap_or(href).to_owned())
    };
    manifest.all("Reference").filter_map(href).take(MAX_ERRORS).collect()
}
