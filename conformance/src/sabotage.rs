//! Named defects, planted on purpose: a case that none of them makes fail proves nothing.
//!
//! A defect of a client is planted at its seams (what passes on its wire, its store, clock, ids, settings, the practice's files), one
//! of a Spine in a tampering relay before it. A requirement is *proven* when a case that cites it passes without and fails with some
//! defect.

mod bent;
pub mod defects;
mod hooks;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde::Serialize;

use crate::case::Case;
use crate::outcome::Outcome;
use crate::runner::{self, Library, Target};
use crate::stage::ground::Town;
use crate::stage::library::Seams;
use crate::wire::Tamper;

pub use bent::Bent;
pub use hooks::{edit_column, rewriting_answers, rewriting_requests};

/// One planted defect.
#[derive(Clone, Copy)]
pub struct Sabotage {
    /// Its name: `area/what-is-wrong`, unique.
    pub name: &'static str,
    /// What is wrong, in a sentence.
    pub what: &'static str,
    /// Where it is planted.
    pub aim: Aim,
}

/// Where a defect is planted.
#[derive(Clone, Copy)]
pub enum Aim {
    /// In a client, at its seams; the scenarios in which it must show, by name.
    Client(fn() -> Seams, &'static [&'static str]),
    /// Before a Spine.
    Spine(fn() -> Arc<dyn Tamper>),
}

impl Sabotage {
    /// A defect of a client, at its seams; it must show in these scenarios.
    #[must_use]
    pub const fn of_client(
        name: &'static str,
        what: &'static str,
        seams: fn() -> Seams,
        scenarios: &'static [&'static str],
    ) -> Self {
        Self { name, what, aim: Aim::Client(seams, scenarios) }
    }

    /// A defect of a Spine, in a relay before it.
    #[must_use]
    pub const fn of_spine(name: &'static str, what: &'static str, tamper: fn() -> Arc<dyn Tamper>) -> Self {
        Self { name, what, aim: Aim::Spine(tamper) }
    }
}

/// What a defect came to.
#[derive(Clone, Debug, Serialize)]
pub struct Caught {
    /// Its name.
    pub name: &'static str,
    /// What is wrong.
    pub what: &'static str,
    /// The cases that failed with it and pass without; none: it was not caught.
    pub by: Vec<&'static str>,
}

/// Plants defects one by one; `sound` are the names of the cases that pass without any.
#[must_use]
pub fn plant(
    sabotages: &[Sabotage],
    cases: &[&'static Case],
    sound: &BTreeSet<&'static str>,
    town: &Town,
    threads: usize,
) -> Vec<Caught> {
    let cases: Vec<&'static Case> = cases.iter().copied().filter(|case| sound.contains(case.name)).collect();
    let one = |sabotage: &Sabotage| {
        let judged = match sabotage.aim {
            Aim::Client(seams, scenarios) => {
                let concerned: Vec<_> = cases.iter().copied().filter(|case| is_of(case, scenarios)).collect();
                runner::clients(&concerned, &Library(seams()), 1)
            }
            // Whoever plants a defect of a Spine says in its name which cases must find it.
            Aim::Spine(tamper) => {
                let area = sabotage.name.split('/').next().unwrap_or_default();
                let concerned: Vec<_> = cases.iter().copied().filter(|case| case.area() == area).collect();
                runner::spines(&concerned, town, &Target::Simulator { tamper, server: None })
            }
        };
        let failed = judged.into_iter().filter(|one| matches!(one.outcome, Outcome::Failed(_)));
        Caught { name: sabotage.name, what: sabotage.what, by: failed.map(|one| one.case.name).collect() }
    };
    in_threads(sabotages, threads, one)
}

/// The requirements that some defect proved, with the defects.
#[must_use]
pub fn proven(caught: &[Caught], cases: &[&'static Case]) -> BTreeMap<&'static str, Vec<&'static str>> {
    let mut proven: BTreeMap<&'static str, Vec<&'static str>> = BTreeMap::new();
    for one in caught {
        for case in cases.iter().filter(|case| one.by.contains(&case.name)) {
            for requirement in case.requirements {
                let defects = proven.entry(requirement).or_default();
                if !defects.contains(&one.name) {
                    defects.push(one.name);
                }
            }
        }
    }
    proven
}

fn is_of(case: &Case, scenarios: &[&str]) -> bool {
    match case.check {
        crate::case::Check::Client { scenario, .. } => scenarios.contains(&scenario.name),
        crate::case::Check::Spine { .. } => false,
    }
}

/// Does the same with each of many, on some threads, and keeps their order.
fn in_threads<T: Sync, R: Send>(items: &[T], threads: usize, work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let next = std::sync::atomic::AtomicUsize::new(0);
    let done = std::sync::Mutex::new(BTreeMap::new());
    std::thread::scope(|scope| {
        for _ in 0..threads.max(1) {
            scope.spawn(|| {
                loop {
                    let place = next.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
                    let Some(item) = items.get(place) else { return };
                    let result = work(item);
                    done.lock().unwrap_or_else(std::sync::PoisonError::into_inner).insert(place, result);
                }
            });
        }
    });
    done.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner).into_values().collect()
}
