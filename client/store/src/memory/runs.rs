//! Runs, legs and groups of facts in memory.

use std::collections::BTreeMap;
use std::ops::Bound;

use jiff::Timestamp;
use spine_rules::Counter;
use spine_rules::lifecycle::{Fact, IllegalFact, State};
use spine_rules::record::{Candidate, PatientKey};

use super::world::{FactRow, Leg, RunRow, World};
use crate::entry::{CodeChange, Write};
use crate::error::StoreError;
use crate::kept::group::{Group, Shift};
use crate::kept::row::Row;
use crate::lease::Fence;
use crate::run::{Closed, Earlier, LegRecord, Listing, NewRun, RunId, RunKind, Selection, interaction};
use crate::seam::Result;

/// The counters, every one of them present.
const COUNTERS: [Counter; 5] =
    [Counter::Unprocessed, Counter::Sending, Counter::Sent, Counter::Failed, Counter::NotRequired];

impl World {
    /// Opens a run with its first leg.
    pub(super) fn open_run(&mut self, fence: Fence, new: &NewRun, selection: Selection<'_>) -> Result<RunId> {
        self.fenced(fence)?;
        let id = RunId(self.runs.last().map_or(1, |run| run.id.0 + 1));
        let facts_before = self.last_seq();
        let mut opening = Opening { facts_before, next_seq: facts_before + 1, ..Opening::default() };
        for candidate in self.taken(selection, None) {
            self.list(&mut opening, id, new, candidate.record.key)?;
        }
        let mut run = RunRow {
            id,
            facts_before,
            legs: vec![Leg { fence, opened_by: new.clone(), closed: None }],
            entries: opening.entries,
            counters: COUNTERS.map(|counter| (counter, 0)).into(),
            reasons: BTreeMap::new(),
            warnings: BTreeMap::new(),
            local_changes: 0,
        };
        run.shift(&opening.shift);
        self.runs.push(run);
        self.facts.extend(opening.facts);
        for key in opening.inherited {
            self.unresolved.remove(&(interaction(new.kind), key));
        }
        Ok(id)
    }

    /// Whom a selection takes, in key order after the given one.
    pub(super) fn taken<'w>(
        &'w self,
        selection: Selection<'w>,
        after: Option<&PatientKey>,
    ) -> impl Iterator<Item = Candidate> + 'w {
        let beyond = after.map_or(Bound::Unbounded, |key| Bound::Excluded(key.clone()));
        let member = move |key: &PatientKey| {
            selection
                .group
                .is_none_or(|group| self.members.get(group).is_some_and(|members| members.contains(key)))
        };
        let keys = self.patients.range((beyond, Bound::Unbounded)).map(|(key, _)| key);
        let candidates = keys.filter(move |key| member(key)).filter_map(|key| self.candidate(key));
        candidates.filter(move |candidate| {
            let key = &candidate.record.key;
            let before = selection.earlier.and_then(|(kind, earlier)| self.earlier(key, kind, earlier));
            (selection.takes)(&Listing { record: &candidate.record, before })
        })
    }

    /// Where the patient's earlier entry stands.
    fn earlier(&self, key: &PatientKey, kind: RunKind, earlier: Earlier) -> Option<Counter> {
        let mut of_kind = self.runs.iter().rev().filter(|run| run.kind() == kind);
        let row = match earlier {
            Earlier::NewestOfKind => of_kind.find_map(|run| run.entries.get(key)),
            Earlier::LastRun => of_kind.next().and_then(|run| run.entries.get(key)),
        };
        row.map(|row| row.state.counter())
    }

    /// How many patients Failed of the kind would take.
    pub(super) fn failed(&self, kind: RunKind) -> u64 {
        let failed = |key: &&PatientKey| self.earlier(key, kind, Earlier::of(kind)) == Some(Counter::Failed);
        self.patients.keys().filter(failed).count() as u64
    }

    /// The legs of a run.
    pub(super) fn legs(&self, id: RunId) -> Result<Vec<LegRecord>> {
        let record = |(number, leg): (u32, &Leg)| LegRecord {
            number,
            action: leg.opened_by.action,
            user: leg.opened_by.user.clone(),
            role_profile: leg.opened_by.role_profile.clone(),
            settings: leg.opened_by.settings.clone(),
            build: leg.opened_by.build.clone(),
            opened_at: leg.opened_by.at,
            closed: leg.closed,
        };
        Ok((1..).zip(&self.run(id)?.legs).map(record).collect())
    }

    fn list(&self, opening: &mut Opening, id: RunId, new: &NewRun, key: PatientKey) -> Result<()> {
        let interaction = interaction(new.kind);
        let row = match self.unresolved.get(&(interaction, key.clone())) {
            None => Row::listed(opening.facts_before),
            Some(of) => {
                let left = self.run(*of)?.entries.get(&key).ok_or(StoreError::Missing("entry"))?;
                let seq = opening.next_seq;
                let (row, fact) = Row::inherit(left, seq)?;
                self.only_live(interaction, &key, id)?;
                opening.next_seq += 1;
                opening.facts.push(FactRow {
                    seq,
                    run: id,
                    leg: 1,
                    key: key.clone(),
                    at: new.at,
                    fact,
                    note: None,
                });
                opening.inherited.push(key.clone());
                row
            }
        };
        opening.shift.enters(&row);
        opening.entries.insert(key, row);
        Ok(())
    }

    /// Opens a further leg: whatever was on its way is in doubt.
    pub(super) fn open_leg(&mut self, fence: Fence, id: RunId, new: &NewRun) -> Result<()> {
        self.fenced(fence)?;
        let run = self.run(id)?;
        if run.legs.last().is_some_and(|leg| matches!(leg.closed, Some((Closed::Finished, _)))) {
            return Err(StoreError::Missing("unfinished run"));
        }
        let on_its_way = |row: &Row| matches!(row.state, State::Sending(_) | State::Accepted { .. });
        let writes: Vec<Write> = (run.entries.iter().filter(|(_, row)| on_its_way(row)))
            .map(|(key, _)| Write::new(key.clone(), Fact::Interrupted, new.at))
            .collect();
        let run = self.run_mut(id)?;
        run.legs.push(Leg { fence, opened_by: new.clone(), closed: None });
        self.record(fence, id, &writes)
    }

    /// Closes the current leg.
    pub(super) fn close_leg(&mut self, fence: Fence, id: RunId, how: Closed, now: Timestamp) -> Result<()> {
        self.fenced(fence)?;
        let run = self.run_mut(id)?;
        let open = run.counters[&Counter::Unprocessed] + run.counters[&Counter::Sending];
        let leg = run.legs.last_mut().filter(|leg| leg.closed.is_none());
        let leg = leg.ok_or(StoreError::Missing("open leg"))?;
        if how == Closed::Finished && open > 0 {
            return Err(StoreError::Missing("finish of this run: entries of it are open"));
        }
        leg.closed = Some((how, now));
        Ok(())
    }

    /// Records a group: worked out on copies, then put in.
    pub(super) fn record(&mut self, fence: Fence, id: RunId, writes: &[Write]) -> Result<()> {
        self.fenced(fence)?;
        let run = self.run(id)?;
        if run.legs.last().is_none_or(|leg| leg.closed.is_some()) {
            return Err(StoreError::Missing("open leg"));
        }
        let interaction = interaction(run.kind());
        let touched: BTreeMap<&PatientKey, &Row> =
            writes.iter().filter_map(|write| run.entries.get_key_value(&write.key)).collect();
        let number = |key| self.patients.get(key).and_then(|patient| patient.record.number.valid());
        let rows = touched.into_iter().map(|(key, row)| (key.clone(), row.clone(), number(key)));
        let mut group = Group::new(run.leg(), self.last_seq(), rows);
        group.take_all(writes)?;
        for (key, member) in &group.rows {
            if member.row.state.live().is_some() {
                self.only_live(interaction, key, id)?;
            }
        }
        self.keep(id, interaction, group)
    }

    /// Invariant J2: no other run has a live id of this patient.
    fn only_live(&self, of: &'static str, key: &PatientKey, run: RunId) -> Result<()> {
        let others = self.runs.iter().filter(|other| other.id != run);
        let mut same = others.filter(|other| interaction(other.kind()) == of);
        let live = |other: &RunRow| other.entries.get(key).is_some_and(|row| row.state.live().is_some());
        if same.any(live) { Err(IllegalFact.into()) } else { Ok(()) }
    }

    fn keep(&mut self, id: RunId, interaction: &'static str, group: Group) -> Result<()> {
        for key in group.unresolved() {
            self.unresolved.insert((interaction, key.clone()), id);
        }
        let run = self.run_mut(id)?;
        let leg = run.leg();
        run.shift(&group.shift);
        run.local_changes += group.applied.len() as u64;
        run.entries.extend(group.rows.into_iter().map(|(key, member)| (key, member.row)));
        self.facts.extend(group.facts.into_iter().map(|fact| FactRow {
            seq: fact.seq,
            run: id,
            leg,
            key: fact.key,
            at: fact.at,
            fact: fact.fact,
            note: fact.note,
        }));
        self.frozen.extend(group.freeze);
        for dispatch in group.thaw {
            self.frozen.remove(&dispatch);
        }
        for key in group.acknowledged.keys() {
            self.released.remove(key);
        }
        self.acknowledged.extend(group.acknowledged);
        for (key, change, at) in group.applied {
            let seq = self.changes.last().map_or(1, |last| last.seq + 1);
            self.changed.entry(key.clone()).or_default().push((change, at));
            self.changes.push(CodeChange { seq, key, change, at, run: id });
        }
        Ok(())
    }
}

/// A run as it opens.
#[derive(Default)]
struct Opening {
    facts_before: u64,
    next_seq: u64,
    entries: BTreeMap<PatientKey, Row>,
    facts: Vec<FactRow>,
    inherited: Vec<PatientKey>,
    shift: Shift,
}

impl RunRow {
    fn shift(&mut self, shift: &Shift) {
        for (counter, step) in &shift.counters {
            let count = self.counters.entry(*counter).or_default();
            *count = count.saturating_add_signed(*step);
        }
        for (reason, step) in &shift.reasons {
            let count = self.reasons.entry(*reason).or_default();
            *count = count.saturating_add_signed(*step);
        }
        for (warning, step) in &shift.warnings {
            let count = self.warnings.entry(*warning).or_default();
            *count = count.saturating_add_signed(*step);
        }
    }
}
