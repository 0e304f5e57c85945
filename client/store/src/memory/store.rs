//! The seam, on memory.

use async_trait::async_trait;
use jiff::Timestamp;
use spine_rules::Reason;
use spine_rules::import::{Operator, Practice};
use spine_rules::record::{Candidate, PatientKey};
use spine_vocabulary::{NhsNumber, UserId};

use super::world::{RunRow, alive, unnamed};
use super::{Disk, MemoryStore};
use crate::entry::{CodeChange, Cursor, Entry, History, Mark, Switch, Tally, Waiting, Write};
use crate::error::StoreError;
use crate::kept::switch::{fits, switched};
use crate::lease::{Fence, Holder, Lease, until};
use crate::options::StoreOptions;
use crate::run::{Closed, LegRecord, NewRun, Run, RunId, RunKind, Selection};
use crate::seam::{ImportItems, ImportReceipt, Result, Store};

#[async_trait]
impl Store for MemoryStore {
    async fn import(
        &self,
        practice: &Practice,
        items: ImportItems<'_>,
        now: Timestamp,
    ) -> Result<ImportReceipt> {
        let holder = self.options.importer();
        self.write(|disk, process| {
            let fence = disk.take_lease(process, &holder, now)?;
            let outcome = disk.world.import(practice, items, now);
            disk.release(process, fence)?;
            outcome
        })
        .await
    }

    async fn practice(&self) -> Result<Option<Practice>> {
        self.read(|disk| {
            let operators = disk.world.operators.clone();
            let practice = disk.world.practice.clone().map(|practice| Practice { operators, ..practice });
            Ok(practice.map(|practice| switched(practice, disk.world.switches.last())))
        })
    }

    async fn add_operator(&self, operator: &Operator) -> Result<()> {
        self.write(|disk, _| {
            disk.world.put_operator(operator);
            Ok(())
        })
        .await
    }

    async fn operator(&self, user: &UserId) -> Result<Option<Operator>> {
        self.read(|disk| Ok(disk.world.operators.iter().find(|known| known.user_id == *user).cloned()))
    }

    async fn last_import(&self) -> Result<Option<ImportReceipt>> {
        self.read(|disk| Ok(disk.world.receipt.clone()))
    }

    async fn holders(&self, number: NhsNumber) -> Result<Vec<Candidate>> {
        self.read(|disk| {
            let world = &disk.world;
            let present = world.holders.get(&number).into_iter().flatten();
            let present: Vec<_> = present.filter_map(|key| world.candidate(key)).collect();
            if !present.is_empty() {
                return Ok(present);
            }
            let departed =
                world.patients.iter().filter(|(_, patient)| patient.record.number.valid() == Some(number));
            Ok(departed.filter_map(|(key, _)| world.candidate(key)).collect())
        })
    }

    async fn members(&self, group: &str) -> Result<Vec<PatientKey>> {
        self.read(|disk| Ok(disk.world.members.get(group).into_iter().flatten().cloned().collect()))
    }

    async fn switch_scr(&self, switch: &Switch) -> Result<()> {
        let options = &self.options;
        self.write(|disk, _| {
            fits(switch)?;
            disk.free(&options.host, (options.now)())?;
            disk.world.switches.push(switch.clone());
            Ok(())
        })
        .await
    }

    async fn switches(&self) -> Result<Vec<Switch>> {
        self.read(|disk| Ok(disk.world.switches.clone()))
    }

    async fn waiting(
        &self,
        run: Option<RunId>,
        reasons: &[Reason],
        after: Option<(&PatientKey, RunId)>,
        limit: usize,
    ) -> Result<Vec<Waiting>> {
        self.read(|disk| disk.world.waiting(run, reasons, after, limit))
    }

    async fn mark(&self, marks: &[Mark]) -> Result<()> {
        self.write(|disk, _| disk.world.mark(marks)).await
    }

    async fn take_lease(&self, holder: &Holder, now: Timestamp) -> Result<Lease> {
        self.write(|disk, process| {
            let fence = disk.take_lease(process, holder, now)?;
            disk.world.fenced(fence).cloned()
        })
        .await
    }

    async fn renew_lease(&self, fence: Fence, now: Timestamp) -> Result<Lease> {
        self.write(|disk, _| {
            let lease = disk.world.fenced(fence)?;
            lease.ends_at = until(now)?;
            Ok(lease.clone())
        })
        .await
    }

    async fn release_lease(&self, fence: Fence) -> Result<()> {
        self.write(|disk, process| disk.release(process, fence)).await
    }

    async fn open_run(&self, fence: Fence, run: &NewRun, selection: Selection<'_>) -> Result<Run> {
        let options = &self.options;
        self.write(|disk, _| {
            let id = disk.world.open_run(fence, run, selection)?;
            Ok(disk.view(disk.world.run(id)?, options))
        })
        .await
    }

    async fn candidates(
        &self,
        selection: Selection<'_>,
        after: Option<&PatientKey>,
        limit: usize,
    ) -> Result<Vec<Candidate>> {
        self.read(|disk| Ok(disk.world.taken(selection, after).take(limit).collect()))
    }

    async fn failed(&self, kind: RunKind) -> Result<u64> {
        self.read(|disk| Ok(disk.world.failed(kind)))
    }

    async fn legs(&self, run: RunId) -> Result<Vec<LegRecord>> {
        self.read(|disk| disk.world.legs(run))
    }

    async fn open_leg(&self, fence: Fence, run: RunId, leg: &NewRun) -> Result<Run> {
        let options = &self.options;
        self.write(|disk, _| {
            disk.world.open_leg(fence, run, leg)?;
            Ok(disk.view(disk.world.run(run)?, options))
        })
        .await
    }

    async fn close_leg(&self, fence: Fence, run: RunId, how: Closed, now: Timestamp) -> Result<Run> {
        let options = &self.options;
        self.write(|disk, _| {
            disk.world.close_leg(fence, run, how, now)?;
            Ok(disk.view(disk.world.run(run)?, options))
        })
        .await
    }

    async fn newest_run(&self, kind: Option<RunKind>) -> Result<Option<Run>> {
        let wanted = |run: &&RunRow| kind.is_none_or(|kind| run.legs[0].opened_by.kind == kind);
        self.read(|disk| {
            Ok(disk.world.runs.iter().rev().find(wanted).map(|run| disk.view(run, &self.options)))
        })
    }

    async fn runs(&self) -> Result<Vec<Run>> {
        self.read(|disk| Ok(disk.world.runs.iter().map(|run| disk.view(run, &self.options)).collect()))
    }

    async fn tally(&self, run: RunId) -> Result<Tally> {
        self.read(|disk| disk.world.tally(run))
    }

    async fn page(
        &self,
        run: RunId,
        cursor: Cursor,
        after: Option<&PatientKey>,
        limit: usize,
    ) -> Result<Vec<(Entry, Candidate)>> {
        self.read(|disk| disk.world.page(run, cursor, after, limit))
    }

    async fn entry(&self, run: RunId, key: &PatientKey) -> Result<Option<(Entry, Candidate)>> {
        self.read(|disk| {
            let row = disk.world.run(run)?.entries.get(key);
            Ok(row.and_then(|row| Some((row.entry(key.clone()), disk.world.candidate(key)?))))
        })
    }

    async fn record(&self, fence: Fence, run: RunId, group: &[Write]) -> Result<()> {
        self.write(|disk, _| disk.world.record(fence, run, group)).await
    }

    async fn frozen(&self, run: RunId, key: &PatientKey) -> Result<Option<Vec<u8>>> {
        self.read(|disk| {
            let row = disk.world.run(run)?.entries.get(key).ok_or(StoreError::Missing("entry"))?;
            let bytes = row.frozen.and_then(|dispatch| disk.world.frozen.get(&dispatch));
            Ok(bytes.map(|bytes| bytes.0.to_vec()))
        })
    }

    async fn history(&self, key: &PatientKey) -> Result<Vec<History>> {
        self.read(|disk| Ok(disk.history(key)))
    }

    async fn code_changes(&self, after: Option<i64>, limit: usize) -> Result<Vec<CodeChange>> {
        self.read(|disk| {
            let later =
                disk.world.changes.iter().filter(|change| after.is_none_or(|after| change.seq > after));
            Ok(later.take(limit).cloned().collect())
        })
    }
}

impl Disk {
    fn take_lease(&mut self, process: u64, holder: &Holder, now: Timestamp) -> Result<Fence> {
        self.free(&holder.host, now)?;
        let ends_at = until(now)?;
        self.world.fence += 1;
        let fence = Fence(self.world.fence);
        self.locks.insert(holder.host.clone(), (process, fence));
        self.world.lease = Some(Lease { fence, holder: holder.clone(), ends_at });
        Ok(fence)
    }

    /// Refuses where somebody may still be at work: on this host by its lock, on another by its lease.
    fn free(&self, host: &str, now: Timestamp) -> Result<()> {
        let locked = self.locks.contains_key(host);
        match &self.world.lease {
            Some(lease) if alive(lease, locked, host, now) => {
                Err(StoreError::Held(Box::new(lease.holder.clone())))
            }
            None if locked => Err(StoreError::Held(Box::new(unnamed(host)))),
            _ => Ok(()),
        }
    }

    /// Gives the process's lock back even where its lease is another one's by now.
    fn release(&mut self, process: u64, fence: Fence) -> Result<()> {
        self.locks.retain(|_, holder| *holder != (process, fence));
        self.world.fenced(fence)?;
        self.world.lease = None;
        Ok(())
    }

    /// The run as the outside sees it.
    fn view(&self, run: &RunRow, options: &StoreOptions) -> Run {
        let (first, newest) = (&run.legs[0], &run.legs[run.legs.len() - 1]);
        let holds = |lease: &Lease| {
            let locked = self.locks.contains_key(&options.host);
            lease.fence == newest.fence && alive(lease, locked, &options.host, (options.now)())
        };
        Run {
            id: run.id,
            kind: first.opened_by.kind,
            action: first.opened_by.action,
            legs: run.leg(),
            opened_at: first.opened_by.at,
            closed: newest.closed,
            interrupted: newest.closed.is_none() && !self.world.lease.as_ref().is_some_and(holds),
            population: run.population(),
            group: first.opened_by.group.clone(),
            user: newest.opened_by.user.clone(),
            role_profile: newest.opened_by.role_profile.clone(),
            settings: newest.opened_by.settings.clone(),
            build: newest.opened_by.build.clone(),
        }
    }

    /// Listings and facts of one patient; a listing stands before the facts of its run.
    fn history(&self, key: &PatientKey) -> Vec<History> {
        let listed = self.world.runs.iter().filter(|run| run.entries.contains_key(key)).map(|run| {
            let listing =
                History { run: run.id, leg: 1, at: run.legs[0].opened_by.at, fact: None, note: None };
            ((run.facts_before, 1, run.id), listing)
        });
        let facts = self.world.facts.iter().filter(|fact| fact.key == *key).map(|row| {
            let (run, leg, at) = (row.run, row.leg, row.at);
            let history = History { run, leg, at, fact: Some(row.fact.clone()), note: row.note.clone() };
            ((row.seq, 0, run), history)
        });
        let mut all: Vec<_> = listed.chain(facts).collect();
        all.sort_by_key(|(place, _)| *place);
        all.into_iter().map(|(_, history)| history).collect()
    }
}
