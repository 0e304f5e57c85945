//! A small Spine to ask, and a reading of what it answers.

use std::sync::Arc;

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use jiff::Timestamp;
use jiff::civil::date;
use spine_simulator::Spine;
use spine_simulator::clock::ManualClock;
use spine_simulator::scenario::{
    ClientSystem, Permission, Person, Population, Scenario, Sensitivity, Settings, StandingAllergy,
    StandingSummary,
};
use spine_simulator::wire::{WireRequest, WireResponse};
use spine_vocabulary::{AcsPermission, Asid, EventId, Gender, NhsNumber, OdsCode, PartyKey};

use super::document::{ASID, PARTY, Sync, Upload, message_id};

/// The test patient with this number in the 999 block; not every number has a check digit.
pub(crate) fn patient(number: u32) -> NhsNumber {
    (0..10)
        .find_map(|check| NhsNumber::parse(&format!("999{number:06}{check}")).ok())
        .expect("this number has no check digit; take another")
}

/// Nobody in particular.
pub(crate) const ORDINARY: u32 = 1;
/// The ACS says No.
pub(crate) const DISSENTER: u32 = 2;
/// A summary of another practice stands.
pub(crate) const SUMMARISED: u32 = 3;
/// Superseded by [`ORDINARY`].
pub(crate) const SUPERSEDED: u32 = 4;
/// Made invalid.
pub(crate) const INVALIDATED: u32 = 5;
/// A stop is noted.
pub(crate) const SENSITIVE: u32 = 7;
/// Dead.
pub(crate) const DECEASED: u32 = 8;
/// Under investigation.
pub(crate) const BUSINESS: u32 = 9;
/// A second nobody in particular.
pub(crate) const OTHER: u32 = 10;
/// Nobody has this number.
pub(crate) const NOBODY: u32 = 11;
/// The event after [`STANDING`] stands, with a summary of text alone.
pub(crate) const TEXTED: u32 = 12;
/// The event that stands for [`SUMMARISED`].
pub(crate) const STANDING: u32 = 0xAAAA;

fn person(number: u32) -> Person {
    Person {
        nhs_number: patient(number),
        family: "O'Brien".to_owned(),
        given: vec!["Zoë".to_owned(), "Ann".to_owned()],
        gender: Gender::Female,
        birth_date: Some(date(1970, 2, 28)),
        death_date: None,
        death: None,
        postcode: "LS1 6AE".to_owned(),
        address: vec![String::new(), "1 Test Street".to_owned()],
        gp_practice: OdsCode::parse("Y90001").ok(),
        sensitivity: None,
        superseded_by: None,
        invalidated: false,
        serial_change: 4,
    }
}

fn standing(number: u32, event: u32, allergies: &[(&str, &str)]) -> StandingSummary {
    let told = allergies.iter().map(|(code, term)| StandingAllergy {
        code: (!code.is_empty()).then(|| (*code).to_owned()),
        term: (*term).to_owned(),
    });
    StandingSummary {
        nhs_number: patient(number),
        event_id: EventId::parse(&message_id(event)).expect("an event id"),
        ods: OdsCode::parse("A81001").expect("an ODS code"),
        persisted_at: date(2024, 7, 1).at(9, 30, 0, 0),
        text: "a summary".to_owned(),
        allergies: told.collect(),
    }
}

fn population() -> Population {
    let no = Permission { store: Some(AcsPermission::No), view: Some(AcsPermission::No) };
    Population {
        people: vec![
            person(ORDINARY),
            person(DISSENTER),
            person(SUMMARISED),
            Person { superseded_by: Some(patient(ORDINARY)), ..person(SUPERSEDED) },
            Person { invalidated: true, ..person(INVALIDATED) },
            Person { sensitivity: Some(Sensitivity::StopNoted), ..person(SENSITIVE) },
            Person {
                death_date: Some(date(2026, 1, 5)),
                death: Some(spine_vocabulary::DeathNotification::Formal),
                ..person(DECEASED)
            },
            Person { sensitivity: Some(Sensitivity::Business), ..person(BUSINESS) },
            person(OTHER),
            person(TEXTED),
        ],
        permissions: vec![(patient(DISSENTER), no)],
        summaries: vec![
            standing(SUMMARISED, STANDING, &[("91936005", "Penicillin & <co>"), ("", "Nuts")]),
            standing(TEXTED, STANDING + 1, &[("", "Eggs")]),
        ],
        systems: vec![ClientSystem {
            asid: Asid::parse(ASID).expect("an ASID"),
            party_key: PartyKey::parse(PARTY).expect("a party key"),
            ods: OdsCode::parse("Y90001").expect("an ODS code"),
            name: "The Surgery".to_owned(),
        }],
    }
}

/// How an answer reads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Reading {
    pub(crate) status: u16,
    /// `AA`, `AE`, `AR`, `fault`, `ebxml`, or blank.
    pub(crate) kind: String,
    /// Every error code, in order; for what has no published number, the rule's name.
    pub(crate) codes: Vec<String>,
    pub(crate) text: String,
}

impl Reading {
    pub(crate) fn of(response: &WireResponse) -> Self {
        let text = String::from_utf8(response.body.to_vec()).expect("text");
        let xml = text.split("<?xml").last().map(|xml| format!("<?xml{xml}")).unwrap_or_default();
        let xml = xml.replace("----=_MIME-Boundary--", "");
        let (mut kind, mut codes) = (String::new(), Vec::new());
        if let Ok(document) =
            roxmltree::Document::parse(if text.contains("<?xml") { xml.trim() } else { text.trim() })
        {
            let all = |name: &'static str| {
                document.descendants().filter(move |node| node.tag_name().name() == name)
            };
            if let Some(acknowledgement) = all("acknowledgement").next() {
                kind.push_str(acknowledgement.attribute("typeCode").unwrap_or_default());
                let holders = ["acknowledgementDetail", "justifyingDetectedIssueEvent"];
                codes = holders
                    .into_iter()
                    .flat_map(all)
                    .filter_map(|node| node.first_element_child())
                    .map(code)
                    .collect();
            } else if all("Fault").next().is_some() {
                kind.push_str("fault");
                codes = all("errorCode").filter_map(|node| node.text()).map(str::to_owned).collect();
            } else if all("ErrorList").next().is_some() {
                kind.push_str("ebxml");
                codes = all("Description").filter_map(|node| node.text()).map(rule_or_number).collect();
            }
        }
        Self { status: response.status.as_u16(), kind, codes, text }
    }

    /// Status, kind and codes in one comparison.
    pub(crate) fn is(&self, status: u16, kind: &str, codes: &[&str]) {
        let read: Vec<&str> = self.codes.iter().map(String::as_str).collect();
        assert_eq!(
            (self.status, self.kind.as_str(), read.as_slice()),
            (status, kind, codes),
            "{}",
            self.text
        );
    }
}

fn code(node: roxmltree::Node<'_, '_>) -> String {
    let code = node.attribute("code").unwrap_or_default();
    if code == "200" {
        return node
            .attribute("displayName")
            .unwrap_or_default()
            .split(' ')
            .next()
            .unwrap_or_default()
            .to_owned();
    }
    let qualifier = node.first_element_child().and_then(|qualifier| qualifier.attribute("code"));
    if qualifier == Some("WG") { format!("{code} WG") } else { code.to_owned() }
}

fn rule_or_number(description: &str) -> String {
    match description.split_once(':') {
        Some(("200", words)) => words.split(' ').next().unwrap_or_default().to_owned(),
        Some((number, _)) => number.to_owned(),
        None => String::new(),
    }
}

/// A Spine and its clock.
pub(crate) struct World {
    pub(crate) spine: Spine,
    pub(crate) clock: ManualClock,
}

impl World {
    pub(crate) fn new() -> Self {
        Self::with(Settings::default())
    }

    pub(crate) fn with(settings: Settings) -> Self {
        let start: Timestamp = "2026-11-22T09:30:00Z".parse().expect("a time");
        let clock = ManualClock::new(start);
        let spine = Spine::new(Scenario { population: population(), settings }, Arc::new(clock.clone()));
        Self { spine, clock }
    }

    /// Posts an upload.
    pub(crate) fn post(&self, upload: &Upload) -> WireResponse {
        let action = "urn:nhs:names:services:psis/REPC_IN150016SM05";
        let headers = [("soapaction", action), ("content-type", &upload.content_type), ("nhsd-asid", ASID)];
        self.spine.answer(&request(Method::POST, "/clinical", &headers, upload.body()))
    }

    /// Polls once.
    pub(crate) fn poll(&self, location: &str) -> WireResponse {
        self.spine.answer(&request(Method::GET, location, &[("nhsd-asid", ASID)], String::new()))
    }

    /// Posts an upload and polls until there is an answer, or reads the answer to the post.
    pub(crate) fn upload(&self, upload: &Upload) -> Reading {
        let posted = self.post(upload);
        if posted.status != 202 {
            return Reading::of(&posted);
        }
        let location = location(&posted);
        for _ in 0..5 {
            let polled = self.poll(&location);
            if polled.status != 202 {
                return Reading::of(&polled);
            }
        }
        panic!("no answer after five polls");
    }

    /// Asks the synchronous service.
    pub(crate) fn ask(&self, asked: &Sync) -> Reading {
        Reading::of(&self.ask_raw(asked))
    }

    pub(crate) fn ask_raw(&self, asked: &Sync) -> WireResponse {
        let headers = [("soapaction", asked.action.as_str()), ("content-type", "text/xml; charset=UTF-8")];
        self.spine.answer(&request(Method::POST, "/sync-service", &headers, asked.document.clone()))
    }

    /// Any request.
    pub(crate) fn send(&self, asked: &WireRequest) -> Reading {
        Reading::of(&self.spine.answer(asked))
    }
}

/// Where the answer of a queued upload is to be fetched.
pub(crate) fn location(response: &WireResponse) -> String {
    response.headers["content-location"].to_str().expect("text").to_owned()
}

/// A request from its pieces.
pub(crate) fn request(method: Method, path: &str, headers: &[(&str, &str)], body: String) -> WireRequest {
    let mut all = HeaderMap::new();
    for (name, value) in headers {
        let name: HeaderName = name.parse().expect("a header name");
        all.insert(name, HeaderValue::from_str(value).expect("a header value"));
    }
    WireRequest { method, path_and_query: path.to_owned(), headers: all, body: Bytes::from(body) }
}
