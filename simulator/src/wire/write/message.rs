//! The HL7 messages that answer: acknowledgements and query answers share one head.
//!
//! Source: real answers of Spine 2, as published with the SCR FHIR API adaptor and the EPS API.

use std::sync::LazyLock;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use spine_vocabulary::code::system;
use uuid::Uuid;

use super::element::Element;
use crate::wire::issue::{Detail, Reason};
use crate::wire::namespace::HL7;

static LONDON: LazyLock<TimeZone> = LazyLock::new(|| TimeZone::get("Europe/London").unwrap_or(TimeZone::UTC));

/// `yyyyMMddHHmmss`, UK local time, as HL7 messages carry it.
pub(crate) fn local_stamp(at: Timestamp) -> String {
    at.to_zoned(LONDON.clone()).strftime("%Y%m%d%H%M%S").to_string()
}

/// How a message acknowledges the one it answers.
#[derive(Clone, Debug)]
pub(crate) enum Acknowledgement {
    /// AA.
    Accepted,
    /// AE.
    Failed,
    /// AR, with its details.
    Rejected(Vec<Detail>),
}

impl Acknowledgement {
    /// `AA`, `AE` or `AR`.
    pub(crate) fn code(&self) -> &'static str {
        match self {
            Self::Accepted => "AA",
            Self::Failed => "AE",
            Self::Rejected(_) => "AR",
        }
    }
}

/// One answering message.
#[derive(Clone, Debug)]
pub(crate) struct Message {
    /// `hl7:` on the polling route, nothing on the synchronous one.
    pub(crate) prefix: &'static str,
    /// The interaction that answers.
    pub(crate) interaction: &'static str,
    /// Its `versionCode`.
    pub(crate) version: &'static str,
    /// Its own id.
    pub(crate) id: Uuid,
    /// When it was made.
    pub(crate) created: Timestamp,
    /// What it says of the request.
    pub(crate) acknowledgement: Acknowledgement,
    /// The request's id, or what stands in its place.
    pub(crate) refers_to: String,
    /// The client's ASID, or what stands in its place.
    pub(crate) receiver: String,
    /// The Spine's ASID.
    pub(crate) sender: String,
    /// What the control act holds after its author.
    pub(crate) content: Vec<Element>,
}

impl Message {
    /// The message as an element; it declares the namespace itself only where it has a prefix.
    pub(crate) fn element(self) -> Element {
        let p = self.prefix;
        let mut acknowledgement = named(p, "acknowledgement").attr("typeCode", self.acknowledgement.code());
        if let Acknowledgement::Rejected(details) = &self.acknowledgement {
            acknowledgement = acknowledgement.with_all(details.iter().map(|detail| rejection(p, detail)));
        }
        let refers_to = named(p, "messageRef").with(named(p, "id").attr("root", self.refers_to));
        let author = named(p, "author1").attr("typeCode", "AUT").with(
            named(p, "AgentSystemSDS").attr("classCode", "AGNT").with(
                named(p, "agentSystemSDS")
                    .attr("classCode", "DEV")
                    .attr("determinerCode", "INSTANCE")
                    .with(asid(p, &self.sender)),
            ),
        );
        let root = named(p, self.interaction);
        let root = if p.is_empty() { root } else { root.attr("xmlns:hl7", HL7) };
        root.with(named(p, "id").attr("root", upper(self.id)))
            .with(named(p, "creationTime").attr("value", local_stamp(self.created)))
            .with(named(p, "versionCode").attr("code", self.version))
            .with(
                named(p, "interactionId")
                    .attr("root", system::INTERACTION)
                    .attr("extension", self.interaction),
            )
            .with(named(p, "processingCode").attr("code", "P"))
            .with(named(p, "processingModeCode").attr("code", "T"))
            .with(named(p, "acceptAckCode").attr("code", "NE"))
            .with(acknowledgement.with(refers_to))
            .with(communication(p, "communicationFunctionRcv", "RCV", &self.receiver))
            .with(communication(p, "communicationFunctionSnd", "SND", &self.sender))
            .with(
                named(p, "ControlActEvent")
                    .attr("classCode", "CACT")
                    .attr("moodCode", "EVN")
                    .with(author)
                    .with_all(self.content),
            )
    }
}

/// A UUID as ids travel.
pub(super) fn upper(id: Uuid) -> String {
    format!("{:X}", id.hyphenated())
}

/// An HL7 element with or without the prefix.
pub(super) fn named(prefix: &'static str, name: &'static str) -> Element {
    if prefix.is_empty() { Element::new(name) } else { Element::new(format!("{prefix}{name}")) }
}

/// A communication function of the body, or without prefix of the SOAP header.
pub(super) fn communication(
    prefix: &'static str,
    name: &'static str,
    type_code: &'static str,
    extension: &str,
) -> Element {
    let device = named(prefix, "device")
        .attr("classCode", "DEV")
        .attr("determinerCode", "INSTANCE")
        .with(asid(prefix, extension));
    named(prefix, name).attr("typeCode", type_code).with(device)
}

fn asid(prefix: &'static str, extension: &str) -> Element {
    named(prefix, "id").attr("root", system::ASID).attr("extension", extension)
}

fn rejection(prefix: &'static str, detail: &Detail) -> Element {
    named(prefix, "acknowledgementDetail").attr("typeCode", "ER").with(
        named(prefix, "code")
            .attr("code", detail.code.as_str())
            .attr("codeSystem", detail.system)
            .attr("displayName", detail.display.as_str()),
    )
}

/// One reason of a control act.
pub(crate) fn reason(prefix: &'static str, reason: &Reason) -> Element {
    let code = named(prefix, "code")
        .attr("code", reason.code.code)
        .attr("codeSystem", reason.code.system)
        .attr("displayName", reason.display.as_str())
        .with(named(prefix, "qualifier").attr("code", reason.qualifier.code()));
    named(prefix, "reason").attr("typeCode", "RSON").with(
        named(prefix, "justifyingDetectedIssueEvent")
            .attr("classCode", "ALRT")
            .attr("moodCode", "EVN")
            .with(code),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_stamp_is_uk_local_time() {
        let summer: Timestamp = "2026-07-01T08:30:00Z".parse().unwrap();
        let winter: Timestamp = "2026-12-01T08:30:00Z".parse().unwrap();
        assert_eq!(local_stamp(summer), "20260701093000");
        assert_eq!(local_stamp(winter), "20261201083000");
    }
}
