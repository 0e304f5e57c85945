//! Worklists and marks in memory.

use std::ops::Bound;

use spine_rules::record::PatientKey;
use spine_rules::{Counter, Reason};

use super::world::{RunRow, World};
use crate::entry::{Mark, Marking, Waiting};
use crate::error::StoreError;
use crate::run::{RunId, interaction};
use crate::seam::Result;

/// A mark, and the number of the newest fact before it.
#[derive(Clone, Debug)]
pub(super) struct MarkRow {
    mark: Mark,
    facts_before: u64,
}

impl World {
    /// Marks patients, all of them or none.
    pub(super) fn mark(&mut self, marks: &[Mark]) -> Result<()> {
        if marks.iter().any(|mark| !self.patients.contains_key(&mark.key)) {
            return Err(StoreError::Missing("patient"));
        }
        let facts_before = self.last_seq();
        for mark in marks {
            match mark.marking {
                Marking::Release => self.released.insert(mark.key.clone()),
                Marking::Seen => self.released.remove(&mark.key),
            };
            self.marks.insert(mark.key.clone(), MarkRow { mark: mark.clone(), facts_before });
        }
        Ok(())
    }

    /// Up to `limit` patients who wait, after the given one.
    pub(super) fn waiting(
        &self,
        run: Option<RunId>,
        reasons: &[Reason],
        after: Option<(&PatientKey, RunId)>,
        limit: usize,
    ) -> Result<Vec<Waiting>> {
        let only = run.map(|id| self.run(id)).transpose()?;
        let from = after.map_or(Bound::Unbounded, |(key, _)| Bound::Included(key));
        let keys = self.patients.range::<PatientKey, _>((from, Bound::Unbounded)).map(|(key, _)| key);
        let places = keys.flat_map(|key| self.newest(only, key).into_iter().map(move |run| (key, run)));
        let places = places.filter(|(key, run)| after.is_none_or(|after| (*key, run.id) > after));
        let waiting = places.filter_map(|(key, run)| self.one_waiting(run, reasons, key));
        Ok(waiting.take(limit).collect())
    }

    /// The run asked for, or the newest one of each interaction that took the patient, oldest first.
    fn newest<'w>(&'w self, only: Option<&'w RunRow>, key: &PatientKey) -> Vec<&'w RunRow> {
        if let Some(run) = only {
            return vec![run];
        }
        let mut newest: Vec<&RunRow> = Vec::new();
        for run in self.runs.iter().filter(|run| run.entries.contains_key(key)) {
            newest.retain(|earlier| interaction(earlier.kind()) != interaction(run.kind()));
            newest.push(run);
        }
        newest
    }

    fn one_waiting(&self, run: &RunRow, reasons: &[Reason], key: &PatientKey) -> Option<Waiting> {
        let row = run.entries.get(key).filter(|row| row.state.counter() == Counter::Failed)?;
        if !reasons.is_empty() && !row.state.reason().is_some_and(|reason| reasons.contains(&reason)) {
            return None;
        }
        let settling = self.facts.binary_search_by_key(&row.version, |fact| fact.seq).ok()?;
        let mark = self.marks.get(key).filter(|mark| mark.facts_before >= row.version);
        Some(Waiting {
            run: run.id,
            kind: run.kind(),
            entry: row.entry(key.clone()),
            since: self.facts[settling].at,
            candidate: self.candidate(key)?,
            mark: mark.map(|row| row.mark.clone()),
        })
    }
}
