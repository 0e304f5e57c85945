//! Runs cases: plays each scenario once, lets its cases judge, and asks the Spine's cases one by one.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use crate::case::{Case, Check};
use crate::outcome::Outcome;
use crate::stage::ground::{Given, Ground, Server, Town};
use crate::stage::library::{self, Seams};
use crate::stage::{Need, Observation, Scenario, StageError};
use crate::wire::Tamper;

/// Whoever plays scenarios: a client in some guise.
pub trait Player: Send + Sync {
    /// What it is, for the report.
    fn name(&self) -> String;

    /// Why it cannot play what needs this, if it cannot.
    fn cannot(&self, need: Need) -> Option<String>;

    /// Plays a scenario.
    fn play(&self, scenario: &Scenario) -> Result<Observation, StageError>;
}

/// The client's library in virtual time.
pub struct Library(pub Seams);

/// Which Spine is asked.
pub enum Target {
    /// The simulator in this process, and as a server for cases that need one.
    Simulator {
        /// Makes whoever tampers with what passes, for each case anew.
        tamper: fn() -> Arc<dyn Tamper>,
        /// The simulator as a server; `None` skips the cases that need one.
        server: Option<Server>,
    },
    /// A server.
    Server(Server),
}

/// What one case came to.
#[derive(Clone)]
pub struct Judged {
    /// The case.
    pub case: &'static Case,
    /// The outcome.
    pub outcome: Outcome,
}

impl Player for Library {
    fn name(&self) -> String {
        "the client's library, in virtual time".into()
    }

    fn cannot(&self, need: Need) -> Option<String> {
        (need == Need::Process).then(|| "is about a process: give --client-command".to_owned())
    }

    fn play(&self, scenario: &Scenario) -> Result<Observation, StageError> {
        library::play(scenario, &self.0)
    }
}

/// Runs the cases of clients with some threads, in the order given.
#[must_use]
pub fn clients(cases: &[&'static Case], player: &dyn Player, threads: usize) -> Vec<Judged> {
    let mut scenarios: Vec<&'static Scenario> = Vec::new();
    for case in cases {
        if let Check::Client { scenario, .. } = case.check
            && !scenarios.iter().any(|known| known.name == scenario.name)
        {
            scenarios.push(scenario);
        }
    }
    let next = AtomicUsize::new(0);
    let judged: Mutex<BTreeMap<&'static str, Outcome>> = Mutex::default();
    std::thread::scope(|scope| {
        for _ in 0..threads.clamp(1, scenarios.len().max(1)) {
            scope.spawn(|| {
                while let Some(scenario) = scenarios.get(next.fetch_add(1, Ordering::SeqCst)) {
                    let outcomes = of_scenario(cases, scenario, player);
                    judged.lock().unwrap_or_else(PoisonError::into_inner).extend(outcomes);
                }
            });
        }
    });
    let mut judged = judged.into_inner().unwrap_or_else(PoisonError::into_inner);
    cases.iter().filter_map(|case| Some(Judged { case, outcome: judged.remove(case.name)? })).collect()
}

/// Plays a scenario and lets its cases judge.
fn of_scenario(
    cases: &[&'static Case],
    scenario: &'static Scenario,
    player: &dyn Player,
) -> Vec<(&'static str, Outcome)> {
    let observed = match player.cannot(scenario.need) {
        Some(reason) => Err(Outcome::Skipped { reason }),
        None => player.play(scenario).map_err(|error| Outcome::Broken { reason: error.to_string() }),
    };
    let judge = |case: &&'static Case| match case.check {
        Check::Client { scenario: of, judge } if of.name == scenario.name => {
            let outcome = match &observed {
                Ok(observation) => judge(observation).into(),
                Err(outcome) => outcome.clone(),
            };
            Some((case.name, outcome))
        }
        _ => None,
    };
    cases.iter().filter_map(judge).collect()
}

/// Runs the cases of a Spine, one after the other.
#[must_use]
pub fn spines(cases: &[&'static Case], town: &Town, target: &Target) -> Vec<Judged> {
    let given = Given::default();
    let mut judged = Vec::new();
    for case in cases {
        let Check::Spine { settings, server, judge } = case.check else { continue };
        let ground = match target {
            Target::Server(_) if settings.is_some() => {
                Err(Outcome::Skipped { reason: "needs a Spine that behaves otherwise".into() })
            }
            Target::Server(at) => Ok(Ground::over(town, &given, at.clone(), crate::stage::ground::honest())),
            Target::Simulator { tamper, server: Some(at) } if server => {
                Ok(Ground::over(town, &given, at.clone(), tamper()))
            }
            Target::Simulator { .. } if server => Err(Outcome::Skipped { reason: "needs a server".into() }),
            Target::Simulator { tamper, .. } => {
                Ground::in_process(town, &given, settings.unwrap_or(|_| {}), tamper())
                    .map_err(|error| Outcome::Broken { reason: error.to_string() })
            }
        };
        let outcome = match ground {
            Err(outcome) => outcome,
            Ok(ground) => {
                let verdict = judge(&ground);
                match ground.wrong() {
                    Some(reason) => Outcome::Broken { reason },
                    None => verdict.into(),
                }
            }
        };
        judged.push(Judged { case, outcome });
    }
    judged
}
