//! The plan at work: which attempt this is, which rule strikes it, and how often each did.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use serde::Serialize;
use spine_vocabulary::NhsNumber;

use super::plan::{Asked, FaultPlan, FaultRule, Phase, PlanError, mix, word};

/// How many strikes are remembered; the oldest are forgotten beyond it, and the counts stay.
const REMEMBERED: usize = 100_000;

/// One exchange as a rule sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
pub struct Attempt {
    /// Whose; `None` when the request names nobody, or for a connection.
    pub patient: Option<NhsNumber>,
    /// What is asked; `None` when it is nothing that the Spine serves, or for a connection.
    pub asked: Option<Asked>,
    /// The number of the attempt of this patient with this interaction, from 1.
    pub number: u64,
}

impl Attempt {
    /// What the dice show for this attempt under this rule.
    pub(super) fn throw(&self, seed: u64, rule: &str) -> u64 {
        let patient = self.patient.map(NhsNumber::reveal).unwrap_or_default();
        let asked = self.asked.map(Asked::name).unwrap_or_default();
        [word(rule.as_bytes()), word(patient.as_bytes()), word(asked.as_bytes()), self.number]
            .into_iter()
            .fold(mix(seed), |state, part| mix(state ^ part))
    }
}

/// One exchange that a rule struck.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Strike {
    /// The rule.
    pub rule: String,
    /// What it struck.
    #[serde(flatten)]
    pub attempt: Attempt,
    /// Whether what the request asked for was done.
    pub work_done: bool,
}

/// A rule and how it stands.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RuleState {
    /// The rule, as it was set.
    #[serde(flatten)]
    pub rule: FaultRule,
    /// How many more exchanges it strikes; `None` is without limit.
    pub armed: Option<u64>,
    /// How many it has struck.
    pub fired: u64,
}

/// The plan of one Spine, at work. Every method may be called while requests are served.
#[derive(Debug, Default)]
pub struct Faults {
    has_rules: AtomicBool,
    stays_calm: AtomicBool,
    inner: Mutex<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    seed: u64,
    rules: Vec<Standing>,
    attempts: HashMap<(Option<NhsNumber>, Option<Asked>), u64>,
    connections: u64,
    strikes: VecDeque<Strike>,
}

#[derive(Debug)]
struct Standing {
    rule: Arc<FaultRule>,
    armed: Option<u64>,
    fired: u64,
}

impl Standing {
    fn new(rule: FaultRule) -> Self {
        Self { armed: rule.trigger.next, rule: Arc::new(rule), fired: 0 }
    }
}

/// The rule that is to strike an exchange. If it comes to nothing, [`Faults::spare`] it.
#[derive(Clone, Debug)]
pub(super) struct Chosen {
    pub(super) rule: Arc<FaultRule>,
    pub(super) attempt: Attempt,
    pub(super) seed: u64,
}

/// Which rules may strike.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Scope {
    /// Every one.
    All,
    /// Those of phase `connect` that ask for nothing that a connection does not show.
    Connection,
    /// Those of every other phase: the connection was spoken for.
    Connected,
}

impl Faults {
    /// Puts a plan in the place of the one there is. Attempts are counted from 1 again, and nothing has fired.
    pub fn replace(&self, plan: FaultPlan) -> Result<(), PlanError> {
        plan.check()?;
        let has_rules = !plan.rules.is_empty();
        self.may_have(has_rules)?;
        let rules = plan.rules.into_iter().map(Standing::new).collect();
        let mut inner = self.inner();
        *inner = Inner { seed: plan.seed, rules, ..Inner::default() };
        self.has_rules.store(has_rules, Ordering::SeqCst);
        Ok(())
    }

    /// Takes every rule away.
    pub fn clear(&self) {
        let mut inner = self.inner();
        *inner = Inner { seed: inner.seed, ..Inner::default() };
        self.has_rules.store(false, Ordering::SeqCst);
    }

    /// Adds rules at the end of the plan, all or none; attempts go on being counted.
    pub fn add(&self, rules: impl IntoIterator<Item = FaultRule>) -> Result<(), PlanError> {
        let mut inner = self.inner();
        let mut plan = inner.plan();
        let before = plan.rules.len();
        plan.rules.extend(rules);
        plan.check()?;
        self.may_have(plan.rules.len() > before)?;
        inner.rules.extend(plan.rules.drain(before..).map(Standing::new));
        self.has_rules.store(!inner.rules.is_empty(), Ordering::SeqCst);
        Ok(())
    }

    /// Lets a rule strike the next `n` exchanges that meet its other conditions, and none after; `false` when there is no
    /// rule of this name.
    pub fn arm(&self, rule: &str, n: u64) -> bool {
        let mut inner = self.inner();
        let found = inner.rules.iter_mut().find(|standing| standing.rule.name == rule);
        found.map(|standing| standing.armed = Some(n)).is_some()
    }

    /// Lets a rule strike nothing until it is armed again; `false` when there is no rule of this name.
    pub fn disarm(&self, rule: &str) -> bool {
        self.arm(rule, 0)
    }

    /// The plan as it was set, with what was added.
    #[must_use]
    pub fn plan(&self) -> FaultPlan {
        self.inner().plan()
    }

    /// Every rule and how it stands.
    #[must_use]
    pub fn rules(&self) -> Vec<RuleState> {
        let state = |standing: &Standing| RuleState {
            rule: FaultRule::clone(&standing.rule),
            armed: standing.armed,
            fired: standing.fired,
        };
        self.inner().rules.iter().map(state).collect()
    }

    /// How often each rule struck, by name; rules that never did are there with 0.
    #[must_use]
    pub fn fired(&self) -> BTreeMap<String, u64> {
        self.inner().rules.iter().map(|standing| (standing.rule.name.clone(), standing.fired)).collect()
    }

    /// What was struck, oldest first: the last hundred thousand.
    #[must_use]
    pub fn strikes(&self) -> Vec<Strike> {
        self.inner().strikes.iter().cloned().collect()
    }

    /// From now on no rule is taken.
    pub(crate) fn stay_calm(&self) {
        self.stays_calm.store(true, Ordering::SeqCst);
    }

    fn may_have(&self, rules: bool) -> Result<(), PlanError> {
        if rules && self.stays_calm.load(Ordering::SeqCst) { Err(PlanError::Kept) } else { Ok(()) }
    }

    /// Whether there is no rule, so that nothing needs to be asked or counted.
    pub(super) fn is_calm(&self) -> bool {
        !self.has_rules.load(Ordering::SeqCst)
    }

    /// Counts an exchange and chooses the rule that is to strike it. Its `next` is spent at once, so that two exchanges never
    /// share the last one.
    pub(super) fn choose(
        &self,
        patient: Option<NhsNumber>,
        asked: Option<Asked>,
        now: Timestamp,
        scope: Scope,
    ) -> Option<Chosen> {
        let mut inner = self.inner();
        let count = match scope {
            Scope::Connection => &mut inner.connections,
            Scope::All | Scope::Connected => inner.attempts.entry((patient, asked)).or_default(),
        };
        *count += 1;
        let attempt = Attempt { patient, asked, number: *count };
        let seed = inner.seed;
        let standing = inner.rules.iter_mut().find(|standing| {
            let rule = &standing.rule;
            let in_scope = match scope {
                Scope::All => true,
                Scope::Connection => rule.is_about_connections(),
                Scope::Connected => rule.phase != Phase::Connect,
            };
            in_scope && standing.armed != Some(0) && rule.trigger.holds(seed, &rule.name, &attempt, now)
        })?;
        standing.armed = standing.armed.map(|armed| armed - 1);
        Some(Chosen { rule: Arc::clone(&standing.rule), attempt, seed })
    }

    /// Notes that a chosen rule struck.
    pub(super) fn struck(&self, chosen: &Chosen, work_done: bool) {
        let mut inner = self.inner();
        if let Some(standing) = inner.standing(chosen) {
            standing.fired += 1;
        }
        if inner.strikes.len() == REMEMBERED {
            inner.strikes.pop_front();
        }
        let rule = chosen.rule.name.clone();
        inner.strikes.push_back(Strike { rule, attempt: chosen.attempt, work_done });
    }

    /// Notes that a chosen rule found nothing to strike: it has not fired, and its `next` is not spent.
    pub(super) fn spare(&self, chosen: &Chosen) {
        if let Some(standing) = self.inner().standing(chosen) {
            standing.armed = standing.armed.map(|armed| armed.saturating_add(1));
        }
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inner {
    fn plan(&self) -> FaultPlan {
        let rules = self.rules.iter().map(|standing| FaultRule::clone(&standing.rule)).collect();
        FaultPlan { seed: self.seed, rules }
    }

    /// The rule as it stands, unless another plan took its place meanwhile.
    fn standing(&mut self, chosen: &Chosen) -> Option<&mut Standing> {
        self.rules.iter_mut().find(|standing| Arc::ptr_eq(&standing.rule, &chosen.rule))
    }
}
