//! A small practice over three nights and five sessions: nothing is lost or doubled, and every leg ends as its session does.
//!
//! The large edition is a command, meant for a release build: `spine-conformance nights`.

#![expect(clippy::panic, reason = "tests")]

use std::process::Command;

use crate::SUITE;

fn nights(arguments: &[&str]) -> (Option<i32>, String) {
    let output = Command::new(SUITE).arg("nights").args(arguments).output().unwrap();
    let said = [output.stdout, output.stderr].concat();
    (output.status.code(), String::from_utf8_lossy(&said).into_owned())
}

#[test]
fn three_nights_and_five_sessions_lose_and_double_nothing() {
    let (code, said) = nights(&["--patients", "1000"]);
    assert_eq!(code, Some(0), "{said}");
    for line in [
        "night 1, session 1",
        "night 1, session 2",
        "night 2, session 3",
        "night 2, session 4",
        "night 3, session 5",
        "0 lost, 0 doubled, 0 content for dissenters.",
    ] {
        assert!(said.contains(line), "{line} is not in {said}");
    }
    for (ending, times) in [("the session was over", 2), ("the night was over", 2), ("; finished", 1)] {
        assert_eq!(said.matches(ending).count(), times, "{ending}: {said}");
    }
    assert!(
        said.contains("finished: ") && said.contains("sending 0") && said.contains("unprocessed 0"),
        "{said}"
    );
}

#[test]
fn there_are_no_more_than_two_sessions_a_night() {
    for (nights_wanted, sessions) in [("3", "2"), ("3", "7"), ("0", "0")] {
        let (code, said) = nights(&["--patients", "10", "--nights", nights_wanted, "--sessions", sessions]);
        assert_eq!(code, Some(70), "{said}");
        assert!(said.contains("one or two sessions a night"), "{said}");
    }
}
