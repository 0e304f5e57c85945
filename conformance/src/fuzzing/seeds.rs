//! Where fuzzers begin: requests that the client composes, answers that the simulator gives to them, the messages of `fixtures/messages`
//! and small texts written here. Nothing of anybody else's.

use std::sync::OnceLock;

use http::Method;
use jiff::SignedDuration;
use spine_client::practice::Extract;
use spine_message::{
    Addressing, Answer, Author, Frozen, Path, Practice, Stamp, event_list_query, pds_retrieval, poll_headers,
    read_answer, set_permissions, upload,
};
use spine_rules::demographics::PdsAnswer;
use spine_rules::import::ImportItem;
use spine_rules::record::Candidate;
use spine_rules::{PracticeProfile, Rules, Settings, Summary};
use spine_simulator::Spine;
use spine_simulator::clock::ManualClock;
use spine_simulator::wire::WireResponse;
use spine_vocabulary::{
    AcsPermission, Asid, JobRole, MessageId, NhsNumber, OdsCode, PartyKey, RoleProfileId, UserId,
};

use super::client::now;
use super::folder::{Folder, PATIENTS};
use super::simulator::{send, spine};
use super::two;

/// Messages written by hand from the specifications.
const MESSAGES: [&str; 9] = [
    include_str!("../../../fixtures/messages/acs-clear.xml"),
    include_str!("../../../fixtures/messages/acs-no.xml"),
    include_str!("../../../fixtures/messages/acs-yes.xml"),
    include_str!("../../../fixtures/messages/event-list-query.xml"),
    include_str!("../../../fixtures/messages/pds-retrieval.xml"),
    include_str!("../../../fixtures/messages/upload-dissent.xml"),
    include_str!("../../../fixtures/messages/upload-empty.xml"),
    include_str!("../../../fixtures/messages/upload-envelope.xml"),
    include_str!("../../../fixtures/messages/upload-full.xml"),
];

fn owned<const N: usize>(texts: [&str; N]) -> Vec<Vec<u8>> {
    texts.into_iter().map(|text| text.as_bytes().to_vec()).collect()
}

pub(super) fn nhs_numbers() -> Vec<Vec<u8>> {
    owned([
        "9990000018",
        "999 000 0018",
        "999-000-0018",
        " 9990000018 ",
        "9990000019",
        "99900000",
        "A999000001",
        "",
        "9999999999",
    ])
}

pub(super) fn words() -> Vec<Vec<u8>> {
    owned([
        "6D0A4E20-1111-4C11-9A11-000000000099",
        "uuid:6d0a4e20-1111-4c11-9a11-000000000099",
        "Y90001",
        "990000000001",
        "Y90001-0000001",
        "S20001A000182",
        "990000001101",
        "S8000:G8000:R8000",
        "R8000",
        "B0062",
        "163221000000102",
        "9Ndo.",
        "93C3.00",
        "XaXj6",
        "416308001",
        "Clear",
        "No",
        "ER",
        "2",
    ])
}

pub(super) fn assertions() -> Vec<Vec<u8>> {
    let attribute = |name: &str, value: &str| {
        format!(
            "<saml:Attribute AttributeName=\"{name}\" AttributeNamespace=\"http://www.syntegra.com\"><saml:AttributeValue>{value}</saml:AttributeValue></saml:Attribute>"
        )
    };
    let attributes: String = [
        ("uid", "990000000101"),
        ("cn", "OLIVE OPERATOR"),
        ("ssbSessionRoleUid", "990000001101"),
        ("uniqueIdentifier", "990000001101"),
        ("nhsIdCode", "Y90001"),
        ("o", "THE SURGERY &amp; SONS"),
        ("nhsJobRole", "Clerical"),
        ("nhsJobRoleCode", "S8000:G8000:R8008"),
        ("nhsBusinessFunctionsCodes", "B0062"),
    ]
    .into_iter()
    .map(|(name, value)| attribute(name, value))
    .collect();
    let response = |status: &str| {
        format!(
            "<samlp:Response xmlns:samlp=\"urn:oasis:names:tc:SAML:1.0:protocol\" MajorVersion=\"1\" MinorVersion=\"1\"><samlp:Status><samlp:StatusCode Value=\"{status}\"/></samlp:Status><saml:Assertion xmlns:saml=\"urn:oasis:names:tc:SAML:1.0:assertion\" MajorVersion=\"1\" MinorVersion=\"1\"><saml:Conditions NotBefore=\"2026-09-01T08:27:00Z\" NotOnOrAfter=\"2026-09-01T18:30:00Z\"/><saml:AttributeStatement><saml:Subject/>{attributes}</saml:AttributeStatement></saml:Assertion></samlp:Response>"
        )
    };
    vec![response("samlp:Success").into_bytes(), response("samlp:Responder").into_bytes()]
}

pub(super) fn sign_in() -> Vec<Vec<u8>> {
    owned([
        "{\"challenge_id\":\"0190b5f1-7c3e-7d3a-9c00-0123456789ab\",\"nonce\":\"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8\"}",
        "{\"ticket\":\"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8\"}",
        "{\"error\":\"signature-wrong\"}",
    ])
}

pub(super) fn session_files() -> Vec<Vec<u8>> {
    owned([
        "{}",
        "{\"version\":1,\"user\":\"990000000101\",\"name\":\"OLIVE OPERATOR\",\"ticket\":\"TICKET-1\",\"roles\":[],\"started_at\":\"2026-09-01T08:00:00Z\",\"ends_at\":\"2026-09-01T18:00:00Z\"}",
    ])
}

pub(super) fn column_maps() -> Vec<Vec<u8>> {
    owned([
        "delimiter = \";\"\n[headings.patients]\nfamily_name = \"Surname\"\ndeath_date = \"\"\n[values.gender]\nM = \"male\"\n[consent_codes]\n\"local:OPTOUT\" = \"9Ndo.\"\n",
        "",
    ])
}

pub(super) fn extracts() -> Vec<Vec<u8>> {
    let mut inputs = Folder::new("practice").inputs();
    inputs.extend(column_maps().iter().map(|map| two("columns.toml", map)));
    inputs.push(two("codes.csv", b"patient_id,scheme,code,term,date,recorded_at,priority,free_text\n\"1"));
    inputs
}

pub(super) fn populations() -> Vec<Vec<u8>> {
    Folder::new("spine").inputs()
}

pub(super) fn envelopes() -> Vec<Vec<u8>> {
    let composed = conversation().iter().flat_map(|turn| turn.request.documents());
    composed.chain(owned(MESSAGES)).collect()
}

pub(super) fn sync_services() -> Vec<Vec<u8>> {
    let sync = conversation().iter().filter(|turn| turn.request.path() == Path::SyncService);
    sync.map(|turn| two(&turn.request.soap_action(), &turn.request.body)).collect()
}

pub(super) fn clinicals() -> Vec<Vec<u8>> {
    let uploads = conversation().iter().filter(|turn| turn.request.path() == Path::Clinical);
    uploads.map(|turn| two(turn.request.content_type(), &turn.request.body)).collect()
}

pub(super) fn answers() -> Vec<Vec<u8>> {
    let answers = conversation().iter().map(|turn| two(&turn.kind, &turn.answer));
    answers.chain([two("text/html", b"<html>503</html>"), two("", b"")]).collect()
}

/// One request, and the simulator's answer with its content type.
struct Turn {
    request: Frozen,
    kind: String,
    answer: Vec<u8>,
}

/// The XML documents in a request.
trait Documents {
    fn documents(&self) -> Vec<Vec<u8>>;
}

impl Documents for Frozen {
    fn documents(&self) -> Vec<Vec<u8>> {
        let text = String::from_utf8_lossy(&self.body);
        match self.path() {
            Path::SyncService => vec![self.body.clone()],
            Path::Clinical => {
                let parts = text.split("----=_MIME-Boundary").filter_map(|part| part.split_once("\r\n\r\n"));
                parts.map(|(_, document)| document.trim().as_bytes().to_vec()).collect()
            }
        }
    }
}

/// A client's whole conversation with the simulator about the first personas: every kind of request, and of refusals some.
fn conversation() -> &'static [Turn] {
    static TURNS: OnceLock<Vec<Turn>> = OnceLock::new();
    TURNS.get_or_init(|| Talk::new().everything())
}

struct Talk {
    spine: Spine,
    clock: ManualClock,
    turns: Vec<Turn>,
}

impl Talk {
    fn new() -> Self {
        let (spine, clock) = spine();
        Self { spine, clock, turns: Vec::new() }
    }

    fn everything(mut self) -> Vec<Turn> {
        let folder = Folder::new("practice");
        let extract = Extract::open(&folder.path(), None).expect("an extract");
        let profile = PracticeProfile::from(extract.practice());
        let rules = Rules::new(Settings::default(), profile, jiff::civil::date(2026, 9, 1));
        let candidates = candidates(extract);
        assert_eq!(candidates.len(), PATIENTS);
        for candidate in candidates {
            let Ok(number) = candidate.record.number.valid().ok_or(()) else { continue };
            for permission in [AcsPermission::Yes, AcsPermission::Ask] {
                self.post(&set_permissions(
                    number,
                    permission,
                    self.id(),
                    &author(),
                    &addressing(),
                    &stamp(),
                ));
            }
            if let Some(summary) = self.summary(&rules, candidate, number) {
                let request = upload(&summary, self.id(), &author(), &practice(), &addressing(), &stamp());
                self.upload(&request);
                self.list(number);
            }
            self.post(&set_permissions(
                number,
                AcsPermission::No,
                self.id(),
                &author(),
                &addressing(),
                &stamp(),
            ));
            self.list(number);
        }
        let nobody = (0..10).find_map(|check| NhsNumber::parse(&format!("999999998{check}")).ok());
        self.retrieve(nobody.expect("a number"));
        self.post(&set_permissions(
            nobody.expect("a number"),
            AcsPermission::No,
            self.id(),
            &author(),
            &addressing(),
            &stamp(),
        ));
        let mut request =
            pds_retrieval(nobody.expect("a number"), self.id(), &author(), &addressing(), &stamp());
        request.body = String::from_utf8_lossy(&request.body).replace("928942012545", "990000000099").into();
        self.post(&request);
        self.turns
    }

    fn id(&self) -> MessageId {
        let id = format!("6D0A4E20-1111-4C11-9A11-{:012}", self.turns.len() + 1);
        MessageId::parse(&id).expect("an id")
    }

    fn summary(&mut self, rules: &Rules, candidate: Candidate, number: NhsNumber) -> Option<Summary> {
        let eligible = rules.assess(candidate).ok()?;
        let Answer::Pds(reply) = self.retrieve(number) else { return None };
        let answer: PdsAnswer = reply.answer;
        let matched = eligible.agree(&answer).ok()?;
        let standing = match self.list(number) {
            Answer::EventList(list) => list.standing,
            Answer::QueryFailure(failure) => failure.standing()?,
            _ => return None,
        };
        Some(matched.permit(&standing).ok()?.summarise(None))
    }

    fn retrieve(&mut self, number: NhsNumber) -> Answer {
        self.post(&pds_retrieval(number, self.id(), &author(), &addressing(), &stamp()))
    }

    fn list(&mut self, number: NhsNumber) -> Answer {
        self.post(&event_list_query(number, self.id(), &author(), &addressing(), &stamp()))
    }

    fn post(&mut self, request: &Frozen) -> Answer {
        let response = self.ask(
            Method::POST,
            request.path().as_str(),
            &request.headers(&addressing(), &author()),
            &request.body,
        );
        self.remember(request, &response)
    }

    fn upload(&mut self, request: &Frozen) {
        let accepted = self.ask(
            Method::POST,
            request.path().as_str(),
            &request.headers(&addressing(), &author()),
            &request.body,
        );
        let place = accepted.headers.get("content-location").and_then(|place| place.to_str().ok());
        let place = place.expect("a place").to_owned();
        let headers = poll_headers(request.id, &addressing(), &author());
        for _ in 0..3 {
            self.clock.advance(SignedDuration::from_secs(1));
            let response = self.ask(Method::GET, &place, &headers, &[]);
            if response.status == 200 {
                self.remember(request, &response);
                return;
            }
        }
    }

    fn ask(
        &self,
        method: Method,
        path: &str,
        headers: &[spine_message::Header],
        body: &[u8],
    ) -> WireResponse {
        let headers: Vec<_> = headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
        send(&self.spine, method, path, &headers, body).expect("good headers")
    }

    fn remember(&mut self, request: &Frozen, response: &WireResponse) -> Answer {
        let kind =
            response.headers.get("content-type").and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        let answer = response.body.to_vec();
        let read = read_answer(Some(kind), &answer).answer;
        self.turns.push(Turn { request: request.clone(), kind: kind.to_owned(), answer });
        read
    }
}

fn candidates(extract: Extract) -> Vec<Candidate> {
    let mut records: Vec<spine_rules::record::PatientRecord> = Vec::new();
    for item in extract.items() {
        let record = |key: &spine_rules::record::PatientKey,
                      records: &[spine_rules::record::PatientRecord]| {
            records.iter().position(|record| record.key == *key).expect("a patient")
        };
        match item.expect("a good extract") {
            ImportItem::Patient(patient) => records.push(*patient),
            ImportItem::Code(key, code) => {
                let place = record(&key, &records);
                records[place].codes.push(code);
            }
            ImportItem::Medication(key, medication) => {
                let place = record(&key, &records);
                records[place].medications.push(medication);
            }
            ImportItem::Allergy(key, allergy) => {
                let place = record(&key, &records);
                records[place].allergies.push(allergy);
            }
            _ => {}
        }
    }
    records.into_iter().map(|record| Candidate { number_shared: false, record, acknowledged: None }).collect()
}

fn stamp() -> Stamp {
    Stamp::new(now())
}

fn addressing() -> Addressing {
    let asid = Asid::parse("990000000001").expect("an ASID");
    let party = PartyKey::parse("Y90001-0000001").expect("a party key");
    Addressing::to_the_spine(asid, party).expect("addresses")
}

fn author() -> Author {
    Author {
        user: UserId::parse("990000000101").expect("a user"),
        role_profile: RoleProfileId::parse("990000001101").expect("a role"),
        job_role: JobRole::parse("R8000").expect("a job role"),
        name: "Operator, Olive".to_owned(),
    }
}

fn practice() -> Practice {
    let ods = OdsCode::parse("Y90001").expect("an ODS code");
    Practice { ods, name: "Invented Meadow Practice".to_owned() }
}
