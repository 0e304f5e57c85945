//! The client's readers: answers of the Spine and of the identity service, its own session file, a practice's extract.

use std::fs;

use jiff::Timestamp;
use spine_client::practice::{ColumnMap, Extract};
use spine_client::session::{Challenge, RoleAssertion, SessionFile, Ticket};
use spine_message::{Answer, read_answer};
use spine_vocabulary::MessageId;

use super::first_line;
use super::folder::Folder;

/// The moment at which everything is read.
pub(super) fn now() -> Timestamp {
    "2026-09-01T08:30:00Z".parse().expect("a time")
}

/// Any body, under any content type: it says the same whenever it is read.
pub(super) fn answer(bytes: &[u8]) {
    let Some((kind, body)) = first_line(bytes) else { return };
    let kind = Some(kind).filter(|kind| !kind.is_empty());
    let reply = read_answer(kind, body);
    assert_eq!(reply, read_answer(kind, body));
    let sent = MessageId::parse("6D0A4E20-1111-4C11-9A11-000000000099").expect("an id");
    let _ = reply.correlation.with(sent);
    match &reply.answer {
        Answer::Acknowledgement(answer) | Answer::QueryFailure(answer) => {
            let _ = (answer.standing(), answer.not_found(), answer.errors().count());
        }
        Answer::SoapFault(fault) => {
            let _ = fault.retriable();
        }
        Answer::EventList(list) => {
            let _ = list.standing.dissent();
        }
        Answer::Event(event) => {
            let allergies = &event.content.allergies;
            assert!(allergies.iter().all(|one| one.term.len() <= body.len()), "a term is part of the body");
        }
        _ => {}
    }
    // Whatever it was, it can be logged.
    let _ = format!("{reply:?}");
}

/// The broker's answer: a session has ended or will end after this moment.
pub(super) fn assertion(bytes: &[u8]) {
    if let Ok(assertion) = RoleAssertion::read(bytes, now()) {
        assert!(assertion.ends_at > now());
        let _ = format!("{assertion:?}");
    }
}

/// The identity service's two answers in JSON.
pub(super) fn sign_in(bytes: &[u8]) {
    let challenge = Challenge::read(bytes).map(|_| ());
    let ticket = Ticket::read(bytes);
    assert!(challenge.is_err() || ticket.is_err(), "an answer is one of the two");
    if let Ok(ticket) = ticket {
        assert_eq!(format!("{ticket:?}"), "Ticket(***)", "a ticket is not shown");
    }
}

/// The file in which a session is kept.
pub(super) fn session_file(bytes: &[u8]) {
    thread_local! {
        static FOLDER: tempfile::TempDir = tempfile::tempdir().expect("a folder");
    }
    FOLDER.with(|folder| {
        let file = SessionFile::beside(&folder.path().join("store"));
        if !file.path().exists() {
            private(file.path());
        }
        fs::write(file.path(), bytes).expect("a file");
        if let Ok(session) = file.load() {
            let session = session.expect("there is a file");
            let _ = (session.is_live(now()), session.remaining(now()), format!("{session:?}"));
        }
    });
}

/// An empty file that only its owner can read.
fn private(path: &std::path::Path) {
    let mut options = fs::OpenOptions::new();
    options.write(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).expect("a file");
}

/// A practice's own headings and words.
pub(super) fn column_map(bytes: &[u8]) {
    if let Ok(text) = std::str::from_utf8(bytes) {
        let _ = ColumnMap::parse(text);
    }
}

/// One file of an extract among good ones: rows come to an end, and after a failure nothing comes any more.
pub(super) fn extract(bytes: &[u8]) {
    const FILES: [&str; 7] = [
        "practice.toml",
        "columns.toml",
        "patients.csv",
        "codes.csv",
        "medications.csv",
        "allergies.csv",
        "groups.csv",
    ];
    thread_local! {
        static FOLDER: Folder = Folder::new("practice");
    }
    let Some((name, content)) = first_line(bytes).filter(|(name, _)| FILES.contains(name)) else { return };
    FOLDER.with(|folder| {
        folder.with(name, content, |path| {
            let extract = match Extract::open(path, None) {
                Ok(extract) => extract,
                Err(error) => {
                    let _ = error.to_string();
                    return;
                }
            };
            let _ = format!("{:?}", extract.practice());
            let mut items = extract.items();
            // A row makes no more items than it has cells, and one for each thing that is wrong with it.
            let most = 10_000 + 4 * content.len();
            for count in 0.. {
                assert!(count <= most, "{count} items of {} bytes", content.len());
                match items.next() {
                    Some(Ok(_)) => {}
                    Some(Err(error)) => {
                        let _ = error.to_string();
                        assert!(items.next().is_none(), "a failure is the last word");
                        break;
                    }
                    None => break,
                }
            }
        });
    });
}
