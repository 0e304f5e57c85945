//! The plan of faults: seen, set, armed.

use bytes::Bytes;
use http::{Method, Request, Response, StatusCode};
use serde_json::json;

use super::look::documents;
use crate::Spine;
use crate::fault::{FaultPlan, PlanError};
use crate::server::exchange::{Reply, json, parameter, refusal};

/// Answers a request beneath `/faults`.
pub(super) fn answer(
    spine: &Spine,
    method: &Method,
    rest: &[&str],
    request: &Request<Bytes>,
) -> Response<Reply> {
    let faults = spine.faults();
    let done = match (method, rest) {
        (&Method::GET, []) => Ok(()),
        (&Method::GET, ["strikes"]) => return documents(faults.strikes().into_iter()),
        (&Method::PUT, []) => plan(request).and_then(|plan| faults.replace(plan)),
        (&Method::POST, []) => plan(request).and_then(|plan| faults.add(plan.rules)),
        (&Method::DELETE, []) => {
            faults.clear();
            Ok(())
        }
        (&Method::POST, ["arm"]) => {
            let Some(next) = parameter(request, "next").and_then(|next| next.parse().ok()) else {
                return refusal(StatusCode::BAD_REQUEST, "no-number");
            };
            return armed(spine, parameter(request, "rule").is_some_and(|rule| faults.arm(&rule, next)));
        }
        (&Method::POST, ["disarm"]) => {
            return armed(spine, parameter(request, "rule").is_some_and(|rule| faults.disarm(&rule)));
        }
        _ => return refusal(StatusCode::NOT_FOUND, "no-such-resource"),
    };
    match done {
        Ok(()) => shown(spine),
        Err(why) => json(StatusCode::BAD_REQUEST, &json!({ "error": "no-plan", "why": why.to_string() })),
    }
}

fn plan(request: &Request<Bytes>) -> Result<FaultPlan, PlanError> {
    let text = std::str::from_utf8(request.body()).map_err(|why| PlanError::Unreadable(why.to_string()))?;
    FaultPlan::read(text)
}

fn armed(spine: &Spine, found: bool) -> Response<Reply> {
    if found { shown(spine) } else { refusal(StatusCode::NOT_FOUND, "unknown-rule") }
}

fn shown(spine: &Spine) -> Response<Reply> {
    let faults = spine.faults();
    json(StatusCode::OK, &json!({ "seed": faults.plan().seed, "rules": faults.rules() }))
}
