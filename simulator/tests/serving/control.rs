//! The control port, over its socket.

use serde_json::{Value, json};
use spine_simulator::scenario::Settings;
use spine_simulator::{FakeSpine, Options};
use tempfile::TempDir;

use crate::client::{Answer, plain, secure};
use crate::population::{fake, written};

fn invented() -> (FakeSpine, TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let options = Options::load(&written(folder.path()), Settings::default()).unwrap();
    (FakeSpine::start(options).unwrap(), folder)
}

fn documents(answer: &Answer) -> Vec<Value> {
    assert_eq!((answer.status, answer.header("content-type")), (200, Some("application/x-ndjson")));
    answer.text().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn everybody_in_the_pds_can_be_seen() {
    let (fake, folder) = invented();
    let mut control = plain(&fake.ready().control);
    let people = documents(&control.get("/people").unwrap());
    let rows = std::fs::read_to_string(folder.path().join("spine/people.csv")).unwrap();
    assert_eq!(people.len(), rows.lines().count() - 1);
    for person in &people {
        let number = person["nhs_number"].as_str().unwrap();
        let one = control.get(&format!("/people/{number}")).unwrap().json();
        assert_eq!(&one["person"], person);
        assert!(one["events"].is_array() && one["permission"].is_object());
    }
    for path in ["/people/9999999999", "/people/x"] {
        let answer = control.get(path).unwrap();
        assert_eq!((answer.status, answer.json()), (404, json!({ "error": "unknown-number" })));
    }
}

#[test]
fn a_permission_can_be_set_as_if_another_system_had() {
    let (fake, _folder) = invented();
    let mut control = plain(&fake.ready().control);
    let people = documents(&control.get("/people").unwrap());
    let number = people[0]["nhs_number"].as_str().unwrap();
    let path = format!("/permissions/{number}");
    for (body, store, view) in [
        (r#"{"store":"No","view":"No"}"#, json!("no"), json!("no")),
        (r#"{"store":"yes","view":null}"#, json!("yes"), Value::Null),
        (r#"{"view":"no"}"#, Value::Null, json!("no")),
        (r#"{"store":"Ask"}"#, Value::Null, Value::Null),
    ] {
        assert_eq!(control.send("PUT", &path, &[], body.as_bytes()).unwrap().status, 204, "{body}");
        let wanted = json!({ "store": store, "view": view });
        assert_eq!(control.get(&format!("/people/{number}")).unwrap().json()["permission"], wanted);
        let listed = documents(&control.get("/permissions").unwrap());
        let listed = listed.iter().find(|permission| permission["nhs_number"] == number);
        assert_eq!(listed.is_some(), !(store.is_null() && view.is_null()), "{body}");
    }
    for (path, body, status) in [
        (path.as_str(), "", 400),
        (path.as_str(), r#"{"store":"perhaps"}"#, 400),
        (path.as_str(), r#"{"stroe":"no"}"#, 400),
        ("/permissions/9999999999", "{}", 404),
        ("/permissions/x", "{}", 404),
    ] {
        assert_eq!(control.send("PUT", path, &[], body.as_bytes()).unwrap().status, status, "{path} {body}");
    }
}

#[test]
fn the_ledger_is_read_from_any_place_and_whole() {
    let (fake, _) = fake();
    let mut control = plain(&fake.ready().control);
    assert!(documents(&control.get("/ledger").unwrap()).is_empty());
    let mut spine = secure(&fake, &fake.ready().spine);
    for number in 0..150 {
        spine.post(&format!("/nowhere/{number}"), &[b'x'; 2_000]).unwrap();
    }
    let numbers = |documents: Vec<Value>| -> Vec<u64> {
        documents.iter().map(|exchange| exchange["number"].as_u64().unwrap()).collect()
    };
    let all = documents(&control.get("/ledger").unwrap());
    assert_eq!(all[149]["path"], "/nowhere/149");
    assert_eq!(all[149]["received"]["bytes"], 2_000);
    assert_eq!(numbers(all), (0..150).collect::<Vec<_>>());
    assert_eq!(
        numbers(documents(&control.get("/ledger?after=100").unwrap())),
        (101..150).collect::<Vec<_>>()
    );
    assert!(documents(&control.get("/ledger?after=149").unwrap()).is_empty());
    assert_eq!(control.get("/ledger?after=x").unwrap().status, 400);
    let totals = control.get("/ledger/totals").unwrap().json();
    assert_eq!(totals["exchanges"], 150);
    assert_eq!(
        (&totals["accepted"], &totals["violations"], &totals["dropped"]),
        (&json!(0), &json!(0), &json!(0))
    );
    assert!(documents(&control.get("/ledger/summary").unwrap()).is_empty());
    assert!(documents(&control.get("/ledger/violations").unwrap()).is_empty());
}

#[test]
fn web_pages_and_unknown_paths_are_turned_away() {
    let (fake, _) = fake();
    let mut control = plain(&fake.ready().control);
    for lines in [
        ["Host: evil.example", "Accept: */*"],
        ["Host: localhost", "Origin: http://evil.example"],
        ["Host: 127.0.0.1.evil.example:80", "Accept: */*"],
    ] {
        let answer = control.send("POST", "/shutdown", &lines, b"").unwrap();
        assert_eq!(answer.status, 403, "{lines:?}");
    }
    assert_eq!(control.get("/health").unwrap().status, 200, "a web page shut it down");
    for (method, path) in [("GET", "/"), ("GET", "/shutdown"), ("POST", "/health"), ("GET", "/card/insert")] {
        assert_eq!(control.send(method, path, &[], b"").unwrap().status, 404, "{method} {path}");
    }
}

#[test]
fn a_shutdown_is_answered_and_ends_everything() {
    let (fake, _) = fake();
    let mut control = plain(&fake.ready().control);
    assert_eq!(control.post("/shutdown", b"").unwrap().status, 202);
    fake.wait();
    assert!(std::net::TcpStream::connect(fake.ready().control.trim_start_matches("http://")).is_err());
}
