//! Faults over the sockets: what a client of the struck port sees, and that nothing outlives the server.

use std::io;
use std::time::Duration;

use serde_json::{Value, json};
use spine_simulator::FakeSpine;
use spine_simulator::clock::Clock as _;
use spine_simulator::fault::FaultPlan;
use spine_simulator::ledger::Tag;

use crate::client::{Answer, Secure, plain, secure};
use crate::document::{ASID, Says, Upload};
use crate::population::{ADA, WYN, fake, options, user};

/// Short enough to wait for in vain.
const IMPATIENT: Duration = Duration::from_millis(500);

fn struck(phase: &str, fault: &str, trigger: &str) -> FakeSpine {
    let (options, _clock) = options();
    let plan =
        format!("[[rules]]\nname = \"it\"\nphase = \"{phase}\"\nfault = {fault}\ntrigger = {{ {trigger} }}");
    FakeSpine::start(spine_simulator::Options { faults: FaultPlan::read(&plan).unwrap(), ..options }).unwrap()
}

fn spine(fake: &FakeSpine) -> Secure {
    secure(fake, &fake.ready().spine)
}

fn asked(fake: &FakeSpine) -> io::Result<Answer> {
    spine(fake).get("/nowhere")
}

fn fired(fake: &FakeSpine) -> u64 {
    fake.spine().faults().fired()["it"]
}

/// What the ledger says of its only exchange: status, and whether the work was done.
fn written(fake: &FakeSpine) -> (u16, Option<bool>) {
    let all = fake.spine().ledger().exchanges(0, 10);
    assert_eq!(all.len(), 1);
    let done = all[0].tags.iter().find_map(|tag| match tag {
        Tag::Struck { work_done, .. } => Some(*work_done),
        _ => None,
    });
    (all[0].status, done)
}

#[test]
fn a_refused_connection_ends_before_the_handshake_and_the_next_one_is_served() {
    let fake = struck("connect", "\"refuse\"", "first = 2");
    for _ in 0..2 {
        asked(&fake).unwrap_err();
    }
    assert_eq!(fake.spine().ledger().count(), 0);
    assert_eq!((asked(&fake).unwrap().status, fired(&fake)), (404, 2));
}

#[test]
fn a_rule_that_asks_whose_request_it_is_strikes_no_connection() {
    let fake = struck("connect", "\"refuse\"", "interactions = [\"poll\"]");
    assert_eq!((spine(&fake).get("/clinical/poll/x").unwrap().status, fired(&fake)), (404, 0));
}

#[test]
fn a_lost_request_and_a_lost_answer_look_the_same_and_the_ledger_knows() {
    for (phase, fault, done) in [
        ("before", "\"reset\"", false),
        ("before", "\"close\"", false),
        ("after", "\"reset\"", true),
        ("after", "\"close\"", true),
    ] {
        let fake = struck(phase, fault, "first = 1");
        let failure = asked(&fake).unwrap_err();
        let kind = if fault.contains("reset") {
            io::ErrorKind::ConnectionReset
        } else {
            io::ErrorKind::UnexpectedEof
        };
        assert_eq!(failure.kind(), kind, "{phase} {fault}: {failure:?}");
        assert_eq!(written(&fake), (0, Some(done)), "{phase} {fault}");
        assert_eq!(asked(&fake).unwrap().status, 404);
    }
}

#[test]
fn silence_and_long_delays_last_until_the_client_gives_up() {
    for (phase, fault) in [
        ("connect", "\"silence\""),
        ("connect", "{ delay = { ms = 3600000 } }"),
        ("before", "\"silence\""),
        ("after", "\"silence\""),
        ("after", "{ delay = { ms = 3600000 } }"),
        ("after", "{ cut = { after-bytes = 3, then = \"silence\" } }"),
        ("after", "{ drip = { bytes = 1, pause-ms = 3600000 } }"),
    ] {
        let is_connect = phase == "connect";
        let fake = struck(phase, fault, if is_connect { "" } else { "nth = 2" });
        let mut connection = spine(&fake);
        if !is_connect {
            // The handshake is over before patience counts, so that the second request surely leaves.
            assert_eq!(connection.get("/nowhere").unwrap().status, 404);
        }
        connection.impatient(IMPATIENT);
        let failure = connection.get("/nowhere").unwrap_err();
        let kinds = [io::ErrorKind::WouldBlock, io::ErrorKind::TimedOut];
        assert!(kinds.contains(&failure.kind()), "{phase} {fault}: {failure:?}");
        while fired(&fake) == 0 {
            std::thread::yield_now();
        }
    }
}

#[test]
fn a_silent_connection_ends_with_the_server() {
    let fake = struck("after", "\"silence\"", "");
    let mut connection = spine(&fake);
    let (sent, failure) = std::thread::scope(|scope| {
        let asking = scope.spawn(|| connection.get("/nowhere").unwrap_err());
        while fake.spine().ledger().count() == 0 {
            std::thread::yield_now();
        }
        let sent = written(&fake);
        fake.stop();
        (sent, asking.join().unwrap())
    });
    assert_eq!(sent, (0, Some(true)));
    assert!(failure.kind() != io::ErrorKind::WouldBlock, "it was heard of only when the client gave up");
}

#[test]
fn a_broken_answer_is_written_to_the_socket_as_it_is_broken() {
    for fault in
        ["{ cut = { after-bytes = 3 } }", "{ cut = { after-bytes = 3, then = \"close\" } }", "\"bad-chunk\""]
    {
        let fake = struck("after", fault, "");
        let failure = asked(&fake).unwrap_err();
        assert!(failure.kind() != io::ErrorKind::WouldBlock, "{fault}: {failure:?}");
        assert_eq!(written(&fake), (404, Some(true)));
    }
    let calm = asked(&fake().0).unwrap();
    let dripped = asked(&struck("after", "{ drip = { bytes = 2, pause-ms = 1 } }", "")).unwrap();
    assert_eq!((dripped.status, &dripped.body), (404, &calm.body));
    let many = asked(&struck("after", "{ many-headers = { count = 5000 } }", "")).unwrap();
    assert!(many.headers.len() >= 5_000 && many.body == calm.body);
    let long = asked(&struck("after", "{ too-long = { bytes = 300000 } }", "")).unwrap();
    assert!(long.body.len() == 300_000 && long.body.starts_with(&calm.body));
}

#[test]
fn an_answer_of_the_plan_keeps_the_connection() {
    let fake = struck("before", "{ status = { code = 429, retry-after = \"7\" } }", "nth = 2");
    let mut connection = spine(&fake);
    let answers: Vec<_> = (0..3).map(|_| connection.get("/nowhere").unwrap()).collect();
    assert_eq!(answers.iter().map(|one| one.status).collect::<Vec<_>>(), [404, 429, 404]);
    assert_eq!(answers[1].header("retry-after"), Some("7"));
    // Nobody else's port is struck.
    assert_eq!(secure(&fake, &fake.ready().identity).post("/challenge", b"").unwrap().status, 200);
}

#[test]
fn a_revoked_session_is_over_for_the_identity_service_too() {
    let (options, _clock) = options();
    let fake = FakeSpine::start(options).unwrap();
    let ticket = fake.open_session(&user(WYN)).unwrap();
    let other = fake.open_session(&user(ADA)).unwrap();
    let session = fake.sessions().find(&ticket, fake.clock().now()).unwrap();
    let role = session.user.roles[0].profile.to_string();
    let plan = "[[rules]]\nname = \"it\"\nphase = \"before\"\nfault = \"session-over\"";
    fake.spine().faults().replace(FaultPlan::read(plan).unwrap()).unwrap();
    let upload = Upload::raw(1, "9990000018", Says::Allergy)
        .payload("900000000011", &role)
        .payload("900000000012", WYN);
    let lines = [
        "SOAPAction: urn:nhs:names:services:psis/REPC_IN150016SM05",
        &format!("Content-Type: {}", upload.content_type),
        &format!("nhsd-asid: {ASID}"),
    ];
    let answer = spine(&fake).send("POST", "/clinical", &lines, upload.body().as_bytes()).unwrap();
    assert!(answer.status == 500 && answer.text().contains("<nasp:errorCode>300<"), "{}", answer.text());
    assert!(fake.sessions().find(&ticket, fake.clock().now()).is_none());
    assert!(fake.spine().ledger().violations().is_empty(), "the client could not know");
    assert!(fake.sessions().find(&other, fake.clock().now()).is_some(), "somebody else's session ended");
}

#[test]
fn the_control_port_sets_shows_and_arms_the_plan() {
    let (fake, _) = fake();
    let mut control = plain(&fake.ready().control);
    assert_eq!(control.get("/faults").unwrap().json(), json!({ "seed": 0, "rules": [] }));
    let plan = "seed = 9\n[[rules]]\nname = \"a rule\"\nphase = \"before\"\nfault = \"reset\"\ntrigger = { next = 0 }";
    let set = control.send("PUT", "/faults", &[], plan.as_bytes()).unwrap();
    let shown = |armed: Value, fired: u64| {
        json!({ "seed": 9, "rules": [{
            "name": "a rule", "phase": "before", "fault": "reset", "trigger": { "next": 0 },
            "armed": armed, "fired": fired,
        }] })
    };
    assert_eq!((set.status, set.json()), (200, shown(json!(0), 0)));
    assert!(asked(&fake).is_ok(), "it is not armed");
    let armed = control.post("/faults/arm?rule=a%20rule&next=2", b"").unwrap();
    assert_eq!(armed.json(), shown(json!(2), 0));
    assert!(asked(&fake).is_err());
    assert_eq!(control.get("/faults").unwrap().json(), shown(json!(1), 1));
    assert_eq!(control.post("/faults/disarm?rule=a+rule", b"").unwrap().json(), shown(json!(0), 1));
    assert!(asked(&fake).is_ok());
    let strikes = control.get("/faults/strikes").unwrap().json();
    assert_eq!(
        strikes,
        json!({ "rule": "a rule", "patient": null, "asked": null, "number": 2, "work_done": false })
    );
    let ledger = control.get("/ledger").unwrap().text();
    assert!(ledger.contains(r#"{"struck":{"rule":"a rule","work_done":false}}"#), "{ledger}");

    let more =
        json!({ "rules": [{ "name": "b", "phase": "before", "fault": { "status": { "code": 503 } } }] });
    assert_eq!(control.post("/faults", more.to_string().as_bytes()).unwrap().status, 200);
    assert_eq!(asked(&fake).unwrap().status, 503);
    for (method, path, body, status, error) in [
        ("POST", "/faults/arm?rule=c&next=1", "", 404, "unknown-rule"),
        ("POST", "/faults/arm?rule=b", "", 400, "no-number"),
        ("POST", "/faults/disarm", "", 404, "unknown-rule"),
        ("POST", "/faults", more.to_string().as_str(), 400, "no-plan"),
        ("PUT", "/faults", "seed = x", 400, "no-plan"),
        ("PUT", "/faults/arm", "", 404, "no-such-resource"),
    ] {
        let answer = control.send(method, path, &[], body.as_bytes()).unwrap();
        assert_eq!((answer.status, &answer.json()["error"]), (status, &json!(error)), "{method} {path}");
    }
    let why = control.post("/faults", more.to_string().as_bytes()).unwrap().json()["why"].clone();
    assert_eq!(why, "two rules have the name \"b\"");
    assert_eq!(asked(&fake).unwrap().status, 503, "a refused plan changes nothing");
    assert_eq!(control.send("DELETE", "/faults", &[], b"").unwrap().json()["rules"], json!([]));
    assert_eq!(asked(&fake).unwrap().status, 404);
}

#[test]
fn the_control_port_steers_the_clock_that_sessions_end_by() {
    let (options, base) = options();
    let fake = FakeSpine::start(options).unwrap();
    let ticket = fake.open_session(&user(WYN)).unwrap();
    let mut control = plain(&fake.ready().control);
    let start = fake.clock().now();
    let mut steer = |path: &str| control.post(path, b"").unwrap();
    assert_eq!(steer("/clock/freeze").json(), json!({ "now": start, "flowing": false }));
    base.advance(jiff::SignedDuration::from_hours(1));
    assert_eq!(fake.clock().now(), start);
    assert_eq!(steer("/clock/step?by=9h%2059m").json()["flowing"], false);
    assert!(fake.sessions().find(&ticket, fake.clock().now()).is_some());
    assert_eq!(fake.spine().ledger().count(), 0);
    steer("/clock/step?by=PT1M");
    assert!(fake.sessions().find(&ticket, fake.clock().now()).is_none());
    assert_eq!(steer("/clock/set?to=2026-11-22T18:00:00Z").json()["now"], "2026-11-22T18:00:00Z");
    assert_eq!(steer("/clock/resume").json(), json!({ "now": "2026-11-22T18:00:00Z", "flowing": true }));
    base.advance(jiff::SignedDuration::from_mins(1));
    assert_eq!(control.get("/clock").unwrap().json()["now"], "2026-11-22T18:01:00Z");
    for (path, status) in
        [("/clock/step", 400), ("/clock/step?by=soon", 400), ("/clock/set?to=x", 400), ("/clock/stop", 404)]
    {
        assert_eq!(control.post(path, b"").unwrap().status, status, "{path}");
    }
}
