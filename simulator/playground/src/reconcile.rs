//! What the client says, held against what the fake Spine holds. Pure: facts in, figures and differences out.
//!
//! * *Lost*: acknowledged here and absent there; or in the practice and in no counter; or due, the run finished, nothing on
//!   the Spine and not Failed.
//! * *Doubled*: more than one event accepted for one patient in one run.
//! * *Content for a dissenter*: clinical content stored for somebody who dissents, in the practice's record when it was sent
//!   or on the ACS when it was accepted.
//!
//! Each patient counts once per figure, however many ways lead there. A message that is in doubt is neither lost nor doubled:
//! it is Failed, and shouted about elsewhere.

use std::collections::{BTreeSet, HashMap, HashSet};

use spine_client::{Counter, Reason};

/// One patient of a run, as the client's store has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// The practice's own id of the patient.
    pub key: String,
    /// The NHS number, if it is one.
    pub number: Option<String>,
    /// The counter in which the patient stands.
    pub counter: Counter,
    /// Why, once settled.
    pub reason: Option<Reason>,
    /// The event that the Spine acknowledged, if it did.
    pub event: Option<String>,
    /// Whether the practice's record holds a dissent.
    pub dissents: bool,
}

/// One event that the fake Spine accepted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stored {
    /// Whose it is.
    pub number: String,
    /// The event.
    pub event: String,
    /// Whether it has clinical content.
    pub clinical: bool,
    /// Whether the ACS held a dissent when it was accepted.
    pub dissenter: bool,
}

/// What is held against each other about an upload.
#[derive(Clone, Debug, Default)]
pub struct Upload {
    /// Every patient of the practice's extract whom the run takes, by the practice's own id.
    pub practice: Vec<String>,
    /// Whether the run finished.
    pub finished: bool,
    /// What the client says of each.
    pub told: Vec<Told>,
    /// What the fake Spine accepted during the run.
    pub stored: Vec<Stored>,
    /// The NHS numbers of those of whom nothing was accepted though something is due, and of whom the fake Spine holds an
    /// older summary.
    pub standing: HashSet<String>,
}

impl Upload {
    /// The NHS numbers of those of whom something is due and nothing was accepted: the fake Spine must be asked about them.
    #[must_use]
    pub fn unaccounted(&self) -> Vec<String> {
        let stored: HashSet<&str> = self.stored.iter().map(|event| event.number.as_str()).collect();
        let due = self.told.iter().filter(|told| is_due(told)).filter_map(|told| told.number.clone());
        due.filter(|number| !stored.contains(number.as_str())).collect()
    }
}

/// What is held against each other about a Consent Migration.
#[derive(Clone, Debug, Default)]
pub struct Migration {
    /// Every patient of the practice's extract whom the run takes, by the practice's own id.
    pub practice: Vec<String>,
    /// Whether the run finished.
    pub finished: bool,
    /// What the client says of each.
    pub told: Vec<Told>,
    /// The NHS numbers under which the ACS holds a No.
    pub dissents: HashSet<String>,
}

/// What came out. The differences name patients by the practice's own id only.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reconciled {
    /// Events that the fake Spine accepted.
    pub stored: u64,
    /// Patients who are lost.
    pub lost: u64,
    /// Patients who are doubled.
    pub doubled: u64,
    /// Patients who dissent and of whom clinical content is stored.
    pub content_for_dissenters: u64,
    /// Every difference in words.
    pub differences: Vec<String>,
}

impl Reconciled {
    /// Both together.
    #[must_use]
    pub fn and(mut self, other: Self) -> Self {
        self.stored += other.stored;
        self.lost += other.lost;
        self.doubled += other.doubled;
        self.content_for_dissenters += other.content_for_dissenters;
        self.differences.extend(other.differences);
        self
    }
}

/// Reconciles an upload.
#[must_use]
pub fn upload(facts: &Upload) -> Reconciled {
    let mut stored: HashMap<&str, Vec<&Stored>> = HashMap::new();
    for event in &facts.stored {
        stored.entry(&event.number).or_default().push(event);
    }
    let here = |told: &Told| {
        told.number.as_deref().and_then(|number| stored.get(number)).map(Vec::as_slice).unwrap_or_default()
    };
    let mut differences = Differences::default();
    missing(&facts.practice, &facts.told, &mut differences);
    for told in &facts.told {
        let events = here(told);
        if let Some(id) = &told.event
            && !events.iter().any(|event| event.event.eq_ignore_ascii_case(id))
        {
            differences.lost(&told.key, "acknowledged here, and not on the Spine");
        } else if facts.finished
            && is_due(told)
            && events.is_empty()
            && !told.number.as_ref().is_some_and(|number| facts.standing.contains(number))
        {
            differences.lost(&told.key, "due, and nothing on the Spine");
        }
        if told.counter == Counter::NotRequired
            && told.reason != Some(Reason::AlreadySent)
            && !events.is_empty()
        {
            differences.other(&told.key, "counted as Not Required, and the Spine accepted a message");
        }
    }
    let keys = by_number(&facts.told);
    for (number, events) in &stored {
        let holders = keys.get(number).map(Vec::as_slice).unwrap_or_default();
        let key = holders.first().map_or("nobody of this run", |told| told.key.as_str());
        if holders.is_empty() {
            differences.other(key, "the Spine accepted a message for a number that is not in the run");
        }
        if events.len() > 1 {
            differences.doubled(key);
        }
        let dissents = holders.iter().any(|told| told.dissents);
        if events.iter().any(|event| event.clinical && (event.dissenter || dissents)) {
            differences.content(key);
        }
    }
    differences.reconciled(facts.stored.len())
}

/// Reconciles a Consent Migration: a dissent that was acknowledged must be on the ACS.
#[must_use]
pub fn migration(facts: &Migration) -> Reconciled {
    let mut differences = Differences::default();
    missing(&facts.practice, &facts.told, &mut differences);
    for told in &facts.told {
        let held = told.number.as_ref().is_some_and(|number| facts.dissents.contains(number));
        if told.reason == Some(Reason::SentPermission) && !held {
            differences.lost(&told.key, "the dissent was acknowledged here, and the ACS does not hold it");
        } else if facts.finished && matches!(told.counter, Counter::Unprocessed | Counter::Sending) {
            differences.lost(&told.key, "the run is finished, and this patient is not");
        }
    }
    differences.reconciled(0)
}

/// Whether something of the patient must be on the Spine once the run is finished.
fn is_due(told: &Told) -> bool {
    match told.counter {
        Counter::Unprocessed | Counter::Sending | Counter::Sent => true,
        Counter::NotRequired => matches!(told.reason, None | Some(Reason::AlreadySent | Reason::Unchanged)),
        Counter::Failed => false,
    }
}

/// Patients of the practice who are in no counter.
fn missing(practice: &[String], told: &[Told], differences: &mut Differences) {
    let counted: HashSet<&str> = told.iter().map(|told| told.key.as_str()).collect();
    for key in practice.iter().filter(|key| !counted.contains(key.as_str())) {
        differences.lost(key, "in the practice, and in no counter");
    }
}

fn by_number(told: &[Told]) -> HashMap<&str, Vec<&Told>> {
    let mut keys: HashMap<&str, Vec<&Told>> = HashMap::new();
    for told in told {
        if let Some(number) = &told.number {
            keys.entry(number).or_default().push(told);
        }
    }
    keys
}

/// What is found, each patient once per figure.
#[derive(Default)]
struct Differences {
    lost: BTreeSet<String>,
    doubled: BTreeSet<String>,
    content: BTreeSet<String>,
    words: BTreeSet<String>,
}

impl Differences {
    fn lost(&mut self, key: &str, why: &str) {
        self.lost.insert(key.to_owned());
        self.words.insert(format!("lost: {key}: {why}"));
    }

    fn doubled(&mut self, key: &str) {
        self.doubled.insert(key.to_owned());
        self.words.insert(format!("doubled: {key}: more than one event was accepted"));
    }

    fn content(&mut self, key: &str) {
        self.content.insert(key.to_owned());
        self.words.insert(format!("content for a dissenter: {key}: clinical content is stored"));
    }

    fn other(&mut self, key: &str, why: &str) {
        self.words.insert(format!("difference: {key}: {why}"));
    }

    fn reconciled(self, stored: usize) -> Reconciled {
        let count = |set: &BTreeSet<String>| u64::try_from(set.len()).unwrap_or(u64::MAX);
        Reconciled {
            stored: u64::try_from(stored).unwrap_or(u64::MAX),
            lost: count(&self.lost),
            doubled: count(&self.doubled),
            content_for_dissenters: count(&self.content),
            differences: self.words.into_iter().collect(),
        }
    }
}

#[cfg(test)]
mod tests;
