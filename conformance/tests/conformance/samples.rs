//! Published samples: every one is read by the side that it is for, or stands on a list with the reason why nobody reads it; and the
//! simulator's answers have the structure of the published ones.
//!
//! They are not part of this project: `SPINE_SAMPLES` names their folder, and without it the tests say what they skipped; where
//! `CI_REQUIRES_SAMPLES` is set they fail instead. `client/message`, `client/session` and the simulator read the samples more closely
//! in tests of their own; here none may fall between them.

pub(crate) mod answers;
mod differences;
mod structure;
mod table;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use roxmltree::Node;
use spine_message::{Answer, TypeCode, read_answer};
use spine_simulator::psis::Summary;
use spine_simulator::wire::read::ebxml::Header;
use spine_simulator::wire::read::multipart::Related;
use spine_simulator::wire::read::wrapper::Wrapper;
use spine_simulator::wire::read::{soap, xml};

use self::table::{NAMED, READ, Reads, UNREAD};
use crate::world::aloud;

/// Schemas are no samples: `schemas.rs` holds what we compose against them.
const SCHEMAS: &str = "schemas";
/// How the names of answers begin among those that say what they are; whatever else is a request.
const ANSWERS: [&str; 4] = ["resp.", "soapfault.", "ebxml.", "wire-async-response."];

#[test]
fn every_sample_is_read_by_the_side_it_is_for_or_nobody_reads_it_for_a_reason() {
    let Some(folder) = samples() else { return };
    let (mut faults, mut read, mut unread) = (Vec::new(), BTreeSet::new(), BTreeMap::new());
    for path in files(&folder) {
        let bytes = fs::read(folder.join(&path)).unwrap();
        let nobody: Vec<_> = UNREAD.iter().filter(|line| path.starts_with(line.start)).collect();
        match (by_table(&path), &nobody[..]) {
            (Some(expected), []) => {
                faults.extend(difference(expected, &path, &bytes));
                read.insert(path);
            }
            (None, [line]) => {
                let said = said(&read_answer(None, &bytes).answer);
                if !said.starts_with("nonsense") {
                    faults
                        .push(format!("{path}: nobody reads it ({}), but the client does: {said}", line.why));
                }
                *unread.entry(line.start).or_insert(0) += 1;
            }
            (None, []) if NAMED.iter().any(|named| path.starts_with(named)) => {
                faults.extend(by_name(&path, &bytes));
                read.insert(path);
            }
            (reads, lines) => {
                faults.push(format!("{path}: {} lists name it", usize::from(reads.is_some()) + lines.len()));
            }
        }
    }
    let listed =
        READ.iter().flat_map(|(start, files)| files.iter().map(move |(name, _)| format!("{start}{name}")));
    faults.extend(listed.filter(|path| !read.contains(path)).map(|path| format!("{path} is not there")));
    for line in UNREAD {
        let found = unread.get(line.start).copied().unwrap_or(0);
        if found != line.files {
            faults.push(format!("{}: {found} files that nobody reads, not {}", line.start, line.files));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    assert!(read.len() >= 100, "only {} samples are read", read.len());
}

#[test]
fn the_index_names_every_folder_of_samples() {
    let Some(folder) = samples() else { return };
    let index = fs::read_to_string(folder.join("INDEX.md")).unwrap();
    let named: BTreeSet<_> = index
        .lines()
        .filter_map(|line| line.strip_prefix("| `")?.split_once("/`"))
        .map(|(name, _)| name.to_owned())
        .collect();
    let there: BTreeSet<_> = fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_dir())
        .map(|path| path.file_name().unwrap().to_string_lossy().into_owned())
        .collect();
    assert_eq!(named, there);
}

#[test]
fn a_sample_that_is_read_otherwise_is_told() {
    let empty = by_name("constructed/resp.psis.MCCI_IN010000UK13.AA.xml", b" ");
    assert_eq!(
        empty.as_deref(),
        Some("constructed/resp.psis.MCCI_IN010000UK13.AA.xml: the client reads nothing")
    );
    let answer = b"<MCCI_IN010000UK13 xmlns='urn:hl7-org:v3'/>";
    assert!(by_name("constructed/acs.SET_RESOURCE_PERMISSIONS_INUK01.No.soap.xml", answer).is_some());
    assert!(difference(Reads::Message("QUPA_IN000008UK02"), "a", answer).is_some());
    assert!(difference(Reads::Answer("event list"), "a", answer).is_some());
}

/// The folder of samples, when it is there.
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

/// Every file's path, with slashes, seen from the folder of samples.
fn files(folder: &Path) -> Vec<String> {
    fn walk(folder: &Path, under: &str, found: &mut Vec<String>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let name = format!("{under}{}", path.file_name().unwrap().to_string_lossy());
            if !path.is_dir() {
                found.push(name);
            } else if name != SCHEMAS {
                walk(&path, &format!("{name}/"), found);
            }
        }
    }
    let mut found = Vec::new();
    walk(folder, "", &mut found);
    found.sort();
    found
}

fn by_table(path: &str) -> Option<Reads> {
    let mut named = READ.iter().filter_map(|(start, files)| {
        let rest = path.strip_prefix(start)?;
        files.iter().find(|(name, _)| *name == rest).map(|(_, reads)| *reads)
    });
    named.next()
}

/// How a file is read otherwise than the table says, if it is.
fn difference(expected: Reads, path: &str, bytes: &[u8]) -> Option<String> {
    let (expected, found) = match expected {
        Reads::Answer(expected) => (expected, said(&read_answer(None, bytes).answer)),
        Reads::Stub(expected) => (expected, said(&read_answer(None, stubbed(bytes).as_bytes()).answer)),
        Reads::Message(expected) => (expected, action(&String::from_utf8_lossy(bytes))),
    };
    (expected != found).then(|| format!("{path} is read as {found}, not as {expected}"))
}

/// How a file is read otherwise than its name says, if it is.
fn by_name(path: &str, bytes: &[u8]) -> Option<String> {
    let name = path.rsplit('/').next().unwrap_or(path);
    let said = said(&read_answer(None, bytes).answer);
    if ANSWERS.iter().any(|start| name.starts_with(start)) {
        let read = said != "nothing" && !said.starts_with("nonsense");
        return (!read).then(|| format!("{path}: the client reads {said}"));
    }
    let (expected, found) = (interaction(name), action(&String::from_utf8_lossy(bytes)));
    if expected != found {
        return Some(format!("{path} is read as {found}, not as {expected}"));
    }
    (!said.starts_with("nonsense")).then(|| format!("{path}: the client takes a request for {said}"))
}

/// What the client takes a body for, in a few words.
fn said(answer: &Answer) -> String {
    let code = |code: TypeCode| match code {
        TypeCode::Accepted => "AA",
        TypeCode::Error => "AE",
        TypeCode::Rejected => "AR",
    };
    match answer {
        Answer::Acknowledgement(answer) => format!("acknowledgement {}", code(answer.type_code)),
        Answer::QueryFailure(answer) => format!("query failure {}", code(answer.type_code)),
        Answer::EventList(_) => "event list".to_owned(),
        Answer::Event(_) => "event".to_owned(),
        Answer::Pds(_) => "demographics".to_owned(),
        Answer::SoapFault(fault) => format!("fault {}", fault.codes.join(" ")),
        Answer::EbxmlError(errors) => format!("ebXML errors: {}", errors.len()),
        Answer::EbxmlAcknowledgment => "ebXML acknowledgment".to_owned(),
        Answer::Empty => "nothing".to_owned(),
        Answer::Nonsense { why } => format!("nonsense: {why:?}"),
    }
}

/// The body that a stub answers with; none is an empty one.
fn stubbed(json: &[u8]) -> String {
    let stub: serde_json::Value = serde_json::from_slice(json).unwrap();
    stub["response"]["body"].as_str().unwrap_or_default().to_owned()
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

/// The interaction that the simulator reads, or why it cannot; of a summary that it cannot read, that it cannot.
fn action(text: &str) -> String {
    let (head, body) = match text.split_once("\r\n\r\n").or_else(|| text.split_once("\n\n")) {
        Some(parts) if text.starts_with("POST") => parts,
        _ => ("", text),
    };
    let kind = head.lines().find_map(|line| line.strip_prefix("Content-Type: ")).map(str::trim);
    let multipart = "multipart/related; boundary=\"--=_MIME-Boundary\"; type=\"text/xml\"";
    if text.starts_with("----=") || kind.is_some_and(|kind| kind.starts_with("multipart")) {
        return match Related::read(kind.unwrap_or(multipart), body.as_bytes()) {
            Ok(parts) => of_document(xml::utf8(parts.root().content).unwrap_or_default()),
            Err(why) => why.to_string(),
        };
    }
    of_document(body.trim())
}

fn of_document(text: &str) -> String {
    let document = match xml::parse(text) {
        Ok(document) => document,
        Err(why) => return why.to_string(),
    };
    let root = document.root_element();
    if let Some(header) = Header::read(root) {
        return header.action;
    }
    of_payload(soap::payload(root).unwrap_or(root))
}

fn of_payload(payload: Node<'_, '_>) -> String {
    let wrapper = Wrapper::read(payload);
    if wrapper.interaction.starts_with("REPC_IN150016")
        && wrapper.control_act.and_then(Summary::read).is_none()
    {
        return "an upload without a summary".to_owned();
    }
    wrapper.interaction
}
