//! Published and captured requests are read as their names say, when `SPINE_SAMPLES` names the folder that holds them.
#![expect(clippy::expect_used, clippy::panic, reason = "tests")]

use std::ffi::OsStr;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method};
use jiff::civil::date;
use spine_simulator::Spine;
use spine_simulator::clock::ManualClock;
use spine_simulator::ledger::SummaryKind;
use spine_simulator::psis::Summary;
use spine_simulator::scenario::{ClientSystem, Person, Population, Scenario, Settings};
use spine_simulator::wire::WireRequest;
use spine_simulator::wire::namespace::{CRS, HL7};
use spine_simulator::wire::read::ebxml::{Contract, Expected, Header};
use spine_simulator::wire::read::multipart::Related;
use spine_simulator::wire::read::wrapper::Wrapper;
use spine_simulator::wire::read::{soap, xml};
use spine_vocabulary::{Asid, Gender, NhsNumber, OdsCode, PartyKey};

const MULTIPART: &str = "multipart/related; boundary=\"--=_MIME-Boundary\"; type=\"text/xml\"; start=\"<ebXMLHeader@spine.nhs.uk>\"";

/// Every request among the samples of these folders; none, said aloud, when the variable is not set.
fn requests() -> Vec<(String, PathBuf)> {
    let Some(folder) = std::env::var_os("SPINE_SAMPLES") else {
        assert!(
            std::env::var_os("CI_REQUIRES_SAMPLES").is_none(),
            "samples are required, and there are none"
        );
        let _ = writeln!(std::io::stderr(), "skipped: SPINE_SAMPLES does not name a folder of samples");
        return Vec::new();
    };
    let mut found = Vec::new();
    for name in ["constructed", "captured-mhs-outbound"] {
        for entry in fs::read_dir(Path::new(&folder).join(name)).expect("the samples' folder") {
            let path = entry.expect("an entry").path();
            let name = path.file_name().expect("a name").to_string_lossy().into_owned();
            let answers = ["resp.", "soapfault.", "ebxml.", "wire-async-response.", "README"];
            if !answers.iter().any(|prefix| name.starts_with(prefix)) {
                found.push((name, path));
            }
        }
    }
    found.sort();
    assert!(found.len() >= 22, "only {} requests among the samples", found.len());
    found
}

/// The interaction in a sample's name.
fn interaction(name: &str) -> &str {
    name.split('.').find(|piece| piece.contains("_IN") && !piece.is_empty()).unwrap_or_default()
}

/// What the control act of an interaction holds.
fn content(interaction: &str) -> (&'static str, &'static str) {
    match interaction {
        "SET_RESOURCE_PERMISSIONS_INUK01" => (CRS, "setResourcePermissionsRequest"),
        "GET_RESOURCE_PERMISSIONS_INUK01" => (CRS, "getResourcePermissionsRequest"),
        name if name.starts_with("REPC") => (HL7, "subject"),
        _ => (HL7, "query"),
    }
}

fn read_payload(name: &str, text: &str) {
    let document = xml::parse(text).unwrap_or_else(|why| panic!("{name}: {why}"));
    let wrapper = Wrapper::read(document.root_element());
    assert_eq!(wrapper.interaction, interaction(name), "{name}");
    let breaches = wrapper.breaches(document.root_element(), interaction(name), content(interaction(name)));
    assert!(breaches.is_empty(), "{name}: {breaches:?}");
    assert!(wrapper.message.is_some() && wrapper.author.is_some(), "{name}");
    if interaction(name).starts_with("REPC_IN150016") {
        let summary = wrapper.control_act.and_then(Summary::read).expect("a summary");
        let breaches = summary.breaches(&wrapper.message.expect("an id").to_string());
        assert!(breaches.is_empty(), "{name}: {breaches:?}");
        let kind = match name {
            name if name.contains("dissent") => SummaryKind::Dissent,
            name if name.contains("empty") => SummaryKind::Empty,
            _ => SummaryKind::Full,
        };
        assert_eq!((summary.kind, summary.clinical), (kind, kind == SummaryKind::Full), "{name}");
        assert_eq!(summary.replaces.is_some(), name.contains("replacement"), "{name}");
        assert_eq!(summary.nhs_number, NhsNumber::parse("9000000009"), "{name}");
    }
}

fn read_header(name: &str, text: &str, contract: Contract) -> Header {
    let document = xml::parse(text).unwrap_or_else(|why| panic!("{name}: {why}"));
    let header = Header::read(document.root_element()).unwrap_or_else(|| panic!("{name}: no ebXML header"));
    let expected = Expected { to: &header.to, cpa: &header.cpa, sender_is_known: true, contract };
    let breaches = header.breaches(document.root_element(), &expected);
    assert!(breaches.is_empty(), "{name}: {breaches:?}");
    header
}

fn read_multipart(name: &str, content_type: &str, body: &[u8]) {
    let parts = Related::read(content_type, body).unwrap_or_else(|why| panic!("{name}: {why}"));
    let contract = if name.contains("express") { Contract::Express } else { Contract::Reliable };
    let header = read_header(name, xml::utf8(parts.root().content).expect("text"), contract);
    assert_eq!(header.action, interaction(name), "{name}");
    let payload = parts.referenced(&header.payload.expect("a reference")).expect("the payload");
    read_payload(name, xml::utf8(payload.content).expect("text"));
}

fn read_soap(name: &str, text: &str) {
    let document = xml::parse(text).unwrap_or_else(|why| panic!("{name}: {why}"));
    let header = soap::Header::read(document.root_element());
    let action = header.action.clone().unwrap_or_default();
    assert!(action.ends_with(interaction(name)), "{name}: {action}");
    let breaches = header.breaches(document.root_element(), &action);
    assert!(breaches.is_empty(), "{name}: {breaches:?}");
    let payload = soap::payload(document.root_element()).expect("a payload");
    read_payload(
        name,
        &text[payload.range()].replacen(
            '>',
            " xmlns:crs='http://national.carerecords.nhs.uk/schema/crs/'>",
            1,
        ),
    );
    let wrapper = Wrapper::read(payload);
    let same = header.receiver == wrapper.receiver && header.sender == wrapper.sender;
    assert_eq!(same, !name.starts_with("sync."), "{name}: the captured one has two receivers");
}

#[test]
fn every_request_is_read_as_its_name_says() {
    for (name, path) in requests() {
        let bytes = fs::read(&path).expect("a sample");
        let text = String::from_utf8_lossy(&bytes).into_owned();
        match path.extension().and_then(OsStr::to_str) {
            Some("http") => read_captured(&name, &text),
            Some("msg") => read_multipart(&name, MULTIPART, &bytes),
            _ if name.starts_with("ebxml-header") => {
                let express = name.contains("express");
                read_header(&name, &text, if express { Contract::Express } else { Contract::Reliable });
            }
            _ if name.contains(".soap.") => read_soap(&name, &text),
            _ => read_payload(&name, &text),
        }
    }
}

/// A captured request, its request line and headers before it.
fn read_captured(name: &str, text: &str) {
    let (head, body) = text.split_once("\r\n\r\n").or(text.split_once("\n\n")).expect("a head and a body");
    let kind = head.lines().find_map(|line| line.strip_prefix("Content-Type: ")).expect("a type").trim();
    if kind.starts_with("multipart") {
        read_multipart(name, kind, body.as_bytes());
    } else {
        read_soap(name, body.trim());
    }
}

fn world() -> Spine {
    let person = Person {
        nhs_number: NhsNumber::parse("9000000009").expect("a number"),
        family: "Smith".to_owned(),
        given: vec!["Jane".to_owned()],
        gender: Gender::Female,
        birth_date: Some(date(2010, 10, 22)),
        death_date: None,
        death: None,
        postcode: "LS1 6AE".to_owned(),
        address: Vec::new(),
        gp_practice: None,
        sensitivity: None,
        superseded_by: None,
        invalidated: false,
        serial_change: 1,
    };
    let system = ClientSystem {
        asid: Asid::parse("200000000115").expect("an ASID"),
        party_key: PartyKey::parse("A12345-0000001").expect("a party key"),
        ods: OdsCode::parse("A12345").expect("an ODS code"),
        name: "Sample".to_owned(),
    };
    let mut settings = Settings::default();
    settings.addressing.psis = Asid::parse("655159266510").expect("an ASID");
    let population = Population { people: vec![person], systems: vec![system], ..Population::default() };
    let clock = ManualClock::new("2026-11-22T09:30:00Z".parse().expect("a time"));
    Spine::new(Scenario { population, settings }, Arc::new(clock))
}

fn ask(
    spine: &Spine,
    method: Method,
    path: &str,
    action: &str,
    kind: &'static str,
    body: Vec<u8>,
) -> (u16, String, HeaderMap) {
    let mut headers = HeaderMap::new();
    headers.insert("soapaction", HeaderValue::from_str(action).expect("an action"));
    headers.insert("content-type", HeaderValue::from_static(kind));
    headers.insert("nhsd-asid", HeaderValue::from_static("200000000115"));
    let request = WireRequest { method, path_and_query: path.to_owned(), headers, body: Bytes::from(body) };
    let response = spine.answer(&request);
    (response.status.as_u16(), String::from_utf8_lossy(&response.body).into_owned(), response.headers)
}

#[test]
fn the_requests_that_are_served_are_served() {
    for (name, path) in requests() {
        // The samples share message ids, so that each meets a Spine of its own.
        let spine = world();
        let body = fs::read(&path).expect("a sample");
        let interaction = interaction(&name);
        let (service, expected) = match interaction {
            "REPC_IN150016SM05" => ("psis", "typeCode=\"AA\""),
            "QUPC_IN180000SM04" | "QUPC_IN180000UK04" | "QUPC_IN190000UK04" => ("psisquery", "<QU"),
            "QUPA_IN000008UK02" if name.starts_with("sync.") => continue,
            "QUPA_IN000008UK02" => ("pdsquery", "<family>Smith</family>"),
            "SET_RESOURCE_PERMISSIONS_INUK01" => ("lrs", "typeCode=\"A"),
            _ => continue,
        };
        let action = format!("urn:nhs:names:services:{service}/{interaction}");
        if service == "psis" {
            let (status, _, headers) = ask(&spine, Method::POST, "/clinical", &action, MULTIPART, body);
            assert_eq!(status, 202, "{name}");
            let location = headers["content-location"].to_str().expect("a place").to_owned();
            ask(&spine, Method::GET, &location, &action, "text/xml", Vec::new());
            let (status, text, _) = ask(&spine, Method::GET, &location, &action, "text/xml", Vec::new());
            assert!(status == 200 && text.contains(expected), "{name}: {text}");
        } else {
            let (status, text, _) = ask(&spine, Method::POST, "/sync-service", &action, "text/xml", body);
            assert!(status == 200 && text.contains(expected), "{name}: {text}");
        }
    }
}
