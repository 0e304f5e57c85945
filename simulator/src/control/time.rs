//! Steering the clock.

use bytes::Bytes;
use http::{Method, Request, Response, StatusCode};
use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use crate::clock::{Clock as _, SteeredClock};
use crate::server::exchange::{Reply, json, parameter, refusal};

/// Answers a request beneath `/clock`.
pub(super) fn answer(
    clock: &SteeredClock,
    method: &Method,
    rest: &[&str],
    request: &Request<Bytes>,
) -> Response<Reply> {
    match (method, rest) {
        (&Method::GET, []) => {}
        (&Method::POST, ["freeze"]) => clock.freeze(),
        (&Method::POST, ["resume"]) => clock.resume(),
        (&Method::POST, ["step"]) => {
            match parameter(request, "by").and_then(|by| by.parse::<SignedDuration>().ok()) {
                Some(by) => clock.step(by),
                None => return refusal(StatusCode::BAD_REQUEST, "no-duration"),
            }
        }
        (&Method::POST, ["set"]) => {
            match parameter(request, "to").and_then(|to| to.parse::<Timestamp>().ok()) {
                Some(to) => clock.set(to),
                None => return refusal(StatusCode::BAD_REQUEST, "no-time"),
            }
        }
        _ => return refusal(StatusCode::NOT_FOUND, "no-such-resource"),
    }
    json(StatusCode::OK, &json!({ "now": clock.now(), "flowing": clock.is_flowing() }))
}
