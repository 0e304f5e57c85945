//! What each fault of the menu shows, and what it leaves done.

use std::collections::BTreeSet;

use jiff::SignedDuration;
use spine_simulator::Spine;
use spine_simulator::fault::{Breakage, Loss, MENU, Reached, Unreached};
use spine_simulator::ledger::Tag;
use spine_simulator::wire::WireRequest;

use crate::document::{Says, Sync, Upload, message_id};
use crate::requests::{answered, ask, events, poll, posted, retrieval, rule, setting, upload};
use crate::world::{ORDINARY, OTHER, Reading, STANDING, SUMMARISED, World, location, patient};

fn tags(spine: &Spine) -> Vec<Tag> {
    spine.ledger().exchanges(0, usize::MAX).into_iter().flat_map(|exchange| exchange.tags).collect()
}

fn struck(work_done: bool) -> Tag {
    Tag::Struck { rule: "it".to_owned(), work_done }
}

/// Everything a client sees of one patient: retrieval, list, setting, upload, polls, and the first two again.
fn journey(world: &World) -> Vec<String> {
    let seen = |request: WireRequest| world.spine.exchange(&request);
    let replacement = Upload::new(30, patient(SUMMARISED), Says::Allergy).replacing(&message_id(STANDING));
    let mut shown = Vec::new();
    for number in [1, 2] {
        shown.push(format!("{:?}", seen(retrieval(number, SUMMARISED))));
        shown.push(format!("{:?}", seen(events(10 + number, SUMMARISED))));
    }
    shown.push(format!("{:?}", seen(setting(20, SUMMARISED, "Yes"))));
    shown.push(format!("{:?}", seen(events(21, SUMMARISED))));
    for _ in 0..2 {
        let answer = seen(posted(&replacement));
        shown.push(format!("{answer:?}"));
        let location = match answer {
            Reached::Answered(response) if response.headers.contains_key("content-location") => {
                location(&response)
            }
            _ => continue,
        };
        shown.extend((0..6).map(|_| format!("{:?}", seen(poll(&location)))));
    }
    shown
}

#[test]
fn each_row_of_the_menu_fires_and_shows() {
    let calm = journey(&World::new());
    assert_eq!(calm, journey(&World::new()), "the journey itself is not always the same");
    for row in MENU.iter() {
        let world = World::new();
        world.spine.faults().add([row.rule.clone()]).expect("a rule");
        let shown = journey(&world);
        let fired = world.spine.faults().fired()[&row.rule.name];
        assert!(fired > 0, "{}: {} never fired", row.id, row.rule.name);
        assert!(shown != calm, "{}: {} fired {fired} times and showed nothing", row.id, row.rule.name);
        let strikes = world.spine.faults().strikes();
        assert_eq!(u64::try_from(strikes.len()).ok(), Some(fired));
        let named = |tag: &Tag| matches!(tag, Tag::Struck { rule, .. } if *rule == row.rule.name);
        let unreached = shown.iter().filter(|one| one.starts_with("Unreached")).count();
        assert_eq!(tags(&world.spine).iter().filter(|tag| named(tag)).count() + unreached, strikes.len());
    }
}

#[test]
fn the_menu_names_every_fault_of_the_spines_side() {
    let ids: BTreeSet<&str> = MENU.iter().map(|row| row.id.as_str()).collect();
    let wanted = "T1 T3 T9 T10 T11 T12 T13 T14 T15 T16 T17 T18 T19 T20 T21 T22 H1 H2 H3 H4 H5 H6 H7 H8 H9 S1 S2 S3 S4 S5 \
                  S6 S7 S8 S9 S11 S14 S16 S17 S18 S19 P1 P2 P3 P4 P5 P7 P8 P10 A1 A2 A3 C4";
    assert_eq!(ids, wanted.split_whitespace().collect());
}

#[test]
fn a_lost_request_leaves_nothing_done_and_a_lost_answer_everything() {
    for (phase, fault, work_done) in [
        ("before", "reset", false),
        ("before", "silence", false),
        ("after", "close", true),
        ("after", "reset", true),
    ] {
        let world = rule(&format!("phase = \"{phase}\"\nfault = \"{fault}\"\ntrigger = {{ nth = 1 }}"));
        let reached = world.spine.exchange(&upload(1, ORDINARY));
        let wanted = match fault {
            "reset" => Loss::Reset,
            "close" => Loss::Closed,
            _ => Loss::Silent,
        };
        match reached {
            Reached::Lost(loss) => assert_eq!((work_done, loss), (false, wanted)),
            Reached::AnswerLost(loss) => assert_eq!((work_done, loss), (true, wanted)),
            other => panic!("{other:?}"),
        }
        world.clock.advance(SignedDuration::from_secs(10));
        assert_eq!(world.spine.ledger().accepted().len(), usize::from(work_done));
        let written = &world.spine.ledger().exchanges(0, 1)[0];
        assert_eq!((written.status, written.outcome), (0, "none"));
        assert_eq!(written.nhs_number, Some(patient(ORDINARY)));
        assert_eq!(written.message_id.map(|id| id.to_string()), Some(message_id(1)));
        assert!(written.tags.contains(&struck(work_done)), "{:?}", written.tags);
        // The second attempt is not struck, and stores the event once.
        answered(world.spine.exchange(&upload(1, ORDINARY)));
        world.clock.advance(SignedDuration::from_secs(10));
        assert_eq!(world.spine.ledger().accepted().len(), 1);
    }
}

#[test]
fn an_unreached_spine_knows_of_nothing() {
    for (fault, wanted) in [("refuse", Unreached::Refused), ("silence", Unreached::Silent)] {
        let world = rule(&format!("phase = \"connect\"\nfault = \"{fault}\""));
        match world.spine.exchange(&upload(1, ORDINARY)) {
            Reached::Unreached(how) => assert_eq!(how, wanted),
            other => panic!("{other:?}"),
        }
        assert_eq!(world.spine.ledger().count(), 0);
        assert_eq!(world.spine.faults().fired()["it"], 1);
    }
}

#[test]
fn without_a_plan_and_at_the_faultless_door_nothing_happens() {
    let world = rule("phase = \"before\"\nfault = \"reset\"");
    assert_eq!(world.spine.answer(&upload(1, ORDINARY)).status, 202);
    world.spine.faults().clear();
    assert_eq!(answered(world.spine.exchange(&upload(2, ORDINARY))).status, 202);
    assert!(world.spine.faults().strikes().is_empty());
}

#[test]
fn a_negative_acknowledgement_waits_for_the_poll_and_says_whether_the_work_was_done() {
    for done in [false, true] {
        let fault = format!(
            "phase = \"acknowledge\"\nfault = {{ negative = {{ kind = \"AE\", codes = [\"410\", \"30307\"], done = {done} }} }}\n\
             trigger = {{ nth = 1, interactions = [\"REPC_IN150016SM05\"] }}"
        );
        let world = rule(&fault);
        let posted = world.spine.exchange(&upload(1, ORDINARY));
        let Reached::Answered(posted) = posted else { panic!("{posted:?}") };
        let first = location(&posted);
        assert_eq!(answered(world.spine.exchange(&poll(&first))).status, 202);
        let polled = answered(world.spine.exchange(&poll(&first)));
        polled.is(200, "AE", &["410", "30307"]);
        assert_eq!(world.spine.ledger().accepted().len(), usize::from(done));
        assert!(tags(&world.spine).contains(&struck(done)));
        // Sent again, it is new when nothing was done, and gets the same answer when something was.
        let Reached::Answered(again) = world.spine.exchange(&upload(1, ORDINARY)) else { panic!() };
        world.clock.advance(SignedDuration::from_secs(10));
        let told = answered(world.spine.exchange(&poll(&location(&again))));
        assert_eq!(told.kind, if done { "AE" } else { "AA" });
        assert_eq!(world.spine.ledger().accepted().len(), 1);
    }
}

#[test]
fn a_request_with_a_fault_of_its_own_is_answered_as_ever() {
    let world = rule("phase = \"acknowledge\"\nfault = { negative = { kind = \"AE\", codes = [\"500\"] } }");
    let broken = Sync::retrieval(1, &patient(ORDINARY).reveal())
        .with("processingCode code='P'", "processingCode code='X'");
    answered(world.spine.exchange(&ask(&broken))).is(200, "AR", &["PROCESSING_CODE_INVALID"]);
    assert_eq!(world.spine.faults().fired()["it"], 0);
    // An upload whose content is wrong finds its own refusal at the poll.
    let unreadable = Upload::raw(9, "9990000000", Says::Allergy);
    let Reached::Answered(accepted) = world.spine.exchange(&posted(&unreadable)) else { panic!() };
    world.clock.advance(SignedDuration::from_secs(10));
    let told = world.poll(&location(&accepted));
    assert_eq!(Reading::of(&told).codes, ["400", "35160"]);
    assert_eq!(world.spine.faults().fired()["it"], 0);
    for asked in [retrieval(2, ORDINARY), events(3, ORDINARY), setting(4, ORDINARY, "No")] {
        assert_eq!(answered(world.spine.exchange(&asked)).kind, "AE");
    }
    assert!(!world.spine.permission(patient(ORDINARY)).expect("a patient").is_dissent());
    assert_eq!(world.spine.faults().fired()["it"], 3);
}

#[test]
fn an_answer_arrives_in_pieces_late_or_too_long() {
    let broken = |fault: &str| match rule(&format!("phase = \"after\"\nfault = {fault}"))
        .spine
        .exchange(&retrieval(1, ORDINARY))
    {
        Reached::Broken { answer, how } => (answer, how),
        other => panic!("{other:?}"),
    };
    let (answer, how) = broken("{ cut = { after-bytes = 7 } }");
    assert_eq!((answer.status.as_u16(), how), (200, Breakage::Cut { after_bytes: 7, then: Loss::Reset }));
    let (answer, how) = broken("{ cut = { after-bytes = 70000000, then = \"silence\" } }");
    assert_eq!(how, Breakage::Cut { after_bytes: answer.body.len() - 1, then: Loss::Silent });
    let (answer, how) = broken("{ drip = { bytes = 1, pause-ms = 1000 } }");
    assert_eq!(how.takes(&answer).map(|time| time.as_secs()), u64::try_from(answer.body.len()).ok());
    let world = rule("phase = \"after\"\nfault = { delay = { ms = 1500 } }");
    match world.spine.exchange(&retrieval(1, ORDINARY)) {
        Reached::Delayed(by, inner) => {
            assert_eq!(by.as_millis(), 1500);
            assert_eq!(answered(*inner).kind, "AA");
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn somebody_elses_change_is_seen_at_once_or_by_the_next() {
    let world = rule("phase = \"after\"\nfault = { change = \"deceased\" }\ntrigger = { nth = 1 }");
    let is_dead = |reading: Reading| reading.text.contains("deceasedTime");
    assert!(!is_dead(answered(world.spine.exchange(&retrieval(1, ORDINARY)))));
    assert!(is_dead(answered(world.spine.exchange(&retrieval(2, ORDINARY)))));
    let world = rule(
        "phase = \"before\"\nfault = { change = { other-summary = { ods = \"A81001\" } } }\n\
         trigger = { interactions = [\"REPC_IN150016SM05\"] }",
    );
    let Reached::Answered(posted) = world.spine.exchange(&upload(1, OTHER)) else { panic!() };
    world.clock.advance(SignedDuration::from_secs(10));
    answered(world.spine.exchange(&poll(&location(&posted)))).is(200, "AE", &["430", "30112"]);
    assert_eq!(world.spine.events(patient(OTHER)).len(), 1);
}

#[test]
fn an_old_permission_is_shown_for_its_time_and_obeyed_never() {
    let world = rule("phase = \"after\"\nfault = { old-permission = { seconds = 60 } }");
    let seen = |message| answered(world.spine.exchange(&events(message, SUMMARISED))).kind;
    answered(world.spine.exchange(&setting(1, SUMMARISED, "No")));
    assert!(world.spine.permission(patient(SUMMARISED)).expect("a patient").is_dissent());
    assert_eq!(seen(2), "AA");
    world.clock.advance(SignedDuration::from_secs(59));
    assert_eq!(seen(3), "AA");
    world.clock.advance(SignedDuration::from_secs(1));
    assert_eq!(seen(4), "AE");
    // A setting that changes nothing shows nothing.
    answered(world.spine.exchange(&setting(5, SUMMARISED, "No")));
    assert_eq!(world.spine.faults().fired()["it"], 1);
}

#[test]
fn a_restyled_answer_says_the_same_and_a_distorted_one_says_it_of_something_else() {
    let under = |distortion: &str| {
        let world = rule(&format!(
            "phase = \"acknowledge\"\nfault = {{ distort = \"{distortion}\" }}\ntrigger = {{ nth = 2 }}"
        ));
        let Reached::Answered(accepted) = world.spine.exchange(&upload(1, ORDINARY)) else { panic!() };
        answered(world.spine.exchange(&poll(&location(&accepted))));
        answered(world.spine.exchange(&retrieval(2, ORDINARY)));
        let polled = answered(world.spine.exchange(&poll(&location(&accepted))));
        let retrieved = answered(world.spine.exchange(&retrieval(3, ORDINARY)));
        (polled, retrieved)
    };
    let (message, number) = (message_id(1), patient(ORDINARY).reveal());
    for legal in ["other-prefixes", "newlines", "byte-order-mark", "carriage-returns"] {
        let (polled, retrieved) = under(legal);
        polled.is(200, "AA", &[]);
        retrieved.is(200, "AA", &[]);
        assert!(polled.text.contains(&message) && retrieved.text.contains(&number), "{legal}");
    }
    let (polled, _) = under("other-message");
    polled.is(200, "AA", &[]);
    // The client of these tests gives the conversation the message's own id, which therefore changes too.
    assert!(!polled.text.contains(&message));
    let (polled, _) = under("other-conversation");
    let conversation = |text: &str| {
        text.split("ConversationId>").nth(1).and_then(|rest| rest.split('<').next()).map(str::to_owned)
    };
    assert!(polled.text.contains(&message) && conversation(&polled.text) != Some(message));
    let (_, retrieved) = under("other-patient");
    retrieved.is(200, "AA", &[]);
    assert!(!retrieved.text.contains(&number) && retrieved.text.contains("extension=\"999"));
    let (polled, retrieved) = under("truncated");
    assert_eq!((polled.kind.as_str(), retrieved.kind.as_str()), ("", ""));
}
