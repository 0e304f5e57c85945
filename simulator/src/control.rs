//! The control port: looking into the fake Spine and steering it, for harnesses and people. No client of the Spine ever
//! uses it, and nothing like it exists in the real one.
//!
//! Plain HTTP on loopback, so it is guarded against web pages: a request whose `Host` is not this computer (a rebound
//! name) or whose `Origin` is another site's is refused.
//!
//! | request | answer |
//! |---|---|
//! | `GET /health` | `{"status": "ok", "refused_handshakes": 0}` |
//! | `GET /card` | `{"inserted": "555..." or null, "cards": ["555...", ..]}` |
//! | `POST /card/insert?user=ID` | the same, after that card went in; without `user`, the first one; 404 `unknown-user` |
//! | `POST /card/pull` | the same, after the card was pulled |
//! | `GET /ledger?after=N` | a line per exchange numbered above N (without it: every one), as [`Exchange`](crate::ledger::Exchange) |
//! | `GET /ledger/summary` | a line per event that the PSIS accepted, as [`AcceptedEvent`](crate::ledger::AcceptedEvent) |
//! | `GET /ledger/violations` | a line per broken rule, as [`Violation`](crate::ledger::Violation) |
//! | `GET /ledger/totals` | `{"exchanges", "dropped", "accepted", "violations", "outcomes": {"INTERACTION AA": 1, ..}}` |
//! | `GET /people` | a line per person, as [`Person`](crate::scenario::Person) |
//! | `GET /people/NUMBER` | `{"person": {..}, "permission": {"store", "view"}, "events": [..]}`; 404 `unknown-number` |
//! | `GET /permissions` | a line per permission that is not the default: `{"nhs_number", "store", "view"}` |
//! | `PUT /permissions/NUMBER` | sets `{"store": "yes", "no" or null, "view": ..}`: 204; 400 `no-permission`; 404 |
//! | `GET /clock` | `{"now": "2026-11-22T09:30:00Z", "flowing": true}` |
//! | `POST /clock/freeze`, `POST /clock/resume` | the same; from now on the clock stands still, or flows on from there |
//! | `POST /clock/step?by=DURATION` | the same, after a step: `1h`, `90s`, `-10m`, `PT1H`; 400 `no-duration` |
//! | `POST /clock/set?to=TIME` | the same, set to `2026-11-22T18:00:00Z`; 400 `no-time` |
//! | `GET /faults` | `{"seed", "rules": [..]}`: each rule as it was set, with `armed` (how many more; null is without limit) and `fired` |
//! | `PUT /faults` | the same, after the plan in the body (TOML or JSON) took the place of the one before; 400 `no-plan`, with `why` |
//! | `POST /faults` | the same, with the rules of the plan in the body added; 400 `no-plan`, with `why` |
//! | `DELETE /faults` | the same: no rules |
//! | `POST /faults/arm?rule=NAME&next=N` | the same; the rule strikes the next N exchanges that meet its other conditions; 404 `unknown-rule`, 400 `no-number` |
//! | `POST /faults/disarm?rule=NAME` | the same; the rule strikes nothing until it is armed; 404 `unknown-rule` |
//! | `GET /faults/strikes` | a line per struck exchange, as [`Strike`](crate::fault::Strike) |
//! | `POST /shutdown` | 202; then the simulator ends |
//!
//! Lines are JSON documents (`application/x-ndjson`). Refusals are `{"error": code}`.

mod faults;
mod guard;
mod look;
mod time;

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use bytes::Bytes;
use http::{Method, Request, Response, StatusCode};
use serde_json::json;
use spine_vocabulary::UserId;
use tokio::sync::watch;

use crate::Spine;
use crate::clock::SteeredClock;
use crate::identity::{Cards, CardsError};
use crate::server::exchange::{Reply, Service, json, nothing, parameter, refusal};

/// What a control port steers.
pub(crate) struct Steered {
    pub(crate) spine: Spine,
    pub(crate) cards: Arc<Cards>,
    pub(crate) clock: SteeredClock,
}

/// The control port of one fake Spine.
pub(crate) struct Control {
    spine: Spine,
    cards: Arc<Cards>,
    clock: SteeredClock,
    refused_handshakes: Arc<AtomicU64>,
    stop: watch::Sender<bool>,
}

impl Control {
    /// A port that looks into and moves what is steered, and stops everything through `stop`.
    pub(crate) fn new(
        steered: Steered,
        refused_handshakes: Arc<AtomicU64>,
        stop: watch::Sender<bool>,
    ) -> Self {
        let Steered { spine, cards, clock } = steered;
        Self { spine, cards, clock, refused_handshakes, stop }
    }

    fn health(&self) -> Response<Reply> {
        let refused = self.refused_handshakes.load(Ordering::Relaxed);
        json(StatusCode::OK, &json!({ "status": "ok", "refused_handshakes": refused }))
    }

    fn card(&self) -> Response<Reply> {
        let cards: Vec<_> = self.cards.holders().collect();
        json(StatusCode::OK, &json!({ "inserted": self.cards.inserted(), "cards": cards }))
    }

    fn insert(&self, request: &Request<Bytes>) -> Response<Reply> {
        let user = match parameter(request, "user") {
            Some(text) => UserId::parse(&text).ok(),
            None => self.cards.holders().next().cloned(),
        };
        match user.map(|user| self.cards.insert(&user)) {
            Some(Ok(())) => self.card(),
            None | Some(Err(CardsError::Nobody(_))) => refusal(StatusCode::NOT_FOUND, "unknown-user"),
            Some(Err(_)) => refusal(StatusCode::INTERNAL_SERVER_ERROR, "no-card"),
        }
    }

    fn pull(&self) -> Response<Reply> {
        self.cards.pull();
        self.card()
    }

    fn shutdown(&self) -> Response<Reply> {
        // The connection that asked still gets its answer: the server lets connections finish.
        self.stop.send_replace(true);
        nothing(StatusCode::ACCEPTED)
    }
}

impl Service for Control {
    fn answer(&self, request: Request<Bytes>) -> Response<Reply> {
        if !guard::is_of_this_computer(request.headers()) {
            return refusal(StatusCode::FORBIDDEN, "not-of-this-computer");
        }
        let path = request.uri().path().trim_end_matches('/');
        let segments: Vec<&str> = path.split('/').skip(1).collect();
        match (request.method(), segments.as_slice()) {
            (&Method::GET, ["health"]) => self.health(),
            (&Method::GET, ["ledger"]) => {
                look::exchanges(&self.spine, parameter(&request, "after").as_deref())
            }
            (&Method::GET, ["ledger", "summary"]) => look::accepted(&self.spine),
            (&Method::GET, ["ledger", "violations"]) => look::violations(&self.spine),
            (&Method::GET, ["ledger", "totals"]) => look::totals(&self.spine),
            (&Method::GET, ["people"]) => look::people(&self.spine),
            (&Method::GET, ["people", number]) => look::person(&self.spine, number),
            (&Method::GET, ["permissions"]) => look::permissions(&self.spine),
            (&Method::PUT, ["permissions", number]) => {
                look::set_permission(&self.spine, number, request.body())
            }
            (&Method::GET, ["card"]) => self.card(),
            (&Method::POST, ["card", "insert"]) => self.insert(&request),
            (&Method::POST, ["card", "pull"]) => self.pull(),
            (method, ["clock", rest @ ..]) => time::answer(&self.clock, method, rest, &request),
            (method, ["faults", rest @ ..]) => faults::answer(&self.spine, method, rest, &request),
            (&Method::POST, ["shutdown"]) => self.shutdown(),
            _ => refusal(StatusCode::NOT_FOUND, "no-such-resource"),
        }
    }
}

impl fmt::Debug for Control {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Control").field("spine", &self.spine).finish_non_exhaustive()
    }
}
