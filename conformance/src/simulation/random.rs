//! Random simulations: what happens follows from a seed, and from nothing else.
//!
//! Most of it is what a bad week looks like: runs that are stopped, killed and resumed, records and permissions that change meanwhile, and
//! whatever the menu of faults has.

mod kept;
mod shrink;

use spine_client::{Action, RunKind};

pub use kept::{keep, kept};
pub use shrink::shrink;

use super::cast::PEOPLE;
use super::exhaustive::{Outcome, all};
use super::fault::{Rule, names};
use super::op::{Blow, Case, Change, Habits, Held, Op, Point, Strike};
use super::world::mix;
use crate::stage::StageError;

/// Plays the cases of so many seeds from `first` on.
pub fn seeds(first: u64, count: u64, threads: usize) -> Result<Outcome, StageError> {
    let cases: Vec<Case> = (first..first.saturating_add(count)).map(case).collect();
    all(&cases, threads, None, &|_, _| Vec::new())
}

/// The case of a seed: 20 to 60 ops over 10 to 60 patients.
#[must_use]
pub fn case(seed: u64) -> Case {
    let mut lots = Lots(mix(seed ^ 0x51_D0));
    let people = people(&mut lots);
    let habits = Habits {
        duplicate: lots.below(3) as u8,
        refuses_all: lots.below(4) == 0,
        polls: lots.below(4) as u8,
    };
    let ops = 20 + lots.below(41);
    let first = Op::Run { kind: kind(&mut lots), action: Action::Run, strikes: strikes(&mut lots, &people) };
    let rest: Vec<Op> = (1..ops).map(|_| op(&mut lots, &people)).collect();
    Case { seed, people, habits, ops: std::iter::once(first).chain(rest).collect() }
}

/// A stream of numbers from a seed.
struct Lots(u64);

impl Lots {
    fn next(&mut self) -> u64 {
        self.0 = mix(self.0);
        self.0
    }

    fn below(&mut self, end: u64) -> u64 {
        self.next() % end.max(1)
    }

    fn place(&mut self, length: usize) -> usize {
        usize::try_from(self.below(length as u64)).unwrap_or_default()
    }

    /// One of several things, each as likely as its weight says.
    fn pick<T: Copy>(&mut self, things: &[(u64, T)]) -> Option<T> {
        let mut left = self.below(things.iter().map(|(weight, _)| weight).sum());
        for (weight, thing) in things {
            if left < *weight {
                return Some(*thing);
            }
            left -= weight;
        }
        None
    }
}

fn people(lots: &mut Lots) -> Vec<usize> {
    let mut all: Vec<usize> = (0..PEOPLE).collect();
    let count = 10 + lots.place(51);
    let mut people: Vec<usize> =
        (0..count.min(PEOPLE)).map(|_| all.swap_remove(lots.place(all.len()))).collect();
    people.sort_unstable();
    people
}

fn somebody(lots: &mut Lots, people: &[usize]) -> usize {
    people.get(lots.place(people.len())).copied().unwrap_or_default()
}

fn op(lots: &mut Lots, people: &[usize]) -> Op {
    match lots.below(100) {
        0..34 => {
            let actions = [(5, Action::Resume), (3, Action::Run), (3, Action::Rerun), (2, Action::Failed)];
            let action = lots.pick(&actions).unwrap_or(Action::Run);
            Op::Run { kind: kind(lots), action, strikes: strikes(lots, people) }
        }
        34..44 => Op::Advance(u32::try_from(1 + lots.below(400)).unwrap_or(1)),
        44..60 => {
            let changes = [
                (5, Change::Dissent),
                (3, Change::Consent),
                (4, Change::Medicine),
                (1, Change::Surname),
                (1, Change::Leave),
                (2, Change::Busy),
                (2, Change::Free),
            ];
            Op::Change(somebody(lots, people), lots.pick(&changes).unwrap_or(Change::Medicine))
        }
        60..66 => Op::Add(lots.place(PEOPLE)),
        66..75 => Op::Login,
        75..77 => Op::Switch(lots.below(3) > 0),
        77..79 => Op::Release(somebody(lots, people)),
        79..87 => Op::Now(Blow::Calm),
        _ => Op::Now(blow(lots, people)),
    }
}

fn kind(lots: &mut Lots) -> RunKind {
    lots.pick(super::exhaustive::WEIGHTS).unwrap_or(RunKind::InitialUpload)
}

fn strikes(lots: &mut Lots, people: &[usize]) -> Vec<Strike> {
    let count = lots.pick(&[(3, 0), (4, 1), (2, 2), (1, 3)]).unwrap_or(0);
    (0..count).map(|_| strike(lots, people)).collect()
}

fn strike(lots: &mut Lots, people: &[usize]) -> Strike {
    let write = 1 + lots.below(60);
    let exchange = 1 + lots.below(90);
    let at = match lots.below(4) {
        0 => Point::BeforeWrite(write),
        1 => Point::AfterWrite(write),
        2 => Point::BeforeExchange(exchange),
        _ => Point::AfterExchange(exchange),
    };
    let blow = match lots.below(20) {
        0..7 => Blow::Crash,
        7..10 => Blow::Stop,
        10 => Blow::StopAndRun,
        11 => Blow::Rival,
        12 => Blow::DiskFull,
        13 if matches!(at, Point::BeforeWrite(_)) => Blow::WriteFails,
        14 if matches!(at, Point::BeforeWrite(_)) => Blow::NewsFails,
        _ => blow(lots, people),
    };
    Strike { at, blow }
}

fn blow(lots: &mut Lots, people: &[usize]) -> Blow {
    match lots.below(20) {
        0..4 => {
            let held = [(2, Held::No), (1, Held::Yes), (1, Held::Nothing)];
            Blow::Permission(somebody(lots, people), lots.pick(&held).unwrap_or(Held::No))
        }
        4 => Blow::Revoke,
        5 if lots.below(3) == 0 => Blow::Withdraw,
        6 => Blow::Sleep(u32::try_from(1 + lots.below(700)).unwrap_or(1)),
        7 => Blow::Skew(lots.pick(&[(2, 600), (2, -600), (1, -3_600), (1, 100)]).unwrap_or(0)),
        8 => Blow::Calm,
        _ => Blow::Arm(rule(lots)),
    }
}

fn rule(lots: &mut Lots) -> Rule {
    let names = names();
    let name = names.get(lots.place(names.len())).copied().unwrap_or_default().to_owned();
    match lots.below(3) {
        0 => Rule { name, next: None, percent: Some(u8::try_from(1 + lots.below(40)).unwrap_or(1)) },
        _ => Rule { name, next: Some(1 + lots.below(6)), percent: None },
    }
}
