//! The store as one process sees it: every write is a moment at which something can happen, on either side of it.

use std::sync::Arc;

use async_trait::async_trait;
use jiff::Timestamp;
use spine_client::store::{
    Closed, CodeChange, Cursor, Entry, Fence, History, Holder, ImportItems, ImportReceipt, Lease, LegRecord,
    Mark, MemoryStore, NewRun, Result, Run, RunId, RunKind, Selection, Store, Switch, Tally, Waiting, Write,
};
use spine_rules::Reason;
use spine_rules::import::{Operator, Practice};
use spine_rules::record::{Candidate, PatientKey};
use spine_vocabulary::{NhsNumber, UserId};

use super::planted::Planted;
use super::process::{Fails, Process};
use crate::simulation::op::Point;

/// The store under watch.
pub(super) struct Watched {
    process: Arc<Process>,
    memory: Arc<MemoryStore>,
}

impl Watched {
    pub(super) fn new(process: &Arc<Process>) -> Self {
        Self { process: Arc::clone(process), memory: Arc::clone(&process.memory) }
    }

    /// One write, with what a case has for its moments.
    async fn write<T: Send>(&self, name: &str, write: impl Future<Output = Result<T>> + Send) -> Result<T> {
        let count = self.process.next_write();
        let fails = self.process.reached(Point::BeforeWrite(count)).await;
        let scene = &self.process.scene;
        let full = scene.book().full;
        match fails {
            _ if full => self.memory.error_before(1),
            Some(Fails::Before) => self.memory.error_before(1),
            Some(Fails::After) => self.memory.error_after(1),
            None => {}
        }
        if fails.is_some() {
            scene.book().coverage.fired("O5");
        }
        let written = write.await;
        let how = if written.is_ok() { "" } else { " failed" };
        self.process.scene.log(format_args!("write {count} {name}{how}"));
        self.process.reached(Point::AfterWrite(count)).await;
        written
    }

    /// A lease was taken: fences only rise, and nobody else may hold one.
    fn took(&self, fence: Fence) {
        let (scene, number) = (&self.process.scene, self.process.number);
        let mut book = scene.book();
        let (before, holder) = (book.fence, book.holder);
        (book.fence, book.holder) = (fence.0, Some(number));
        drop(book);
        if fence.0 <= before {
            scene.broken(format_args!("J5: fence {} after {before}", fence.0));
        }
        if let Some(holder) = holder.filter(|holder| *holder != number) {
            scene.broken(format_args!("J5: process {number} took the lease that process {holder} holds"));
        }
    }
}

#[async_trait]
impl Store for Watched {
    async fn import(
        &self,
        practice: &Practice,
        items: ImportItems<'_>,
        now: Timestamp,
    ) -> Result<ImportReceipt> {
        self.write("import", self.memory.import(practice, items, now)).await
    }

    async fn practice(&self) -> Result<Option<Practice>> {
        self.memory.practice().await
    }

    async fn add_operator(&self, operator: &Operator) -> Result<()> {
        self.write("operator", self.memory.add_operator(operator)).await
    }

    async fn operator(&self, user: &UserId) -> Result<Option<Operator>> {
        self.memory.operator(user).await
    }

    async fn last_import(&self) -> Result<Option<ImportReceipt>> {
        self.memory.last_import().await
    }

    async fn holders(&self, number: NhsNumber) -> Result<Vec<Candidate>> {
        self.memory.holders(number).await
    }

    async fn members(&self, group: &str) -> Result<Vec<PatientKey>> {
        self.memory.members(group).await
    }

    async fn switch_scr(&self, switch: &Switch) -> Result<()> {
        self.write("switch", self.memory.switch_scr(switch)).await
    }

    async fn switches(&self) -> Result<Vec<Switch>> {
        self.memory.switches().await
    }

    async fn waiting(
        &self,
        run: Option<RunId>,
        reasons: &[Reason],
        after: Option<(&PatientKey, RunId)>,
        limit: usize,
    ) -> Result<Vec<Waiting>> {
        self.memory.waiting(run, reasons, after, limit).await
    }

    async fn mark(&self, marks: &[Mark]) -> Result<()> {
        self.write("mark", self.memory.mark(marks)).await
    }

    async fn take_lease(&self, holder: &Holder, now: Timestamp) -> Result<Lease> {
        let lease = self.write("take-lease", async {
            let lease = match self.memory.take_lease(holder, now).await {
                Err(_) if self.process.scene.planted == Some(Planted::LetsTheSecondIn) => {
                    let fence = Fence(self.process.scene.book().fence);
                    Lease { fence, holder: holder.clone(), ends_at: now }
                }
                lease => lease?,
            };
            self.took(lease.fence);
            Ok(lease)
        });
        lease.await
    }

    async fn renew_lease(&self, fence: Fence, now: Timestamp) -> Result<Lease> {
        self.write("renew-lease", self.memory.renew_lease(fence, now)).await
    }

    async fn release_lease(&self, fence: Fence) -> Result<()> {
        let released = self.write("release-lease", async {
            self.memory.release_lease(fence).await?;
            self.process.scene.book().holder = None;
            Ok(())
        });
        released.await
    }

    async fn open_run(&self, fence: Fence, run: &NewRun, selection: Selection<'_>) -> Result<Run> {
        self.write("open-run", self.memory.open_run(fence, run, selection)).await
    }

    async fn candidates(
        &self,
        selection: Selection<'_>,
        after: Option<&PatientKey>,
        limit: usize,
    ) -> Result<Vec<Candidate>> {
        self.memory.candidates(selection, after, limit).await
    }

    async fn failed(&self, kind: RunKind) -> Result<u64> {
        self.memory.failed(kind).await
    }

    async fn legs(&self, run: RunId) -> Result<Vec<LegRecord>> {
        self.memory.legs(run).await
    }

    async fn open_leg(&self, fence: Fence, run: RunId, leg: &NewRun) -> Result<Run> {
        self.write("open-leg", self.memory.open_leg(fence, run, leg)).await
    }

    async fn close_leg(&self, fence: Fence, run: RunId, how: Closed, now: Timestamp) -> Result<Run> {
        self.write("close-leg", self.memory.close_leg(fence, run, how, now)).await
    }

    async fn newest_run(&self, kind: Option<RunKind>) -> Result<Option<Run>> {
        self.memory.newest_run(kind).await
    }

    async fn runs(&self) -> Result<Vec<Run>> {
        self.memory.runs().await
    }

    async fn tally(&self, run: RunId) -> Result<Tally> {
        let mut tally = self.memory.tally(run).await?;
        Planted::bend_tally(self.process.scene.planted, &mut tally);
        Ok(tally)
    }

    async fn page(
        &self,
        run: RunId,
        cursor: Cursor,
        after: Option<&PatientKey>,
        limit: usize,
    ) -> Result<Vec<(Entry, Candidate)>> {
        let mut page = self.memory.page(run, cursor, after, limit).await?;
        Planted::bend_page(self.process.scene.planted, &mut page);
        Ok(page)
    }

    async fn entry(&self, run: RunId, key: &PatientKey) -> Result<Option<(Entry, Candidate)>> {
        let mut entry = self.memory.entry(run, key).await?;
        if let Some((_, candidate)) = &mut entry {
            Planted::bend_entry(self.process.scene.planted, candidate);
        }
        Ok(entry)
    }

    async fn record(&self, fence: Fence, run: RunId, group: &[Write]) -> Result<()> {
        let name = format!("record {}", facts(group));
        let planted = self.process.scene.planted;
        if planted == Some(Planted::AcknowledgesBeforeDurable) {
            return self.record_late(fence, run, group, &name);
        }
        let group = Planted::bend_group(planted, group);
        self.write(&name, self.memory.record(fence, run, &group)).await
    }

    async fn frozen(&self, run: RunId, key: &PatientKey) -> Result<Option<Vec<u8>>> {
        self.memory.frozen(run, key).await
    }

    async fn history(&self, key: &PatientKey) -> Result<Vec<History>> {
        self.memory.history(key).await
    }

    async fn code_changes(&self, after: Option<i64>, limit: usize) -> Result<Vec<CodeChange>> {
        self.memory.code_changes(after, limit).await
    }
}

impl Watched {
    /// Says at once that a group is durable, and writes it half a second later: planted.
    #[expect(clippy::unnecessary_wraps, reason = "it stands in the place of a write that can fail")]
    fn record_late(&self, fence: Fence, run: RunId, group: &[Write], name: &str) -> Result<()> {
        let (process, memory) = (Arc::clone(&self.process), Arc::clone(&self.memory));
        let (group, name) = (group.to_vec(), name.to_owned());
        tokio::spawn(async move {
            tokio::time::sleep(std::time::Duration::from_millis(500)).await;
            process.lives().await;
            let written = memory.record(fence, run, &group).await.is_ok();
            process.scene.log(format_args!("late {name} {written}"));
        });
        Ok(())
    }
}

/// A group of facts in a line of the log.
fn facts(group: &[Write]) -> String {
    let one = |write: &Write| {
        let fact = format!("{:?}", write.fact);
        let name = fact.split([' ', '(', '{']).next().unwrap_or_default().to_owned();
        format!("{}:{name}", write.key.as_str())
    };
    group.iter().map(one).collect::<Vec<_>>().join(" ")
}
