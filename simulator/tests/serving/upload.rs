//! One patient's upload over the sockets: from the session to what the control port shows of it.

use std::sync::Arc;

use jiff::SignedDuration;
use serde_json::Value;
use spine_fixtures::population::staff;
use spine_simulator::clock::ManualClock;
use spine_simulator::scenario::{Permission, Settings};
use spine_simulator::{FakeSpine, Options};
use spine_vocabulary::NhsNumber;

use crate::client::{Answer, Secure, plain, secure};
use crate::document::{ASID, Says, Upload, message_id};
use crate::population::{user, written};

fn post(connection: &mut Secure, upload: &Upload) -> Answer {
    let lines = [
        "SOAPAction: urn:nhs:names:services:psis/REPC_IN150016SM05",
        &format!("Content-Type: {}", upload.content_type),
        &format!("nhsd-asid: {ASID}"),
    ];
    connection.send("POST", "/clinical", &lines, upload.body().as_bytes()).unwrap()
}

#[test]
fn an_author_in_session_is_served_and_one_without_is_not() {
    let folder = tempfile::tempdir().unwrap();
    let clock = ManualClock::from_system();
    let options = Options::load(&written(folder.path()), Settings::default()).unwrap();
    let fake = FakeSpine::start(Options { clock: Arc::new(clock.clone()), ..options }).unwrap();
    let mut control = plain(&fake.ready().control);
    let mut list = |path: &str| -> Vec<Value> {
        let text = control.get(path).unwrap().text();
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    };
    // Nobody in particular: alive, with a number that stands, and nothing sent before.
    let person = list("/people")
        .into_iter()
        .find(|person| {
            ["death_date", "superseded_by", "sensitivity"].iter().all(|field| person[*field].is_null())
                && person["invalidated"] == false
        })
        .unwrap();
    let number = person["nhs_number"].as_str().unwrap();
    assert!(fake.spine().set_permission(NhsNumber::parse(number).unwrap(), Permission::default()));
    let upload = |message| {
        Upload::raw(message, number, Says::Allergy)
            .payload("900000000011", staff::OPERATOR_ROLE)
            .payload("900000000012", staff::OPERATOR_USER_ID)
    };

    let mut spine = secure(&fake, &fake.ready().spine);
    let before = post(&mut spine, &upload(1));
    assert!(before.status >= 400, "an author without a session was served: {}", before.text());
    assert!(!list("/ledger/violations").is_empty(), "and nobody was told");

    let _ticket = fake.open_session(&user(staff::OPERATOR_USER_ID)).unwrap();
    let posted = post(&mut spine, &upload(2));
    assert_eq!(posted.status, 202, "{}", posted.text());
    let location = posted.header("content-location").unwrap().to_owned();
    let polled = (0..5).find_map(|_| {
        let answer = spine.send("GET", &location, &[&format!("nhsd-asid: {ASID}")], b"").unwrap();
        (answer.status != 202).then_some(answer)
    });
    let polled = polled.unwrap();
    assert!(polled.status == 200 && polled.text().contains("typeCode=\"AA\""), "{}", polled.text());

    let accepted = list("/ledger/summary");
    assert_eq!(accepted.len(), 1);
    for (field, wanted) in [
        ("nhs_number", Value::from(number)),
        ("event_id", message_id(2).into()),
        ("message_id", message_id(2).into()),
        ("kind", "full".into()),
        ("clinical", true.into()),
        ("dissenter", false.into()),
    ] {
        assert_eq!(accepted[0][field], wanted, "{field}");
    }
    assert!(accepted[0]["at"].is_string());
    let events = list(&format!("/people/{number}")).remove(0)["events"].clone();
    assert_eq!(events.as_array().unwrap().last().unwrap()["event_id"], message_id(2));

    clock.advance(SignedDuration::from_hours(10));
    assert!(post(&mut spine, &upload(3)).status >= 400, "ten hours later the author was still served");
}
