//! A store that is bent: it tells the client something else than it holds, or holds something else than it was told.

use std::sync::Arc;

use async_trait::async_trait;
use jiff::Timestamp;
use spine_client::store::{
    Closed, CodeChange, Cursor, Entry, Fence, History, Holder, ImportItems, ImportReceipt, Lease, LegRecord,
    Mark, NewRun, Result, Run, RunId, RunKind, Selection, Store, Switch, Tally, Waiting, Write,
};
use spine_rules::Reason;
use spine_rules::import::{Operator, Practice};
use spine_rules::record::{Candidate, PatientKey};
use spine_vocabulary::{NhsNumber, UserId};

type OnRecord = Box<dyn Fn(Vec<Write>) -> Vec<Write> + Send + Sync>;
type OnPage = Box<dyn Fn(&mut Entry, &mut Candidate) + Send + Sync>;

/// A bent store.
pub struct Bent {
    store: Arc<dyn Store>,
    record: OnRecord,
    page: OnPage,
}

impl Bent {
    /// Holds what `change` makes of what it is told; the client believes that it holds what it told.
    #[must_use]
    pub fn recording(
        store: Arc<dyn Store>,
        change: impl Fn(Vec<Write>) -> Vec<Write> + Send + Sync + 'static,
    ) -> Arc<dyn Store> {
        Arc::new(Self { store, record: Box::new(change), page: Box::new(|_, _| {}) })
    }

    /// Tells the client of its entries and records what `change` makes of them.
    #[must_use]
    pub fn telling(
        store: Arc<dyn Store>,
        change: impl Fn(&mut Entry, &mut Candidate) + Send + Sync + 'static,
    ) -> Arc<dyn Store> {
        Arc::new(Self { store, record: Box::new(|writes| writes), page: Box::new(change) })
    }
}

#[async_trait]
impl Store for Bent {
    async fn import(
        &self,
        practice: &Practice,
        items: ImportItems<'_>,
        now: Timestamp,
    ) -> Result<ImportReceipt> {
        self.store.import(practice, items, now).await
    }

    async fn practice(&self) -> Result<Option<Practice>> {
        self.store.practice().await
    }

    async fn add_operator(&self, operator: &Operator) -> Result<()> {
        self.store.add_operator(operator).await
    }

    async fn operator(&self, user: &UserId) -> Result<Option<Operator>> {
        self.store.operator(user).await
    }

    async fn last_import(&self) -> Result<Option<ImportReceipt>> {
        self.store.last_import().await
    }

    async fn holders(&self, number: NhsNumber) -> Result<Vec<Candidate>> {
        self.store.holders(number).await
    }

    async fn members(&self, group: &str) -> Result<Vec<PatientKey>> {
        self.store.members(group).await
    }

    async fn switch_scr(&self, switch: &Switch) -> Result<()> {
        self.store.switch_scr(switch).await
    }

    async fn switches(&self) -> Result<Vec<Switch>> {
        self.store.switches().await
    }

    async fn waiting(
        &self,
        run: Option<RunId>,
        reasons: &[Reason],
        after: Option<(&PatientKey, RunId)>,
        limit: usize,
    ) -> Result<Vec<Waiting>> {
        let mut page = self.store.waiting(run, reasons, after, limit).await?;
        for waiting in &mut page {
            (self.page)(&mut waiting.entry, &mut waiting.candidate);
        }
        Ok(page)
    }

    async fn mark(&self, marks: &[Mark]) -> Result<()> {
        self.store.mark(marks).await
    }

    async fn take_lease(&self, holder: &Holder, now: Timestamp) -> Result<Lease> {
        self.store.take_lease(holder, now).await
    }

    async fn renew_lease(&self, fence: Fence, now: Timestamp) -> Result<Lease> {
        self.store.renew_lease(fence, now).await
    }

    async fn release_lease(&self, fence: Fence) -> Result<()> {
        self.store.release_lease(fence).await
    }

    async fn open_run(&self, fence: Fence, run: &NewRun, selection: Selection<'_>) -> Result<Run> {
        self.store.open_run(fence, run, selection).await
    }

    async fn candidates(
        &self,
        selection: Selection<'_>,
        after: Option<&PatientKey>,
        limit: usize,
    ) -> Result<Vec<Candidate>> {
        self.store.candidates(selection, after, limit).await
    }

    async fn failed(&self, kind: RunKind) -> Result<u64> {
        self.store.failed(kind).await
    }

    async fn legs(&self, run: RunId) -> Result<Vec<LegRecord>> {
        self.store.legs(run).await
    }

    async fn open_leg(&self, fence: Fence, run: RunId, leg: &NewRun) -> Result<Run> {
        self.store.open_leg(fence, run, leg).await
    }

    async fn close_leg(&self, fence: Fence, run: RunId, how: Closed, now: Timestamp) -> Result<Run> {
        self.store.close_leg(fence, run, how, now).await
    }

    async fn newest_run(&self, kind: Option<RunKind>) -> Result<Option<Run>> {
        self.store.newest_run(kind).await
    }

    async fn runs(&self) -> Result<Vec<Run>> {
        self.store.runs().await
    }

    async fn tally(&self, run: RunId) -> Result<Tally> {
        self.store.tally(run).await
    }

    async fn page(
        &self,
        run: RunId,
        cursor: Cursor,
        after: Option<&PatientKey>,
        limit: usize,
    ) -> Result<Vec<(Entry, Candidate)>> {
        let mut page = self.store.page(run, cursor, after, limit).await?;
        for (entry, candidate) in &mut page {
            (self.page)(entry, candidate);
        }
        Ok(page)
    }

    async fn entry(&self, run: RunId, key: &PatientKey) -> Result<Option<(Entry, Candidate)>> {
        let mut held = self.store.entry(run, key).await?;
        if let Some((entry, candidate)) = &mut held {
            (self.page)(entry, candidate);
        }
        Ok(held)
    }

    async fn record(&self, fence: Fence, run: RunId, group: &[Write]) -> Result<()> {
        let changed = (self.record)(group.to_vec());
        if changed.is_empty() { Ok(()) } else { self.store.record(fence, run, &changed).await }
    }

    async fn frozen(&self, run: RunId, key: &PatientKey) -> Result<Option<Vec<u8>>> {
        self.store.frozen(run, key).await
    }

    async fn history(&self, key: &PatientKey) -> Result<Vec<History>> {
        self.store.history(key).await
    }

    async fn code_changes(&self, after: Option<i64>, limit: usize) -> Result<Vec<CodeChange>> {
        self.store.code_changes(after, limit).await
    }
}
