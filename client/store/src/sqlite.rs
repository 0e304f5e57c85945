//! A store in one SQLite file, durable at every commit.
//!
//! One writer and a few readers: with a write-ahead log no reader waits for a write. Every write is one transaction that checks the
//! fence first. Nothing here decides: what a fact means is worked out in `kept`, the same for every store.

mod columns;
mod error;
mod import;
mod lease;
mod open;
mod read;
mod record;
mod runs;
mod transaction;

use std::path::{Path, PathBuf};

use async_trait::async_trait;
use jiff::Timestamp;
use spine_rules::Reason;
use spine_rules::import::{Operator, Practice};
use spine_rules::record::{Candidate, PatientKey};
use spine_vocabulary::{NhsNumber, UserId};
use sqlx::SqliteConnection;
use sqlx::sqlite::SqlitePool;
use tokio::sync::Mutex;

use self::import::practice;
use crate::entry::{CodeChange, Cursor, Entry, History, Mark, Switch, Tally, Waiting, Write};
use crate::lease::{Fence, Holder, Lease};
use crate::options::StoreOptions;
use crate::run::{Closed, LegRecord, NewRun, Run, RunId, RunKind, Selection};
use crate::seam::{ImportItems, ImportReceipt, Result, Store};

/// A store in one SQLite file.
#[derive(Debug)]
pub struct SqliteStore {
    writer: Mutex<SqliteConnection>,
    readers: SqlitePool,
    latch: lease::Latch,
    file: PathBuf,
    options: StoreOptions,
}

impl SqliteStore {
    /// Opens the store at a path, made if missing (its folder is not), readable by its owner only. Refuses a file that is not ours or
    /// is of a newer version, and a disk on which writing would not be durable. Beside it stands `<path>.lock`.
    pub async fn open(path: impl AsRef<Path>, options: StoreOptions) -> Result<Self> {
        open::open(path.as_ref(), options).await
    }

    /// Closes every connection. Dropping the store does too, but without waiting for it.
    pub async fn close(self) -> Result<()> {
        self.readers.close().await;
        Ok(sqlx::Connection::close(self.writer.into_inner()).await?)
    }
}

#[async_trait]
impl Store for SqliteStore {
    async fn import(
        &self,
        practice: &Practice,
        items: ImportItems<'_>,
        now: Timestamp,
    ) -> Result<ImportReceipt> {
        import::import(self, practice, items, now).await
    }

    async fn practice(&self) -> Result<Option<Practice>> {
        practice::practice(self).await
    }

    async fn add_operator(&self, operator: &Operator) -> Result<()> {
        practice::put_operator(&mut *self.writer.lock().await, operator).await
    }

    async fn operator(&self, user: &UserId) -> Result<Option<Operator>> {
        Ok(practice::operators(self).await?.into_iter().find(|known| known.user_id == *user))
    }

    async fn last_import(&self) -> Result<Option<ImportReceipt>> {
        practice::last_receipt(self).await
    }

    async fn holders(&self, number: NhsNumber) -> Result<Vec<Candidate>> {
        read::holders(self, number).await
    }

    async fn members(&self, group: &str) -> Result<Vec<PatientKey>> {
        read::members(self, group).await
    }

    async fn switch_scr(&self, switch: &Switch) -> Result<()> {
        import::switch::put(self, switch).await
    }

    async fn switches(&self) -> Result<Vec<Switch>> {
        import::switch::all(self).await
    }

    async fn waiting(
        &self,
        run: Option<RunId>,
        reasons: &[Reason],
        after: Option<(&PatientKey, RunId)>,
        limit: usize,
    ) -> Result<Vec<Waiting>> {
        read::worklist::waiting(self, run, reasons, after, limit).await
    }

    async fn mark(&self, marks: &[Mark]) -> Result<()> {
        record::mark::mark(self, marks).await
    }

    async fn take_lease(&self, holder: &Holder, now: Timestamp) -> Result<Lease> {
        lease::take(self, holder, now).await
    }

    async fn renew_lease(&self, fence: Fence, now: Timestamp) -> Result<Lease> {
        lease::renew(self, fence, now).await
    }

    async fn release_lease(&self, fence: Fence) -> Result<()> {
        lease::release(self, fence).await
    }

    async fn open_run(&self, fence: Fence, run: &NewRun, selection: Selection<'_>) -> Result<Run> {
        runs::opening::open_run(self, fence, run, selection).await
    }

    async fn candidates(
        &self,
        selection: Selection<'_>,
        after: Option<&PatientKey>,
        limit: usize,
    ) -> Result<Vec<Candidate>> {
        runs::opening::candidates(self, selection, after, limit).await
    }

    async fn failed(&self, kind: RunKind) -> Result<u64> {
        runs::opening::failed(self, kind).await
    }

    async fn legs(&self, run: RunId) -> Result<Vec<LegRecord>> {
        runs::legs(self, run).await
    }

    async fn open_leg(&self, fence: Fence, run: RunId, leg: &NewRun) -> Result<Run> {
        runs::open_leg(self, fence, run, leg).await
    }

    async fn close_leg(&self, fence: Fence, run: RunId, how: Closed, now: Timestamp) -> Result<Run> {
        runs::close_leg(self, fence, run, how, now).await
    }

    async fn newest_run(&self, kind: Option<RunKind>) -> Result<Option<Run>> {
        runs::newest(self, kind).await
    }

    async fn runs(&self) -> Result<Vec<Run>> {
        runs::all(self).await
    }

    async fn tally(&self, run: RunId) -> Result<Tally> {
        read::tally(self, run).await
    }

    async fn page(
        &self,
        run: RunId,
        cursor: Cursor,
        after: Option<&PatientKey>,
        limit: usize,
    ) -> Result<Vec<(Entry, Candidate)>> {
        read::page(self, run, cursor, after, limit).await
    }

    async fn entry(&self, run: RunId, key: &PatientKey) -> Result<Option<(Entry, Candidate)>> {
        read::entry(self, run, key).await
    }

    async fn record(&self, fence: Fence, run: RunId, group: &[Write]) -> Result<()> {
        record::record(self, fence, run, group).await
    }

    async fn frozen(&self, run: RunId, key: &PatientKey) -> Result<Option<Vec<u8>>> {
        read::frozen(self, run, key).await
    }

    async fn history(&self, key: &PatientKey) -> Result<Vec<History>> {
        read::history(self, key).await
    }

    async fn code_changes(&self, after: Option<i64>, limit: usize) -> Result<Vec<CodeChange>> {
        read::code_changes(self, after, limit).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::StoreError;

    async fn store(folder: &tempfile::TempDir) -> SqliteStore {
        let options = StoreOptions::new("here", || Timestamp::UNIX_EPOCH);
        SqliteStore::open(folder.path().join("store"), options).await.unwrap()
    }

    async fn add_operators(store: &SqliteStore, name: &str) -> Result<()> {
        for n in 1..=200 {
            let user_id = UserId::parse(&format!("{n:012}")).unwrap();
            let operator = Operator { user_id, name: name.repeat(1_000), system_administrator: false };
            store.add_operator(&operator).await?;
        }
        Ok(())
    }

    async fn set(store: &SqliteStore, pragma: &'static str) {
        sqlx::raw_sql(pragma).execute(&mut *store.writer.lock().await).await.unwrap();
    }

    #[tokio::test]
    async fn a_full_disk_is_told_and_outlived() {
        let folder = tempfile::tempdir().unwrap();
        let store = store(&folder).await;
        set(&store, "PRAGMA max_page_count = 60").await;
        let full = add_operators(&store, "n").await.unwrap_err();
        assert!(matches!(&full, StoreError::Storage(why) if why.contains("disk is full")), "{full}");
        set(&store, "PRAGMA max_page_count = 1000000").await;
        add_operators(&store, "n").await.unwrap();
    }

    /// SQLite gives a write up by itself where it finds no room; the next one must not suffer for it.
    #[tokio::test]
    async fn a_write_that_found_no_room_does_not_stop_the_next_one() {
        let folder = tempfile::tempdir().unwrap();
        let options = StoreOptions::new("here", || Timestamp::UNIX_EPOCH).limited_to(90);
        let store = SqliteStore::open(folder.path().join("store"), options).await.unwrap();
        let holder = store.options.importer();
        let mut after = store.take_lease(&holder, Timestamp::UNIX_EPOCH).await.unwrap();
        let new = NewRun {
            kind: RunKind::InitialUpload,
            action: crate::run::Action::Run,
            user: UserId::parse("000000000001").unwrap(),
            role_profile: "000000000002".parse().unwrap(),
            settings: "{}".to_owned(),
            group: None,
            build: "0.1.0".to_owned(),
            at: Timestamp::UNIX_EPOCH,
        };
        let large = NewRun { settings: "s".repeat(1 << 20), ..new.clone() };
        for _ in 0..3 {
            let full = store.open_run(after.fence, &large, Selection::everybody()).await.unwrap_err();
            assert!(matches!(&full, StoreError::Storage(why) if why.contains("disk is full")), "{full}");
            after = store.renew_lease(after.fence, Timestamp::UNIX_EPOCH).await.unwrap();
        }
        store.open_run(after.fence, &new, Selection::everybody()).await.unwrap();
    }

    #[tokio::test]
    async fn a_read_only_store_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let store = store(&folder).await;
        set(&store, "PRAGMA query_only = ON").await;
        let refused = add_operators(&store, "secret").await.unwrap_err().to_string();
        assert!(refused.contains("read-only") && !refused.contains("secret"), "{refused}");
    }

    #[tokio::test]
    async fn a_file_that_another_program_holds_is_told_as_such_and_written_once_it_is_free() {
        let folder = tempfile::tempdir().unwrap();
        let store = store(&folder).await;
        // Reason: nobody wants to wait in a test.
        set(&store, "PRAGMA busy_timeout = 20").await;
        let url = format!("sqlite://{}", folder.path().join("store").display());
        let mut other = <SqliteConnection as sqlx::Connection>::connect(&url).await.unwrap();
        sqlx::raw_sql("BEGIN IMMEDIATE").execute(&mut other).await.unwrap();
        let holder = store.options.importer();
        for _ in 0..2 {
            let busy = store.take_lease(&holder, Timestamp::UNIX_EPOCH).await.unwrap_err();
            let said = "another program keeps the file locked; close it and try again";
            assert!(matches!(&busy, StoreError::Storage(why) if why.contains(said)), "{busy}");
            assert!(store.practice().await.unwrap().is_none(), "reading goes on");
        }
        sqlx::raw_sql("COMMIT").execute(&mut other).await.unwrap();
        store.take_lease(&holder, Timestamp::UNIX_EPOCH).await.unwrap();
    }
}
