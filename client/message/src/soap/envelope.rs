//! The SOAP 1.1 envelope with WS-Addressing around a request: writing it.

use crate::frozen::Frozen;
use crate::hl7v3::wrapper::{HEADER_RECEIVER, HEADER_SENDER, Wrapper, communication};
use crate::xml::names::{HL7, SOAP, WSA};
use crate::xml::writer::Writer;

/// Bytes that are enough for any query, so that memory is taken once.
const CAPACITY: usize = 4 * 1024;

/// Composes a request: the envelope names the same interaction and the same systems as the wrapper, because the Spine
/// compares them. `wsa:To` is the service's URN, as the national adaptor has it: the address is the transport's affair.
/// Requirements: MSG-032, MSG-033, MSG-034, MSG-035.
pub(crate) fn compose(wrapper: &Wrapper<'_>, content: impl FnOnce(&mut Writer)) -> Frozen {
    let mut w = Writer::document(CAPACITY);
    let service = wrapper.interaction.service().map(spine_vocabulary::Service::urn).unwrap_or_default();
    w.element("SOAP:Envelope", &[("xmlns:SOAP", SOAP), ("xmlns:wsa", WSA), ("xmlns:hl7", HL7)], |w| {
        w.element("SOAP:Header", &[], |w| {
            w.text("wsa:MessageID", &[], &format!("uuid:{}", wrapper.id));
            w.text("wsa:Action", &[], &format!("{service}/{}", wrapper.interaction.name()));
            w.text("wsa:To", &[], &service);
            w.element("wsa:From", &[], |w| w.empty("wsa:Address", &[]));
            communication(w, &HEADER_RECEIVER, wrapper.receiver);
            communication(w, &HEADER_SENDER, &wrapper.addressing.our_asid);
            w.element("wsa:ReplyTo", &[], |w| w.empty("wsa:Address", &[]));
        });
        w.element("SOAP:Body", &[], |w| wrapper.write(w, false, content));
    });
    Frozen { id: wrapper.id, interaction: wrapper.interaction, body: w.into_string().into_bytes() }
}
