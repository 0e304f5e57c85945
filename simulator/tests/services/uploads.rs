//! What becomes of an upload: queue, processing, chain, consent, duplicates.

use jiff::SignedDuration;
use spine_simulator::EventStatus;
use spine_simulator::ledger::{SummaryKind, Tag};
use spine_simulator::scenario::{Dissent, Duplicate, Permission, Readiness, Settings};

use super::document::{Says, Upload, message_id};
use super::world::*;

#[test]
fn an_upload_is_queued_processed_when_ready_and_answered_with_the_second_poll() {
    let world = World::new();
    let upload = Upload::new(1, patient(ORDINARY), Says::Allergy);
    let posted = world.post(&upload);
    assert_eq!((posted.status.as_u16(), posted.body.len()), (202, 0));
    assert_eq!(posted.headers["retry-after"], "100");
    let location = location(&posted);
    assert!(location.starts_with("/clinical/poll/"));
    assert!(world.spine.events(patient(ORDINARY)).is_empty(), "nothing is stored before it is processed");
    assert_eq!(world.poll(&location).status, 202);
    assert!(world.spine.events(patient(ORDINARY)).is_empty());
    let answered = world.poll(&location);
    assert_eq!(answered.status, 200);
    let text = String::from_utf8(answered.body.to_vec()).unwrap();
    assert!(text.starts_with("----=_MIME-Boundary\n") && text.ends_with("----=_MIME-Boundary--"));
    assert_eq!(text.lines().filter(|line| line.starts_with('<')).count(), 4, "each document is one line");
    for piece in [
        "<eb:Action>MCCI_IN010000UK13</eb:Action>",
        "<hl7:acknowledgement typeCode=\"AA\">",
        "<hl7:detail>GP Summary upload successful</hl7:detail><hl7:id root=\"Not Known\"/>",
        &format!("<eb:RefToMessageId>{}</eb:RefToMessageId>", message_id(1)),
        &format!("<eb:ConversationId>{}</eb:ConversationId>", message_id(1)),
    ] {
        assert!(text.contains(piece), "{piece}");
    }
    assert_eq!(world.poll(&location).body, answered.body, "the answer stays the same");
    let events = world.spine.events(patient(ORDINARY));
    assert_eq!(
        (events.len(), events[0].status, events[0].kind),
        (1, EventStatus::Current, Some(SummaryKind::Full))
    );
    let accepted = world.spine.ledger().accepted();
    assert_eq!(accepted.len(), 1);
    assert!(accepted[0].clinical && !accepted[0].dissenter && accepted[0].replaces.is_none());
    assert_eq!(accepted[0].event_id.to_string(), message_id(1));
}

#[test]
fn what_nobody_polls_for_is_processed_after_the_delay() {
    let readiness = Readiness { polls: u32::MAX, delay_ms: 2_000 };
    let world = World::with(Settings { readiness, ..Settings::default() });
    let posted = world.post(&Upload::new(1, patient(ORDINARY), Says::Allergy));
    world.clock.advance(SignedDuration::from_millis(1_999));
    assert!(world.spine.events(patient(ORDINARY)).is_empty());
    assert_eq!(world.poll(&location(&posted)).status, 202);
    world.clock.advance(SignedDuration::from_millis(1));
    assert_eq!(world.spine.events(patient(ORDINARY)).len(), 1);
    assert_eq!(world.poll(&location(&posted)).status, 200);
}

#[test]
fn a_chain_takes_only_what_replaces_its_newest_event() {
    let world = World::new();
    let number = patient(SUMMARISED);
    let send = |id, prior: Option<u32>| {
        let upload = Upload::new(id, number, Says::Allergy);
        world.upload(&match prior {
            Some(prior) => upload.replacing(&message_id(prior)),
            None => upload,
        })
    };
    send(1, None).is(200, "AE", &["430", "30112"]);
    send(2, Some(0xBBBB)).is(200, "AE", &["410", "30308"]);
    send(3, Some(STANDING)).is(200, "AA", &[]);
    send(4, Some(STANDING)).is(200, "AE", &["430", "30112"]);
    send(5, Some(3)).is(200, "AA", &[]);
    let events = world.spine.events(number);
    let statuses: Vec<_> = events.iter().map(|event| event.status).collect();
    assert_eq!(statuses, [EventStatus::Replaced, EventStatus::Replaced, EventStatus::Current]);
    assert_eq!(world.spine.ledger().accepted()[1].replaces, Some(events[1].event_id));
    assert!(world.spine.withdraw(number, events[2].event_id));
    assert!(!world.spine.withdraw(number, events[2].event_id));
    send(6, Some(5)).is(200, "AE", &["430", "30112"]);
    send(7, None).is(200, "AA", &[]);
    // The event id of a standing summary is taken, whoever's it is.
    let taken = Upload::new(STANDING, patient(OTHER), Says::Allergy);
    world.upload(&taken).is(200, "AE", &["410", "30134"]);
}

#[test]
fn a_dissenter_gets_a_dissent_summary_or_nothing() {
    let only = World::new();
    let none = World::with(Settings { dissent: Dissent::RefuseAll, ..Settings::default() });
    let number = patient(DISSENTER);
    let sneaky = Upload::new(4, number, Says::Dissent).payload(
        "</body>",
        "<h2 id='AcuteMedsHeader'>Acute Medications</h2><table id='AcuteMeds'><tr><td>Aspirin</td></tr></table></body>",
    );
    for (upload, under_only) in [
        (Upload::new(1, number, Says::Allergy), false),
        (Upload::new(2, number, Says::Nothing), false),
        (
            Upload::new(3, number, Says::Allergy).payload(
                "Allergy to nuts",
                "Refused consent for upload to national shared electronic record",
            ),
            false,
        ),
        (sneaky, false),
        (Upload::new(5, number, Says::Dissent), true),
        (Upload::new(6, number, Says::Dissent).replacing(&message_id(5)), true),
        (Upload::new(7, number, Says::Dissent), true),
    ] {
        none.upload(&upload).is(200, "AE", &["420", "30418"]);
        if under_only {
            only.upload(&upload).is(200, "AA", &[]);
        } else {
            only.upload(&upload).is(200, "AE", &["420", "30418"]);
        }
    }
    assert!(only.spine.ledger().accepted().iter().all(|event| event.dissenter && !event.clinical));
    let standing = only.spine.events(number).iter().filter(|one| one.status == EventStatus::Current).count();
    assert_eq!(standing, 1, "a dissent summary takes the place of what stood, named or not");
    // A No in either function is enough.
    let view_only = Permission { view: Some(spine_vocabulary::AcsPermission::No), ..Permission::default() };
    assert!(only.spine.set_permission(patient(OTHER), view_only));
    only.upload(&Upload::new(8, patient(OTHER), Says::Allergy)).is(200, "AE", &["420", "30418"]);
    let tags: Vec<_> = only.spine.ledger().exchanges(0, 1000).into_iter().flat_map(|one| one.tags).collect();
    assert!(
        tags.contains(&Tag::Dissenter) && tags.contains(&Tag::Refused(vec!["420".into(), "30418".into()]))
    );
}

#[test]
fn numbers_that_are_nobodys_are_refused() {
    let world = World::new();
    for (id, number, codes) in [
        (1, patient(NOBODY).reveal(), ["400", "35160"]),
        (2, patient(SUPERSEDED).reveal(), ["410", "30307"]),
        (3, patient(INVALIDATED).reveal(), ["400", "35160"]),
        (4, "9990000012".to_owned(), ["400", "35160"]),
        (5, "999 000 0018".to_owned(), ["400", "35160"]),
    ] {
        world.upload(&Upload::raw(id, &number, Says::Allergy)).is(200, "AE", &codes);
    }
    assert!(world.spine.ledger().accepted().is_empty());
}

#[test]
fn a_number_that_could_be_a_real_persons_is_refused_clearly_and_not_kept() {
    let world = World::new();
    let real = "4010232137";
    let refused = world.upload(&Upload::raw(1, real, Says::Allergy));
    refused.is(200, "AE", &["400", "35160"]);
    assert!(refused.text.contains("this is a simulator"));
    // Also where the message is refused before its patient is looked at.
    world.upload(&Upload::raw(2, real, Says::Allergy).header("S20001A000182", "S1"));
    world.ask(&super::document::Sync::retrieval(3, real)).is(200, "AE", &["0"]);
    world.ask(&super::document::Sync::events(4, real)).is(200, "AE", &["400", "35160"]);
    world.ask(&super::document::Sync::setting(5, real, "No")).is(200, "AE", &["400", "35160"]);
    for exchange in world.spine.ledger().exchanges(0, 100) {
        assert_eq!(exchange.nhs_number, None);
        assert!(!exchange.received.text.unwrap_or_default().contains(real));
        assert!(!exchange.answered.text.unwrap_or_default().contains(real));
    }
}

#[test]
fn a_repeated_message_gets_what_the_setting_says_and_is_never_stored_twice() {
    let stored = |duplicate| {
        let world = World::with(Settings { duplicate, ..Settings::default() });
        let upload = Upload::new(1, patient(ORDINARY), Says::Allergy);
        let first = world.upload(&upload);
        first.is(200, "AA", &[]);
        let again = world.upload(&upload);
        assert_eq!(world.spine.ledger().accepted().len(), 1);
        assert_eq!(world.spine.events(patient(ORDINARY)).len(), 1);
        (first, again)
    };
    let (first, again) = stored(Duplicate::SameAnswer);
    assert_eq!(first, again);
    stored(Duplicate::Rejected).1.is(200, "AR", &["202"]);
    stored(Duplicate::DuplicateEvent).1.is(200, "AE", &["410", "30134"]);
    // What was refused the first time is refused again, not called a duplicate event.
    let world = World::with(Settings { duplicate: Duplicate::DuplicateEvent, ..Settings::default() });
    let refused = Upload::new(1, patient(DISSENTER), Says::Allergy);
    world.upload(&refused).is(200, "AE", &["420", "30418"]);
    world.upload(&refused).is(200, "AE", &["420", "30418"]);
    // The first may still wait when its repetition is asked for.
    let upload = Upload::new(2, patient(ORDINARY), Says::Allergy);
    world.post(&upload);
    world.upload(&upload).is(200, "AE", &["410", "30134"]);
    assert_eq!(world.spine.events(patient(ORDINARY)).len(), 1);
}

#[test]
fn the_same_id_for_other_bytes_is_rejected_loudly() {
    for duplicate in [Duplicate::SameAnswer, Duplicate::Rejected, Duplicate::DuplicateEvent] {
        let world = World::with(Settings { duplicate, ..Settings::default() });
        world.upload(&Upload::new(1, patient(ORDINARY), Says::Allergy)).is(200, "AA", &[]);
        world.upload(&Upload::new(1, patient(OTHER), Says::Allergy)).is(200, "AR", &["202"]);
        let violations = world.spine.ledger().violations();
        assert_eq!(violations.len(), 1);
        assert_eq!(violations[0].message_id.map(|id| id.to_string()), Some(message_id(1)));
        assert_eq!(world.spine.ledger().accepted().len(), 1);
    }
}

#[test]
fn kind_and_content_are_read_from_text_and_codes() {
    let number = patient(ORDINARY);
    let plain = |says| Upload::new(1, number, says);
    for (upload, kind, clinical) in [
        (plain(Says::Allergy), SummaryKind::Full, true),
        (plain(Says::Nothing), SummaryKind::Empty, false),
        (plain(Says::Dissent), SummaryKind::Dissent, false),
        (
            plain(Says::Nothing).payload("h3>", "h2>"),
            SummaryKind::Full,
            false,
        ),
        (
            plain(Says::Nothing).payload("</body>", "<h2 id='DiagnosesHeader'>Diagnoses</h2><p>No relevant information available for this category.</p></body>"),
            SummaryKind::Empty,
            false,
        ),
        (
            plain(Says::Nothing).payload("</body>", "<h2>Problems and Issues</h2><p>Gout</p></body>"),
            SummaryKind::Empty,
            true,
        ),
        (
            plain(Says::Nothing).payload("</body>", "<h2>Personal Preferences</h2><p>Tea</p></body>"),
            SummaryKind::Empty,
            false,
        ),
        (plain(Says::Dissent).payload("162961000000108", "163001000000103"), SummaryKind::Dissent, true),
        (
            plain(Says::Dissent).payload("UKCT_MT144046UK01.PersonalPreference", "UKCT_MT144042UK01.Diagnosis"),
            SummaryKind::Dissent,
            true,
        ),
        (
            plain(Says::Dissent).payload(
                "After discussions with a member",
                "After\n  discussions <b/>with a member",
            ).payload("<b/>", ""),
            SummaryKind::Dissent,
            false,
        ),
    ] {
        let world = World::new();
        world.upload(&upload).is(200, "AA", &[]);
        let accepted = world.spine.ledger().accepted();
        assert_eq!((accepted[0].kind, accepted[0].clinical), (kind, clinical), "{}", upload.payload);
    }
}

#[test]
fn the_ledger_keeps_within_its_limits_and_never_drops_an_accepted_event() {
    let mut settings = Settings::default();
    settings.ledger.exchanges = 3;
    settings.ledger.body_bytes = 10;
    settings.ledger.all_bodies_bytes = 25;
    let world = World::with(settings);
    for id in 1..5 {
        let prior = message_id(id - 1);
        let upload = Upload::new(id, patient(ORDINARY), Says::Allergy);
        world.upload(&if id == 1 { upload } else { upload.replacing(&prior) }).is(200, "AA", &[]);
    }
    let ledger = world.spine.ledger();
    assert_eq!((ledger.count(), ledger.dropped(), ledger.accepted().len()), (12, 9, 4));
    let kept = ledger.exchanges(0, 100);
    assert_eq!(kept.iter().map(|one| one.number).collect::<Vec<_>>(), [9, 10, 11]);
    assert_eq!(ledger.exchanges(11, 100).len(), 1);
    assert!(kept.iter().all(|one| one.received.text.as_ref().is_none_or(|text| text.len() <= 10)));
    assert_eq!(ledger.totals()["REPC_IN150016SM05 AA"], 4);
}
