//! What a store in memory holds, and how it is read.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;

use jiff::Timestamp;
use spine_rules::import::{Operator, Practice};
use spine_rules::lifecycle::{Fact, State};
use spine_rules::record::{Candidate, LastAcknowledged, LocalChange, PatientKey, PatientRecord};
use spine_rules::{Counter, Reason, Warning};
use spine_vocabulary::NhsNumber;

use super::worklist::MarkRow;
use crate::entry::{CodeChange, Cursor, Entry, FrozenBytes, Switch, Tally};
use crate::error::StoreError;
use crate::kept::candidate::Parts;
use crate::kept::row::Row;
use crate::lease::{Fence, Holder, Lease};
use crate::run::{Closed, NewRun, RunId, RunKind};
use crate::seam::{ImportReceipt, Result};

/// Everything durable.
#[derive(Debug, Default)]
pub(super) struct World {
    pub(super) practice: Option<Practice>,
    pub(super) operators: Vec<Operator>,
    pub(super) receipt: Option<ImportReceipt>,
    pub(super) switches: Vec<Switch>,
    pub(super) patients: BTreeMap<PatientKey, Patient>,
    /// Present holders of each number.
    pub(super) holders: BTreeMap<NhsNumber, BTreeSet<PatientKey>>,
    pub(super) members: BTreeMap<String, BTreeSet<PatientKey>>,
    pub(super) acknowledged: BTreeMap<PatientKey, (LastAcknowledged, Option<NhsNumber>)>,
    pub(super) changes: Vec<CodeChange>,
    /// The same by patient: what was added when.
    pub(super) changed: BTreeMap<PatientKey, Vec<(LocalChange, Timestamp)>>,
    pub(super) runs: Vec<RunRow>,
    pub(super) facts: Vec<FactRow>,
    pub(super) frozen: BTreeMap<u64, FrozenBytes>,
    /// Messages given up on, by interaction and patient: the run whose entry holds them.
    pub(super) unresolved: BTreeMap<(&'static str, PatientKey), RunId>,
    /// The newest mark of each patient.
    pub(super) marks: BTreeMap<PatientKey, MarkRow>,
    /// Patients whose release is in force.
    pub(super) released: BTreeSet<PatientKey>,
    pub(super) fence: u64,
    pub(super) lease: Option<Lease>,
}

/// A patient of this or an older extract.
#[derive(Debug)]
pub(super) struct Patient {
    pub(super) record: PatientRecord,
    pub(super) departed: bool,
}

/// A run with its legs.
#[derive(Debug)]
pub(super) struct RunRow {
    pub(super) id: RunId,
    pub(super) facts_before: u64,
    pub(super) legs: Vec<Leg>,
    pub(super) entries: BTreeMap<PatientKey, Row>,
    pub(super) counters: BTreeMap<Counter, u64>,
    pub(super) reasons: BTreeMap<Reason, u64>,
    pub(super) warnings: BTreeMap<Warning, u64>,
    pub(super) local_changes: u64,
}

/// One leg.
#[derive(Debug)]
pub(super) struct Leg {
    pub(super) fence: Fence,
    pub(super) opened_by: NewRun,
    pub(super) closed: Option<(Closed, Timestamp)>,
}

/// One fact.
#[derive(Debug)]
pub(super) struct FactRow {
    pub(super) seq: u64,
    pub(super) run: RunId,
    pub(super) leg: u32,
    pub(super) key: PatientKey,
    pub(super) at: Timestamp,
    pub(super) fact: Fact,
    pub(super) note: Option<String>,
}

impl World {
    /// The number of the newest fact.
    pub(super) fn last_seq(&self) -> u64 {
        self.facts.last().map_or(0, |fact| fact.seq)
    }

    /// The lease, if this fence still holds it.
    pub(super) fn fenced(&mut self, fence: Fence) -> Result<&mut Lease> {
        self.lease.as_mut().filter(|lease| lease.fence == fence).ok_or(StoreError::StaleFence)
    }

    pub(super) fn run(&self, id: RunId) -> Result<&RunRow> {
        self.runs.iter().find(|run| run.id == id).ok_or(StoreError::Missing("run"))
    }

    pub(super) fn run_mut(&mut self, id: RunId) -> Result<&mut RunRow> {
        self.runs.iter_mut().find(|run| run.id == id).ok_or(StoreError::Missing("run"))
    }

    /// The patient as the rules read them.
    pub(super) fn candidate(&self, key: &PatientKey) -> Option<Candidate> {
        let patient = self.patients.get(key)?;
        let others =
            |number| self.holders.get(&number).is_some_and(|keys| keys.iter().any(|other| other != key));
        let parts = Parts {
            record: patient.record.clone(),
            departed: patient.departed,
            number_shared: patient.record.number.valid().is_some_and(others),
            local: self.changed.get(key).cloned().unwrap_or_default(),
            acknowledged: self.acknowledged.get(key).copied(),
            released: self.released.contains(key),
        };
        Some(parts.candidate())
    }

    /// Up to `limit` entries after the given key.
    pub(super) fn page(
        &self,
        run: RunId,
        cursor: Cursor,
        after: Option<&PatientKey>,
        limit: usize,
    ) -> Result<Vec<(Entry, Candidate)>> {
        let wanted = |row: &Row| match cursor {
            Cursor::Due(now) => match row.state {
                State::Listed => true,
                State::Deferred { until } => until <= now,
                _ => false,
            },
            Cursor::Outstanding => row.state.live().is_some(),
            Cursor::All => true,
        };
        let beyond = after.map_or(Bound::Unbounded, Bound::Excluded);
        let rows = self.run(run)?.entries.range::<PatientKey, _>((beyond, Bound::Unbounded));
        let rows = rows.filter(|(_, row)| wanted(row)).take(limit);
        Ok(rows.filter_map(|(key, row)| Some((row.entry(key.clone()), self.candidate(key)?))).collect())
    }

    /// How the run's entries stand.
    pub(super) fn tally(&self, id: RunId) -> Result<Tally> {
        let run = self.run(id)?;
        let due = run.entries.values().filter_map(|row| match row.state {
            State::Deferred { until } => Some(until),
            _ => None,
        });
        Ok(Tally {
            population: run.population(),
            counters: run.counters.clone(),
            reasons: present(&run.reasons),
            warnings: present(&run.warnings),
            local_changes: run.local_changes,
            outstanding: run.counters.get(&Counter::Sending).copied().unwrap_or_default(),
            next_due: due.min(),
        })
    }
}

/// Counts without those that came back to nothing.
fn present<K: Copy + Ord>(counts: &BTreeMap<K, u64>) -> BTreeMap<K, u64> {
    counts.iter().filter(|(_, count)| **count > 0).map(|(key, count)| (*key, *count)).collect()
}

impl RunRow {
    pub(super) fn population(&self) -> u64 {
        self.counters.values().sum()
    }

    /// Its kind.
    pub(super) fn kind(&self) -> RunKind {
        self.legs[0].opened_by.kind
    }

    /// The current leg's number, from 1.
    pub(super) fn leg(&self) -> u32 {
        u32::try_from(self.legs.len()).unwrap_or(u32::MAX)
    }
}

/// Whether the holder of a lease may still be at work.
pub(super) fn alive(lease: &Lease, locked: bool, host: &str, now: Timestamp) -> bool {
    locked || (lease.holder.host != host && now <= lease.ends_at)
}

/// A holder in the place of one whose name is not known.
pub(super) fn unnamed(host: &str) -> Holder {
    Holder { host: host.to_owned(), pid: 0, operator: "another process".to_owned() }
}
