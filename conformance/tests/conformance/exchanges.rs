//! The client's messages and the simulator's answers, without a network between them: every persona goes through a Consent Migration
//! and an Initial Upload, and ends as the oracle says.
//!
//! Three readings of the specification meet here: the client composes and reads, the simulator reads and answers, the oracle judges.

use std::cell::Cell;
use std::sync::Arc;

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use jiff::SignedDuration;
use jiff::civil::date;
use spine_fixtures::personas;
use spine_message::{
    Answer, Correlated, Frozen, Stamp, TypeCode, event_list_query, event_query, pds_retrieval, poll_headers,
    read_answer, set_permissions, upload,
};
use spine_rules::Reason;
use spine_rules::demographics::PdsAnswer;
use spine_rules::standing::{Standing, StandingContent};
use spine_simulator::Spine;
use spine_simulator::clock::{Clock, ManualClock};
use spine_simulator::scenario::{Scenario, Settings};
use spine_simulator::wire::{WireRequest, WireResponse};
use spine_vocabulary::{AcsPermission, EventId, MessageId, NhsNumber};

use crate::personas::{disagreement, verdict, verdict_of_oracle};
use crate::world::{SpineSide, World, addressing, author, message_id, practice, sent, with_changes};

/// Slugs that end otherwise when asked over the wire, and why nobody has resolved it yet. It is meant to be empty; a slug that agrees
/// again fails the test as well.
const KNOWN_DISAGREEMENTS: &[(&str, &str)] = &[];

#[test]
fn every_persona_ends_as_the_oracle_says() {
    let personas = personas();
    let today = date(2026, 9, 15);
    let world = World::new(personas.len(), today);
    let wire = Wire::new(&world);
    let mut disagreements = Vec::new();
    for (place, persona) in personas.iter().enumerate() {
        let candidate = &world.candidates[place];
        let (mut migration, changes) = world.migrate(candidate, &wire);
        if migration == Reason::SentPermission {
            migration = wire.set_dissent(candidate.record.number.valid().unwrap());
        }
        let upload = match world.summarise(&with_changes(candidate, &changes), &wire) {
            Err(aside) => aside.reason,
            Ok(summary) => {
                let before = wire.stored(summary.number());
                let id = wire.id();
                let frozen = upload(&summary, id, &author(), &practice(), &addressing(), &wire.stamp());
                let acknowledged = wire.upload(&frozen);
                assert_eq!(
                    wire.stored(summary.number()),
                    before + usize::from(acknowledged),
                    "{}",
                    persona.slug
                );
                if acknowledged { sent(&summary) } else { Reason::Refused }
            }
        };
        let (expected, judged) = (verdict_of_oracle(persona), verdict(migration, &changes, upload));
        let known = KNOWN_DISAGREEMENTS.iter().find(|(slug, _)| *slug == persona.slug);
        disagreements.extend(disagreement(persona, today, &expected, &judged, known));
    }
    assert!(disagreements.is_empty(), "{} disagreements\n{}", disagreements.len(), disagreements.join("\n"));
    assert_eq!(wire.spine.ledger().violations().len(), 0);
}

#[test]
fn the_same_bytes_again_store_nothing_more() {
    let world = World::new(1, date(2026, 9, 15));
    let wire = Wire::new(&world);
    let summary = world.summarise(&world.candidates[0], &wire).unwrap();
    let frozen = upload(&summary, wire.id(), &author(), &practice(), &addressing(), &wire.stamp());
    assert!(wire.upload(&frozen));
    wire.upload(&frozen);
    assert_eq!(wire.stored(summary.number()), 1);
}

/// The simulator, asked in the client's words.
struct Wire {
    spine: Spine,
    clock: ManualClock,
    messages: Cell<u32>,
}

impl Wire {
    fn new(world: &World) -> Self {
        let clock = ManualClock::new("2026-09-15T08:30:00Z".parse().unwrap());
        let scenario = Scenario::load(&world.spine, Settings::default()).unwrap();
        let spine = Spine::new(scenario, Arc::new(clock.clone()));
        Self { spine, clock, messages: Cell::new(0) }
    }

    fn id(&self) -> MessageId {
        self.messages.set(self.messages.get() + 1);
        message_id(self.messages.get())
    }

    fn stamp(&self) -> Stamp {
        Stamp::new(self.clock.now())
    }

    fn stored(&self, number: NhsNumber) -> usize {
        self.spine.events(number).len()
    }

    /// The answer to a synchronous request, which must be about that request.
    fn ask(&self, frozen: &Frozen) -> Answer {
        read(frozen.id, &self.post(frozen))
    }

    fn post(&self, frozen: &Frozen) -> WireResponse {
        let headers = frozen.headers(&addressing(), &author());
        self.send(Method::POST, frozen.path().as_str(), headers, frozen.body.clone())
    }

    fn send(
        &self,
        method: Method,
        path: &str,
        headers: Vec<(&'static str, String)>,
        body: Vec<u8>,
    ) -> WireResponse {
        let headers: HeaderMap = headers
            .into_iter()
            .map(|(name, value)| {
                let name = HeaderName::from_bytes(name.as_bytes()).unwrap();
                (name, HeaderValue::from_str(&value).unwrap())
            })
            .collect();
        self.spine.answer(&WireRequest {
            method,
            path_and_query: path.to_owned(),
            headers,
            body: Bytes::from(body),
        })
    }

    /// Sets Store and View to No; the reason under which it settles.
    fn set_dissent(&self, number: NhsNumber) -> Reason {
        let (no, id) = (AcsPermission::No, self.id());
        let frozen = set_permissions(number, no, id, &author(), &addressing(), &self.stamp());
        match self.ask(&frozen) {
            Answer::Acknowledgement(answer) if answer.type_code == TypeCode::Accepted => {
                Reason::SentPermission
            }
            _ => Reason::Refused,
        }
    }

    /// Uploads and polls until there is an answer; whether it accepts.
    fn upload(&self, frozen: &Frozen) -> bool {
        let accepted = self.post(frozen);
        assert_eq!(accepted.status, StatusCode::ACCEPTED);
        let place = accepted.headers["content-location"].to_str().unwrap().to_owned();
        for _ in 0..20 {
            self.clock.advance(SignedDuration::from_secs(1));
            let headers = poll_headers(frozen.id, &addressing(), &author());
            let response = self.send(Method::GET, &place, headers, Vec::new());
            if response.status == StatusCode::OK {
                let answer = read(frozen.id, &response);
                let Answer::Acknowledgement(answer) = answer else { panic!("{answer:?}") };
                return answer.type_code == TypeCode::Accepted;
            }
            assert_eq!(response.status, StatusCode::ACCEPTED);
        }
        panic!("no answer after twenty polls")
    }
}

/// What the client reads of an answer, which must be about the message sent.
fn read(sent: MessageId, response: &WireResponse) -> Answer {
    let kind = response.headers.get("content-type").and_then(|kind| kind.to_str().ok());
    let reply = read_answer(kind, &response.body);
    assert_eq!(reply.correlation.with(sent), Correlated::Ours, "{:?}", reply.answer);
    reply.answer
}

impl SpineSide for Wire {
    fn retrieve(&self, number: NhsNumber) -> PdsAnswer {
        match self.ask(&pds_retrieval(number, self.id(), &author(), &addressing(), &self.stamp())) {
            Answer::Pds(reply) => reply.answer,
            Answer::QueryFailure(failure) if failure.not_found() => PdsAnswer::NotFound,
            answer => panic!("{answer:?}"),
        }
    }

    fn standing(&self, number: NhsNumber) -> Standing {
        match self.ask(&event_list_query(number, self.id(), &author(), &addressing(), &self.stamp())) {
            Answer::EventList(list) => list.standing,
            Answer::QueryFailure(failure) => failure.standing().unwrap(),
            answer => panic!("{answer:?}"),
        }
    }

    fn event(&self, number: NhsNumber, event: EventId) -> Option<StandingContent> {
        let id = self.id();
        match self.ask(&event_query(number, event, id, &author(), &addressing(), &self.stamp())) {
            Answer::Event(document) => {
                assert!(document.is_about(number) && document.event == event);
                Some(document.content)
            }
            answer => panic!("{answer:?}"),
        }
    }
}
