//! A case for every fault of the menu that is stated by a rule, and for every situation that chance rarely brings about.

use spine_client::{Action, RunKind};
use spine_simulator::fault::MENU;

use super::{Rule, names};
use crate::simulation::cast::FORTY;
use crate::simulation::op::{Blow, Case, Change, Habits, Op, Point};

/// Whoever has something clinical to send in an Initial Upload.
const SENDERS: [usize; 6] = [0, 1, 6, 10, 11, 12];

/// The cases, in the order of the menu.
#[must_use]
pub fn cases() -> Vec<Case> {
    let by_rule = names().into_iter().map(case);
    by_rule.chain([dissent_meanwhile(), later_session(), overnight()]).collect()
}

/// A migration and an upload while a rule is at work; the upload dies once in the middle.
fn case(name: &'static str) -> Case {
    let arm = |name: &str, next| {
        Op::Now(Blow::Arm(Rule { name: name.to_owned(), next: Some(next), percent: None }))
    };
    // What strikes the second attempt of somebody needs a first one that came to nothing.
    let second = MENU.iter().any(|row| row.rule.name == name && row.rule.trigger.nth.is_some());
    let first = if second { vec![arm("answer-reset", 4)] } else { Vec::new() };
    let (upload, migration) = (RunKind::InitialUpload, RunKind::ConsentMigration);
    let rest = [arm(name, 2), Op::run(migration, Action::Run), Op::Now(Blow::Calm), arm(name, 2)];
    let runs = [
        Op::struck(upload, Action::Run, Point::AfterExchange(70), Blow::Crash),
        Op::run(upload, Action::Resume),
    ];
    of(rest.into_iter().chain(first.into_iter().rev()).chain(runs).collect(), second)
}

/// A rule that strikes second attempts comes after the one that strikes the first.
fn of(mut ops: Vec<Op>, second: bool) -> Case {
    if second {
        ops.swap(3, 4);
    }
    Case {
        seed: 11,
        people: (0..FORTY.len()).collect(),
        habits: Habits { polls: 1, ..Habits::default() },
        ops,
    }
}

/// Requests are lost with the process that sent them, and everybody dissents before it is resumed.
fn dissent_meanwhile() -> Case {
    let die = |n: u64| {
        let action = if n == 0 { Action::Run } else { Action::Resume };
        Op::struck(RunKind::InitialUpload, action, Point::BeforeExchange(6 + 3 * n), Blow::Crash)
    };
    let dissent = SENDERS.map(|place| Op::Change(place, Change::Dissent));
    of(
        (0..4).map(die).chain(dissent).chain([Op::run(RunKind::InitialUpload, Action::Resume)]).collect(),
        false,
    )
}

/// The computer sleeps through the end of the session; the run goes on under the next one.
fn later_session() -> Case {
    let upload = RunKind::InitialUpload;
    let asleep = Op::struck(upload, Action::Run, Point::AfterExchange(20), Blow::Sleep(11 * 60));
    of(vec![asleep, Op::Login, Op::run(upload, Action::Resume)], false)
}

/// A clock that is an hour behind, and a disk that is full, one night after the other.
fn overnight() -> Case {
    let upload = RunKind::InitialUpload;
    let ops = vec![
        Op::struck(upload, Action::Run, Point::AfterExchange(20), Blow::Skew(-3_600)),
        Op::Advance(12 * 60),
        Op::Login,
        Op::struck(upload, Action::Resume, Point::BeforeWrite(5), Blow::DiskFull),
        Op::Now(Blow::Calm),
        Op::run(upload, Action::Resume),
    ];
    of(ops, false)
}
