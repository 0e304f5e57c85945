//! The ebXML header of an upload, element by element.

use jiff::{SignedDuration, Timestamp};
use spine_fixtures::population::staff;

use super::{CPA, SPINE_PARTY, UPLOAD_ACTION, every, is_upper_uuid};
use crate::outcome::{Failure, Verdict, hold, same};
use crate::stage::{Exchange, Observation};
use crate::wire::{Document, Sort};

const SERVICE_INSTANCE: &str = "urn:nhs:names:partyType:ocs+serviceInstance";
const TO_PARTY: &str = "urn:oasis:names:tc:ebxml-msg:actor:toPartyMSH";
const NEXT: &str = "http://schemas.xmlsoap.org/soap/actor/next";
const NAMESPACE: &str = "http://www.oasis-open.org/committees/ebxml-msg/schema/msg-header-2_0.xsd";

/// The envelope of every upload.
fn envelopes(seen: &Observation, judge: impl Fn(&Exchange, &Document) -> Verdict) -> Verdict {
    every(seen, Sort::Upload, |one| {
        let envelope = one.envelope().ok_or_else(|| Failure::new("an ebXML envelope", "none"))?;
        judge(one, &envelope)
    })
}

fn one_of(envelope: &Document, place: &str, wanted: &str) -> Verdict {
    same(place, &vec![wanted.to_owned()], &envelope.all(place))
}

pub(super) fn the_message_header_must_be_understood(seen: &Observation) -> Verdict {
    envelopes(seen, |_, envelope| {
        hold(envelope.text().contains(NAMESPACE), NAMESPACE, "another namespace")?;
        one_of(envelope, "Header/MessageHeader@mustUnderstand", "1")?;
        one_of(envelope, "Header/MessageHeader@version", "2.0")
    })
}

pub(super) fn the_parties_are_ours_and_the_spines(seen: &Observation) -> Verdict {
    envelopes(seen, |_, envelope| {
        one_of(envelope, "MessageHeader/From/PartyId", staff::PRACTICE_PARTY_KEY)?;
        one_of(envelope, "MessageHeader/From/PartyId@type", SERVICE_INSTANCE)?;
        one_of(envelope, "MessageHeader/To/PartyId", SPINE_PARTY)?;
        one_of(envelope, "MessageHeader/To/PartyId@type", SERVICE_INSTANCE)
    })
}

pub(super) fn the_agreement_is_named(seen: &Observation) -> Verdict {
    envelopes(seen, |_, envelope| one_of(envelope, "MessageHeader/CPAId", CPA))
}

pub(super) fn service_and_action_are_those_of_the_soap_action(seen: &Observation) -> Verdict {
    envelopes(seen, |one, envelope| {
        let (service, action) = UPLOAD_ACTION.split_once('/').unwrap_or_default();
        one_of(envelope, "MessageHeader/Service", service)?;
        one_of(envelope, "MessageHeader/Action", action)?;
        same("SOAPAction", &Some(UPLOAD_ACTION), &super::http::action(&one.request))
    })
}

pub(super) fn the_time_stamp_is_utc(seen: &Observation) -> Verdict {
    envelopes(seen, |one, envelope| {
        let stamp = envelope.first("MessageData/Timestamp").unwrap_or_default();
        hold(stamp.ends_with('Z') && stamp.contains('T'), "a date and time that ends in Z", &stamp)?;
        let told: Timestamp = stamp.parse().map_err(|_| Failure::new("a date and time", &stamp))?;
        let off = one.at.duration_since(told).abs();
        hold(off < SignedDuration::from_mins(2), &format!("about {}", one.at), stamp)
    })
}

pub(super) fn delivery_is_reliable(seen: &Observation) -> Verdict {
    envelopes(seen, |_, envelope| {
        same("DuplicateElimination", &1, &envelope.count("MessageHeader/DuplicateElimination"))?;
        one_of(envelope, "Header/AckRequested@actor", TO_PARTY)?;
        one_of(envelope, "Header/AckRequested@signed", "false")?;
        one_of(envelope, "Header/SyncReply@actor", NEXT)?;
        for place in ["Header/AckRequested", "Header/SyncReply"] {
            one_of(envelope, &format!("{place}@mustUnderstand"), "1")?;
            one_of(envelope, &format!("{place}@version"), "2.0")?;
        }
        Ok(())
    })
}

pub(super) fn one_id_names_message_payload_and_summary(seen: &Observation) -> Verdict {
    envelopes(seen, |one, envelope| {
        let id = envelope.first("MessageData/MessageId").unwrap_or_default();
        hold(is_upper_uuid(&id), "eb:MessageId: a UUID in capital letters", &id)?;
        let payload = one.payload().ok_or_else(|| Failure::new("a payload", "none"))?;
        same("id of the HL7 message", &Some(id.clone()), &payload.first("REPC_IN150016SM05/id@root"))?;
        same("id of the summary", &Some(id), &payload.first("GPSummary/id@root"))
    })
}
