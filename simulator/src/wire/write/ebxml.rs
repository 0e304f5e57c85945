//! ebXML envelopes that the Spine sends: the header of a result, and error lists.

use jiff::Timestamp;
use uuid::Uuid;

use super::element::Element;
use super::message::upper;
use crate::wire::issue::EbxmlError;
use crate::wire::namespace::{EBXML, HL7_EBXML, SOAP, XLINK};

const PARTY_TYPE: &str = "urn:nhs:names:partyType:ocs+serviceInstance";

/// Whom an ebXML message goes to, and what it answers.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Addressee<'a> {
    /// The Spine's party.
    pub(crate) from: &'a str,
    /// The client's party.
    pub(crate) to: &'a str,
    /// The agreement of the request.
    pub(crate) cpa: &'a str,
    /// The conversation of the request.
    pub(crate) conversation: &'a str,
    /// The message id of the request.
    pub(crate) refers_to: &'a str,
}

/// The envelope that goes before an HL7 answer: reliable contract, manifest with one payload.
pub(crate) fn header(
    addressee: &Addressee<'_>,
    service: &str,
    action: &'static str,
    id: Uuid,
    at: Timestamp,
    schema_version: &str,
) -> String {
    let message =
        message_header(addressee, service, action, id, at).with(Element::new("eb:DuplicateElimination"));
    let acknowledge = must_understand(Element::new("eb:AckRequested").attr("eb:version", "2.0"))
        .attr("soap:actor", "urn:oasis:names:tc:ebxml-msg:actor:toPartyMSH")
        .attr("eb:signed", "false");
    let reply = must_understand(Element::new("eb:SyncReply").attr("eb:version", "2.0"))
        .attr("soap:actor", "http://schemas.xmlsoap.org/soap/actor/next");
    let reference = Element::new("eb:Reference")
        .attr("xlink:href", format!("cid:{}@spine.nhs.uk", upper(id)))
        .with(
            Element::new("eb:Schema")
                .attr("eb:location", format!("urn:hl7-org:v3_{action}.xsd"))
                .attr("eb:version", schema_version),
        )
        .with(Element::new("eb:Description").attr("xml:lang", "en").text("The HL7 payload"))
        .with(
            Element::new("hl7ebxml:Payload")
                .attr("style", "HL7")
                .attr("encoding", "XML")
                .attr("version", "3.0"),
        );
    let manifest = Element::new("eb:Manifest")
        .attr("xmlns:hl7ebxml", HL7_EBXML[0])
        .attr("eb:version", "2.0")
        .with(reference);
    envelope()
        .attr("xmlns:xlink", XLINK)
        .with(Element::new("soap:Header").with(message).with(acknowledge).with(reply))
        .with(Element::new("soap:Body").with(manifest))
        .render()
}

/// The whole document of a `MessageError`; `unpublished` stands for a number that is not published.
pub(crate) fn error_list(
    addressee: &Addressee<'_>,
    id: Uuid,
    at: Timestamp,
    errors: &[EbxmlError],
    unpublished: &str,
) -> String {
    let listed = |error: &EbxmlError| Listed {
        standard: error.standard,
        description: match error.breach.code {
            Some(code) => format!("{}:{}", code.code, error.breach.text),
            None => format!("{unpublished}:{} - {}", error.breach.name, error.breach.text),
        },
    };
    message_error(addressee, id, at, "Error", &errors.iter().map(listed).collect::<Vec<_>>())
}

/// One error of a list: the standard's code, and what describes it, beginning with its number.
#[derive(Clone, Debug)]
pub(crate) struct Listed {
    pub(crate) standard: &'static str,
    pub(crate) description: String,
}

/// The whole document of a `MessageError` whose errors are all of one severity.
pub(crate) fn message_error(
    addressee: &Addressee<'_>,
    id: Uuid,
    at: Timestamp,
    severity: &'static str,
    errors: &[Listed],
) -> String {
    let message = message_header(addressee, "urn:oasis:names:tc:ebxml-msg:service", "MessageError", id, at);
    let list = must_understand(
        Element::new("eb:ErrorList").attr("eb:version", "2.0").attr("eb:highestSeverity", severity),
    )
    .with_all(errors.iter().map(|error| listed(error, severity)));
    envelope()
        .with(Element::new("soap:Header").with(message).with(list))
        .with(Element::new("soap:Body"))
        .render()
}

fn listed(error: &Listed, severity: &'static str) -> Element {
    Element::new("eb:Error")
        .attr("eb:codeContext", "urn:oasis:names:tc:ebxml-msg:service:errors")
        .attr("eb:errorCode", error.standard)
        .attr("eb:severity", severity)
        .with(Element::new("eb:Description").attr("xml:lang", "en-GB").text(error.description.as_str()))
}

fn envelope() -> Element {
    Element::new("soap:Envelope").attr("xmlns:soap", SOAP).attr("xmlns:eb", EBXML)
}

fn must_understand(element: Element) -> Element {
    element.attr("soap:mustUnderstand", "1")
}

fn message_header(
    addressee: &Addressee<'_>,
    service: &str,
    action: &'static str,
    id: Uuid,
    at: Timestamp,
) -> Element {
    let party = |text: &str| Element::new("eb:PartyId").attr("eb:type", PARTY_TYPE).text(text);
    let data = Element::new("eb:MessageData")
        .with(Element::new("eb:MessageId").text(upper(id)))
        .with(Element::new("eb:Timestamp").text(at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()))
        .with(Element::new("eb:RefToMessageId").text(addressee.refers_to));
    must_understand(Element::new("eb:MessageHeader").attr("eb:version", "2.0"))
        .with(Element::new("eb:From").with(party(addressee.from)))
        .with(Element::new("eb:To").with(party(addressee.to)))
        .with(Element::new("eb:CPAId").text(addressee.cpa))
        .with(Element::new("eb:ConversationId").text(addressee.conversation))
        .with(Element::new("eb:Service").text(service))
        .with(Element::new("eb:Action").text(action))
        .with(data)
}
