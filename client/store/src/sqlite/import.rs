//! An import: rows of any order and any number are staged, sorted by SQLite outside memory, and put together in one pass.

pub(super) mod practice;

use jiff::Timestamp;
use spine_rules::import::{ImportItem, Practice};
use sqlx::{Connection, QueryBuilder, Row as _, Sqlite, SqliteConnection};

use super::SqliteStore;
use super::columns::{count, from_json, json};
use super::lease::{self, Unlatch};
use super::record::chunks;
use crate::error::StoreError;
use crate::kept::ledger::{Ledger, same_practice};
use crate::seam::{ImportItems, ImportReceipt, Result};

/// Staged rows are written when there are so many of them, or so many bytes.
const ROWS: usize = 256;
const BYTES: usize = 1 << 20;

/// The staging tables: temporary files of SQLite's own, gone with the transaction or the process.
const STAGING: &str = "DROP TABLE IF EXISTS temp.staged; DROP TABLE IF EXISTS temp.staged_group; \
     CREATE TEMP TABLE staged (key TEXT NOT NULL, kind INTEGER NOT NULL, json TEXT NOT NULL) STRICT; \
     CREATE TEMP TABLE staged_group (key TEXT NOT NULL, name TEXT NOT NULL) STRICT";

/// Kinds of staged rows.
const PATIENT: i64 = 0;
const CODE: i64 = 1;
const MEDICATION: i64 = 2;
const ALLERGY: i64 = 3;
const UNREADABLE: i64 = 4;

/// Puts the rows of every patient together: one sort, one pass. The first of several rows with one patient id counts.
const MERGE: &str = "\
INSERT INTO patient (key, number, import, departed, incomplete, extract_rows, base, codes, medications, allergies)
SELECT key, base ->> '$.number.valid', ?1, 0, copies > 1 OR unreadable > 0 OR base ->> '$.incomplete', extract_rows,
       base, codes, medications, allergies
FROM (
    SELECT key, copies, unreadable, extract_rows,
           CASE WHEN copies > 1 THEN json_extract('[' || bases || ']', '$[0]') ELSE bases END AS base,
           '[' || coalesce(codes, '') || ']' AS codes,
           '[' || coalesce(medications, '') || ']' AS medications,
           '[' || coalesce(allergies, '') || ']' AS allergies
    FROM (
        SELECT key,
               count(*) AS extract_rows,
               count(*) FILTER (WHERE kind = 0) AS copies,
               count(*) FILTER (WHERE kind = 4) AS unreadable,
               group_concat(json, ',') FILTER (WHERE kind = 0) AS bases,
               group_concat(json, ',') FILTER (WHERE kind = 1) AS codes,
               group_concat(json, ',') FILTER (WHERE kind = 2) AS medications,
               group_concat(json, ',') FILTER (WHERE kind = 3) AS allergies
        FROM (SELECT key, kind, json FROM temp.staged ORDER BY key, kind, rowid)
        GROUP BY key
    )
    WHERE copies > 0
)
WHERE true
ON CONFLICT (key) DO UPDATE SET
    number = excluded.number, import = excluded.import, departed = 0, incomplete = excluded.incomplete,
    extract_rows = excluded.extract_rows, base = excluded.base, codes = excluded.codes,
    medications = excluded.medications, allergies = excluded.allergies";

pub(super) async fn import(
    store: &SqliteStore,
    practice: &Practice,
    items: ImportItems<'_>,
    now: Timestamp,
) -> Result<ImportReceipt> {
    let lease = lease::take(store, &store.options.importer(), now).await?;
    let unlatch = Unlatch(&store.latch, lease.fence);
    let outcome = import_alone(store, practice, items, now).await;
    let released = lease::release(store, lease.fence).await;
    drop(unlatch);
    let receipt = outcome?;
    released.map(|()| receipt)
}

async fn import_alone(
    store: &SqliteStore,
    practice: &Practice,
    items: ImportItems<'_>,
    now: Timestamp,
) -> Result<ImportReceipt> {
    let mut writer = store.writer.lock().await;
    let mut tx = writer.begin_with("BEGIN IMMEDIATE").await?;
    let import = begin(&mut tx, practice).await?;
    let mut ledger = Ledger::default();
    let staged = stage(&mut tx, items, &mut ledger).await?;
    sqlx::query(MERGE).bind(import).execute(&mut *tx).await?;
    let mut receipt = settle(&mut tx, import, &staged, &mut ledger).await?;
    receipt.at = now;
    practice::put(&mut tx, practice, import, &receipt).await?;
    sqlx::raw_sql("DROP TABLE temp.staged; DROP TABLE temp.staged_group").execute(&mut *tx).await?;
    tx.commit().await?;
    // Best effort: a reader may still need the log, and the next commit cuts it back.
    let _ = sqlx::raw_sql("PRAGMA wal_checkpoint(TRUNCATE)").execute(&mut *writer).await;
    Ok(receipt)
}

/// Checks whose extract it is and returns the import's number.
async fn begin(tx: &mut SqliteConnection, practice: &Practice) -> Result<i64> {
    let known = sqlx::query("SELECT details, import FROM practice").fetch_optional(&mut *tx).await?;
    let mut import = 1;
    if let Some(known) = known {
        let details: Practice = from_json(known.try_get(0)?, "the practice")?;
        same_practice(Some(&details), practice)?;
        import = known.try_get::<i64, _>(1)? + 1;
    }
    sqlx::raw_sql(STAGING).execute(tx).await?;
    Ok(import)
}

/// How many rows were staged.
#[derive(Default)]
struct Staged {
    rows: u64,
    patients: u64,
}

/// Rows on their way into the staging tables.
#[derive(Default)]
struct Buffer {
    rows: Vec<(String, i64, String)>,
    groups: Vec<(String, String)>,
    bytes: usize,
}

async fn stage(tx: &mut SqliteConnection, items: ImportItems<'_>, ledger: &mut Ledger) -> Result<Staged> {
    let (mut staged, mut buffer) = (Staged::default(), Buffer::default());
    for item in items {
        buffer.take(item.map_err(|failure| StoreError::Import(failure.0))?, &mut staged, ledger)?;
        if buffer.rows.len() >= ROWS || buffer.groups.len() >= ROWS || buffer.bytes >= BYTES {
            buffer.flush(tx).await?;
        }
    }
    buffer.flush(tx).await?;
    Ok(staged)
}

impl Buffer {
    fn take(&mut self, item: ImportItem, staged: &mut Staged, ledger: &mut Ledger) -> Result<()> {
        let (key, kind, text) = match item {
            ImportItem::Patient(record) => {
                staged.patients += 1;
                (record.key.clone(), PATIENT, json(&record)?)
            }
            ImportItem::Code(key, code) => (key, CODE, json(&code)?),
            ImportItem::Medication(key, medication) => (key, MEDICATION, json(&medication)?),
            ImportItem::Allergy(key, allergy) => (key, ALLERGY, json(&allergy)?),
            ImportItem::Incomplete(key, error) => {
                ledger.note(error);
                (key, UNREADABLE, String::new())
            }
            ImportItem::Group(name, key) => {
                self.bytes += name.len();
                self.groups.push((key.into(), name));
                return Ok(());
            }
            ImportItem::Stray(error) => {
                ledger.stray(error);
                return Ok(());
            }
        };
        staged.rows += 1;
        self.bytes += text.len();
        self.rows.push((key.into(), kind, text));
        Ok(())
    }

    async fn flush(&mut self, tx: &mut SqliteConnection) -> Result<()> {
        for chunk in chunks(&self.rows) {
            let mut query = QueryBuilder::<Sqlite>::new("INSERT INTO temp.staged (key, kind, json) ");
            query.push_values(chunk, |mut values, (key, kind, json)| {
                values.push_bind(key.clone()).push_bind(*kind).push_bind(json.clone());
            });
            query.build().execute(&mut *tx).await?;
        }
        for chunk in chunks(&self.groups) {
            let mut query = QueryBuilder::<Sqlite>::new("INSERT INTO temp.staged_group (key, name) ");
            query.push_values(chunk, |mut values, (key, name)| {
                values.push_bind(key.clone()).push_bind(name.clone());
            });
            query.build().execute(&mut *tx).await?;
        }
        self.rows.clear();
        self.groups.clear();
        self.bytes = 0;
        Ok(())
    }
}

/// Marks who departed, files the groups, and counts what stayed out.
async fn settle(
    tx: &mut SqliteConnection,
    import: i64,
    staged: &Staged,
    ledger: &mut Ledger,
) -> Result<ImportReceipt> {
    let departed = sqlx::query("UPDATE patient SET departed = 1 WHERE import < ? AND departed = 0")
        .bind(import)
        .execute(&mut *tx)
        .await?
        .rows_affected();
    let here = sqlx::query(
        "SELECT count(*), coalesce(sum(incomplete), 0), coalesce(sum(extract_rows), 0) FROM patient WHERE import = ?",
    )
    .bind(import)
    .fetch_one(&mut *tx)
    .await?;
    let (patients, incomplete) = (count(here.try_get(0)?)?, count(here.try_get(1)?)?);
    ledger.duplicates(staged.patients - patients);
    if staged.rows > count(here.try_get(2)?)? {
        orphans(tx, import, ledger).await?;
    }
    groups(tx, import, ledger).await?;
    let errors = std::mem::take(&mut ledger.errors);
    let at = Timestamp::UNIX_EPOCH;
    Ok(ImportReceipt { at, patients, incomplete, departed, stray_rows: ledger.strays, errors })
}

/// Rows whose patient `patients.csv` does not have.
async fn orphans(tx: &mut SqliteConnection, import: i64, ledger: &mut Ledger) -> Result<()> {
    let found = sqlx::query(
        "SELECT s.kind, count(*) FROM temp.staged s \
         WHERE NOT EXISTS (SELECT 1 FROM patient p WHERE p.key = s.key AND p.import = ?) GROUP BY s.kind ORDER BY s.kind",
    )
    .bind(import)
    .fetch_all(tx)
    .await?;
    for row in found {
        let rows = count(row.try_get(1)?)?;
        match row.try_get::<i64, _>(0)? {
            CODE => ledger.orphans("codes.csv", rows),
            MEDICATION => ledger.orphans("medications.csv", rows),
            ALLERGY => ledger.orphans("allergies.csv", rows),
            // Its error is listed already: it could not be read either.
            _ => ledger.strays += rows,
        }
    }
    Ok(())
}

async fn groups(tx: &mut SqliteConnection, import: i64, ledger: &mut Ledger) -> Result<()> {
    sqlx::query("DELETE FROM membership").execute(&mut *tx).await?;
    sqlx::query(
        "INSERT OR IGNORE INTO membership (name, key) SELECT s.name, s.key FROM temp.staged_group s \
         CROSS JOIN patient p ON p.key = s.key AND p.import = ? ORDER BY s.name, s.key",
    )
    .bind(import)
    .execute(&mut *tx)
    .await?;
    let strangers: i64 = sqlx::query_scalar(
        "SELECT count(*) FROM temp.staged_group s \
         WHERE NOT EXISTS (SELECT 1 FROM patient p WHERE p.key = s.key AND p.import = ?)",
    )
    .bind(import)
    .fetch_one(tx)
    .await?;
    ledger.orphans("groups.csv", count(strangers)?);
    Ok(())
}
