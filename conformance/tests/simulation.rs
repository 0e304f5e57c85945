//! The crash simulation on our own client and simulator.

#![expect(clippy::unwrap_used, clippy::panic, reason = "tests")]

use spine_client::{Action, RunKind};
use spine_conformance::simulation::exhaustive::{SUBJECTS, Subject};
use spine_conformance::simulation::{Blow, Case, Habits, Op, Planted, Point, play};

/// How many simulations are played at a time.
const THREADS: usize = 2;

fn exhausts(subject: &Subject) {
    let outcome = subject.exhaust(1, false, THREADS).unwrap();
    let kind = subject.kind;
    if let Some(first) = outcome.failures.first() {
        let (failed, why) = (outcome.failures.len(), first.broken.join("\n"));
        panic!("{kind:?}: {failed} of {} cases; the first:\n{}\n{why}", outcome.cases, first.case.json());
    }
    assert!(outcome.cases > 200, "{kind:?}: {} cases", outcome.cases);
    let met = |what| outcome.coverage.situations.get(what).copied().unwrap_or_default();
    let (died, again) = (met("a process died"), met("a process died again"));
    assert_eq!(died, outcome.cases as u64, "{kind:?}");
    assert!(again * 10 >= died * 8, "{kind:?}: {again} of {died} died again while they recovered");
}

#[test]
fn wherever_a_run_dies_everybody_comes_out_as_if_it_had_not() {
    for subject in &SUBJECTS {
        exhausts(subject);
    }
}

#[test]
fn the_same_case_plays_the_same_way_to_the_byte() {
    for subject in &SUBJECTS {
        let mut case = subject.undisturbed(5);
        case.ops.push(Op::Advance(3));
        case.ops.push(Op::struck(subject.kind, Action::Rerun, Point::AfterWrite(20), Blow::Crash));
        let played = play(&case, None).unwrap();
        assert!(played.broken.is_empty(), "{:?}", played.broken);
        assert!(played.log.len() > 100);
        for _ in 0..3 {
            assert_eq!(play(&case, None).unwrap().log, played.log);
        }
        let read: Case = serde_json::from_str(&case.json()).unwrap();
        assert_eq!(read, case);
        let other = Case { seed: 6, ..case };
        assert_ne!(play(&other, None).unwrap().log, played.log);
    }
}

/// A case in which a mistake shows.
fn showing(planted: Planted) -> Case {
    let (upload, run) = (RunKind::InitialUpload, Action::Run);
    let strike = |at, blow| vec![Op::struck(upload, run, at, blow)];
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
        Planted::LetsTheSecondIn => strike(Point::AfterExchange(10), Blow::Rival),
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
