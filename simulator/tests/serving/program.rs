//! The program itself, as another process.

use std::io::{BufRead as _, BufReader, Read as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStderr, Command, Stdio};

use rustls_pki_types::pem::PemObject as _;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use spine_simulator::Ready;
use tempfile::TempDir;

use crate::client::{plain, secure_as, tls_config_of};
use crate::population::written;

/// A running simulator; killed when a test fails before it ends.
struct Program {
    child: Child,
    said: BufReader<ChildStderr>,
    ready_file: PathBuf,
    _folder: TempDir,
}

impl Program {
    /// Starts it with an invented population and waits until it says that it is ready.
    fn start(more: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let ready_file = folder.path().join("ready.json");
        let mut child = Command::new(env!("CARGO_BIN_EXE_spine-simulator"))
            .args(["--population", written(folder.path()).to_str().unwrap()])
            .args(["--ready-file", ready_file.to_str().unwrap()])
            .args(more)
            .stdin(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut said = BufReader::new(child.stderr.take().unwrap());
        let mut greeting = String::new();
        while !greeting.contains("keys ") {
            assert_ne!(said.read_line(&mut greeting).unwrap(), 0, "it ended: {greeting}");
        }
        assert!(greeting.contains("simulator") && greeting.contains("invented"), "{greeting}");
        Self { child, said, ready_file, _folder: folder }
    }

    fn ready(&self) -> Ready {
        serde_json::from_slice(&std::fs::read(&self.ready_file).unwrap()).unwrap()
    }

    /// Waits for its end, which must be a good one and leave nothing behind.
    fn ended_well(&mut self) {
        let status = self.child.wait().unwrap();
        let mut said = String::new();
        self.said.read_to_string(&mut said).unwrap();
        assert!(status.success(), "{status}: {said}");
        assert!(said.contains("ended"), "{said}");
        assert!(!self.ready_file.exists(), "the ready file was left behind");
    }

    #[cfg(unix)]
    fn signal(&self, name: &str) {
        let id = self.child.id().to_string();
        assert!(Command::new("kill").args(["-s", name, &id]).status().unwrap().success());
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn the_ready_file_leads_to_everything_with_the_keys_it_names() {
    let mut program = Program::start(&[]);
    let ready = program.ready();
    assert_eq!(ready.pid, program.child.id());
    let text = std::fs::read_to_string(&program.ready_file).unwrap();
    let fields: serde_json::Map<String, serde_json::Value> = serde_json::from_str(&text).unwrap();
    let names = ["ca", "card", "client_certificate", "client_key", "control", "identity", "pid", "spine"];
    assert_eq!(fields.keys().collect::<Vec<_>>(), names);

    let shown = (
        CertificateDer::from_pem_file(&ready.client_certificate).unwrap(),
        PrivateKeyDer::from_pem_file(&ready.client_key).unwrap(),
    );
    let authority = CertificateDer::from_pem_file(&ready.ca).unwrap();
    let config = tls_config_of(authority, Some(shown), rustls::DEFAULT_VERSIONS);
    let mut identity = secure_as(config.clone(), &ready.identity, "localhost").unwrap();
    assert_eq!(identity.post("/challenge", b"").unwrap().status, 200);
    assert!(secure_as(config, &ready.spine, "localhost").unwrap().get("/").is_ok());
    assert!(std::net::TcpStream::connect(&ready.card).is_ok());
    let mut control = plain(&ready.control);
    assert_eq!(
        control.get("/card").unwrap().json()["cards"][0],
        spine_fixtures::population::staff::OPERATOR_USER_ID
    );
    assert_eq!(control.post("/shutdown", b"").unwrap().status, 202);
    program.ended_well();
    assert!(!Path::new(&ready.client_key).exists(), "the keys were left behind");
}

#[cfg(unix)]
#[test]
fn a_signal_ends_it() {
    for name in ["TERM", "INT"] {
        let mut program = Program::start(&[]);
        program.signal(name);
        program.ended_well();
    }
}

#[test]
fn the_end_of_its_standard_input_ends_it_and_until_then_an_interrupt_does_not() {
    let mut program = Program::start(&["--until-stdin-closes"]);
    #[cfg(unix)]
    program.signal("INT");
    assert_eq!(plain(&program.ready().control).get("/health").unwrap().status, 200);
    drop(program.child.stdin.take());
    program.ended_well();
}

#[test]
fn without_that_option_the_end_of_standard_input_means_nothing() {
    let mut program = Program::start(&["--seed", "7"]);
    drop(program.child.stdin.take());
    let mut control = plain(&program.ready().control);
    assert_eq!(control.get("/health").unwrap().status, 200);
    control.post("/shutdown", b"").unwrap();
    program.ended_well();
}

#[test]
fn a_plan_of_faults_is_at_work_from_the_start_and_a_stepped_clock_stands() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("plan.toml");
    std::fs::write(&file, "[[rules]]\nname = \"gone\"\nphase = \"connect\"\nfault = \"refuse\"\n").unwrap();
    let mut program = Program::start(&["--faults", file.to_str().unwrap(), "--clock", "stepped"]);
    let mut control = plain(&program.ready().control);
    assert_eq!(control.get("/faults").unwrap().json()["rules"][0]["name"], "gone");
    let clock = control.get("/clock").unwrap().json();
    assert_eq!(clock["flowing"], false);
    assert_eq!(control.get("/clock").unwrap().json(), clock);
    control.post("/shutdown", b"").unwrap();
    program.ended_well();
}

#[test]
fn keys_stay_where_they_were_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let keys = folder.path().join("keys");
    let mut program = Program::start(&["--keys", keys.to_str().unwrap()]);
    assert!(Path::new(&program.ready().client_key).starts_with(keys.canonicalize().unwrap()));
    plain(&program.ready().control).post("/shutdown", b"").unwrap();
    program.ended_well();
    assert!(keys.join("client.key.pem").exists());
}

#[test]
fn what_cannot_be_started_says_why_and_leaves_no_ready_file() {
    let folder = tempfile::tempdir().unwrap();
    let spine = written(folder.path());
    let spine = spine.to_str().unwrap();
    let broken = folder.path().join("broken");
    std::fs::create_dir(&broken).unwrap();
    let wrong = folder.path().join("wrong.toml");
    std::fs::write(&wrong, "[[rules]]\nname = \"a\"\nphase = \"after\"\nfault = \"refuse\"\n").unwrap();
    let ready = folder.path().join("ready.json");
    let ready = ready.to_str().unwrap();
    for (arguments, code, says) in [
        (vec!["--population", spine, "--address", "0.0.0.0"], 1, "not a loopback address"),
        (vec!["--population", broken.to_str().unwrap()], 1, "users.csv"),
        (vec!["--population", spine, "--card", "555100000099"], 1, "no card of user 555100000099"),
        (vec!["--population", spine, "--card", "x"], 2, "user id"),
        (vec!["--population", spine, "--dissent", "maybe"], 2, "dissent-summary-only"),
        (
            vec!["--population", spine, "--faults", broken.to_str().unwrap()],
            1,
            "the plan of faults cannot be used",
        ),
        (vec!["--population", spine, "--faults", wrong.to_str().unwrap()], 1, "only in `connect`"),
        (vec!["--population", spine, "--clock", "fast"], 2, "stepped"),
        (vec![], 2, "--population"),
    ] {
        let output = Command::new(env!("CARGO_BIN_EXE_spine-simulator"))
            .args(["--ready-file", ready])
            .args(&arguments)
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(code), "{arguments:?}: {said}");
        assert!(said.contains(says), "{arguments:?}: {said}");
        assert!(!Path::new(ready).exists());
    }
    let unwritable = folder.path().join("nowhere/ready.json");
    let output = Command::new(env!("CARGO_BIN_EXE_spine-simulator"))
        .args(["--population", spine, "--ready-file", unwritable.to_str().unwrap()])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stderr).contains("the ready file"));
}
