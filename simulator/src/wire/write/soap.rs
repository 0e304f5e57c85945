//! The envelope of a synchronous answer.

use uuid::Uuid;

use super::DECLARATION;
use super::element::Element;
use super::message::{communication, upper};
use crate::wire::namespace::{CRS, HL7, SOAP, WSA};

/// Whom a synchronous answer goes to, and what it answers.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SyncAddressee<'a> {
    /// The service's short name, `psisquery`.
    pub(crate) service: &'a str,
    /// The interaction that answers.
    pub(crate) interaction: &'a str,
    /// The client's address; may be blank.
    pub(crate) to: &'a str,
    /// The client's ASID, or what stands in its place.
    pub(crate) receiver: &'a str,
    /// The Spine's ASID.
    pub(crate) sender: &'a str,
    /// The `wsa:MessageID` of the request without `uuid:`, or what stands in its place.
    pub(crate) refers_to: &'a str,
}

/// The whole document; `content` stands inside `wrapper`, both in the HL7 namespace.
pub(crate) fn sync_envelope(
    addressee: &SyncAddressee<'_>,
    id: Uuid,
    wrapper: &'static str,
    content: Element,
) -> String {
    let service = addressee.service;
    let header = Element::new("SOAP-ENV:Header")
        .with(Element::new("wsa:MessageID").text(format!("uuid:{}", upper(id))))
        .with(
            Element::new("wsa:Action")
                .text(format!("urn:nhs:names:services:{service}/{}", addressee.interaction)),
        )
        .with(Element::new("wsa:To").text(addressee.to))
        .with(Element::new("wsa:From").with(
            Element::new("wsa:Address").text(format!("https://{service}.national.ncrs.nhs.uk/syncservice")),
        ))
        .with(communication("", "communicationFunctionRcv", "RCV", addressee.receiver))
        .with(communication("", "communicationFunctionSnd", "SND", addressee.sender))
        .with(Element::new("wsa:RelatesTo").text(format!("uuid:{}", addressee.refers_to)));
    let envelope = Element::new("SOAP-ENV:Envelope")
        .attr("xmlns:crs", CRS)
        .attr("xmlns:SOAP-ENV", SOAP)
        .attr("xmlns:wsa", WSA)
        .attr("xmlns", HL7)
        .attr("xmlns:hl7", HL7)
        .with(header)
        .with(Element::new("SOAP-ENV:Body").with(Element::new(wrapper).with(content)));
    format!("{DECLARATION}{}", envelope.render())
}
