//! Opening a store: is it ours, is it of a version we know, does it really write durably.

pub(super) mod file;

use std::path::Path;
use std::time::Duration;

use sqlx::migrate::Migrator;
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous,
};
use sqlx::{ConnectOptions, Connection, SqliteConnection};
use tokio::sync::Mutex;

use self::file::{APPLICATION_ID, Found};
use super::SqliteStore;
use super::lease::Latch;
use crate::error::StoreError;
use crate::options::StoreOptions;
use crate::seam::Result;

/// The version of the tables, as the newest file in `migrations/` sets it.
const VERSION: u32 = 3;

/// How long a connection waits for another process's write.
const BUSY: Duration = Duration::from_secs(10);

/// Readers beside the one writer: they never wait for it.
const READERS: u32 = 2;

/// Page cache of the writer and of each reader, as the pragma wants it: negative, in KiB.
const WRITER_CACHE: &str = "-8192";
const READER_CACHE: &str = "-4096";

static MIGRATIONS: Migrator = sqlx::migrate!("./migrations");

/// Opens the store at a path, made if missing.
pub(super) async fn open(path: &Path, options: StoreOptions) -> Result<SqliteStore> {
    let found = file::look(path)?;
    drop(file::make_private(path)?);
    let latch = Latch::new(path);
    if found == Found::Nothing {
        let _alone = latch.wait().await?;
        mark(path).await?;
    }
    let mut writer = writer(path, options.page_limit).await?;
    upgrade(&mut writer, &latch).await?;
    let readers = readers(path).await?;
    Ok(SqliteStore { writer: Mutex::new(writer), readers, latch, file: path.to_owned(), options })
}

/// Writes our application id into a new file, before it goes over to a write-ahead log: [`file::look`] then sees it in the file's
/// own header at any later time.
async fn mark(path: &Path) -> Result<()> {
    let mut fresh = SqliteConnectOptions::new().filename(path).disable_statement_logging().connect().await?;
    let found: i64 = sqlx::query_scalar("PRAGMA application_id").fetch_one(&mut fresh).await?;
    if found == 0 {
        sqlx::raw_sql(sqlx::AssertSqlSafe(format!("PRAGMA application_id = {APPLICATION_ID}")))
            .execute(&mut fresh)
            .await?;
    }
    sqlx::raw_sql("PRAGMA journal_mode = WAL").execute(&mut fresh).await?;
    fresh.close().await?;
    Ok(())
}

fn options_of(path: &Path, cache: &'static str) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(path)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        // Reason: on macOS an ordinary fsync does not reach the disk; elsewhere this changes nothing.
        .pragma("fullfsync", "1")
        .foreign_keys(true)
        .busy_timeout(BUSY)
        .pragma("cache_size", cache)
        // Reason: an import sorts any number of rows, and memory must stay flat.
        .pragma("temp_store", "FILE")
        // Reason: the log of an import is as large as the practice; afterwards it is cut back to this.
        .pragma("journal_size_limit", "67108864")
        // Reason: rows come over from SQLite's own thread; a page in one go spares most of the waking up.
        .row_buffer_size(1_024)
        .disable_statement_logging()
}

/// The one connection that writes; a bound of pages is for it alone.
pub(super) async fn writer(path: &Path, page_limit: Option<u32>) -> Result<SqliteConnection> {
    let mut options = options_of(path, WRITER_CACHE);
    if let Some(pages) = page_limit {
        options = options.pragma("max_page_count", pages.to_string());
    }
    let mut writer = options.connect().await?;
    durable(&mut writer).await?;
    Ok(writer)
}

async fn readers(path: &Path) -> Result<SqlitePool> {
    let options = options_of(path, READER_CACHE).pragma("query_only", "ON");
    Ok(SqlitePoolOptions::new().max_connections(READERS).connect_with(options).await?)
}

/// Reads back what was asked for: a file system or a build of SQLite may grant less.
async fn durable(connection: &mut SqliteConnection) -> Result<()> {
    let synchronous: i64 = sqlx::query_scalar("PRAGMA synchronous").fetch_one(&mut *connection).await?;
    let journal: String = sqlx::query_scalar("PRAGMA journal_mode").fetch_one(&mut *connection).await?;
    if synchronous != 2 {
        return Err(StoreError::NotDurable(format!("synchronous is {synchronous}, wanted 2 (FULL)")));
    }
    if journal != "wal" {
        return Err(StoreError::NotDurable(format!("the journal is \"{journal}\", wanted \"wal\"")));
    }
    Ok(())
}

/// Brings the tables up to our version; a newer store is refused.
async fn upgrade(writer: &mut SqliteConnection, latch: &Latch) -> Result<()> {
    if version(writer).await? == VERSION {
        return Ok(());
    }
    let _alone = latch.wait().await?;
    // Somebody else may have done it while we waited.
    if version(writer).await? < VERSION {
        MIGRATIONS.run_direct(None, writer, false).await.map_err(|error| match error {
            sqlx::migrate::MigrateError::Execute(error)
            | sqlx::migrate::MigrateError::ExecuteMigration(error, _) => error.into(),
            _ => StoreError::Unusable(
                "the store's tables are not those of any version of this software".to_owned(),
            ),
        })?;
    }
    Ok(())
}

async fn version(connection: &mut SqliteConnection) -> Result<u32> {
    let version: u32 = sqlx::query_scalar("PRAGMA user_version").fetch_one(connection).await?;
    if version > VERSION {
        return Err(StoreError::Unusable(format!(
            "the store is of version {version}, and this software knows versions up to {VERSION}: use the newer software"
        )));
    }
    Ok(version)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_connection_that_does_not_sync_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("store");
        let base = options_of(&path, WRITER_CACHE).create_if_missing(true);
        for (weak, word) in [
            (base.clone().synchronous(SqliteSynchronous::Normal), "synchronous"),
            (base.clone().journal_mode(SqliteJournalMode::Delete), "journal"),
        ] {
            let mut connection = weak.connect().await.unwrap();
            let refused = durable(&mut connection).await.unwrap_err();
            assert!(matches!(&refused, StoreError::NotDurable(why) if why.contains(word)), "{refused}");
        }
        let mut connection = base.connect().await.unwrap();
        durable(&mut connection).await.unwrap();
    }
}
