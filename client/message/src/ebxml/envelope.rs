//! The ebXML envelope around an upload, and the two MIME parts: writing them.

use spine_vocabulary::{Interaction, MessageId, PartyKey, Service};

use super::multipart::{BOUNDARY, Part, join};
use crate::context::{Addressing, Stamp};
use crate::frozen::Frozen;
use crate::xml::names::{EBXML, HL7_EBXML, SOAP, XLINK};
use crate::xml::writer::Writer;

const PARTY_TYPE: &str = "urn:nhs:names:partyType:ocs+serviceInstance";
const TO_PARTY_MSH: &str = "urn:oasis:names:tc:ebxml-msg:actor:toPartyMSH";
const NEXT: &str = "http://schemas.xmlsoap.org/soap/actor/next";
const SCHEMA: &str = "http://www.nhsia.nhs.uk/schemas/HL7-Message.xsd";
/// Bytes that are enough for any envelope, so that memory is taken once.
const CAPACITY: usize = 3 * 1024;

/// Puts the payload, a whole XML document, under its envelope. The conversation is the message's own: one exchange, one
/// conversation. Duplicate elimination and acknowledgement are asked for as the reliable contract of uploads has it.
/// Requirement: MSG-010.
pub(crate) fn compose(
    interaction: Interaction,
    id: MessageId,
    addressing: &Addressing,
    stamp: &Stamp,
    payload: &str,
) -> Frozen {
    let content_id = format!("{id}@spine.nhs.uk");
    let mut w = Writer::document(CAPACITY);
    let namespaces =
        [("xmlns:SOAP", SOAP), ("xmlns:eb", EBXML), ("xmlns:hl7ebxml", HL7_EBXML), ("xmlns:xlink", XLINK)];
    w.element("SOAP:Envelope", &namespaces, |w| {
        w.element("SOAP:Header", &[], |w| {
            message_header(w, interaction, id, addressing, stamp);
            w.empty(
                "eb:AckRequested",
                &[MUST_UNDERSTAND, VERSION, ("eb:signed", "false"), ("SOAP:actor", TO_PARTY_MSH)],
            );
            w.empty("eb:SyncReply", &[MUST_UNDERSTAND, VERSION, ("SOAP:actor", NEXT)]);
        });
        w.element("SOAP:Body", &[], |w| manifest(w, &content_id));
    });
    let parts = [
        Part { content_id: "ebXMLHeader@spine.nhs.uk", body: &w.into_string() },
        Part { content_id: &content_id, body: payload },
    ];
    Frozen { id, interaction, body: join(BOUNDARY, &parts) }
}

const MUST_UNDERSTAND: (&str, &str) = ("SOAP:mustUnderstand", "1");
const VERSION: (&str, &str) = ("eb:version", "2.0");

/// Requirements: MSG-017, MSG-018, MSG-019, MSG-020, MSG-022.
fn message_header(
    w: &mut Writer,
    interaction: Interaction,
    id: MessageId,
    addressing: &Addressing,
    stamp: &Stamp,
) {
    w.element("eb:MessageHeader", &[MUST_UNDERSTAND, VERSION], |w| {
        w.element("eb:From", &[], |w| party(w, &addressing.our_party_key));
        w.element("eb:To", &[], |w| party(w, &addressing.spine_party_key));
        w.text("eb:CPAId", &[], addressing.cpa_id.as_str());
        w.text("eb:ConversationId", &[], &id.conversation().to_string());
        w.text("eb:Service", &[], &interaction.service().map(Service::urn).unwrap_or_default());
        w.text("eb:Action", &[], interaction.name());
        w.element("eb:MessageData", &[], |w| {
            w.text("eb:MessageId", &[], &id.to_string());
            w.text("eb:Timestamp", &[], &stamp.utc());
        });
        w.empty("eb:DuplicateElimination", &[]);
    });
}

fn party(w: &mut Writer, party: &PartyKey) {
    w.text("eb:PartyId", &[("eb:type", PARTY_TYPE)], party.as_str());
}

fn manifest(w: &mut Writer, content_id: &str) {
    w.element("eb:Manifest", &[MUST_UNDERSTAND, VERSION], |w| {
        w.element("eb:Reference", &[("xlink:href", &format!("cid:{content_id}"))], |w| {
            w.empty("eb:Schema", &[("eb:location", SCHEMA), ("eb:version", "1.0")]);
            w.text("eb:Description", &[("xml:lang", "en")], "HL7 payload");
            w.empty("hl7ebxml:Payload", &[("style", "HL7"), ("encoding", "XML"), ("version", "3.0")]);
        });
    });
}
