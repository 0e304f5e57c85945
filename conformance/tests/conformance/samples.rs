//! Published samples: every one is either a request, which the simulator reads and the client does not, or an answer, which the client
//! reads. Both crates read them more closely in tests of their own; here none may fall between them.
//!
//! They are not part of this project: `SPINE_SAMPLES` names their folder, and without it the test says that it was skipped.

use std::fs;
use std::path::{Path, PathBuf};

use spine_message::{Answer, read_answer};
use spine_simulator::wire::read::ebxml::Header;
use spine_simulator::wire::read::multipart::Related;
use spine_simulator::wire::read::wrapper::Wrapper;
use spine_simulator::wire::read::{soap, xml};

use crate::world::aloud;

/// How the names of answers begin; whatever else is a request.
const ANSWERS: [&str; 4] = ["resp.", "soapfault.", "ebxml.", "wire-async-response."];

#[test]
fn every_sample_is_read_by_the_side_it_is_for() {
    let Some(folder) = samples() else { return };
    let (mut requests, mut answers) = (0, 0);
    for (name, path) in files(&folder) {
        let bytes = fs::read(&path).unwrap();
        let answer = read_answer(None, &bytes).answer;
        let nonsense = matches!(answer, Answer::Nonsense { .. });
        if ANSWERS.iter().any(|start| name.starts_with(start)) {
            assert!(!nonsense && answer != Answer::Empty, "{name}: the client reads {answer:?}");
            answers += 1;
        } else {
            assert_eq!(action(&String::from_utf8_lossy(&bytes), &name), interaction(&name), "{name}");
            // The header of an envelope on its own is a request to the simulator and empty of content to the client.
            let headless =
                name.starts_with("ebxml-header") || path.extension().is_some_and(|kind| kind == "http");
            assert!(nonsense || headless, "{name}: the client takes a request for {answer:?}");
            requests += 1;
        }
    }
    assert!(requests >= 22 && answers >= 20, "only {requests} requests and {answers} answers");
}

fn samples() -> Option<PathBuf> {
    let folder = std::env::var_os("SPINE_SAMPLES").map(PathBuf::from).filter(|folder| folder.is_dir());
    if folder.is_none() {
        assert!(
            std::env::var_os("CI_REQUIRES_SAMPLES").is_none(),
            "samples are required, and there are none"
        );
        aloud("skipped: published samples, because SPINE_SAMPLES names no folder");
    }
    folder
}

fn files(folder: &Path) -> Vec<(String, PathBuf)> {
    let mut found = Vec::new();
    for name in ["constructed", "captured-mhs-outbound"] {
        for entry in fs::read_dir(folder.join(name)).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            if !name.starts_with("README") {
                found.push((name, path));
            }
        }
    }
    found
}

/// The interaction that a sample's name says; the header of an envelope on its own does not say it.
fn interaction(name: &str) -> String {
    let named = name.split('.').find(|piece| piece.contains("_IN")).unwrap_or_default();
    match name {
        name if name.starts_with("ebxml-header-async") => "QUPA_IN000006UK02".to_owned(),
        name if name.starts_with("ebxml-header") => "REPC_IN150016UK05".to_owned(),
        _ => named.to_owned(),
    }
}

/// The interaction that the simulator reads.
fn action(text: &str, name: &str) -> String {
    let (head, body) = match text.split_once("\r\n\r\n").or_else(|| text.split_once("\n\n")) {
        Some(parts) if text.starts_with("POST") => parts,
        _ => ("", text),
    };
    let kind = head.lines().find_map(|line| line.strip_prefix("Content-Type: ")).map(str::trim);
    let multipart = "multipart/related; boundary=\"--=_MIME-Boundary\"; type=\"text/xml\"";
    if text.starts_with("----=") || kind.is_some_and(|kind| kind.starts_with("multipart")) {
        let parts = Related::read(kind.unwrap_or(multipart), body.as_bytes()).unwrap();
        return of_document(xml::utf8(parts.root().content).unwrap(), name);
    }
    of_document(body.trim(), name)
}

fn of_document(text: &str, name: &str) -> String {
    let document = xml::parse(text).unwrap_or_else(|why| panic!("{name}: {why}"));
    let root = document.root_element();
    if let Some(header) = Header::read(root) {
        return header.action;
    }
    match soap::payload(root) {
        Some(payload) => Wrapper::read(payload).interaction,
        None => Wrapper::read(root).interaction,
    }
}
