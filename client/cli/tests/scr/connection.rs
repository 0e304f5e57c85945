//! Connections that are wrong: a clear message, the documented exit code, nothing lost.

use std::io::{Read as _, Write as _};
use std::net::{IpAddr, Ipv4Addr, TcpListener};
use std::sync::Arc;

use rustls::{ServerConfig, ServerConnection, StreamOwned};
use spine_client::{Clock as _, SystemClock};
use spine_fixtures::population::staff;
use spine_simulator::keys::{Authority, Validity};

use crate::surgery::{JsonValue, PATIENTS, Surgery};

/// The surgery's addresses with one of them changed, in a file of their own.
fn changed(surgery: &Surgery, change: impl FnOnce(&mut JsonValue)) -> &'static str {
    let text = std::fs::read_to_string(surgery.path("spine.json")).unwrap();
    let mut addresses = serde_json::from_str(&text).unwrap();
    change(&mut addresses);
    surgery.write("changed.json", &addresses.to_string());
    "changed.json"
}

/// Tries a run at these addresses, which must come to nothing; then resumes it at the right ones.
fn fails_and_resumes(surgery: &Surgery, spine: &str, code: i32, says: &str) {
    surgery.run("consent-migration", "run").expect(1);
    let upload = ["run", "initial-upload", "run", "--spine", spine, "--yes"];
    surgery.scr(&upload).expect(code).says(says);
    let opened = surgery.scr(&["report", "--json"]).expect(0).json()["run"] == 2;
    if opened {
        let report = surgery.scr(&["report", "--json"]).expect(0).json();
        assert_eq!(
            (&report["state"], &report["counters"]["sent"]),
            (&"halted".into(), &0.into()),
            "{report}"
        );
    }
    surgery.run("initial-upload", if opened { "resume" } else { "run" }).expect(1);
    let events = surgery.events_per_patient();
    assert!(!events.is_empty() && events.values().all(|count| *count == 1), "{events:?}");
}

#[test]
fn a_closed_port_is_unavailable_and_the_run_can_be_resumed() {
    let surgery = Surgery::open(PATIENTS);
    // Bound and let go: nobody listens there.
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let spine = changed(&surgery, |at| at["spine"] = format!("https://localhost:{port}").into());
    fails_and_resumes(&surgery, spine, 69, "the service refused the connection");
}

#[test]
fn another_authority_is_a_matter_of_configuration() {
    let surgery = Surgery::open(PATIENTS);
    let other = Authority::new("Another authority", SystemClock.now()).unwrap();
    let ca = surgery.write("other-ca.pem", &other.certificate_pem());
    let spine = changed(&surgery, |at| at["ca"] = ca.to_str().into());
    surgery.login_at(spine, staff::OPERATOR_PIN).expect(64).says("Not logged in");
    fails_and_resumes(&surgery, spine, 64, "certificate");
}

#[test]
fn a_missing_certificate_is_a_matter_of_configuration() {
    let surgery = Surgery::open(PATIENTS);
    let spine = changed(&surgery, |at| at["client_certificate"] = "missing.pem".into());
    fails_and_resumes(&surgery, spine, 64, "missing.pem cannot be read");
}

#[test]
fn an_expired_certificate_is_a_matter_of_configuration() {
    let surgery = Surgery::open(PATIENTS);
    let authority = &surgery.spine().keys().authority;
    let expired = authority.client("expired", Validity::expired(SystemClock.now())).unwrap();
    let certificate = surgery.write("expired.pem", expired.certificate_pem());
    let key = surgery.write("expired.key.pem", &expired.key_pem());
    let spine = changed(&surgery, |at| {
        at["client_certificate"] = certificate.to_str().into();
        at["client_key"] = key.to_str().into();
    });
    fails_and_resumes(&surgery, spine, 64, "our certificate expired on");
}

#[test]
fn a_certificate_of_another_authority_is_refused_by_the_spine() {
    let surgery = Surgery::open(PATIENTS);
    let other = Authority::new("Another authority", SystemClock.now()).unwrap();
    let stranger = other.client("stranger", Validity::around(SystemClock.now())).unwrap();
    let certificate = surgery.write("stranger.pem", stranger.certificate_pem());
    let key = surgery.write("stranger.key.pem", &stranger.key_pem());
    let spine = changed(&surgery, |at| {
        at["client_certificate"] = certificate.to_str().into();
        at["client_key"] = key.to_str().into();
    });
    fails_and_resumes(&surgery, spine, 64, "certificate");
}

#[test]
fn a_spine_that_answers_html_is_no_spine() {
    let surgery = Surgery::open(PATIENTS);
    let html = html_server(&surgery.spine().keys().authority);
    let spine = changed(&surgery, |at| {
        at["spine"] = html.as_str().into();
        at["identity"] = html.as_str().into();
    });
    surgery.login_at(spine, staff::OPERATOR_PIN).expect(76).says("cannot be understood");
    fails_and_resumes(&surgery, spine, 76, "What answers is no Spine");
}

#[test]
fn addresses_that_are_none_are_a_matter_of_configuration() {
    let surgery = Surgery::open(1);
    for (name, text) in [("broken.json", "{"), ("empty.json", "{}")] {
        surgery.write(name, text);
        let upload = ["run", "initial-upload", "run", "--spine", name, "--yes"];
        surgery.scr(&upload).expect(64).says("the Spine's addresses cannot be read");
    }
    let spine = changed(&surgery, |at| at["spine"] = "http://localhost:1/path".into());
    surgery.scr(&["run", "initial-upload", "run", "--spine", spine, "--yes"]).expect(64).says("https://HOST");
    let card = changed(&surgery, |at| at["card"] = "192.0.2.1:1".into());
    surgery.login_at(card, staff::OPERATOR_PIN).expect(64).says("on this machine only");
}

#[test]
fn a_spine_that_is_gone_is_told_apart_from_a_wrong_one() {
    // With one patient only there are few failures to tell it by.
    for patients in [1, PATIENTS] {
        let mut surgery = Surgery::open(patients);
        surgery.close_spine();
        surgery.run("initial-upload", "run").expect(69).says("resume the run");
        surgery.scr(&["logout", "--spine", "spine.json"]).expect(0).says("Logged out here");
    }
}

/// A server of the surgery's own authority that answers every request with a web page, as a captive portal does.
fn html_server(authority: &Authority) -> String {
    let address = IpAddr::V4(Ipv4Addr::LOCALHOST);
    let credential = authority.server(address, Validity::around(SystemClock.now())).unwrap();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![credential.certificate().clone()], credential.key())
        .unwrap();
    let config = Arc::new(config);
    let listener = TcpListener::bind((address, 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    // Ends with the process of the tests.
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut tls =
                StreamOwned::new(ServerConnection::new(Arc::clone(&config)).unwrap(), stream.unwrap());
            let mut asked = [0; 16 * 1024];
            let _ = tls.read(&mut asked);
            let page = "<!DOCTYPE html><html><body>Please sign in to the network</body></html>";
            let _ = write!(
                tls,
                "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{page}",
                page.len()
            );
            tls.conn.send_close_notify();
            let _ = tls.flush();
        }
    });
    format!("https://localhost:{port}")
}
