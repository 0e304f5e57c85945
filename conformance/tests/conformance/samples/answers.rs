//! One answer of the simulator of each kind, asked for in the client's words: documents to be held against published ones.

use std::cell::Cell;
use std::sync::Arc;

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use jiff::SignedDuration;
use jiff::civil::date;
use spine_message::{
    Frozen, Header, Stamp, event_list_query, event_query, pds_retrieval, poll_headers, set_permissions,
    upload,
};
use spine_simulator::Spine;
use spine_simulator::clock::{Clock, ManualClock};
use spine_simulator::scenario::{Duplicate, Permission, Person, Scenario, Settings};
use spine_simulator::wire::{WireRequest, WireResponse};
use spine_vocabulary::{AcsPermission, MessageId, NhsNumber};

use crate::world::{Files, World, addressing, author, message_id, practice};

/// A Spine that holds the personas, and the practice they come from.
pub(crate) struct Asked {
    world: World,
    spine: Spine,
    clock: ManualClock,
    messages: Cell<u32>,
}

impl Asked {
    pub(crate) fn new() -> Self {
        let world = World::new(spine_fixtures::personas().len(), date(2026, 9, 15));
        let clock = ManualClock::new("2026-09-15T08:30:00Z".parse().unwrap());
        let settings = Settings { duplicate: Duplicate::Rejected, ..Settings::default() };
        let scenario = Scenario::load(&world.spine, settings).unwrap();
        let spine = Spine::new(scenario, Arc::new(clock.clone()));
        Self { world, spine, clock, messages: Cell::new(0) }
    }

    /// The documents of the answer of this kind; a polled answer has two.
    pub(crate) fn answer(&self, kind: &str) -> Vec<String> {
        let response = match kind {
            "record" => self.retrieve(|person| plain(person) && person.death.is_none()),
            "record of the dead" => self.retrieve(|person| plain(person) && person.death.is_some()),
            "sensitive record" => self.retrieve(|person| {
                person.superseded_by.is_none()
                    && person.sensitivity.is_some_and(spine_simulator::scenario::Sensitivity::hides)
            }),
            "superseded record" => self.retrieve(|person| {
                person.superseded_by.and_then(|next| self.spine.person(next)).is_some_and(|next| plain(&next))
            }),
            "no record" => self.post(&self.retrieval(nobody())),
            "list" => {
                let yes = Some(AcsPermission::Yes);
                let about =
                    self.find(|spine, number| !dissents(spine, number) && !spine.events(number).is_empty());
                assert!(self.spine.set_permission(about, Permission { store: yes, view: yes }));
                self.list(about)
            }
            "event" => {
                // One that stood before the Spine started, with a coded allergy.
                let persona = spine_fixtures::persona("standing-allergy-known").unwrap();
                let about = NhsNumber::parse(&persona.nhs_number()).unwrap();
                let event = self.spine.events(about)[0].event_id;
                self.post(&event_query(about, event, self.id(), &author(), &addressing(), &self.stamp()))
            }
            "refused list" => self.list(self.find(dissents)),
            "permission set" => self.post(&self.setting(self.someone())),
            "permission of nobody" => self.post(&self.setting(nobody())),
            "rejected setting" => {
                let good = self.setting(self.someone());
                self.post(&edited(&good, "<crs:code>View</crs:code>", "<crs:code>Look</crs:code>"))
            }
            "rejected query" => {
                let asid = addressing().pds_asid;
                self.post(&edited(&self.retrieval(self.someone()), asid.as_str(), "990000000099"))
            }
            "stored upload" => self.upload(&self.summary()),
            "refused upload" => {
                let about = self.find(dissents);
                let frozen = self.summary();
                let someone = self.someone().reveal();
                self.upload(&edited(&frozen, &someone, &about.reveal()))
            }
            "repeated upload" => {
                let frozen = self.summary();
                self.upload(&frozen);
                self.upload(&frozen)
            }
            "unknown agreement" => {
                self.post(&edited(&self.summary(), addressing().cpa_id.as_str(), "S20001A000999"))
            }
            "unsupported" => self.send(Method::POST, "/syncservice-pds/pds", Vec::new(), Vec::new()),
            "not well formed" => self.post(&edited(&self.retrieval(self.someone()), "</query>", "")),
            _ => panic!("{kind} is no kind of answer"),
        };
        documents(&String::from_utf8_lossy(&response.body))
    }

    fn someone(&self) -> NhsNumber {
        self.world.candidates[0].record.number.valid().unwrap()
    }

    fn find(&self, wanted: impl Fn(&Spine, NhsNumber) -> bool) -> NhsNumber {
        let people = self.spine.people();
        people.iter().map(|person| person.nhs_number).find(|number| wanted(&self.spine, *number)).unwrap()
    }

    fn retrieve(&self, wanted: impl Fn(&Person) -> bool) -> WireResponse {
        let about = self.find(|spine, number| spine.person(number).is_some_and(|person| wanted(&person)));
        self.post(&self.retrieval(about))
    }

    fn list(&self, about: NhsNumber) -> WireResponse {
        self.post(&event_list_query(about, self.id(), &author(), &addressing(), &self.stamp()))
    }

    fn retrieval(&self, about: NhsNumber) -> Frozen {
        pds_retrieval(about, self.id(), &author(), &addressing(), &self.stamp())
    }

    fn setting(&self, about: NhsNumber) -> Frozen {
        set_permissions(about, AcsPermission::Yes, self.id(), &author(), &addressing(), &self.stamp())
    }

    /// An upload about the first persona.
    fn summary(&self) -> Frozen {
        let files = Files { world: &self.world, dissent_set: false };
        let summary = self.world.summarise(&self.world.candidates[0], &files).unwrap();
        upload(&summary, self.id(), &author(), &practice(), &addressing(), &self.stamp())
    }

    fn id(&self) -> MessageId {
        self.messages.set(self.messages.get() + 1);
        message_id(self.messages.get())
    }

    fn stamp(&self) -> Stamp {
        Stamp::new(self.clock.now())
    }

    fn post(&self, frozen: &Frozen) -> WireResponse {
        let headers = frozen.headers(&addressing(), &author());
        self.send(Method::POST, frozen.path().as_str(), headers, frozen.body.clone())
    }

    /// Posts, and polls until there is an answer.
    fn upload(&self, frozen: &Frozen) -> WireResponse {
        let accepted = self.post(frozen);
        assert_eq!(accepted.status, StatusCode::ACCEPTED);
        let place = accepted.headers["content-location"].to_str().unwrap().to_owned();
        let polls = (0..20).map(|_| {
            self.clock.advance(SignedDuration::from_secs(1));
            self.send(Method::GET, &place, poll_headers(frozen.id, &addressing(), &author()), Vec::new())
        });
        polls.into_iter().find(|response| response.status == StatusCode::OK).unwrap()
    }

    fn send(&self, method: Method, path: &str, headers: Vec<Header>, body: Vec<u8>) -> WireResponse {
        let named = |(name, value): (&str, String)| {
            (HeaderName::from_bytes(name.as_bytes()).unwrap(), HeaderValue::from_str(&value).unwrap())
        };
        let headers: HeaderMap = headers.into_iter().map(named).collect();
        let body = Bytes::from(body);
        self.spine.answer(&WireRequest { method, path_and_query: path.to_owned(), headers, body })
    }
}

fn plain(person: &Person) -> bool {
    person.sensitivity.is_none() && person.superseded_by.is_none() && !person.invalidated
}

fn dissents(spine: &Spine, number: NhsNumber) -> bool {
    spine.permission(number).is_some_and(|held| held.store == Some(AcsPermission::No))
}

/// A number with a right check digit that the personas do not have.
fn nobody() -> NhsNumber {
    (0..10).find_map(|check| NhsNumber::parse(&format!("999999998{check}")).ok()).unwrap()
}

/// The same request with something else in it.
fn edited(frozen: &Frozen, from: &str, to: &str) -> Frozen {
    let body = String::from_utf8(frozen.body.clone()).unwrap();
    assert!(body.contains(from), "the request has no {from}");
    Frozen { body: body.replace(from, to).into_bytes(), ..frozen.clone() }
}

/// The XML documents of a body: itself, or the parts of a multipart one.
pub(super) fn documents(body: &str) -> Vec<String> {
    let body = body.trim().replace("\r\n", "\n");
    if body.starts_with('<') {
        return vec![body];
    }
    let parts = body.split("----=_MIME-Boundary").filter_map(|part| part.split_once("\n\n"));
    parts.map(|(_, document)| document.trim().to_owned()).collect()
}
