//! The ebXML header of a request: what it says, and whether it keeps the contract.
//!
//! Source: ebMS 2.0; the header checks of the national rule set. Details that the Spine does not check (the form of the
//! time stamp) are not checked here.

use roxmltree::Node;
use spine_vocabulary::code::error::{EBXML_NO_CONTRACT, EBXML_UNKNOWN_CPA, EBXML_WRONG_PARTY};

use super::element::{attribute, count, elements, has, is, one, text};
use crate::wire::issue::Breaches;
use crate::wire::namespace::{EBXML, HL7_EBXML, SOAP, XLINK};

const PARTY_TYPE: &str = "urn:nhs:names:partyType:ocs+serviceInstance";
const TO_PARTY: &str = "urn:oasis:names:tc:ebxml-msg:actor:toPartyMSH";
const NEXT: &str = "http://schemas.xmlsoap.org/soap/actor/next";

/// Which signals a message must carry. Source: SDS, the interaction's contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Contract {
    /// Duplicate elimination, acknowledgement and synchronous reply; also what the polling route sends.
    Reliable,
    /// Synchronous reply only.
    Express,
}

/// What the header of a well-formed message says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Header {
    /// The sending party.
    pub from: String,
    /// The party addressed.
    pub to: String,
    /// The agreement.
    pub cpa: String,
    /// The conversation.
    pub conversation: String,
    /// The service's URN.
    pub service: String,
    /// The interaction.
    pub action: String,
    /// The message id as written.
    pub message: String,
    /// The time stamp as written.
    pub timestamp: String,
    /// `Content-Id` of the payload, from the manifest; `None` when the manifest is broken.
    pub payload: Option<String>,
}

/// What the receiver expects of a header.
#[derive(Clone, Copy, Debug)]
pub struct Expected<'a> {
    /// The receiver's party.
    pub to: &'a str,
    /// The agreement.
    pub cpa: &'a str,
    /// Whether the party that the header names as sender is known.
    pub sender_is_known: bool,
    /// Which signals the interaction demands.
    pub contract: Contract,
}

impl Header {
    /// Reads the header; `None` when the envelope is not of the form that an ebXML message has (`MESSAGE_NOT_WELL_FORMED`).
    #[must_use]
    pub fn read(root: Node<'_, '_>) -> Option<Self> {
        let (header, body) = envelope(root)?;
        let message = one(header, EBXML, "MessageHeader")?;
        let party = |side| text(one(one(message, EBXML, side)?, EBXML, "PartyId")?);
        let field = |name| text(one(message, EBXML, name)?);
        let data = one(message, EBXML, "MessageData")?;
        Some(Self {
            from: party("From")?,
            to: party("To")?,
            cpa: field("CPAId")?,
            conversation: field("ConversationId")?,
            service: field("Service")?,
            action: field("Action")?,
            message: text(one(data, EBXML, "MessageId")?)?,
            timestamp: text(one(data, EBXML, "Timestamp")?)?,
            payload: payload_id(body),
        })
    }

    /// Every rule of the header that this message breaks.
    /// Requirements: ACK-044, ACK-046.
    #[must_use]
    pub fn breaches(&self, root: Node<'_, '_>, expected: &Expected<'_>) -> Breaches {
        let mut breaches = Breaches::default();
        let Some((header, body)) = envelope(root) else { return breaches };
        let Some(message) = one(header, EBXML, "MessageHeader") else { return breaches };
        breaches.hold(
            version_is_right(message),
            "INVALID_MESSAGE_HEADER_VERSION",
            "eb:MessageHeader version is 2.0",
        );
        breaches.hold(
            must_be_understood(message),
            "MESSAGE_HEADER_MUST_UNDERSTAND_INVALID",
            "eb:MessageHeader has mustUnderstand 1",
        );
        self.hold_parties(message, expected, &mut breaches);
        hold_contract(header, message, expected.contract, &mut breaches);
        let manifest = one(body, EBXML, "Manifest");
        breaches.hold(
            self.payload.is_some() && manifest.is_some_and(version_may_be_absent),
            "INVALID_MANIFEST_REFERENCE",
            "eb:Manifest has version 2.0 and exactly one eb:Reference to a cid: with one HL7 payload descriptor",
        );
        breaches
    }

    fn hold_parties(&self, message: Node<'_, '_>, expected: &Expected<'_>, breaches: &mut Breaches) {
        let typed = |side| {
            one(message, EBXML, side)
                .and_then(|side| one(side, EBXML, "PartyId"))
                .is_some_and(|party| party.attribute((EBXML, "type")) == Some(PARTY_TYPE))
        };
        breaches.hold(
            typed("From"),
            "INVALID_FROM_PARTY_TYPE",
            "eb:From/eb:PartyId is an ocs+serviceInstance",
        );
        breaches.hold_coded(
            typed("To") && self.to == expected.to,
            "INVALID_TO_PARTY",
            "Invalid To Party Type attribute",
            EBXML_WRONG_PARTY,
        );
        breaches.hold_coded(self.cpa == expected.cpa, "UNKNOWN_CPA", "Unknown eb:CPAId", EBXML_UNKNOWN_CPA);
        breaches.hold_coded(
            expected.sender_is_known,
            "NO_CONTRACT",
            "An error occurred while finding the defined contract",
            EBXML_NO_CONTRACT,
        );
    }
}

/// Header and Body of an Envelope that has exactly one of each.
pub(super) fn envelope<'a, 'i: 'a>(root: Node<'a, 'i>) -> Option<(Node<'a, 'i>, Node<'a, 'i>)> {
    if !is(root, SOAP, "Envelope") || elements(root).count() != 2 {
        return None;
    }
    Some((one(root, SOAP, "Header")?, one(root, SOAP, "Body")?))
}

fn version_is_right(node: Node<'_, '_>) -> bool {
    node.attribute((EBXML, "version")) == Some("2.0")
}

fn version_may_be_absent(node: Node<'_, '_>) -> bool {
    node.attribute((EBXML, "version")).is_none_or(|version| version == "2.0")
}

fn must_be_understood(node: Node<'_, '_>) -> bool {
    node.attribute((SOAP, "mustUnderstand")) == Some("1")
}

/// Requirement: ACK-045.
fn hold_contract(header: Node<'_, '_>, message: Node<'_, '_>, contract: Contract, breaches: &mut Breaches) {
    let reliable = usize::from(contract == Contract::Reliable);
    breaches.hold(
        count(message, EBXML, "DuplicateElimination") == reliable,
        "DUPLICATE_ELIMINATION_INCONSISTENT_WITH_CONTRACT",
        "eb:DuplicateElimination is there as the contract says",
    );
    breaches.hold(
        count(header, EBXML, "AckRequested") == reliable,
        "ACK_REQUESTED_INCONSISTENT_WITH_CONTRACT",
        "eb:AckRequested is there as the contract says",
    );
    if let Some(ack) = one(header, EBXML, "AckRequested") {
        breaches.hold(
            version_is_right(ack),
            "ACK_REQUESTED_VERSION_INVALID",
            "eb:AckRequested version is 2.0",
        );
        breaches.hold(
            ack.attribute((EBXML, "signed")) == Some("false"),
            "ACK_REQUESTED_SIGNED_INVALID",
            "eb:AckRequested signed is false",
        );
        breaches.hold(
            ack.attribute((SOAP, "actor")) == Some(TO_PARTY) && must_be_understood(ack),
            "ACK_REQUESTED_ACTOR_INVALID",
            "eb:AckRequested is for the toPartyMSH, which must understand it",
        );
    }
    breaches.hold(
        count(header, EBXML, "SyncReply") == 1,
        "SYNCREPLY_INCONSISTENT_WITH_CONTRACT",
        "eb:SyncReply is there as the contract says",
    );
    if let Some(reply) = one(header, EBXML, "SyncReply") {
        breaches.hold(version_is_right(reply), "SYNCREPLY_VERSION_INVALID", "eb:SyncReply version is 2.0");
        breaches.hold(
            reply.attribute((SOAP, "actor")) == Some(NEXT) && must_be_understood(reply),
            "SYNCREPLY_ACTOR_INVALID",
            "eb:SyncReply is for the next actor, which must understand it",
        );
    }
}

/// The `Content-Id` behind the manifest's only reference, when the reference is as it should be.
/// Requirements: ACK-047, MSG-051.
fn payload_id(body: Node<'_, '_>) -> Option<String> {
    let reference = one(one(body, EBXML, "Manifest")?, EBXML, "Reference")?;
    let id = reference.attribute((XLINK, "href"))?.trim().strip_prefix("cid:")?;
    let mut descriptors = HL7_EBXML.iter().filter_map(|namespace| one(reference, namespace, "Payload"));
    let descriptor = descriptors.next()?;
    let is_hl7 = has(descriptor, "style", "HL7")
        && has(descriptor, "encoding", "XML")
        && attribute(descriptor, "version").is_some();
    (is_hl7 && !id.is_empty()).then(|| id.to_owned())
}
