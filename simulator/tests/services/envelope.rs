//! What is refused before a message is read: address, envelope, ebXML header, sender.

use std::sync::Arc;

use http::Method;
use jiff::Timestamp;
use spine_simulator::identity::LiveSessions;
use spine_vocabulary::{RoleProfileId, UserId};

use super::document::{ASID, Says, Sync, Upload};
use super::world::*;

const ACTION: &str = "urn:nhs:names:services:psis/REPC_IN150016SM05";

fn good() -> Upload {
    Upload::new(1, patient(ORDINARY), Says::Allergy)
}

#[test]
fn every_rendering_of_the_same_message_is_taken() {
    let bare = "multipart/related; boundary=--=_MIME-Boundary; type=text/xml; start=ebXMLHeader@spine.nhs.uk";
    let lost = "multipart/related; boundary=\"--=_MIME-Boundary\"; type=\"text/xml\"; start=\"<nobody>\"";
    let spelt = good().header("transport/ebXML/DSTU", "transport/ebxml/DSTU");
    let upload = good();
    let lf = upload.body().replace("\r\n", "\n");
    let unclosed = lf.trim_end().trim_end_matches("----=_MIME-Boundary--").to_owned();
    let declared = upload.body().replace("<REPC", "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<REPC");
    let other_type = upload.body().replace("application/xml", "text/xml");
    let quoted_action = [("soapaction", "\"urn:nhs:names:services:psis/REPC_IN150016SM05\"")];
    for upload in [
        upload.clone(),
        spelt,
        Upload { content_type: bare.to_owned(), ..upload.clone() },
        Upload { content_type: lost.to_owned(), ..upload.clone() },
        Upload { body: Some(lf), ..upload.clone() },
        Upload { body: Some(unclosed), ..upload.clone() },
        Upload { body: Some(declared), ..upload.clone() },
        Upload { body: Some(other_type), ..upload.clone() },
    ] {
        World::new().upload(&upload).is(200, "AA", &[]);
    }
    let headers = [quoted_action[0], ("content-type", &upload.content_type), ("nhsd-asid", ASID)];
    let sent = World::new().send(&request(Method::POST, "/clinical", &headers, upload.body()));
    assert_eq!(sent.status, 202);
}

#[test]
fn broken_envelopes_are_fault_201() {
    let upload = good();
    let whole = upload.body();
    let with = |from: &str, to: &str| Upload { body: Some(whole.replace(from, to)), ..upload.clone() };
    for (spoilt, why) in [
        (Upload { content_type: "text/xml".into(), ..upload.clone() }, "no multipart"),
        (Upload { body: Some("hello".into()), ..upload.clone() }, "no part"),
        (with("8bit", "base64"), "transfer encoding"),
        (with("</SOAP:Envelope>", ""), "ill-formed header"),
        (with("<SOAP:Envelope", "<!DOCTYPE a><SOAP:Envelope"), "document type"),
        (with("Content-Type: text/xml", "Content-Type: text/plain"), "root type"),
        (with("Content-Type: application/xml", "Content-Type: text/html"), "payload type"),
        (with("</REPC_IN150016SM05>", ""), "ill-formed payload"),
        (with("<REPC_IN150016SM05", "<!DOCTYPE a><REPC_IN150016SM05"), "document type in the payload"),
        (with("encoding='UTF-8'", "encoding='UTF-16'"), "encoding"),
        (good().header("<eb:CPAId>S20001A000182</eb:CPAId>", ""), "no CPA id"),
        (good().header("<eb:Timestamp>2026-11-22T09:30:00Z</eb:Timestamp>", "<eb:Timestamp/>"), "blank time"),
        (good().header("<SOAP:Body>", "<SOAP:Body/><SOAP:Body>"), "two bodies"),
        (good().header("SOAP:Envelope", "SOAP:Package"), "no envelope"),
        (good().header("<eb:To>", "<eb:From><eb:PartyId>X</eb:PartyId></eb:From><eb:To>"), "two senders"),
    ] {
        let world = World::new();
        let read = world.upload(&spoilt);
        assert_eq!(
            (read.status, read.kind.as_str(), read.codes.as_slice()),
            (500, "fault", &["201".to_owned()][..]),
            "{why}"
        );
    }
}

#[test]
fn every_rule_of_the_header_is_an_ebxml_error() {
    let ack = "<eb:AckRequested SOAP:mustUnderstand='1' eb:version='2.0' eb:signed='false' SOAP:actor='urn:oasis:names:tc:ebxml-msg:actor:toPartyMSH'/>";
    let reply = "<eb:SyncReply SOAP:mustUnderstand='1' eb:version='2.0' SOAP:actor='http://schemas.xmlsoap.org/soap/actor/next'/>";
    let reference = "<hl7ebxml:Payload style='HL7' encoding='XML' version='3.0'/></eb:Reference>";
    for (from, to, codes) in [
        (
            "<eb:MessageHeader eb:version='2.0'",
            "<eb:MessageHeader eb:version='1.0'",
            &["INVALID_MESSAGE_HEADER_VERSION"][..],
        ),
        (
            "<eb:MessageHeader eb:version='2.0' SOAP:mustUnderstand='1'",
            "<eb:MessageHeader eb:version='2.0'",
            &["MESSAGE_HEADER_MUST_UNDERSTAND_INVALID"],
        ),
        (
            "<eb:From><eb:PartyId eb:type='urn:nhs:names:partyType:ocs+serviceInstance'>",
            "<eb:From><eb:PartyId>",
            &["INVALID_FROM_PARTY_TYPE"],
        ),
        (
            "<eb:To><eb:PartyId eb:type='urn:nhs:names:partyType:ocs+serviceInstance'>",
            "<eb:To><eb:PartyId>",
            &["501314"],
        ),
        ("YES-0000806", "YEA-0000806", &["501314"]),
        ("S20001A000182", "S1001A1630", &["501319"]),
        ("Y90001-0000001", "Y90009-0000001", &["402005"]),
        ("<eb:DuplicateElimination/>", "", &["DUPLICATE_ELIMINATION_INCONSISTENT_WITH_CONTRACT"]),
        (ack, "", &["ACK_REQUESTED_INCONSISTENT_WITH_CONTRACT"]),
        ("eb:signed='false'", "eb:signed='true'", &["ACK_REQUESTED_SIGNED_INVALID"]),
        ("eb:version='2.0' eb:signed", "eb:version='1.0' eb:signed", &["ACK_REQUESTED_VERSION_INVALID"]),
        ("actor:toPartyMSH", "actor:nextMSH", &["ACK_REQUESTED_ACTOR_INVALID"]),
        (reply, "", &["SYNCREPLY_INCONSISTENT_WITH_CONTRACT"]),
        (
            "eb:version='2.0' SOAP:actor='http",
            "eb:version='3.0' SOAP:actor='http",
            &["SYNCREPLY_VERSION_INVALID"],
        ),
        ("soap/actor/next", "soap/actor/none", &["SYNCREPLY_ACTOR_INVALID"]),
        (
            "<eb:Manifest SOAP:mustUnderstand='1' eb:version='2.0'",
            "<eb:Manifest SOAP:mustUnderstand='1' eb:version='1.0'",
            &["INVALID_MANIFEST_REFERENCE"],
        ),
        ("xlink:href='cid:", "xlink:href='", &["INVALID_MANIFEST_REFERENCE"]),
        ("style='HL7'", "style='DICOM'", &["INVALID_MANIFEST_REFERENCE"]),
        (
            reference,
            "<hl7ebxml:Payload style='HL7' encoding='XML' version='3.0'/></eb:Reference><eb:Reference xlink:href='cid:b'/>",
            &["INVALID_MANIFEST_REFERENCE"],
        ),
        ("services:psis<", "services:pds<", &["ACTION_INCONSISTENT_WITH_SOAP_ACTION"]),
        ("REPC_IN150016SM05", "REPC_IN150016UK05", &["ACTION_INCONSISTENT_WITH_SOAP_ACTION"]),
        ("<eb:MessageId>01900000", "<eb:MessageId>0190000", &["EBXML_MESSAGE_ID_INVALID"]),
    ] {
        World::new().upload(&good().header(from, to)).is(200, "ebxml", codes);
    }
}

#[test]
fn every_violated_rule_is_one_error_and_the_manifest_names_the_part_that_there_is() {
    let two = good().header("S20001A000182", "S1").header("YES-0000806", "NO-0000000");
    World::new().upload(&two).is(200, "ebxml", &["501314", "501319"]);
    let body = good().body().replace("Content-Id: <01900000", "Content-Id: <11900000");
    World::new().upload(&Upload { body: Some(body), ..good() }).is(
        200,
        "ebxml",
        &["INVALID_MANIFEST_REFERENCE"],
    );
    let third = good()
        .body()
        .replace("----=_MIME-Boundary--", "----=_MIME-Boundary\r\n\r\nmore\r\n----=_MIME-Boundary--");
    World::new().upload(&Upload { body: Some(third), ..good() }).is(
        200,
        "ebxml",
        &["INVALID_MANIFEST_REFERENCE"],
    );
}

#[test]
fn what_no_service_takes_is_said_honestly() {
    let upload = good();
    let body = upload.body();
    let post = |path: &str, headers: &[(&str, &str)], body: &str| {
        World::new().send(&request(Method::POST, path, headers, body.to_owned()))
    };
    let kind = ("content-type", upload.content_type.as_str());
    let asid = ("nhsd-asid", ASID);
    post("/clinical", &[kind, asid], &body).is(500, "fault", &["101"]);
    post("/clinical", &[kind, asid, ("soapaction", "urn:nhs:names:services:psis/REPC_IN150018UK02")], &body)
        .is(500, "fault", &["101"]);
    post("/reliablemessaging/reliablerequest", &[kind, asid, ("soapaction", ACTION)], &body).is(
        500,
        "fault",
        &["101"],
    );
    let events = Sync::events(1, &patient(ORDINARY).reveal());
    let xml = ("content-type", "text/xml");
    let action = ("soapaction", events.action.as_str());
    post("/sync-service", &[xml], &events.document).is(500, "fault", &["101"]);
    post("/sync-service", &[xml, ("soapaction", ACTION)], &events.document).is(500, "fault", &["101"]);
    post("/sync-service", &[("content-type", "application/json"), action], &events.document).is(
        500,
        "fault",
        &["201"],
    );
    post("/sync-service", &[xml, action], "<a/>").is(500, "fault", &["201"]);
    post("/sync-service", &[xml, action], "<a>").is(500, "fault", &["201"]);
    post("/sync-service", &[xml, action, ("content-encoding", "gzip")], "").is(415, "", &[]);
    post("/clinical", &[kind, asid, ("soapaction", ACTION), ("content-encoding", "gzip")], "").is(
        415,
        "",
        &[],
    );
    post("/clinical", &[kind, asid, ("soapaction", ACTION)], &"x".repeat(6_000_000)).is(413, "", &[]);
    post("/elsewhere", &[kind], &body).is(404, "", &[]);
    let world = World::new();
    world.send(&request(Method::GET, "/clinical", &[], String::new())).is(405, "", &[]);
    world.send(&request(Method::GET, "/clinical/poll/nothing", &[asid], String::new())).is(404, "", &[]);
    world
        .send(&request(
            Method::GET,
            "/clinical/poll/01900000-0000-7000-8000-000000000001",
            &[asid],
            String::new(),
        ))
        .is(404, "", &[]);
}

#[derive(Debug)]
struct NobodyIsIn;

impl LiveSessions for NobodyIsIn {
    fn is_live(&self, _: &RoleProfileId, _: &UserId, _: Timestamp) -> bool {
        false
    }
}

#[test]
fn only_known_systems_with_a_live_session_may_send() {
    let world = World::new();
    let upload = good();
    let send = |asid: Option<&str>, upload: &Upload| {
        let mut headers = vec![("soapaction", ACTION), ("content-type", upload.content_type.as_str())];
        headers.extend(asid.map(|asid| ("nhsd-asid", asid)));
        world.send(&request(Method::POST, "/clinical", &headers, upload.body()))
    };
    send(None, &upload).is(500, "fault", &["300"]);
    send(Some("990000000009"), &upload).is(500, "fault", &["300"]);
    let headers =
        [("soapaction", ACTION), ("content-type", upload.content_type.as_str()), ("nhsd-asid", ASID)];
    let other_role = [headers[0], headers[1], headers[2], ("nhsd-session-urid", "900000000099")];
    world.send(&request(Method::POST, "/clinical", &other_role, upload.body())).is(500, "fault", &["300"]);
    let stranger = good().payload(ASID, "990000000009");
    send(Some(ASID), &stranger).is(500, "fault", &["300"]);
    let posted = world.post(&upload);
    let poll = |headers: &[(&str, &str)]| {
        world.send(&request(Method::GET, &location(&posted), headers, String::new()))
    };
    poll(&[]).is(500, "fault", &["300"]);
    poll(&[("nhsd-asid", "990000000009")]).is(500, "fault", &["300"]);
    let out =
        World { spine: world.spine.clone().with_sessions(Arc::new(NobodyIsIn)), clock: world.clock.clone() };
    out.upload(&Upload::new(2, patient(OTHER), Says::Allergy)).is(500, "fault", &["300"]);
    out.ask(&Sync::setting(3, &patient(OTHER).reveal(), "No")).is(500, "fault", &["300"]);
    out.ask(&Sync::events(4, &patient(SUMMARISED).reveal())).is(200, "AA", &[]);
    // What was refused for want of a session may be sent again as it is.
    world.upload(&Upload::new(2, patient(OTHER), Says::Allergy)).is(200, "AA", &[]);
    world.ask(&Sync::setting(3, &patient(OTHER).reveal(), "No")).is(200, "AA", &[]);
}
