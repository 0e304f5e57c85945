//! When a rule strikes: its conditions, which rule comes first, and that nobody's turn decides.

use std::collections::BTreeSet;

use jiff::SignedDuration;
use proptest::prelude::*;
use spine_simulator::fault::{FaultPlan, FaultRule, Loss, MENU, Reached};
use spine_simulator::scenario::Permission;
use spine_vocabulary::AcsPermission;

use crate::requests::{answered, events, retrieval, rule, under};
use crate::world::{ORDINARY, OTHER, SUMMARISED, World, patient};

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
fn a_rule_that_finds_nothing_to_strike_has_not_fired_and_waits() {
    let world = rule("phase = \"before\"\nfault = { change = \"consent\" }\ntrigger = { next = 1 }");
    let yes = Permission { store: Some(AcsPermission::Yes), view: Some(AcsPermission::Yes) };
    assert!(world.spine.set_permission(patient(OTHER), yes));
    answered(world.spine.exchange(&retrieval(1, OTHER)));
    assert_eq!((world.spine.faults().fired()["it"], world.spine.faults().rules()[0].armed), (0, Some(1)));
    assert!(world.spine.set_permission(patient(OTHER), Permission::default()));
    answered(world.spine.exchange(&retrieval(2, OTHER)));
    assert_eq!((world.spine.faults().fired()["it"], world.spine.faults().rules()[0].armed), (1, Some(0)));
    assert_eq!(world.spine.permission(patient(OTHER)), Some(yes));
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

#[test]
fn the_plan_that_the_documentation_shows_is_one() {
    let page = include_str!("../../docs/faults.md");
    let shown = page.split("```toml").nth(1).and_then(|rest| rest.split("```").next()).expect("an example");
    let plan = FaultPlan::read(shown).expect("a plan");
    assert_eq!((plan.seed, plan.rules.len()), (7, 3));
    // Every fault, condition and change that plans can write is in the documentation.
    let menu = include_str!("../../src/fault/menu.toml");
    let words = menu.lines().filter_map(|line| line.split_once("fault = ")).map(|(_, fault)| fault);
    for word in words.flat_map(|fault| fault.split([' ', '"', '{', '}', '=', ',', '[', ']'])) {
        let is_word = word.len() > 3 && word.chars().all(|one| one.is_ascii_lowercase() || one == '-');
        assert!(!is_word || page.contains(word), "{word} is not documented");
    }
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
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(24) })]

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
