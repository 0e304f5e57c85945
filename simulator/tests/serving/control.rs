//! The control port, over its socket.

use crate::client::plain;
use crate::population::fake;

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
