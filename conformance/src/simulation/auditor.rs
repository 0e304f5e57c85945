//! The auditor: from what people did, from the Spine's ledger and from what the client reports, works out whether anything was lost,
//! doubled, or said about somebody who dissents. It knows nothing of how the client works.
//!
//! Who is due is the oracle's word. Local consent is followed from import to import, permissions from setting to setting.

mod due;
mod ledger;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::Timestamp;
use spine_client::RunKind;
use spine_oracle::facts::{Day, Patient, Practice};

use super::cast::Roster;
use super::world::Scene;
pub(super) use ledger::held;

/// How a patient came out of a run, as the client reports it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Claim {
    /// The counter.
    pub counter: String,
    /// The reason's code, once settled.
    pub reason: Option<String>,
    /// The event that the Spine is said to have acknowledged.
    pub event: Option<String>,
}

/// What the client reports of a run.
#[derive(Clone, Debug)]
pub(super) struct Claims {
    pub(super) run: i64,
    pub(super) kind: RunKind,
    pub(super) finished: bool,
    pub(super) population: u64,
    pub(super) counters: BTreeMap<String, u64>,
    /// By the practice's id of the patient.
    pub(super) patients: BTreeMap<String, Claim>,
}

/// The practice from a moment on.
struct Version {
    at: Timestamp,
    roster: Arc<Roster>,
}

/// When a run opened, and whether its end was audited.
#[derive(Clone, Copy)]
struct Open {
    at: Timestamp,
    finished: bool,
}

/// The auditor.
pub(super) struct Auditor {
    versions: Vec<Version>,
    runs: BTreeMap<i64, Open>,
    /// The op in which each leg ran, and of which kind it was.
    legs: BTreeMap<usize, (RunKind, Timestamp)>,
    /// The run of each op.
    run_of: BTreeMap<usize, i64>,
    claims: Vec<Claims>,
    base: BTreeMap<String, Patient>,
    /// When the newest look was.
    looked: Timestamp,
}

impl Auditor {
    pub(super) fn new(scene: &Scene) -> Self {
        Self {
            versions: Vec::new(),
            runs: BTreeMap::new(),
            legs: BTreeMap::new(),
            run_of: BTreeMap::new(),
            claims: Vec::new(),
            base: BTreeMap::new(),
            looked: scene.now(),
        }
    }

    /// The practice was imported.
    pub(super) fn imported(&mut self, scene: &Scene, roster: &Arc<Roster>) {
        for patient in roster.facts.values() {
            if let Some(number) = spine_oracle::number(&patient.number) {
                self.base.entry(number).or_insert_with(|| patient.clone());
            }
        }
        self.versions.push(Version { at: scene.now(), roster: Arc::clone(roster) });
    }

    /// A leg began.
    pub(super) fn began(&mut self, scene: &Scene, op: usize, kind: RunKind) {
        self.legs.insert(op, (kind, scene.now()));
    }

    /// After an op: everything that can be said of a run at any time.
    pub(super) fn look(&mut self, scene: &Scene, op: usize, claims: Vec<Claims>) {
        if let Some((kind, began)) = self.legs.get(&op) {
            let newest = claims.iter().filter(|one| one.kind == *kind).map(|one| one.run).max();
            if let Some(run) = newest {
                self.run_of.insert(op, run);
                self.runs.entry(run).or_insert(Open { at: *began, finished: false });
            }
        }
        for one in &claims {
            conservation(scene, one);
        }
        self.claims = claims;
        self.acknowledged_is_stored(scene);
        Self::stored_is_sent_once(scene);
        self.nothing_clinical_of_dissenters(scene);
        self.nothing_doubled(scene);
        let over: Vec<i64> = self.claims.iter().filter(|one| one.finished).map(|one| one.run).collect();
        for run in over {
            if self.runs.get(&run).is_some_and(|open| !open.finished) {
                self.finished(scene, run);
                if let Some(open) = self.runs.get_mut(&run) {
                    open.finished = true;
                }
            }
        }
        self.looked = scene.now();
    }

    /// Everything is over: nobody is left on the way.
    pub(super) fn settled(&self, scene: &Scene) {
        for one in &self.claims {
            let open = |claim: &&Claim| ["Unprocessed", "Sending"].contains(&claim.counter.as_str());
            let left = one.patients.values().filter(open).count();
            if left > 0 {
                scene.broken(format_args!("{left} patients of run {} are left on the way", one.run));
            }
        }
    }

    /// How each patient came out of each kind's last run, without the ids.
    pub(super) fn verdicts(&self) -> BTreeMap<(RunKind, String), Claim> {
        let mut verdicts = BTreeMap::new();
        for one in &self.claims {
            for (key, claim) in &one.patients {
                verdicts.insert((one.kind, key.clone()), Claim { event: None, ..claim.clone() });
            }
        }
        verdicts
    }

    /// The versions that were in force at some time from `from` to `to`.
    fn versions(&self, from: Timestamp, to: Timestamp) -> impl Iterator<Item = &Version> {
        let ends = |place: usize| self.versions.get(place + 1).map_or(Timestamp::MAX, |next| next.at);
        let in_force = move |(place, version): &(usize, &Version)| version.at <= to && ends(*place) >= from;
        self.versions.iter().enumerate().filter(in_force).map(|(_, version)| version)
    }

    /// The version in force at a moment.
    fn version(&self, at: Timestamp) -> Option<&Version> {
        self.versions.iter().rev().find(|version| version.at <= at)
    }
}

/// J4 by the report: every patient of the run stands in exactly one counter, and the counters sum to the population.
fn conservation(scene: &Scene, one: &Claims) {
    let summed: u64 = one.counters.values().sum();
    if summed != one.population || one.patients.len() as u64 != one.population {
        let shown = one.patients.len();
        scene.broken(format_args!(
            "J4: run {} has {} patients, {summed} counted, {shown} shown",
            one.run, one.population
        ));
    }
    let mut counted: BTreeMap<&str, u64> = BTreeMap::new();
    for claim in one.patients.values() {
        *counted.entry(&claim.counter).or_default() += 1;
    }
    for (counter, count) in &one.counters {
        if counted.get(counter.as_str()).copied().unwrap_or_default() != *count {
            scene
                .broken(format_args!("J4: run {} reports {count} {counter}, and shows {counted:?}", one.run));
        }
    }
}

/// The practice's day.
fn day(at: Timestamp) -> Option<Day> {
    let zone = jiff::tz::TimeZone::get("Europe/London").ok()?;
    Day::read(&at.to_zoned(zone).date().to_string())
}

/// The practice on another day.
fn on(rules: &Practice, at: Timestamp) -> Option<Practice> {
    Some(Practice { today: day(at)?, ..rules.clone() })
}

/// Whether a record's consent codes refuse on a day.
fn dissents(patient: &Patient, today: Day) -> bool {
    let code = spine_oracle::consent::effective(&patient.codes, today).code;
    code.is_some_and(|code| ["9Ndo", "93C3"].contains(&code))
}

/// The practice's id of the patient with a number, and the other way round.
fn keys(scene: &Scene) -> BTreeMap<String, String> {
    let pair = |one: &spine_fixtures::population::Contribution| {
        let number = spine_oracle::number(&one.patient.nhs_number)?;
        Some((one.patient.patient_id.clone(), number))
    };
    scene.cast.people.iter().filter_map(pair).collect()
}

/// The patients in a run's claims whose ids these are.
fn known<'a>(
    claims: &'a Claims,
    keys: &'a BTreeMap<String, String>,
) -> impl Iterator<Item = (&'a str, &'a str, &'a Claim)> {
    claims.patients.iter().filter_map(|(key, claim)| Some((key.as_str(), keys.get(key)?.as_str(), claim)))
}

impl Auditor {
    /// The runs of which these messages are, by the ops in which they were first sent.
    fn first_sent(&self, scene: &Scene) -> BTreeMap<String, (i64, Timestamp)> {
        let mut first = BTreeMap::new();
        for sent in &scene.book().sent {
            let run = self.run_of.get(&sent.op).copied().unwrap_or_default();
            first.entry(sent.message.clone()).or_insert((run, sent.at));
        }
        first
    }

    fn numbers(&self) -> BTreeSet<String> {
        self.base.keys().cloned().collect()
    }
}
