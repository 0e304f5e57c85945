//! The data objects of the card, readable with GET DATA.
//!
//! Mandatory for any peer to see a PIV card: the certificates. CHUID gives the serial number; CCC, Discovery, Key History
//! and Printed Information are there because peers probe with them. Source: NIST SP 800-73-4 part 1, section 3 and
//! appendix A.

use jiff::civil::Date;

use super::select::APPLICATION;
use crate::key::KeySlot;
use crate::tlv::object;

/// Card Holder Unique Identifier.
const CHUID: u32 = 0x5F_C1_02;
/// Card Capability Container.
const CCC: u32 = 0x5F_C1_07;
/// Printed Information: only after the PIN.
const PRINTED: u32 = 0x5F_C1_09;
/// Key History.
const KEY_HISTORY: u32 = 0x5F_C1_0C;
/// Discovery, the one object that is not wrapped in 53.
const DISCOVERY: u32 = 0x7E;

/// What a card says about itself.
pub(crate) struct CardFacts {
    /// The card's identifier: sixteen bytes that no other card has.
    pub(crate) guid: [u8; 16],
    /// The holder's name as printed.
    pub(crate) name: String,
    /// When the card expires.
    pub(crate) expires_on: Date,
}

/// One object: its tag, whether it wants the PIN, and its bytes as GET DATA answers them.
pub(crate) struct DataObject {
    pub(crate) tag: u32,
    pub(crate) needs_pin: bool,
    pub(crate) content: Vec<u8>,
}

/// The objects that do not depend on keys.
pub(crate) fn describe(facts: &CardFacts) -> Vec<DataObject> {
    let free = |tag, content| DataObject { tag, needs_pin: false, content };
    vec![
        free(CHUID, object(0x53, &chuid(facts))),
        free(CCC, object(0x53, &capabilities(facts))),
        free(KEY_HISTORY, object(0x53, &key_history())),
        free(DISCOVERY, discovery()),
        DataObject { tag: PRINTED, needs_pin: true, content: object(0x53, &printed(facts)) },
    ]
}

/// The certificate of one slot, uncompressed.
pub(crate) fn certificate(slot: KeySlot, der: &[u8]) -> DataObject {
    let content = [object(0x70, der), object(0x71, &[0]), object(0xFE, &[])].concat();
    DataObject { tag: slot.certificate_tag(), needs_pin: false, content: object(0x53, &content) }
}

fn chuid(facts: &CardFacts) -> Vec<u8> {
    let expires = facts.expires_on.strftime("%Y%m%d").to_string();
    [
        // The federal agency number of a card that no agency issued: all nines, as SP 800-73-4 allows.
        object(0x30, &[0x99; 25]),
        object(0x34, &facts.guid),
        object(0x35, expires.as_bytes()),
        object(0x3E, &[]),
        object(0xFE, &[]),
    ]
    .concat()
}

fn capabilities(facts: &CardFacts) -> Vec<u8> {
    // Application identifier, manufacturer and type bytes, then fourteen bytes of the card's own.
    let identifier = [&[0xA0, 0x00, 0x00, 0x01, 0x16, 0xFF, 0x02][..], &facts.guid[..14]].concat();
    let mut out = object(0xF0, &identifier);
    out.extend(object(0xF1, &[0x21]));
    out.extend(object(0xF2, &[0x21]));
    out.extend(object(0xF3, &[]));
    out.extend(object(0xF4, &[0x00]));
    out.extend(object(0xF5, &[0x10]));
    for tag in [0xF6, 0xF7, 0xFA, 0xFB, 0xFC, 0xFD, 0xFE] {
        out.extend(object(tag, &[]));
    }
    out
}

fn key_history() -> Vec<u8> {
    [object(0xC1, &[0]), object(0xC2, &[0]), object(0xFE, &[])].concat()
}

/// The applet's own PIN, and no other, is used.
fn discovery() -> Vec<u8> {
    object(DISCOVERY, &[object(0x4F, &APPLICATION), object(0x5F2F, &[0x40, 0x00])].concat())
}

fn printed(facts: &CardFacts) -> Vec<u8> {
    let expires = facts.expires_on.strftime("%Y%b%d").to_string().to_uppercase();
    let name: String = facts.name.chars().take(32).collect();
    [
        object(0x01, name.as_bytes()),
        object(0x02, b"Virtual card"),
        object(0x04, expires.as_bytes()),
        object(0x05, b"0000000001"),
        object(0x06, b"VIRTUAL"),
        object(0xFE, &[]),
    ]
    .concat()
}
