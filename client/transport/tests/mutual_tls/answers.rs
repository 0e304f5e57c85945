//! What becomes of an answer, well-formed or not, once the request has reached the service.

use std::sync::Mutex;

use http::StatusCode;
use spine_transport::{Cause, Exchange, Failure, Part, Request, Settings, Stage};
use tokio::net::TcpListener;

use crate::server::Act;
use crate::world::{World, answer, impatient, ok, post};

/// Serves `act` to the first request and sound answers to all later ones; says what the first request ended in, and
/// asserts that the client is none the worse for it.
async fn outcome_of(act: Act, settings: Settings) -> Result<(StatusCode, String), Failure> {
    let world = World::new();
    let first = Mutex::new(Some(act));
    let server = world.serve(move |_, _| first.lock().unwrap().take().unwrap_or_else(|| ok("second"))).await;
    let client = world.client(server.address, settings);
    let outcome = post(&client, "first").await;
    assert_eq!(server.requests(), 1, "a request is sent once");
    assert_eq!(post(&client, "second").await.unwrap().body, "second", "one answer is not taken for another");
    outcome.map(|response| (response.status, String::from_utf8(response.body.to_vec()).unwrap()))
}

fn small() -> Settings {
    Settings { max_response_head_bytes: 1000, max_response_body_bytes: 100, ..Settings::default() }
}

#[tokio::test]
async fn every_status_is_an_answer() {
    let html = "<html><body>Service unavailable</body></html>";
    let cases = [
        (ok("<x/>"), 200, "<x/>"),
        (ok(""), 200, ""),
        (Act::Answer(answer("202 Accepted", "")), 202, ""),
        (Act::Answer("HTTP/1.1 204 No Content\r\n\r\n".into()), 204, ""),
        (Act::Answer(answer("400 Bad Request", "no")), 400, "no"),
        (Act::Answer(answer("503 Service Unavailable", html)), 503, html),
        (Act::Answer("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n1;x=y\r\nc\r\n0\r\nT: 1\r\n\r\n".into()), 200, "abc"),
        (Act::Answer(format!("HTTP/1.1 103 Early Hints\r\nA: b\r\n\r\n{}", answer("200 OK", "late"))), 200, "late"),
        (Act::Farewell("HTTP/1.1 200 OK\r\n\r\nuntil the end".into()), 200, "until the end"),
        (Act::Farewell("HTTP/1.0 200 OK\r\n\r\nold".into()), 200, "old"),
        (Act::Answer("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 3\r\n\r\nend".into()), 200, "end"),
        (Act::Answer(answer("200 OK", &"x".repeat(100))), 200, &"x".repeat(100)),
    ];
    for (act, status, body) in cases {
        let expected = (StatusCode::from_u16(status).unwrap(), body.to_owned());
        assert_eq!(outcome_of(act, small()).await, Ok(expected));
    }
}

/// Asserts that the answers all leave their requests in doubt, each for its cause.
async fn leave_in_doubt(cases: impl IntoIterator<Item = (&str, Act, Cause)>, settings: Settings) {
    for (name, act, cause) in cases {
        assert_eq!(outcome_of(act, settings.clone()).await, Err(Failure::NoAnswer(cause)), "{name}");
    }
}

fn with_length(head: &str, body: &str) -> String {
    format!("HTTP/1.1 200 OK\r\nContent-Length: {head}\r\n\r\n{body}")
}

fn chunked(chunks: &str) -> String {
    format!("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n{chunks}")
}

#[tokio::test]
async fn an_answer_that_does_not_end_leaves_the_request_in_doubt() {
    let cases = [
        ("nothing", Act::Farewell(String::new()), Cause::ConnectionClosed),
        ("nothing, not even goodbye", Act::Close(String::new()), Cause::ConnectionClosed),
        ("reset", Act::Reset(String::new()), Cause::ConnectionReset),
        ("reset in the body", Act::Reset(with_length("9", "half")), Cause::ConnectionReset),
        ("half a head", Act::Farewell("HTTP/1.1 20".into()), Cause::Truncated),
        ("half a head, no goodbye", Act::Close("HTTP/1.1 200 OK\r\nConte".into()), Cause::Truncated),
        ("length too long", Act::Farewell(with_length("9", "half")), Cause::Truncated),
        ("length too long, no goodbye", Act::Close(with_length("9", "half")), Cause::Truncated),
        ("no length, no goodbye", Act::Close("HTTP/1.1 200 OK\r\n\r\nwhole?".into()), Cause::Truncated),
        ("last chunk missing", Act::Farewell(chunked("2\r\nab\r\n")), Cause::Truncated),
    ];
    leave_in_doubt(cases, Settings::default()).await;
    let cases = [("silence", Act::Silence), ("half a body", Act::Answer(with_length("9", "half")))];
    let cases = cases.map(|(name, act)| (name, act, Cause::Timeout(Stage::Answer)));
    leave_in_doubt(cases, impatient()).await;
}

#[tokio::test]
async fn an_answer_that_is_not_http_leaves_the_request_in_doubt() {
    let many_headers = "Header: value\r\n".repeat(101);
    let answer = |text: &str| Act::Answer(text.to_owned());
    let cases = [
        ("chunk size that is none", Act::Answer(chunked("zz\r\nab\r\n")), Cause::Malformed),
        ("chunk size too big", Act::Answer(chunked("fffffffffffffffff\r\n")), Cause::Malformed),
        ("chunk without end", Act::Answer(chunked("2\r\nabcd\r\n")), Cause::Malformed),
        ("two lengths", Act::Answer(with_length("1\r\nContent-Length: 2", "ab")), Cause::Malformed),
        ("length that is none", Act::Answer(with_length("-1", "ab")), Cause::Malformed),
        ("another protocol", answer("220 mail.example ESMTP\r\n\r\n"), Cause::Malformed),
        ("status that is none", answer("HTTP/1.1 abc OK\r\n\r\n"), Cause::Malformed),
        ("another version", answer("HTTP/2.0 200 OK\r\n\r\n"), Cause::Malformed),
        (
            "too many headers",
            Act::Answer(format!("HTTP/1.1 200 OK\r\n{many_headers}\r\n")),
            Cause::TooLarge(Part::Head),
        ),
    ];
    leave_in_doubt(cases, Settings::default()).await;
}

#[tokio::test]
async fn an_answer_over_a_limit_leaves_the_request_in_doubt() {
    let long = "x".repeat(2000);
    let chunks = format!("32\r\n{}\r\n", "x".repeat(50)).repeat(3);
    let cases = [
        ("head", Act::Answer(format!("HTTP/1.1 200 OK\r\nA: {long}\r\n\r\n")), Part::Head),
        ("endless head", Act::Answer(format!("HTTP/1.1 200 OK\r\nA: {long}")), Part::Head),
        ("announced body", Act::Answer(with_length("101", "")), Part::Body),
        ("absurd body", Act::Answer(with_length("18446744073709551000", "")), Part::Body),
        ("chunked body", Act::Answer(chunked(&format!("{chunks}0\r\n\r\n"))), Part::Body),
        ("body until the end", Act::Farewell(format!("HTTP/1.1 200 OK\r\n\r\n{long}")), Part::Body),
    ];
    leave_in_doubt(cases.map(|(name, act, part)| (name, act, Cause::TooLarge(part))), small()).await;
}

#[tokio::test]
async fn what_follows_an_answer_of_a_stated_length_is_never_part_of_an_answer() {
    let act = Act::Answer(format!("{}{}", answer("200 OK", "said"), answer("200 OK", "unasked")));
    assert_eq!(outcome_of(act, small()).await, Ok((StatusCode::OK, "said".to_owned())));
    let act = Act::Answer(with_length("2", "longer"));
    assert_eq!(outcome_of(act, small()).await, Ok((StatusCode::OK, "lo".to_owned())));
}

#[tokio::test]
async fn a_redirect_is_an_answer_and_is_not_followed() {
    let elsewhere = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let location = format!("https://{}/elsewhere", elsewhere.local_addr().unwrap());
    let redirect =
        format!("HTTP/1.1 307 Temporary Redirect\r\nLocation: {location}\r\nContent-Length: 0\r\n\r\n");
    let world = World::new();
    let server = world.serve(move |_, _| Act::Answer(redirect.clone())).await;
    let client = world.client(server.address, Settings::default());
    let response = post(&client, "body").await.unwrap();
    assert_eq!(response.status, StatusCode::TEMPORARY_REDIRECT);
    assert_eq!(response.headers["location"], location);
    assert_eq!(server.requests(), 1);
    let refused = client.exchange(Request::get(location)).await.unwrap_err();
    assert!(refused.was_never_sent(), "{refused}");
    tokio::select! {
        biased;
        _ = elsewhere.accept() => panic!("somebody went there"),
        () = tokio::task::yield_now() => {}
    }
}

#[tokio::test]
async fn method_target_headers_and_body_arrive_as_they_were_given() {
    let world = World::new();
    let server = world
        .serve(|_, received| ok(&format!("{}|{}", received.head, String::from_utf8_lossy(&received.body))));
    let server = server.await;
    let client = world.client(server.address, Settings::default());
    let host = format!("host: localhost:{}", server.address.port());

    let action = http::HeaderValue::from_static("urn:nhs:names:services:psis/REPC_IN150016SM05");
    let request = Request::post("/clinical?a=b%20c", "the body")
        .with_header(http::HeaderName::from_static("soapaction"), action);
    let seen = client.exchange(request).await.unwrap().body;
    let seen = std::str::from_utf8(&seen).unwrap();
    assert!(seen.starts_with("post /clinical?a=b%20c http/1.1\r\n"), "{seen}");
    assert!(seen.ends_with("|the body"), "{seen}");
    for line in ["soapaction: urn:nhs:names:services:psis/repc_in150016sm05", "content-length: 8", &host] {
        assert!(seen.contains(&format!("\r\n{line}\r\n")), "{seen}");
    }

    let seen = client.exchange(Request::get(format!("{}/poll/1", client.origin()))).await.unwrap().body;
    let seen = std::str::from_utf8(&seen).unwrap();
    assert_eq!(seen, format!("get /poll/1 http/1.1\r\n{host}\r\n\r\n|"));
}

#[tokio::test]
async fn bodies_larger_than_any_buffer_travel_both_ways() {
    let world = World::new();
    let body = "0123456789abcdef".repeat(200_000);
    let server = world.serve(|_, received| ok(std::str::from_utf8(&received.body).unwrap())).await;
    let client = world.client(server.address, Settings::default());
    let response = client.exchange(Request::post("/clinical", body.clone())).await.unwrap();
    assert_eq!(response.body, body);
    assert_eq!(server.connections(), 1);
}
