//! One group of writes, worked out before anything is stored: both stores persist the same outcome in one transaction.

use std::collections::BTreeMap;

use jiff::Timestamp;
use spine_rules::lifecycle::{Fact, State};
use spine_rules::record::{LastAcknowledged, LocalChange, PatientKey};
use spine_rules::{Counter, Reason, Warning};
use spine_vocabulary::NhsNumber;

use super::row::{Circumstance, Row};
use crate::entry::{FrozenBytes, Write};
use crate::error::StoreError;
use crate::seam::Result;

/// A group of writes as it grows.
#[derive(Debug)]
pub(crate) struct Group {
    leg: u32,
    next_seq: u64,
    /// The touched entries as they stand after the group.
    pub(crate) rows: BTreeMap<PatientKey, Member>,
    /// The facts, in order.
    pub(crate) facts: Vec<NewFact>,
    /// Bytes to keep, by the number of their dispatch.
    pub(crate) freeze: BTreeMap<u64, FrozenBytes>,
    /// Dispatches whose bytes go.
    pub(crate) thaw: Vec<u64>,
    /// What the Spine acknowledged.
    pub(crate) acknowledged: BTreeMap<PatientKey, (LastAcknowledged, Option<NhsNumber>)>,
    /// Local changes that are now applied.
    pub(crate) applied: Vec<(PatientKey, LocalChange, Timestamp)>,
    /// How the counters move.
    pub(crate) shift: Shift,
}

/// One touched entry.
#[derive(Debug)]
pub(crate) struct Member {
    pub(crate) row: Row,
    number: Option<NhsNumber>,
}

/// One fact to be stored.
#[derive(Debug)]
pub(crate) struct NewFact {
    pub(crate) seq: u64,
    pub(crate) key: PatientKey,
    pub(crate) at: Timestamp,
    pub(crate) fact: Fact,
    pub(crate) note: Option<String>,
}

/// How counters, reasons and warnings of a run move.
#[derive(Debug, Default)]
pub(crate) struct Shift {
    pub(crate) counters: BTreeMap<Counter, i64>,
    pub(crate) reasons: BTreeMap<Reason, i64>,
    pub(crate) warnings: BTreeMap<Warning, i64>,
}

impl Shift {
    /// Counts an entry in.
    pub(crate) fn enters(&mut self, row: &Row) {
        self.by(row, 1);
    }

    fn by(&mut self, row: &Row, step: i64) {
        *self.counters.entry(row.state.counter()).or_default() += step;
        if let Some(reason) = row.state.reason() {
            *self.reasons.entry(reason).or_default() += step;
        }
        for warning in &row.warnings {
            *self.warnings.entry(*warning).or_default() += step;
        }
    }
}

impl Group {
    /// A group of the given leg over the entries it will touch, with each patient's number today; `last_seq` is the number of
    /// the newest fact in the store.
    pub(crate) fn new(
        leg: u32,
        last_seq: u64,
        rows: impl IntoIterator<Item = (PatientKey, Row, Option<NhsNumber>)>,
    ) -> Self {
        Self {
            leg,
            next_seq: last_seq + 1,
            rows: rows.into_iter().map(|(key, row, number)| (key, Member { row, number })).collect(),
            facts: Vec::new(),
            freeze: BTreeMap::new(),
            thaw: Vec::new(),
            acknowledged: BTreeMap::new(),
            applied: Vec::new(),
            shift: Shift::default(),
        }
    }

    /// Takes every write in order; on an error the group must be thrown away whole.
    pub(crate) fn take_all(&mut self, writes: &[Write]) -> Result<()> {
        writes.iter().try_for_each(|write| self.take(write))
    }

    fn take(&mut self, write: &Write) -> Result<()> {
        let member = self.rows.get_mut(&write.key).ok_or(StoreError::Missing("entry"))?;
        let seq = self.next_seq;
        self.shift.by(&member.row, -1);
        let circumstance = Circumstance { leg: self.leg, seq, number: member.number };
        let effects = member.row.take(write, circumstance)?;
        self.shift.by(&member.row, 1);
        self.next_seq += 1;
        self.facts.push(NewFact {
            seq,
            key: write.key.clone(),
            at: write.at,
            fact: write.fact.clone(),
            note: write.note.clone(),
        });
        if let Some(bytes) = effects.freeze {
            self.freeze.insert(seq, bytes);
        }
        if let Some(dispatch) = effects.thaw
            && self.freeze.remove(&dispatch).is_none()
        {
            self.thaw.push(dispatch);
        }
        if let Some(acknowledged) = effects.acknowledged {
            self.acknowledged.insert(write.key.clone(), acknowledged);
        }
        self.applied.extend(effects.applied.into_iter().map(|change| (write.key.clone(), change, write.at)));
        Ok(())
    }

    /// The touched entries that now count as failed.
    pub(crate) fn failed(&self) -> impl Iterator<Item = &PatientKey> {
        let failed = |member: &Member| member.row.state.counter() == Counter::Failed;
        self.rows.iter().filter(move |(_, member)| failed(member)).map(|(key, _)| key)
    }

    /// The touched entries that are now unresolved.
    pub(crate) fn unresolved(&self) -> impl Iterator<Item = &PatientKey> {
        let open = |member: &Member| matches!(member.row.state, State::Unresolved { .. });
        self.rows.iter().filter(move |(_, member)| open(member)).map(|(key, _)| key)
    }
}
