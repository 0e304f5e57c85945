//! What single answers of the Spine come to: the reason that the report gives, and how long the client waits.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use http::{HeaderMap, HeaderValue, StatusCode};
use spine_client::{Action, Closed, Reason, RunKind};
use spine_simulator::scenario::Settings;
use spine_transport::{Method, Request, Response};
use tokio::time::Instant;

use crate::bench::Bench;

const LIST: &str = "QUPC_IN180000SM04";

fn answer(status: StatusCode, body: &str) -> Response {
    Response { status, headers: HeaderMap::new(), body: body.to_owned().into() }
}

fn asks_for_events(request: &Request) -> bool {
    request.headers.get("soapaction").is_some_and(|action| action.to_str().unwrap().ends_with(LIST))
}

/// Requirement: ACK-031.
#[tokio::test(start_paused = true)]
async fn a_message_that_is_too_long_for_the_spine_is_reported_as_that() {
    let bench = Bench::new(Settings::default()).await.answered(|request| {
        (request.target == "/clinical").then(|| answer(StatusCode::PAYLOAD_TOO_LARGE, ""))
    });
    let ended = bench.run(RunKind::InitialUpload, Action::Run).await;
    assert_eq!(ended.closed, Closed::Finished);
    assert!(ended.tally.reasons.contains_key(&Reason::TooLarge), "{:?}", ended.tally.reasons);
    for reason in [Reason::Sent, Reason::Refused] {
        assert_eq!(ended.tally.reasons.get(&reason), None);
    }
}

/// Requirement: ACK-035.
#[tokio::test(start_paused = true)]
async fn a_question_that_the_spine_refuses_is_not_taken_for_one_without_an_answer() {
    let refusal = "<QUQI_IN010000UK14 xmlns=\"urn:hl7-org:v3\"><acknowledgement typeCode=\"AE\"/><ControlActEvent>\
                   <reason><justifyingDetectedIssueEvent><code code=\"400\" \
                   codeSystem=\"2.16.840.1.113883.2.1.3.2.4.17.33\"><qualifier code=\"ER\"/></code>\
                   </justifyingDetectedIssueEvent></reason></ControlActEvent></QUQI_IN010000UK14>";
    let bench = Bench::new(Settings::default())
        .await
        .answered(move |request| asks_for_events(request).then(|| answer(StatusCode::OK, refusal)));
    let ended = bench.run(RunKind::InitialUpload, Action::Run).await;
    assert_eq!(ended.closed, Closed::Finished);
    assert!(ended.tally.reasons.contains_key(&Reason::Refused), "{:?}", ended.tally.reasons);
    assert_eq!(ended.tally.reasons.get(&Reason::RetriesExhausted), None);
}

/// Requirement: ACK-032.
#[tokio::test(start_paused = true)]
async fn a_poll_that_comes_too_fast_waits_the_seconds_that_it_is_told() {
    let polls: Arc<Mutex<BTreeMap<String, Vec<Instant>>>> = Arc::default();
    let seen = Arc::clone(&polls);
    let bench = Bench::new(Settings::default()).await.answered(move |request| {
        if request.method != Method::Get {
            return None;
        }
        let mut polls = seen.lock().unwrap();
        let times = polls.entry(request.target.clone()).or_default();
        times.push(Instant::now());
        (times.len() == 1).then(|| {
            let mut slower = answer(StatusCode::TOO_MANY_REQUESTS, "");
            slower.headers.insert("retry-after", HeaderValue::from_static("20"));
            slower
        })
    });
    let ended = bench.run(RunKind::InitialUpload, Action::Run).await;
    assert!(ended.tally.reasons.contains_key(&Reason::Sent), "{:?}", ended.tally.reasons);
    let polls = polls.lock().unwrap();
    assert!(!polls.is_empty());
    for times in polls.values() {
        let waited = times[1].duration_since(times[0]);
        assert!(waited >= Duration::from_secs(20), "{waited:?}");
    }
}

/// Requirement: SES-010.
#[tokio::test(start_paused = true)]
async fn nothing_leaves_once_the_session_is_over_not_even_a_poll() {
    let left = jiff::SignedDuration::from_secs(30);
    let last = Arc::new(Mutex::new(Instant::now()));
    let seen = Arc::clone(&last);
    let began = Instant::now();
    let bench = Bench::before_the_end(left, Settings::default()).await.answered(move |request| {
        *seen.lock().unwrap() = Instant::now();
        (request.method == Method::Get).then(|| answer(StatusCode::ACCEPTED, ""))
    });
    let ended = bench.run(RunKind::InitialUpload, Action::Run).await;
    assert_eq!(ended.closed, Closed::Halted);
    let after = last.lock().unwrap().duration_since(began);
    assert!(after < Duration::from_secs(30), "a request left {after:?} after the start");
    assert!(after > Duration::from_secs(20), "the run ended long before the session: {after:?}");
}
