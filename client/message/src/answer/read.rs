//! From a body to an answer: parts, envelope, payload.

use spine_vocabulary::MessageId;

use super::{Answer, Correlation, Reply, Why};
use crate::ebxml::header::{self, EbxmlIssue, EbxmlSeverity, Header};
use crate::ebxml::multipart::{self, Received};
use crate::hl7v3::acknowledgement::{Acknowledgement, TypeCode, token};
use crate::hl7v3::event::EventDocument;
use crate::hl7v3::event_list::EventList;
use crate::hl7v3::pds::PdsReply;
use crate::soap::fault::SoapFault;
use crate::xml::names::Space;
use crate::xml::tree::{Element, MAX_BYTES, Tree, is_utf8};

/// Reads the body of an HTTP response, whatever its status. `content_type` is the header's value, if there was one; it is
/// used for the boundary and the character encoding and otherwise not believed.
/// Requirements: ACK-007, ACK-010.
#[must_use]
pub fn read_answer(content_type: Option<&str>, body: &[u8]) -> Reply {
    let mut correlation = Correlation::default();
    let answer = match read(content_type, body, &mut correlation) {
        Ok(answer) => answer,
        Err(why) => Answer::Nonsense { why: if is_page(body) { Why::Html } else { why } },
    };
    Reply { correlation, answer }
}

fn read(content_type: Option<&str>, body: &[u8], correlation: &mut Correlation) -> Result<Answer, Why> {
    let trimmed = body.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(body).trim_ascii();
    if trimmed.is_empty() {
        return Ok(Answer::Empty);
    }
    if body.len() > MAX_BYTES {
        return Err(Why::TooLarge);
    }
    let charset = content_type.and_then(|header| multipart::parameter(header, "charset"));
    if charset.is_some_and(|charset| !is_utf8(charset)) {
        return Err(Why::NotUtf8);
    }
    if trimmed.starts_with(b"<") {
        return document(&Tree::read(trimmed)?, correlation);
    }
    let boundary = content_type.and_then(multipart::boundary);
    if boundary.is_none() && !trimmed.starts_with(b"--") {
        return Err(if std::str::from_utf8(body).is_err() { Why::NotUtf8 } else { Why::NotXml });
    }
    let parts = multipart::split(trimmed, boundary)?;
    let start = content_type.and_then(|header| multipart::parameter(header, "start"));
    parted(&parts, start, correlation)
}

/// A multipart body: the root part is an ebXML envelope, the payload another part, which only the manifest names.
fn parted(parts: &[Received<'_>], start: Option<&str>, correlation: &mut Correlation) -> Result<Answer, Why> {
    let start = start.map(|start| start.trim_start_matches('<').trim_end_matches('>'));
    let at = parts.iter().position(|part| Some(part.content_id) == start).unwrap_or_default();
    let root = Tree::read(parts.get(at).ok_or(Why::Multipart)?.body)?;
    let Some(header) = root.root().filter(|root| root.is(Space::Soap, "Envelope")).and_then(header::read)
    else {
        // Not an ebXML message: whatever the root part says is the answer.
        return document(&root, correlation);
    };
    let named =
        |part: &&Received<'_>| header.references.iter().any(|reference| *reference == part.content_id);
    let others = || parts.iter().enumerate().filter(|(index, _)| *index != at).map(|(_, part)| part);
    let payload = others().find(named).or_else(|| others().next());
    let Some(payload) = payload.filter(|_| !refuses(&header.errors)) else {
        return enveloped(&root, header, correlation);
    };
    *correlation = header.correlation;
    let payload = Tree::read(payload.body)?;
    let interaction = payload.root().and_then(interaction).ok_or(Why::Unknown)?;
    interpreted(interaction, correlation)
}

/// One XML document: a bare interaction, or a SOAP envelope of either kind.
fn document(tree: &Tree, correlation: &mut Correlation) -> Result<Answer, Why> {
    let root = tree.root().ok_or(Why::NotXml)?;
    if !root.is(Space::Soap, "Envelope") {
        return interpreted(interaction(root).ok_or(Why::Unknown)?, correlation);
    }
    if let Some(header) = header::read(root) {
        return enveloped(tree, header, correlation);
    }
    addressed(root, correlation);
    let body = root.child("Body").ok_or(Why::Incomplete)?;
    if let Some(fault) = body.child("Fault") {
        return Ok(Answer::SoapFault(SoapFault::read(fault)));
    }
    interpreted(interaction(body).ok_or(Why::Unknown)?, correlation)
}

/// An ebXML envelope without further parts: a fault, an error, an acknowledgment of receipt, or a payload in its body.
fn enveloped(tree: &Tree, header: Header, correlation: &mut Correlation) -> Result<Answer, Why> {
    *correlation = header.correlation;
    let body = tree.root().and_then(|root| root.child("Body"));
    if let Some(fault) = body.and_then(|body| body.child("Fault")) {
        return Ok(Answer::SoapFault(SoapFault::read(fault)));
    }
    if refuses(&header.errors) {
        return Ok(Answer::EbxmlError(header.errors));
    }
    if let Some(interaction) = body.and_then(interaction) {
        return interpreted(interaction, correlation);
    }
    match (header.acknowledges, header.errors.is_empty()) {
        (true, _) => Ok(Answer::EbxmlAcknowledgment),
        (false, false) => Ok(Answer::EbxmlError(header.errors)),
        (false, true) => Err(Why::Incomplete),
    }
}

/// Warnings refuse nothing.
/// Requirement: ACK-026.
fn refuses(errors: &[EbxmlIssue]) -> bool {
    errors.iter().any(|error| error.severity == EbxmlSeverity::Error)
}

/// The WS-Addressing header.
fn addressed(envelope: Element<'_>, correlation: &mut Correlation) {
    let Some(header) = envelope.child("Header") else { return };
    let text = |name| header.children().find(|child| child.is(Space::Wsa, name)).map(Element::text);
    let id = |name| text(name).and_then(|id| MessageId::parse(id.strip_prefix("urn:").unwrap_or(id)).ok());
    correlation.own = id("MessageID");
    correlation.refers_to = id("RelatesTo");
    let action = text("Action").map(|action| action.rsplit('/').next().unwrap_or(action));
    correlation.action = action.filter(|action| !action.is_empty()).map(token);
}

/// The first known interaction, wrapped or not.
/// Requirement: ACK-009.
fn interaction(element: Element<'_>) -> Option<Element<'_>> {
    element.descendants().find(|element| element.space() == Space::Hl7 && kind(element.name()).is_some())
}

/// What an interaction's name means; its version differs between releases.
fn kind(name: &str) -> Option<Kind> {
    match name.get(..13)? {
        "MCCI_IN010000" => Some(Kind::Acknowledgement),
        "QUQI_IN010000" => Some(Kind::QueryFailure),
        "QUPC_IN200000" => Some(Kind::EventList),
        "QUPC_IN210000" => Some(Kind::Event),
        // A retrieval and a simple trace answer with the same model of a person.
        "QUPA_IN000009" | "QUPA_IN000007" => Some(Kind::Pds),
        _ => None,
    }
}

enum Kind {
    Acknowledgement,
    QueryFailure,
    EventList,
    Event,
    Pds,
}

fn interpreted(interaction: Element<'_>, correlation: &mut Correlation) -> Result<Answer, Why> {
    let id = |path: &[&'static str]| {
        interaction.path(path).and_then(|id| id.attribute("root")).and_then(|id| MessageId::parse(id).ok())
    };
    correlation.message_ref = id(&["acknowledgement", "messageRef", "id"]);
    correlation.payload = id(&["id"]);
    let acknowledgement = Acknowledgement::read(interaction)?;
    match kind(interaction.name()).ok_or(Why::Unknown)? {
        Kind::Acknowledgement => Ok(Answer::Acknowledgement(acknowledgement)),
        Kind::QueryFailure => Ok(Answer::QueryFailure(acknowledgement)),
        Kind::EventList => failed_or(acknowledgement, || EventList::read(interaction).map(Answer::EventList)),
        Kind::Event => failed_or(acknowledgement, || EventDocument::read(interaction).map(Answer::Event)),
        Kind::Pds => failed_or(acknowledgement, || PdsReply::read(interaction).map(Answer::Pds)),
    }
}

/// An answer with data that says it failed is a failure: its data is not believed. AE with nothing but warnings is none.
fn failed_or(
    acknowledgement: Acknowledgement,
    data: impl FnOnce() -> Result<Answer, Why>,
) -> Result<Answer, Why> {
    let failed = match acknowledgement.type_code {
        TypeCode::Accepted => acknowledgement.errors().next().is_some(),
        TypeCode::Error => acknowledgement.issues.is_empty() || acknowledgement.errors().next().is_some(),
        TypeCode::Rejected => true,
    };
    if failed { Ok(Answer::QueryFailure(acknowledgement)) } else { data() }
}

/// Whether a body looks like a web page.
fn is_page(body: &[u8]) -> bool {
    let start = body.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(body).trim_ascii_start();
    [&b"<!doctype html"[..], b"<html"]
        .iter()
        .any(|page| start.get(..page.len()).is_some_and(|start| start.eq_ignore_ascii_case(page)))
}
