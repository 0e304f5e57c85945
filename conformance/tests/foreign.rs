//! The suite on clients and Spines that are programs: `scr` passes; a deliberately wrong client and a deliberately wrong Spine do not.

#![expect(clippy::unwrap_used, clippy::panic, reason = "tests")]

use std::collections::BTreeSet;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use serde_json::Value;
use spine_conformance::stage::served::Served;

const SUITE: &str = env!("CARGO_BIN_EXE_spine-conformance");

/// How often a file is looked for, and how long is waited in between.
const LOOKS: u32 = 6_000;
const BETWEEN_LOOKS: Duration = Duration::from_millis(10);

/// `scr` beside the suite's own program: a build of the whole workspace puts it there.
fn scr() -> Option<PathBuf> {
    let scr = Path::new(SUITE).with_file_name(format!("scr{}", std::env::consts::EXE_SUFFIX));
    if scr.is_file() {
        return Some(scr);
    }
    assert!(std::env::var_os("CI").is_none(), "{} was not built", scr.display());
    let _ =
        writeln!(std::io::stderr(), "skipped: {} was not built (cargo build -p spine-cli)", scr.display());
    None
}

/// Runs the suite; its exit code and its report.
fn suite(arguments: &[&str]) -> (Option<i32>, Value) {
    let output = Command::new(SUITE).arg("run").arg("--json").args(arguments).output().unwrap();
    let report = serde_json::from_slice(&output.stdout);
    let report = report.unwrap_or_else(|error| {
        panic!(
            "{error}\n{}{}",
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr)
        )
    });
    (output.status.code(), report)
}

fn cases_that(report: &Value, verdict: &str) -> BTreeSet<String> {
    let cases = report["cases"].as_array().unwrap().iter();
    cases
        .filter(|case| case["verdict"] == verdict)
        .map(|case| case["name"].as_str().unwrap().to_owned())
        .collect()
}

fn failed_requirements(report: &Value) -> BTreeSet<String> {
    let lines = report["requirements"].as_array().unwrap().iter();
    lines.filter(|line| line["passed"] == false).map(|line| line["id"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn scr_passes_as_a_program() {
    let Some(scr) = scr() else { return };
    let (code, report) = suite(&["--only", "client", "--client-command", &scr.display().to_string()]);
    let bad: Vec<_> = report["cases"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|case| case["verdict"] == "failed" || case["verdict"] == "broken")
        .collect();
    assert_eq!((code, bad.len()), (Some(0), 0), "{bad:#?}");
    assert!(!cases_that(&report, "passed").is_empty());
}

#[test]
fn a_client_that_sets_yes_for_a_dissenter_is_found() {
    let Some(scr) = scr() else { return };
    let wrong = format!("{SUITE} wrong-client --defect consent/sets-yes --client {} --", scr.display());
    let (code, report) = suite(&["--area", "consent", "--only", "client", "--client-command", &wrong]);
    assert_eq!(code, Some(1));
    assert!(failed_requirements(&report).contains("CON-033"), "{:?}", failed_requirements(&report));
    assert!(!cases_that(&report, "passed").is_empty(), "one fault must not fail everything");
}

#[test]
fn our_simulator_passes_as_a_server_and_a_wrong_one_is_found() {
    let (served, folder) = (Served::start().unwrap(), tempfile::tempdir().unwrap());
    let (true_one, wrong_one) = (folder.path().join("true.json"), folder.path().join("wrong.json"));
    std::fs::write(&true_one, serde_json::to_vec(served.ready()).unwrap()).unwrap();
    let (true_one, wrong_shown) = (true_one.display().to_string(), wrong_one.display().to_string());
    let (code, report) = suite(&["--only", "spine", "--spine", &true_one]);
    let bad = cases_that(&report, "failed").into_iter().chain(cases_that(&report, "broken"));
    assert_eq!((code, bad.collect::<Vec<_>>()), (Some(0), Vec::new()));

    let mut wrong = Command::new(SUITE)
        .args(["wrong-spine", "--defect", "simulator/uploads-vanish"])
        .args(["--spine", &true_one, "--ready-file", &wrong_shown])
        .stdin(Stdio::piped())
        .spawn()
        .unwrap();
    for _ in 0..LOOKS {
        if wrong_one.is_file() || wrong.try_wait().unwrap().is_some() {
            break;
        }
        std::thread::park_timeout(BETWEEN_LOOKS);
    }
    let (code, report) =
        suite(&["--area", "simulator", "--only", "spine", "--seed", "77", "--spine", &wrong_shown]);
    drop(wrong.stdin.take());
    wrong.wait().unwrap();
    assert_eq!(code, Some(1));
    assert!(failed_requirements(&report).contains("SIM-001"), "{:?}", failed_requirements(&report));
    assert!(!cases_that(&report, "passed").is_empty(), "one fault must not fail everything");
}

#[test]
fn a_spine_elsewhere_is_not_sent_a_byte_without_leave() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("elsewhere.json");
    let text = |name: &str| format!("https://{name}.invalid:443");
    let ready = serde_json::json!({
        "spine": text("spine"), "identity": text("identity"), "control": "", "card": "127.0.0.1:1", "ca": "",
        "client_certificate": "", "client_key": "", "pid": 1
    });
    std::fs::write(&file, ready.to_string()).unwrap();
    let output = Command::new(SUITE).args(["run", "--only", "spine", "--spine"]).arg(&file).output().unwrap();
    assert_eq!(output.status.code(), Some(70));
    assert!(String::from_utf8_lossy(&output.stderr).contains("--allow spine.invalid"));
}
