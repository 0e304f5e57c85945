//! The program as a developer starts it.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::process::Command;

fn playground(arguments: &[&str]) -> (Option<i32>, String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_playground")).args(arguments).output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (output.status.code(), text(output.stdout), text(output.stderr))
}

#[test]
fn ten_patients_are_told_in_a_table() {
    let kept = tempfile::tempdir().unwrap();
    let folder = kept.path().join("kept");
    let (code, out, err) = playground(&["--patients", "10", "--keep", folder.to_str().unwrap()]);
    assert_eq!(code, Some(0), "{out}{err}");
    for wanted in [
        "Consent Migration, run 1: finished",
        "Initial Upload, run 2: finished",
        "Not Required",
        "lost 0, doubled 0, content for dissenters 0",
        "Everything reconciles.",
    ] {
        assert!(out.contains(wanted), "{wanted} is not in\n{out}");
    }
    for name in ["practice/patients.csv", "spine/people.csv", "practice.scr"] {
        assert!(folder.join(name).exists(), "{name}");
    }
    let (code, _, err) = playground(&["--patients", "10", "--keep", folder.to_str().unwrap()]);
    assert_eq!(code, Some(1));
    assert!(err.contains("choose another folder"), "{err}");
}

#[test]
fn json_is_one_document_and_nothing_else() {
    let (code, out, err) = playground(&["--patients", "5", "--json"]);
    assert_eq!((code, err.as_str()), (Some(0), ""), "{out}");
    let document: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert_eq!(document["population"], 5);
    assert_eq!(document["client_peak_mib"].is_null(), !cfg!(target_os = "linux"));
}

#[test]
fn what_cannot_be_is_refused() {
    for wrong in [&["--patients", "0"][..], &["--patients", "x"], &["--seeed", "1"]] {
        let (code, out, _) = playground(wrong);
        assert_eq!((code, out.as_str()), (Some(2), ""));
    }
}
