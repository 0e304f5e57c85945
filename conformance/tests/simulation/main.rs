//! The crash simulation on our own client and simulator: exhaustive, by the menu of faults, at random, and kept.
//!
//! `spine-conformance simulate` plays more of the same.

#![expect(clippy::unwrap_used, clippy::panic, reason = "tests")]

use std::collections::BTreeSet;
use std::path::Path;

use spine_client::{Action, RunKind};
use spine_conformance::simulation::exhaustive::{Outcome, SUBJECTS, Subject};
use spine_conformance::simulation::fault::{ELSEWHERE, expressible, names};
use spine_conformance::simulation::{Blow, Case, Habits, Op, Planted, Point, play, random};

/// How many simulations are played at a time.
const THREADS: usize = 2;
/// How many random simulations belong to every test run.
const SEEDS: u64 = 500;

/// Situations that a suite which never meets them has proven nothing about.
const PROMISED: [&str; 24] = [
    "SCR was switched off",
    "SCR was switched on again",
    "a dissent meanwhile ended the sending of a summary",
    "a message on its way was interrupted",
    "a message was given up",
    "a message was provably not taken",
    "a message went quiet",
    "a patient was put off",
    "a process died",
    "a process died again",
    "a run was finished",
    "a run was halted",
    "a run was refused",
    "a run was resumed under a new session",
    "a run was stopped",
    "a second process is told who holds the run",
    "abandoned and decided afresh",
    "abandoned and set aside",
    "acknowledged by the answer to a resend",
    "an unresolved message was inherited",
    "refused by the Spine for good",
    "refused since another summary had come between",
    "what was in doubt was found absent",
    "what was in doubt was found stored",
];

/// Nothing may be broken; the first case that broke something is shown as it can be played again.
fn holds(what: &str, outcome: &Outcome) {
    if let Some(first) = outcome.failures.first() {
        let (failed, why) = (outcome.failures.len(), first.broken.join("\n"));
        let small = random::shrink(&first.case, None).unwrap();
        panic!("{what}: {failed} of {} cases; the first:\n{}\n{why}", outcome.cases, small.json());
    }
}

fn exhausts(subject: &Subject) {
    let outcome = subject.exhaust(1, false, THREADS).unwrap();
    let kind = format!("{:?}", subject.kind);
    holds(&kind, &outcome);
    assert!(outcome.cases > 200, "{kind}: {} cases", outcome.cases);
    let met = |what| outcome.coverage.situations.get(what).copied().unwrap_or_default();
    let (died, again) = (met("a process died"), met("a process died again"));
    assert_eq!(died, outcome.cases as u64, "{kind}");
    assert!(again * 10 >= died * 8, "{kind}: {again} of {died} died again while they recovered");
}

#[test]
fn wherever_a_run_dies_everybody_comes_out_as_if_it_had_not() {
    for subject in &SUBJECTS {
        exhausts(subject);
    }
}

#[test]
fn whatever_happens_nothing_is_lost_or_doubled_and_everything_promised_is_met() {
    let menu = random::menu(THREADS).unwrap();
    holds("the menu", &menu);
    let stated: BTreeSet<String> = names().into_iter().map(str::to_owned).collect();
    let never: Vec<_> = stated.difference(&menu.coverage.rules).collect();
    assert!(never.is_empty(), "these rules never fired: {never:?}");

    let mut all = random::seeds(1, SEEDS, THREADS).unwrap();
    holds("random", &all);
    all.add(menu);
    let never: Vec<_> =
        expressible().into_iter().filter(|id| !all.coverage.faults.contains_key(id)).collect();
    assert!(never.is_empty(), "these faults of the menu never fired: {never:?}");
    let never: Vec<_> = PROMISED.iter().filter(|what| !all.coverage.situations.contains_key(*what)).collect();
    assert!(never.is_empty(), "these situations were never met: {never:?}");
}

#[test]
fn every_fault_of_the_menu_is_expressed_here_or_said_to_be_elsewhere() {
    let sizes = [("T", 22), ("H", 9), ("S", 19), ("P", 10), ("A", 3), ("C", 11), ("O", 14)];
    let menu = sizes.iter().flat_map(|(letter, count)| (1..=*count).map(move |n| format!("{letter}{n}")));
    let menu: BTreeSet<String> = menu.collect();
    let elsewhere: BTreeSet<String> = ELSEWHERE.iter().map(|(id, _)| (*id).to_owned()).collect();
    assert_eq!(menu.len(), 88);
    assert_eq!(expressible().intersection(&elsewhere).count(), 0);
    assert_eq!(expressible().union(&elsewhere).cloned().collect::<BTreeSet<_>>(), menu);
}

#[test]
fn what_was_ever_wrong_is_right() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures/regressions/simulation");
    let kept = random::kept(&folder).unwrap();
    assert!(kept.len() >= 4);
    for (name, case) in kept {
        let played = play(&case, None).unwrap();
        assert!(played.broken.is_empty(), "{name}: {:?}", played.broken);
    }
}

#[test]
fn the_same_case_plays_the_same_way_to_the_byte() {
    let subjects = SUBJECTS.iter().map(|subject| {
        let mut case = subject.undisturbed(5);
        case.ops.push(Op::Advance(3));
        case.ops.push(Op::struck(subject.kind, Action::Rerun, Point::AfterWrite(20), Blow::Crash));
        case
    });
    let mut lines = 0;
    for case in subjects.chain((1..=20).map(random::case)) {
        let log = play(&case, None).unwrap().log;
        assert_eq!(play(&case, None).unwrap().log, log, "seed {}", case.seed);
        let read: Case = serde_json::from_str(&case.json()).unwrap();
        assert_eq!(read, case);
        lines += log.len();
    }
    assert!(lines > 5_000, "hardly anything happened: {lines} lines");
    let case = SUBJECTS[0].undisturbed(5);
    let other = Case { seed: 6, ..case.clone() };
    assert_ne!(play(&other, None).unwrap().log, play(&case, None).unwrap().log);
}

/// A case in which a mistake shows.
fn showing(planted: Planted) -> Case {
    let (upload, run) = (RunKind::InitialUpload, Action::Run);
    let action = |n: u64| if n == 0 { run } else { Action::Resume };
    let ops = match planted {
        Planted::AcknowledgesBeforeDurable
        | Planted::SpineStoresTwice
        | Planted::SendsTwice
        | Planted::CountsWrong
        | Planted::OverlooksDissent
        | Planted::SkipsWhoeverIsDue => vec![Op::run(upload, run)],
        // Forty deaths, each with something on its way.
        Planted::MintsIdOnResend | Planted::TakesAbsentForStored => {
            let die = |n: u64| Op::struck(upload, action(n), Point::BeforeExchange(n % 20 + 5), Blow::Crash);
            (0..40).map(die).collect()
        }
        Planted::LetsTheSecondIn => vec![Op::struck(upload, run, Point::AfterExchange(10), Blow::Rival)],
    };
    Case { seed: 3, people: (0..40).collect(), habits: Habits::default(), ops }
}

/// Which of the simulation's promises a mistake breaks.
const fn breaks(planted: Planted) -> &'static str {
    match planted {
        Planted::AcknowledgesBeforeDurable | Planted::MintsIdOnResend => "J1",
        Planted::SpineStoresTwice => "J6",
        Planted::SendsTwice => "doubled",
        Planted::CountsWrong => "J4",
        Planted::TakesAbsentForStored | Planted::SkipsWhoeverIsDue => "lost",
        Planted::OverlooksDissent => "content",
        Planted::LetsTheSecondIn => "J5",
    }
}

#[test]
fn every_planted_mistake_is_noticed_for_what_it_is() {
    for planted in Planted::ALL {
        let case = showing(planted);
        let honest = play(&case, None).unwrap();
        assert!(honest.broken.is_empty(), "{planted:?}: {:?}", honest.broken);
        let wrong = play(&case, Some(planted)).unwrap();
        let first = wrong.broken.first().map(String::as_str).unwrap_or_default();
        assert!(first.starts_with(breaks(planted)), "{planted:?} was noticed as {first:?}");
    }
}

#[test]
fn a_case_that_comes_out_wrong_is_made_small() {
    let mut case = random::case(9);
    case.people.extend(0..10);
    case.ops.insert(3, Op::run(RunKind::InitialUpload, Action::Run));
    let small = random::shrink(&case, Some(Planted::OverlooksDissent)).unwrap();
    assert!(small.ops.len() <= 2 && small.people.len() <= 2, "{}", small.json());
    assert!(play(&small, Some(Planted::OverlooksDissent)).unwrap().broken[0].starts_with("content"));
    assert!(play(&small, None).unwrap().broken.is_empty());
}
