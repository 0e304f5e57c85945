//! The session file, and what never gets out: the PIN anywhere, the ticket into any `Debug`.

use std::fs;
use std::path::Path;

use spine_session::{
    Challenge, PinFormatError, RoleAssertion, Session, SessionFile, SessionFileError, SessionLength,
    Smartcard,
};
use spine_vocabulary::OdsCode;

use crate::samples::{PRACTICE, at, elliptic_card, granted, identity, login, pin, piv, profile, ticket};

fn session() -> Session {
    let xml = granted(&[("555000000101", PRACTICE, &["B0062"]), ("555000000102", "Y90002", &["B0020"])]);
    let assertion = RoleAssertion::read(xml.as_bytes(), login()).unwrap();
    let chosen = assertion.choose(&OdsCode::parse(PRACTICE).unwrap(), None).unwrap();
    Session::open(chosen, ticket(), &identity(), SessionLength::default(), login()).unwrap()
}

fn file_in(folder: &Path) -> SessionFile {
    SessionFile::beside(&folder.join("practice.db"))
}

#[test]
fn a_session_is_read_back_as_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let file = file_in(folder.path());
    assert!(file.load().unwrap().is_none());
    let saved = session();
    file.save(&saved).unwrap();
    let read = file.load().unwrap().unwrap();
    assert_eq!(read.ticket().reveal(), saved.ticket().reveal());
    assert_eq!((read.user(), read.name(), read.role()), (saved.user(), saved.name(), saved.role()));
    assert_eq!((read.roles(), read.started_at()), (saved.roles(), saved.started_at()));
    assert_eq!(read.ends_at(), at("2026-09-01T18:00:00Z"));
    file.save(&saved).unwrap();
    let names: Vec<_> =
        fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(names, ["practice.db.session"], "nothing else is left behind");
    file.remove().unwrap();
    file.remove().unwrap();
    assert!(file.load().unwrap().is_none());
}

#[cfg(unix)]
#[test]
fn only_the_owner_can_read_it() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().unwrap();
    let file = file_in(folder.path());
    fs::write(file.path(), "an older one that everybody could read").unwrap();
    file.save(&session()).unwrap();
    let mode = |file: &SessionFile| fs::metadata(file.path()).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&file), 0o600);
    fs::set_permissions(file.path(), fs::Permissions::from_mode(0o640)).unwrap();
    assert!(matches!(file.load(), Err(SessionFileError::Exposed { .. })));
}

#[test]
fn what_is_no_session_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let file = file_in(folder.path());
    file.save(&session()).unwrap();
    let good = fs::read_to_string(file.path()).unwrap();
    let cases = [
        String::new(),
        "{}".to_owned(),
        good[..good.len() / 2].to_owned(),
        good.replace("\"version\": 1", "\"version\": 2"),
        good.replace("\"role\": \"555000000101\"", "\"role\": \"555000000103\""),
        good.replace("2026-09-01T18:00:00Z", "2026-09-01T07:00:00Z"),
        good.replace("TICKET-canary-4711", "two words"),
        good.replacen('{', "{\"pin\": \"1\",", 1),
    ];
    for (number, text) in cases.iter().enumerate() {
        // Written into the private file, so that only the content is at fault.
        fs::write(file.path(), text).unwrap();
        assert!(matches!(file.load(), Err(SessionFileError::Unreadable { .. })), "case {number}");
    }
    let nowhere = file_in(&folder.path().join("missing"));
    let refused = nowhere.save(&session()).unwrap_err();
    assert!(matches!(refused, SessionFileError::Io { .. }));
    assert!(refused.to_string().contains("practice.db.session"));
}

#[test]
fn neither_pin_nor_ticket_shows_in_debug_and_no_file_holds_the_pin() {
    const CANARY: &str = "86420975";
    let slot = spine_card::CardSlot::new();
    let canary = profile(crate::samples::USER)
        .with_algorithm(spine_card::CardAlgorithm::P256)
        .with_pin(CANARY)
        .unwrap();
    let issuer = spine_card::CardIssuer::new(at("2025-01-01T00:00:00Z"), at("2035-01-01T00:00:00Z")).unwrap();
    let card = issuer.issue(&canary).unwrap();
    let mut shown = format!("{card:?} {canary:?} {:?}", elliptic_card("555000000002"));
    slot.insert(card).unwrap();

    let mut card = piv(&slot);
    let challenge =
        Challenge::read(br#"{"challenge_id":"1","nonce":"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8"}"#)
            .unwrap();
    shown.extend([format!("{challenge:?}")]);
    let (identity, signed) = challenge.prove(&mut card, &pin(CANARY), login()).unwrap();
    let session = session();
    shown.extend([format!("{identity:?} {signed:?} {session:?} {:?}", session.ticket())]);
    shown.extend([format!("{:?} {}", card.verify_pin(&pin("86420976")), PinFormatError::Length)]);
    shown += &String::from_utf8(signed.to_json()).unwrap();

    let folder = tempfile::tempdir().unwrap();
    file_in(folder.path()).save(&session).unwrap();
    let stored = fs::read_to_string(file_in(folder.path()).path()).unwrap();
    assert!(stored.contains("TICKET-canary-4711"));
    assert!(!shown.contains("TICKET-canary"), "{shown}");
    for secret in [CANARY, "86420976"] {
        assert!(!shown.contains(secret) && !stored.contains(secret));
        // The digits as a list of bytes, which is how a careless derive would show them.
        assert!(!shown.contains("56, 54, 52, 50"), "{shown}");
    }
}
