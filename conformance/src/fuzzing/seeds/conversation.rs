//! A client's whole conversation with the simulator, from which the seeds of requests and of answers come.

use std::sync::OnceLock;

use http::Method;
use jiff::SignedDuration;
use spine_client::practice::Extract;
use spine_message::{
    Addressing, Answer, Author, Frozen, Header, Path, Practice, Stamp, event_list_query, event_query,
    pds_retrieval, poll_headers, read_answer, set_permissions, upload,
};
use spine_rules::demographics::PdsAnswer;
use spine_rules::import::ImportItem;
use spine_rules::record::{Candidate, PatientKey, PatientRecord};
use spine_rules::{PracticeProfile, Rules, Settings, Summary};
use spine_simulator::Spine;
use spine_simulator::clock::ManualClock;
use spine_simulator::wire::WireResponse;
use spine_vocabulary::{
    AcsPermission, Asid, JobRole, MessageId, NhsNumber, OdsCode, PartyKey, RoleProfileId, UserId,
};

use super::super::client::now;
use super::super::folder::{Folder, PATIENTS};
use super::super::simulator::{send, spine};

/// One request, and the simulator's answer with its content type.
pub(super) struct Turn {
    pub(super) request: Frozen,
    pub(super) kind: String,
    pub(super) answer: Vec<u8>,
}

/// The XML documents in a request.
pub(super) fn documents(request: &Frozen) -> Vec<Vec<u8>> {
    match request.path() {
        Path::SyncService => vec![request.body.clone()],
        Path::Clinical => {
            let text = String::from_utf8_lossy(&request.body);
            let parts = text.split("----=_MIME-Boundary").filter_map(|part| part.split_once("\r\n\r\n"));
            parts.map(|(_, document)| document.trim().as_bytes().to_vec()).collect()
        }
    }
}

/// A client's whole conversation with the simulator about the first personas: every kind of request, and of refusals some.
pub(super) fn conversation() -> &'static [Turn] {
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
                self.event(number, request.id);
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
        let people = self.spine.people();
        let stored = people.iter().map(|person| self.spine.events(person.nhs_number).len()).sum::<usize>();
        assert!(
            stored > 0,
            "no summary of the conversation was stored: fuzzers would begin far from the deepest readers"
        );
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

    fn event(&mut self, number: NhsNumber, sent: MessageId) -> Answer {
        self.post(&event_query(number, sent.event(), self.id(), &author(), &addressing(), &stamp()))
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

    fn ask(&self, method: Method, path: &str, headers: &[Header], body: &[u8]) -> WireResponse {
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
    let mut records: Vec<PatientRecord> = Vec::new();
    for item in extract.items() {
        match item.expect("a good extract") {
            ImportItem::Patient(patient, _) => records.push(*patient),
            ImportItem::Code(key, code, _) => of(&mut records, &key).codes.push(code),
            ImportItem::Medication(key, medication, _) => of(&mut records, &key).medications.push(medication),
            ImportItem::Allergy(key, allergy, _) => of(&mut records, &key).allergies.push(allergy),
            _ => {}
        }
    }
    records
        .into_iter()
        .map(|record| Candidate { number_shared: false, record, acknowledged: None, released: false })
        .collect()
}

fn of<'r>(records: &'r mut [PatientRecord], key: &PatientKey) -> &'r mut PatientRecord {
    records.iter_mut().find(|record| record.key == *key).expect("a patient")
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
