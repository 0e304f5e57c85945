//! Cards, channels and assertions for the tests.

use std::fmt::Write as _;
use std::sync::OnceLock;

use jiff::Timestamp;
use spine_card::{CardAlgorithm, CardConnection, CardIssuer, CardProfile, CardSlot, KeySlot, PivApplet};
use spine_session::{CardChannel, CardIdentity, ChannelError, Pin, Piv, Smartcard, Ticket};

pub(crate) const USER: &str = "555000000001";
pub(crate) const PRACTICE: &str = "Y90001";
pub(crate) const PIN: &str = "123456";

pub(crate) fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// The moment of login in every test.
pub(crate) fn login() -> Timestamp {
    at("2026-09-01T08:00:00Z")
}

pub(crate) fn pin(digits: &str) -> Pin {
    Pin::read(digits.to_owned()).unwrap()
}

pub(crate) fn ticket() -> Ticket {
    Ticket::parse("TICKET-canary-4711".to_owned()).unwrap()
}

pub(crate) fn profile(user: &str) -> CardProfile {
    CardProfile::new(user, "Ann Other", at("2026-01-01T00:00:00Z"), at("2028-01-01T00:00:00Z")).unwrap()
}

fn issuer() -> &'static CardIssuer {
    static ISSUER: OnceLock<CardIssuer> = OnceLock::new();
    ISSUER.get_or_init(|| CardIssuer::new(at("2025-01-01T00:00:00Z"), at("2035-01-01T00:00:00Z")).unwrap())
}

pub(crate) fn elliptic_card(user: &str) -> PivApplet {
    let slots = [KeySlot::Authentication, KeySlot::ContentCommitment];
    let profile = profile(user).with_algorithm(CardAlgorithm::P256).with_slots(&slots).unwrap();
    issuer().issue(&profile).unwrap()
}

/// A slot with a fresh P-256 card.
pub(crate) fn slot() -> CardSlot {
    let slot = CardSlot::new();
    slot.insert(elliptic_card(USER)).unwrap();
    slot
}

/// The slot with the one RSA card; its tries must not be spent.
pub(crate) fn rsa_slot() -> &'static CardSlot {
    static SLOT: OnceLock<CardSlot> = OnceLock::new();
    SLOT.get_or_init(|| {
        let slot = CardSlot::new();
        let profile = profile(USER).with_slots(&[KeySlot::Authentication]).unwrap();
        slot.insert(issuer().issue(&profile).unwrap()).unwrap();
        slot
    })
}

/// A card in this process. A pulled card answers nothing under success, as the worst readers do.
pub(crate) struct InMemory {
    connection: CardConnection,
    /// Fails the next command so.
    pub(crate) fail_with: Option<ChannelError>,
}

impl InMemory {
    pub(crate) fn new(slot: &CardSlot) -> Self {
        Self { connection: slot.connect(), fail_with: None }
    }
}

impl CardChannel for &mut InMemory {
    fn transmit(&mut self, apdu: &[u8]) -> Result<Vec<u8>, ChannelError> {
        if let Some(error) = self.fail_with.take() {
            return Err(error);
        }
        Ok(self.connection.transmit(apdu).unwrap_or_default())
    }

    fn was_reset(&mut self) -> bool {
        false
    }
}

impl CardChannel for InMemory {
    fn transmit(&mut self, apdu: &[u8]) -> Result<Vec<u8>, ChannelError> {
        (&mut &mut *self).transmit(apdu)
    }

    fn was_reset(&mut self) -> bool {
        false
    }
}

pub(crate) fn piv(slot: &CardSlot) -> Piv<InMemory> {
    Piv::new(InMemory::new(slot))
}

pub(crate) fn identity() -> CardIdentity {
    piv(&slot()).identity().unwrap()
}

/// A role as the broker's attributes tell it: profile, ODS code, activities.
pub(crate) type SampleRole<'a> = (&'a str, &'a str, &'a [&'a str]);

/// One role at the practice with B0062.
pub(crate) const ONE_ROLE: &[SampleRole<'_>] = &[("555000000101", PRACTICE, &["B0062"])];

/// An attribute as SAML 1.1 writes it; the values are markup already.
pub(crate) fn attribute(name: &str, values: &[&str]) -> String {
    let mut out =
        format!(r#"<saml:Attribute AttributeName="{name}" AttributeNamespace="http://www.syntegra.com">"#);
    for value in values {
        write!(out, "<saml:AttributeValue>{value}</saml:AttributeValue>").unwrap();
    }
    out + "</saml:Attribute>"
}

pub(crate) fn attributes(roles: &[SampleRole<'_>]) -> String {
    let mut out = attribute("uid", &[USER]) + &attribute("cn", &["ANN OTHER"]);
    out += &attribute("ssbSessionRoleUid", &[""]);
    for (profile, ods, activities) in roles {
        out += &attribute("uniqueIdentifier", &[profile]);
        out += &attribute("nhsIdCode", &[ods]);
        out += &attribute("o", &["THE SURGERY &amp; SONS"]);
        out += &attribute("nhsJobRole", &["Clerical"]);
        out += &attribute("nhsJobRoleCode", &["S8000:G8000:R8008"]);
        out += &attribute("nhsBusinessFunctionsCodes", activities);
    }
    out
}

/// A whole response around the attributes.
pub(crate) fn response(status: &str, attributes: &str, ends: &str) -> String {
    format!(
        r#"<?xml version="1.0" encoding="UTF-8"?>
<samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:1.0:protocol" MajorVersion="1" MinorVersion="1">
  <samlp:Status><samlp:StatusCode Value="{status}"/></samlp:Status>
  <saml:Assertion xmlns:saml="urn:oasis:names:tc:SAML:1.0:assertion" MajorVersion="1" MinorVersion="1">
    <saml:Conditions NotBefore="2026-09-01T07:57:00Z" NotOnOrAfter="{ends}"/>
    <saml:AttributeStatement><saml:Subject/>{attributes}</saml:AttributeStatement>
  </saml:Assertion>
</samlp:Response>"#
    )
}

/// A response that grants these roles for ten hours from login.
pub(crate) fn granted(roles: &[SampleRole<'_>]) -> String {
    response("samlp:Success", &attributes(roles), "2026-09-01T18:00:00Z")
}
