//! Plans of faults: what each fault of the menu shows, what it leaves done, and that nobody's turn decides.

use std::collections::BTreeSet;

use http::Method;
use jiff::SignedDuration;
use proptest::prelude::*;
use spine_simulator::Spine;
use spine_simulator::fault::{Breakage, FaultPlan, FaultRule, Loss, MENU, Reached, Unreached};
use spine_simulator::ledger::Tag;
use spine_simulator::wire::WireRequest;

use super::document::{ASID, Says, Sync, Upload, message_id};
use super::world::{ORDINARY, OTHER, Reading, STANDING, SUMMARISED, World, location, patient, request};

fn upload(message: u32, number: u32) -> WireRequest {
    posted(&Upload::new(message, patient(number), Says::Allergy))
}

fn posted(upload: &Upload) -> WireRequest {
    let action = "urn:nhs:names:services:psis/REPC_IN150016SM05";
    let headers = [("soapaction", action), ("content-type", &upload.content_type), ("nhsd-asid", ASID)];
    request(Method::POST, "/clinical", &headers, upload.body())
}

fn poll(location: &str) -> WireRequest {
    request(Method::GET, location, &[("nhsd-asid", ASID)], String::new())
}

fn ask(asked: &Sync) -> WireRequest {
    let headers = [("soapaction", asked.action.as_str()), ("content-type", "text/xml; charset=UTF-8")];
    request(Method::POST, "/sync-service", &headers, asked.document.clone())
}

fn retrieval(message: u32, number: u32) -> WireRequest {
    ask(&Sync::retrieval(message, &patient(number).reveal()))
}

fn events(message: u32, number: u32) -> WireRequest {
    ask(&Sync::events(message, &patient(number).reveal()))
}

fn setting(message: u32, number: u32, permission: &str) -> WireRequest {
    ask(&Sync::setting(message, &patient(number).reveal(), permission))
}

/// A world under a plan with these rules, written in TOML.
fn under(rules: &str) -> World {
    let world = World::new();
    world.spine.faults().replace(FaultPlan::read(rules).expect("a plan")).expect("a plan");
    world
}

fn rule(text: &str) -> World {
    under(&format!("seed = 1\n[[rules]]\nname = \"it\"\n{text}"))
}

fn answered(reached: Reached) -> Reading {
    match reached {
        Reached::Answered(response) => Reading::of(&response),
        other => panic!("no answer: {other:?}"),
    }
}

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
        let location = location(&posted);
        assert_eq!(answered(world.spine.exchange(&poll(&location))).status, 202);
        let polled = answered(world.spine.exchange(&poll(&location)));
        polled.is(200, "AE", &["410", "30307"]);
        assert_eq!(world.spine.ledger().accepted().len(), usize::from(done));
        assert!(tags(&world.spine).contains(&struck(done)));
        // Sent again, it is new when nothing was done, and gets the same answer when something was.
        let Reached::Answered(again) = world.spine.exchange(&upload(1, ORDINARY)) else { panic!() };
        world.clock.advance(SignedDuration::from_secs(10));
        let told = answered(world.spine.exchange(&poll(&super::world::location(&again))));
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
fn each_condition_holds_when_it_says() {
    let hits = |trigger: &str| -> Vec<u64> {
        let world = rule(&format!("phase = \"before\"\nfault = \"reset\"\ntrigger = {{ {trigger} }}"));
        for message in 1..=12 {
            let _ = world.spine.exchange(&retrieval(message, ORDINARY));
            world.clock.advance(SignedDuration::from_mins(1));
        }
        world.spine.faults().strikes().iter().map(|strike| strike.attempt.number).collect()
    };
    let all: Vec<u64> = (1..=12).collect();
    assert_eq!(hits(""), all);
    assert_eq!(hits("nth = 3"), [3]);
    assert_eq!(hits("first = 2"), [1, 2]);
    assert_eq!(hits("every = 5"), [5, 10]);
    assert!(hits("ratio = 0.0").is_empty());
    assert_eq!(hits("ratio = 1.0"), all);
    assert_eq!(hits("next = 2"), [1, 2]);
    assert!(hits("next = 0").is_empty());
    assert_eq!(hits("from = \"2026-11-22T09:35:00Z\", until = \"2026-11-22T09:38:00Z\""), [6, 7, 8]);
    assert_eq!(hits("interactions = [\"QUPA_IN000008UK02\"]"), all);
    assert!(hits("interactions = [\"poll\", \"REPC_IN150016SM05\"]").is_empty());
    assert_eq!(hits(&format!("patients = [\"{}\"]", patient(ORDINARY).reveal())), all);
    assert!(hits(&format!("patients = [\"{}\"]", patient(OTHER).reveal())).is_empty());
    assert_eq!(hits("every = 2, first = 5, next = 1"), [2]);
    let classes: Vec<usize> =
        (0..3).map(|class| hits(&format!("patient-class = {{ class = {class}, of = 3 }}")).len()).collect();
    assert_eq!(classes.iter().sum::<usize>(), 12, "nobody is in two classes or in none");
    assert_eq!(classes.iter().max(), Some(&12));
}

#[test]
fn the_first_rule_that_holds_is_the_only_one_and_arming_starts_it_again() {
    let world = under(
        "[[rules]]\nname = \"once\"\nphase = \"before\"\nfault = \"reset\"\ntrigger = { next = 1 }\n\
         [[rules]]\nname = \"always\"\nphase = \"before\"\nfault = \"close\"",
    );
    let mut message = 0;
    let mut next = || {
        message += 1;
        match world.spine.exchange(&retrieval(message, ORDINARY)) {
            Reached::Lost(loss) => loss,
            other => panic!("{other:?}"),
        }
    };
    let faults = world.spine.faults();
    assert_eq!([next(), next()], [Loss::Reset, Loss::Closed]);
    assert!(faults.arm("once", 2));
    assert_eq!([next(), next(), next()], [Loss::Reset, Loss::Reset, Loss::Closed]);
    assert!(faults.disarm("always") && faults.arm("once", 1) && !faults.arm("nobody", 1));
    assert_eq!(next(), Loss::Reset);
    assert_eq!(answered(world.spine.exchange(&retrieval(100, ORDINARY))).kind, "AA");
    assert_eq!((faults.fired()["once"], faults.fired()["always"]), (4, 2));
}

#[test]
fn impossible_plans_are_refused_with_a_sentence() {
    for (rules, says) in [
        ("name = \"a\"\nphase = \"after\"\nfault = \"refuse\"", "only in `connect`"),
        ("name = \"a\"\nphase = \"connect\"\nfault = \"reset\"", "`before` or `after`"),
        ("name = \"\"\nphase = \"before\"\nfault = \"reset\"", "1 to 100 characters"),
        ("name = \"a\"\nphase = \"before\"\nfault = \"resett\"", "resett"),
        ("name = \"a\"\nphase = \"before\"\nfault = \"reset\"\nwhy = 1", "why"),
        ("name = \"a\"\nphase = \"before\"\nfault = \"reset\"\ntrigger = { ratio = 1.5 }", "between 0 and 1"),
        ("name = \"a\"\nphase = \"before\"\nfault = \"reset\"\ntrigger = { ratio = nan }", "between 0 and 1"),
        ("name = \"a\"\nphase = \"before\"\nfault = \"reset\"\ntrigger = { nth = 0 }", "nonzero"),
        (
            "name = \"a\"\nphase = \"before\"\nfault = \"reset\"\ntrigger = { interactions = [\"upload\"] }",
            "neither `poll` nor",
        ),
        ("name = \"a\"\nphase = \"before\"\nfault = { status = { code = 99 } }", "200 to 599"),
        (
            "name = \"a\"\nphase = \"before\"\nfault = { status = { code = 503, retry-after = \"a\\nb\" } }",
            "a header can carry",
        ),
        ("name = \"a\"\nphase = \"before\"\nfault = { soap-fault = { codes = [\"999\"] } }", "SOAP faults"),
        (
            "name = \"a\"\nphase = \"acknowledge\"\nfault = { negative = { kind = \"AE\", codes = [\"1234\"] } }",
            "published",
        ),
        ("name = \"a\"\nphase = \"after\"\nfault = { too-long = { bytes = 999999999 } }", "256 MiB"),
        ("name = \"a\"\nphase = \"after\"\nfault = { delay = { ms = 3600001 } }", "an hour"),
        (
            "name = \"a\"\nphase = \"before\"\nfault = \"reset\"\n[[rules]]\nname = \"a\"\nphase = \"before\"\nfault = \"reset\"",
            "two rules have the name",
        ),
    ] {
        let refused = FaultPlan::read(&format!("[[rules]]\n{rules}\n")).expect_err(rules).to_string();
        assert!(refused.contains(says), "{rules}: {refused}");
    }
    let json = serde_json::to_string(&FaultPlan {
        seed: 3,
        rules: MENU.iter().map(|row| row.rule.clone()).collect(),
    })
    .expect("JSON");
    assert_eq!(FaultPlan::read(&json).expect("a plan").rules.len(), MENU.len());
}

/// The exchanges of four patients, each patient's in order, and the order in which patients take turns.
fn struck_in(turns: &[usize], plan: &FaultPlan) -> (BTreeSet<String>, Vec<String>) {
    let world = World::new();
    world.spine.faults().replace(plan.clone()).expect("a plan");
    let numbers = [ORDINARY, SUMMARISED, OTHER, 9];
    let mut asked = [0_u32; 4];
    let mut shown: [Vec<String>; 4] = Default::default();
    for turn in turns {
        let (number, count) = (numbers[*turn], asked[*turn]);
        asked[*turn] += 1;
        let message = u32::try_from(*turn).expect("small") * 1_000 + count;
        let request =
            if count.is_multiple_of(2) { retrieval(message, number) } else { events(message, number) };
        let reached = match world.spine.exchange(&request) {
            Reached::Answered(response) => format!("{}", response.status),
            other => format!("{other:?}"),
        };
        shown[*turn].push(reached);
    }
    let strikes = world.spine.faults().strikes();
    let strikes = strikes.iter().map(|strike| serde_json::to_string(strike).expect("JSON")).collect();
    (strikes, shown.concat())
}

fn ruled(seed: u64) -> FaultPlan {
    let rules: Vec<FaultRule> = FaultPlan::read(
        "[[rules]]\nname = \"a\"\nphase = \"before\"\nfault = \"reset\"\ntrigger = { ratio = 0.3 }\n\
         [[rules]]\nname = \"b\"\nphase = \"after\"\nfault = \"close\"\ntrigger = { every = 3 }\n\
         [[rules]]\nname = \"c\"\nphase = \"before\"\nfault = { status = { code = 503 } }\n\
         trigger = { patient-class = { class = 0, of = 2 }, ratio = 0.5 }",
    )
    .expect("a plan")
    .rules;
    FaultPlan { seed, rules }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// Requirement: SIM-024.
    #[test]
    fn whoever_comes_first_the_same_exchanges_are_struck(
        seed in any::<u64>(),
        turns in Just((0..40).map(|place| place % 4).collect::<Vec<usize>>()).prop_shuffle(),
    ) {
        let in_order: Vec<usize> = (0..40).map(|place| place / 10).collect();
        let (plan, other) = (ruled(seed), ruled(seed.wrapping_add(1)));
        let (strikes, shown) = struck_in(&in_order, &plan);
        prop_assert_eq!(&(strikes.clone(), shown), &struck_in(&turns, &plan));
        prop_assert!(!strikes.is_empty());
        prop_assert_ne!(strikes, struck_in(&in_order, &other).0, "the seed means nothing");
    }
}
