//! What must hold at every stop, and what a practice came to in the end: the client's store and report against the fake Spine's ledger.

mod told;

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde::Deserialize;
use serde::de::DeserializeOwned;
use spine_client::{Counter, Reason};

use crate::processes::SpineProcess;
use crate::stage::StageError;
pub(crate) use told::{Told, told};

/// What the fake Spine says when an author has no session: true of those whose sessions it forgot.
const NO_SESSION: &str = "the author has no session with this role";

/// A run's report, as `scr report --json` has it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub(crate) struct Report {
    pub(crate) state: String,
    pub(crate) population: u64,
    pub(crate) counters: BTreeMap<String, u64>,
    pub(crate) reasons: BTreeMap<String, u64>,
}

/// What the fake Spine holds.
pub(crate) struct Held {
    pub(crate) accepted: Vec<Accepted>,
    /// By NHS number.
    pub(crate) permissions: BTreeMap<String, (Option<String>, Option<String>)>,
    violations: Vec<String>,
}

/// One event that it accepted.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Accepted {
    nhs_number: String,
    event_id: String,
    message_id: String,
    kind: String,
    clinical: bool,
    dissenter: bool,
    sha256: String,
}

#[derive(Deserialize)]
struct Permission {
    nhs_number: String,
    store: Option<String>,
    view: Option<String>,
}

#[derive(Deserialize)]
struct Violation {
    what: String,
}

impl Held {
    /// Asks the control port.
    pub(crate) fn by(spine: &SpineProcess) -> Result<Self, StageError> {
        let permissions: Vec<Permission> = read(spine, "/permissions")?;
        let violations: Vec<Violation> = read(spine, "/ledger/violations")?;
        Ok(Self {
            accepted: read(spine, "/ledger/summary")?,
            permissions: permissions.into_iter().map(|one| (one.nhs_number, (one.store, one.view))).collect(),
            violations: violations.into_iter().map(|one| one.what).collect(),
        })
    }
}

fn read<T: DeserializeOwned>(spine: &SpineProcess, path: &str) -> Result<Vec<T>, StageError> {
    let documents = spine.ask(path)?.into_iter().map(serde_json::from_value);
    documents.collect::<Result<_, _>>().map_err(StageError::new)
}

/// What every patient came to, in every run, and what the Spine holds of it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Came {
    /// Per run and patient: counter and reason.
    pub(crate) verdicts: BTreeMap<(&'static str, String), (Counter, Option<Reason>)>,
    /// Per run and patient: kind of summary, whether it is clinical, whether the patient was a dissenter.
    pub(crate) stored: BTreeMap<(&'static str, String), (String, bool, bool)>,
    /// Per NHS number.
    pub(crate) permissions: BTreeMap<String, (Option<String>, Option<String>)>,
}

impl Came {
    /// Adds what a run came to, before which so many events had been accepted.
    pub(crate) fn add(
        &mut self,
        kind: &'static str,
        told: &BTreeMap<String, Told>,
        held: &Held,
        accepted_before: usize,
    ) {
        for (key, one) in told {
            self.verdicts.insert((kind, key.clone()), (one.counter, one.reason));
        }
        let names = Names::of(told);
        for event in held.accepted.iter().skip(accepted_before) {
            let about = (event.kind.clone(), event.clinical, event.dissenter);
            self.stored.insert((kind, names.name(&event.nhs_number).to_owned()), about);
        }
        self.permissions.clone_from(&held.permissions);
    }

    /// Whether a run sent anything.
    pub(crate) fn sends(&self, kind: &str) -> bool {
        self.verdicts.iter().any(|((of, _), (counter, _))| *of == kind && *counter == Counter::Sent)
    }
}

/// Where a disturbed practice differs from the undisturbed one.
pub(crate) fn differences(quiet: &Came, disturbed: &Came) -> Vec<String> {
    let mut found = Vec::new();
    for ((kind, key), verdict) in &quiet.verdicts {
        let other = disturbed.verdicts.get(&(*kind, key.clone()));
        if other != Some(verdict) {
            found.push(format!("{kind}: {key}: {other:?}, and undisturbed {verdict:?}"));
        }
    }
    if disturbed.verdicts.len() != quiet.verdicts.len() {
        found.push("there are other patients in the runs than undisturbed".to_owned());
    }
    let stored = |came: &Came| came.stored.clone().into_iter().collect::<BTreeSet<_>>();
    for ((kind, key), about) in stored(quiet).symmetric_difference(&stored(disturbed)) {
        found.push(format!("{kind}: stored of {key}: {about:?} on one side only"));
    }
    if quiet.permissions != disturbed.permissions {
        found.push("the ACS holds other permissions than undisturbed".to_owned());
    }
    found
}

/// A stop, as the audit sees it.
pub(crate) struct Stop<'s> {
    pub(crate) kind: &'static str,
    pub(crate) report: &'s Report,
    pub(crate) told: &'s BTreeMap<String, Told>,
    pub(crate) held: &'s Held,
    /// How many events had been accepted before the run.
    pub(crate) accepted_before: usize,
    /// The ACS before the first run.
    pub(crate) permissions_before: &'s BTreeMap<String, (Option<String>, Option<String>)>,
    /// Whether the fake Spine ever forgot its sessions.
    pub(crate) forgot: bool,
}

impl Stop<'_> {
    /// Everything that does not hold.
    pub(crate) fn findings(&self) -> Vec<String> {
        let mut found = Vec::new();
        self.counters(&mut found);
        match self.kind {
            "consent-migration" => self.settings(&mut found),
            _ => self.uploads(&mut found),
        }
        for what in &self.held.violations {
            if !(self.forgot && what == NO_SESSION) {
                found.push(format!("the client broke a rule: {what}"));
            }
        }
        found
    }

    fn counters(&self, found: &mut Vec<String>) {
        let sum: u64 = self.report.counters.values().sum();
        if sum != self.report.population {
            found
                .push(format!("the counters sum to {sum}, and the population is {}", self.report.population));
        }
        if self.told.len() as u64 != self.report.population {
            found.push(format!(
                "{} patients are in the run, not {}",
                self.told.len(),
                self.report.population
            ));
        }
        if self.report.state == "finished"
            && ["unprocessed", "sending"].iter().any(|counter| self.report.counters.get(*counter) != Some(&0))
        {
            found.push("the run is finished, and some patients are not".to_owned());
        }
    }

    /// Requirements: CON-012, RUN-008.
    fn uploads(&self, found: &mut Vec<String>) {
        let mut stored: BTreeMap<&str, Vec<&Accepted>> = BTreeMap::new();
        for event in self.held.accepted.iter().skip(self.accepted_before) {
            stored.entry(&event.nhs_number).or_default().push(event);
        }
        for (key, one) in self.told {
            let events = one.number.as_deref().and_then(|number| stored.get(number));
            let events = events.map(Vec::as_slice).unwrap_or_default();
            if let Some(id) = &one.event
                && !events.iter().any(|event| event.event_id == *id)
            {
                found.push(format!("lost: {key}: acknowledged here, and not on the Spine"));
            }
            if self.report.state == "finished" && one.counter == Counter::Sent && events.is_empty() {
                found.push(format!("lost: {key}: Sent, and nothing on the Spine"));
            }
            if matches!(one.counter, Counter::NotRequired | Counter::Unprocessed) && !events.is_empty() {
                found.push(format!("{key}: {:?}, and the Spine accepted a message", one.counter));
            }
        }
        let names = Names::of(self.told);
        for (number, events) in stored {
            let key = names.name(number);
            let holder = self.told.get(key);
            if events.len() > 1 {
                found.push(format!("doubled: {key}: {} events were accepted", events.len()));
            }
            for event in events {
                let message = holder.and_then(|one| one.dispatched.get(&event.message_id));
                if message.is_none_or(|message| message.sha256 != event.sha256) {
                    found.push(format!("{key}: what the Spine accepted was not dispatched"));
                }
                if event.clinical && (event.dissenter || message.is_some_and(|message| message.dissents)) {
                    found.push(format!("content for a dissenter: {key}"));
                }
            }
        }
    }

    fn settings(&self, found: &mut Vec<String>) {
        for (key, one) in self.told {
            let number = one.number.clone().unwrap_or_default();
            let (before, now) = (self.permissions_before.get(&number), self.held.permissions.get(&number));
            let no = Some("no".to_owned());
            let holds_no = now.is_some_and(|(store, view)| *store == no || *view == no);
            if one.reason == Some(Reason::SentPermission) && !holds_no {
                found
                    .push(format!("lost: {key}: the dissent was acknowledged, and the ACS does not hold it"));
            }
            if before != now && one.dispatched.is_empty() {
                found.push(format!("{key}: the permission was changed, and nothing was dispatched"));
            }
        }
    }
}

/// The practice's own ids by NHS number; only those are shown to people.
struct Names<'t>(HashMap<&'t str, &'t str>);

impl<'t> Names<'t> {
    fn of(told: &'t BTreeMap<String, Told>) -> Self {
        let mut names = HashMap::new();
        for (key, one) in told {
            if let Some(number) = &one.number {
                // Where several patients hold a number, the first one's id stands for it.
                names.entry(number.as_str()).or_insert(key.as_str());
            }
        }
        Self(names)
    }

    fn name(&self, number: &str) -> &'t str {
        self.0.get(number).copied().unwrap_or("nobody of this run")
    }
}

#[cfg(test)]
mod tests;
