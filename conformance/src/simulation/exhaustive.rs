//! Every moment of a run at which its process can die: before and after each write of the store and each exchange.
//!
//! After each of these deaths the practice resumes, its process dies once more at a moment that the seed chooses, and it resumes until
//! nothing is left to do. Everybody must then have come out as in a run in which nothing happened.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::atomic::{AtomicUsize, Ordering};

use spine_client::{Action, RunKind};

use super::cast::FORTY;
use super::coverage::Coverage;
use super::op::{Blow, Case, Habits, Op, Point};
use super::world::{Planted, Played, mix, play};
use crate::stage::StageError;

/// A kind of run, and what comes before it.
#[derive(Clone, Copy, Debug)]
pub struct Subject {
    /// The kind.
    pub kind: RunKind,
    /// What the practice does before.
    pub before: fn() -> Vec<Op>,
}

/// The kinds.
pub const SUBJECTS: [Subject; 2] = [
    Subject { kind: RunKind::InitialUpload, before: Vec::new },
    Subject { kind: RunKind::ConsentMigration, before: Vec::new },
];

/// The same for random simulations: how often each kind is begun.
pub(super) const WEIGHTS: &[(u64, RunKind)] = &[(5, RunKind::InitialUpload), (3, RunKind::ConsentMigration)];

/// A case that came out wrong.
#[derive(Clone, Debug)]
pub struct Failure {
    /// The case.
    pub case: Case,
    /// What is wrong with it.
    pub broken: Vec<String>,
}

/// What came of all the cases.
#[derive(Clone, Debug, Default)]
pub struct Outcome {
    /// How many were played.
    pub cases: usize,
    /// Those that came out wrong.
    pub failures: Vec<Failure>,
    /// What was met.
    pub coverage: Coverage,
}

impl Outcome {
    /// Adds another one's.
    pub fn add(&mut self, other: Self) {
        self.cases += other.cases;
        self.failures.extend(other.failures);
        self.coverage.add(&other.coverage);
    }
}

impl Subject {
    /// The run of this kind in which nothing happens.
    #[must_use]
    pub fn undisturbed(&self, seed: u64) -> Case {
        self.case(seed, Vec::new())
    }

    fn case(&self, seed: u64, strikes: Vec<Vec<(Point, Blow)>>) -> Case {
        let mut ops = (self.before)();
        let strikes = if strikes.is_empty() { vec![Vec::new()] } else { strikes };
        for (nth, strikes) in strikes.into_iter().enumerate() {
            let action = if nth == 0 { Action::Run } else { Action::Resume };
            let strikes = strikes.into_iter().map(|(at, blow)| super::op::Strike { at, blow }).collect();
            ops.push(Op::Run { kind: self.kind, action, strikes });
        }
        Case {
            seed,
            people: (0..FORTY.len()).collect(),
            habits: Habits { polls: 1, ..Habits::default() },
            ops,
        }
    }

    /// Dies at every moment, and once more while it recovers; with `deep` at every moment of every recovery.
    pub fn exhaust(&self, seed: u64, deep: bool, threads: usize) -> Result<Outcome, StageError> {
        let calm = play(&self.undisturbed(seed), None)?;
        let op = (self.before)().len() + 1;
        let (writes, exchanges) = calm.points.get(&op).copied().unwrap_or_default();
        let points = points((writes, exchanges));
        let cases: Vec<Case> = if deep {
            let alone = |at: &Point| self.case(seed, vec![vec![(*at, Blow::Crash)]]);
            let mut cases = Vec::new();
            for at in &points {
                let recovered = play(&alone(at), None)?;
                let again = recovered.points.get(&(op + 1)).copied().unwrap_or_default();
                let pair =
                    |next: Point| self.case(seed, vec![vec![(*at, Blow::Crash)], vec![(next, Blow::Crash)]]);
                cases.extend(self::points(again).into_iter().map(pair));
            }
            cases
        } else {
            let twice = |at: &Point| {
                let next = another(seed, *at, (writes, exchanges));
                self.case(seed, vec![vec![(*at, Blow::Crash)], vec![(next, Blow::Crash)]])
            };
            points.iter().map(twice).collect()
        };
        all(&cases, threads, None, &|_, played| self.differs(&calm, played))
    }

    /// What came out otherwise than in a run in which nothing happened.
    fn differs(&self, calm: &Played, played: &Played) -> Vec<String> {
        let mut wrong = Vec::new();
        let ours = |verdicts: &BTreeMap<(RunKind, String), super::Claim>| -> BTreeMap<String, super::Claim> {
            let of_kind = verdicts.iter().filter(|((kind, _), _)| *kind == self.kind);
            of_kind.map(|((_, key), claim)| (key.clone(), claim.clone())).collect()
        };
        let (expected, found) = (ours(&calm.verdicts), ours(&played.verdicts));
        for (key, claim) in &expected {
            if found.get(key) != Some(claim) {
                wrong.push(format!("{key} came out as {:?}, and undisturbed as {claim:?}", found.get(key)));
            }
        }
        if found.len() != expected.len() {
            wrong.push(format!("{} patients came out, and undisturbed {}", found.len(), expected.len()));
        }
        if played.held != calm.held {
            wrong.push(format!("the Spine holds {:?}, and undisturbed {:?}", played.held, calm.held));
        }
        wrong
    }
}

/// Every moment of a leg with so many writes and exchanges.
fn points((writes, exchanges): (u64, u64)) -> Vec<Point> {
    let writes = (1..=writes).flat_map(|n| [Point::BeforeWrite(n), Point::AfterWrite(n)]);
    let exchanges = (1..=exchanges).flat_map(|n| [Point::BeforeExchange(n), Point::AfterExchange(n)]);
    writes.chain(exchanges).collect()
}

/// A moment of the recovery after a death at `at`: one that it has most probably, since what was done need not be done again.
fn another(seed: u64, at: Point, (writes, exchanges): (u64, u64)) -> Point {
    let (nth, of) = match at {
        Point::BeforeWrite(n) | Point::AfterWrite(n) => (n, writes),
        Point::BeforeExchange(n) | Point::AfterExchange(n) => (n, exchanges),
    };
    let share = |all: u64| (all * of.saturating_sub(nth) / of.max(1)).max(3);
    let lot = mix(seed ^ mix(nth) ^ mix(of + at_kind(at)));
    let pick = |all: u64| 1 + (lot >> 8) % share(all);
    match lot % 4 {
        0 => Point::BeforeWrite(pick(writes)),
        1 => Point::AfterWrite(pick(writes)),
        2 => Point::BeforeExchange(pick(exchanges)),
        _ => Point::AfterExchange(pick(exchanges)),
    }
}

const fn at_kind(at: Point) -> u64 {
    match at {
        Point::BeforeWrite(_) => 1,
        Point::AfterWrite(_) => 2,
        Point::BeforeExchange(_) => 3,
        Point::AfterExchange(_) => 4,
    }
}

/// Looks at a played case for more than the simulation itself does.
pub(super) type Also<'a> = &'a (dyn Fn(&Case, &Played) -> Vec<String> + Sync);

/// Plays cases on several threads; what came of them does not depend on how many.
pub(super) fn all(
    cases: &[Case],
    threads: usize,
    planted: Option<Planted>,
    also: Also<'_>,
) -> Result<Outcome, StageError> {
    let (next, done) = (AtomicUsize::new(0), Mutex::new(BTreeMap::new()));
    std::thread::scope(|scope| {
        for _ in 0..threads.max(1) {
            scope.spawn(|| {
                loop {
                    let nth = next.fetch_add(1, Ordering::SeqCst);
                    let Some(case) = cases.get(nth) else { return };
                    let played = play(case, planted).map(|played| {
                        let mut broken = played.broken.clone();
                        if broken.is_empty() {
                            broken = also(case, &played);
                        }
                        (broken, played.coverage)
                    });
                    done.lock().unwrap_or_else(PoisonError::into_inner).insert(nth, played);
                }
            });
        }
    });
    let mut outcome = Outcome { cases: cases.len(), ..Outcome::default() };
    for (nth, played) in done.into_inner().unwrap_or_else(PoisonError::into_inner) {
        let (broken, coverage) = played?;
        outcome.coverage.add(&coverage);
        if let Some(case) = cases.get(nth).filter(|_| !broken.is_empty()) {
            outcome.failures.push(Failure { case: case.clone(), broken });
        }
    }
    Ok(outcome)
}
