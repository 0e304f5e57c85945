//! The header of a synchronous request: WS-Addressing and the two communication functions.
//!
//! Source: Spine External Interface Specification, as the national adaptors write it.

use roxmltree::Node;
use spine_vocabulary::MessageId;
use spine_vocabulary::code::system;

use super::ebxml::envelope;
use super::element::{attribute, count, elements, one, text};
use crate::wire::issue::Breaches;
use crate::wire::namespace::{HL7, WSA};

/// `uuid:` and 36 characters.
const MESSAGE_ID_LENGTH: usize = 41;

/// What the header of a synchronous request says; what is missing or doubled is `None`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Header {
    /// The message id.
    pub message: Option<MessageId>,
    /// The action.
    pub action: Option<String>,
    /// Where the answer's `wsa:To` comes from; may be blank.
    pub from: Option<String>,
    /// The ASID addressed.
    pub receiver: Option<String>,
    /// The ASID that sends.
    pub sender: Option<String>,
}

/// The one payload element of a synchronous request; `None` when the envelope is not of its form.
#[must_use]
pub fn payload<'a, 'i: 'a>(root: Node<'a, 'i>) -> Option<Node<'a, 'i>> {
    let (_, body) = envelope(root)?;
    let mut payloads = elements(body);
    let payload = payloads.next()?;
    payloads.next().is_none().then_some(payload)
}

impl Header {
    /// Reads what is there.
    #[must_use]
    pub fn read(root: Node<'_, '_>) -> Self {
        let Some((header, _)) = envelope(root) else { return Self::default() };
        let address = |name| {
            let address = one(one(header, WSA, name)?, WSA, "Address")?;
            Some(text(address).unwrap_or_default())
        };
        Self {
            message: one(header, WSA, "MessageID")
                .and_then(text)
                .filter(|id| id.len() == MESSAGE_ID_LENGTH && id.starts_with("uuid:"))
                .and_then(|id| MessageId::parse(&id).ok()),
            action: one(header, WSA, "Action").and_then(text),
            from: address("From"),
            receiver: device(header, "communicationFunctionRcv"),
            sender: device(header, "communicationFunctionSnd"),
        }
    }

    /// Every rule of the header that the request breaks.
    /// Requirement: ACK-050.
    #[must_use]
    pub fn breaches(&self, root: Node<'_, '_>, soap_action: &str) -> Breaches {
        let mut breaches = Breaches::default();
        let Some((header, _)) = envelope(root) else { return breaches };
        breaches.hold(
            self.message.is_some(),
            "WSA_MESSAGE_ID_INVALID",
            "wsa:MessageID is there once: uuid: and a UUID, 41 characters",
        );
        breaches.hold(
            self.action.as_deref() == Some(soap_action),
            "WSA_ACTION_INCONSISTENT_WITH_SOAP_ACTION",
            "wsa:Action is there once and is the SOAPAction",
        );
        breaches.hold(
            one(header, WSA, "To").and_then(text).is_some(),
            "WSA_TO_MISSING",
            "wsa:To is there once and not blank",
        );
        breaches.hold(self.from.is_some(), "WSA_FROM_MISSING", "wsa:From/wsa:Address is there once");
        breaches.hold(
            count(header, WSA, "ReplyTo") == 1
                && one(header, WSA, "ReplyTo").is_some_and(|reply| count(reply, WSA, "Address") == 1),
            "WSA_REPLY_TO_MISSING",
            "wsa:ReplyTo/wsa:Address is there once",
        );
        breaches.hold_asid(
            self.receiver.is_some(),
            "SOAP_HEADER_COMM_FUNC_RCV",
            "the SOAP header has one communicationFunctionRcv with one ASID",
        );
        breaches.hold_asid(
            self.sender.is_some(),
            "SOAP_HEADER_COMM_FUNC_SND",
            "the SOAP header has one communicationFunctionSnd with one ASID",
        );
        breaches
    }
}

/// The ASID of the one communication function of that name.
pub(super) fn device(parent: Node<'_, '_>, name: &str) -> Option<String> {
    let device = one(one(parent, HL7, name)?, HL7, "device")?;
    let id = one(device, HL7, "id")?;
    if attribute(id, "root") != Some(system::ASID) {
        return None;
    }
    attribute(id, "extension").map(str::to_owned)
}
