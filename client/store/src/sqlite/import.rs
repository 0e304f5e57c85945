//! An import: rows of any order and any number are staged, sorted by SQLite outside memory, and put together in one pass.

pub(super) mod practice;
pub(super) mod switch;

use jiff::Timestamp;
use spine_rules::import::{ALLERGIES, CODES, GROUPS, ImportItem, MEDICATIONS, Practice};
use sqlx::{QueryBuilder, Row as _, Sqlite, SqliteConnection};

use super::SqliteStore;
use super::columns::{count, from_json, json};
use super::lease::{self, Unlatch};
use super::record::chunks;
use super::transaction::begin;
use crate::error::StoreError;
use crate::kept::ledger::{LISTED, Ledger, same_practice};
use crate::seam::{ImportItems, ImportReceipt, Result};

/// Staged rows are written when there are so many of them, or so many bytes.
const ROWS: usize = 256;
const BYTES: usize = 1 << 20;

/// The staging tables: temporary files of SQLite's own, gone with the transaction or the process.
const STAGING: &str = "DROP TABLE IF EXISTS temp.staged; DROP TABLE IF EXISTS temp.staged_group; \
     CREATE TEMP TABLE staged (key TEXT NOT NULL, kind INTEGER NOT NULL, json TEXT NOT NULL, line INTEGER NOT NULL) \
     STRICT; \
     CREATE TEMP TABLE staged_group (key TEXT NOT NULL, name TEXT NOT NULL, line INTEGER NOT NULL) STRICT";

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
    let mut tx = begin(store, &mut writer).await?;
    let import = prepare(&mut tx, practice).await?;
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
async fn prepare(tx: &mut SqliteConnection, practice: &Practice) -> Result<i64> {
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

/// One row for the staging table.
struct StagedRow {
    key: String,
    kind: i64,
    json: String,
    line: i64,
}

/// Rows on their way into the staging tables.
#[derive(Default)]
struct Buffer {
    rows: Vec<StagedRow>,
    groups: Vec<(String, String, i64)>,
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
        let (key, kind, text, line) = match item {
            ImportItem::Patient(record, line) => {
                staged.patients += 1;
                (record.key.clone(), PATIENT, json(&record)?, line)
            }
            ImportItem::Code(key, code, line) => (key, CODE, json(&code)?, line),
            ImportItem::Medication(key, medication, line) => (key, MEDICATION, json(&medication)?, line),
            ImportItem::Allergy(key, allergy, line) => (key, ALLERGY, json(&allergy)?, line),
            ImportItem::Incomplete(key, error) => {
                let line = error.line;
                ledger.note(error);
                (key, UNREADABLE, String::new(), line)
            }
            ImportItem::Group(name, key, line) => {
                self.bytes += name.len();
                self.groups.push((key.into(), name, line.cast_signed()));
                return Ok(());
            }
            ImportItem::Stray(error) => {
                ledger.stray(error);
                return Ok(());
            }
        };
        staged.rows += 1;
        self.bytes += text.len();
        self.rows.push(StagedRow { key: key.into(), kind, json: text, line: line.cast_signed() });
        Ok(())
    }

    async fn flush(&mut self, tx: &mut SqliteConnection) -> Result<()> {
        for chunk in chunks(&self.rows) {
            let mut query = QueryBuilder::<Sqlite>::new("INSERT INTO temp.staged (key, kind, json, line) ");
            query.push_values(chunk, |mut values, row| {
                values
                    .push_bind(row.key.clone())
                    .push_bind(row.kind)
                    .push_bind(row.json.clone())
                    .push_bind(row.line);
            });
            query.build().execute(&mut *tx).await?;
        }
        for chunk in chunks(&self.groups) {
            let mut query = QueryBuilder::<Sqlite>::new("INSERT INTO temp.staged_group (key, name, line) ");
            query.push_values(chunk, |mut values, (key, name, line)| {
                values.push_bind(key.clone()).push_bind(name.clone()).push_bind(*line);
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
    if staged.patients > patients {
        duplicates(tx, staged.patients - patients, ledger).await?;
    }
    if staged.rows > count(here.try_get(2)?)? {
        orphans(tx, import, ledger).await?;
    }
    groups(tx, import, ledger).await?;
    let errors = std::mem::take(&mut ledger.errors);
    let at = Timestamp::UNIX_EPOCH;
    Ok(ImportReceipt { at, patients, incomplete, departed, stray_rows: ledger.strays, errors })
}

/// Further rows of `patients.csv` for patients who have one already.
async fn duplicates(tx: &mut SqliteConnection, rows: u64, ledger: &mut Ledger) -> Result<()> {
    let lines = sqlx::query_scalar(
        "SELECT line FROM (SELECT line, row_number() OVER (PARTITION BY key ORDER BY rowid) AS copy FROM temp.staged \
         WHERE kind = ?) WHERE copy > 1 ORDER BY line LIMIT ?",
    )
    .bind(PATIENT)
    .bind(limit());
    ledger.duplicates(rows, &places(lines.fetch_all(tx).await?)?);
    Ok(())
}

/// Rows whose patient `patients.csv` does not have.
async fn orphans(tx: &mut SqliteConnection, import: i64, ledger: &mut Ledger) -> Result<()> {
    let found = sqlx::query(
        "SELECT s.kind, count(*) FROM temp.staged s \
         WHERE NOT EXISTS (SELECT 1 FROM patient p WHERE p.key = s.key AND p.import = ?) GROUP BY s.kind ORDER BY s.kind",
    )
    .bind(import)
    .fetch_all(&mut *tx)
    .await?;
    for row in found {
        let rows = count(row.try_get(1)?)?;
        let (kind, file) = match row.try_get::<i64, _>(0)? {
            CODE => (CODE, CODES),
            MEDICATION => (MEDICATION, MEDICATIONS),
            ALLERGY => (ALLERGY, ALLERGIES),
            // Its error is listed already: it could not be read either.
            _ => {
                ledger.strays += rows;
                continue;
            }
        };
        let lines = sqlx::query_scalar(
            "SELECT s.line FROM temp.staged s WHERE s.kind = ? \
             AND NOT EXISTS (SELECT 1 FROM patient p WHERE p.key = s.key AND p.import = ?) ORDER BY s.line LIMIT ?",
        )
        .bind(kind)
        .bind(import)
        .bind(limit());
        ledger.orphans(file, rows, &places(lines.fetch_all(&mut *tx).await?)?);
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
    .fetch_one(&mut *tx)
    .await?;
    let lines = sqlx::query_scalar(
        "SELECT s.line FROM temp.staged_group s \
         WHERE NOT EXISTS (SELECT 1 FROM patient p WHERE p.key = s.key AND p.import = ?) ORDER BY s.line LIMIT ?",
    )
    .bind(import)
    .bind(limit());
    ledger.orphans(GROUPS, count(strangers)?, &places(lines.fetch_all(tx).await?)?);
    Ok(())
}

/// More lines than the ledger lists are not read.
fn limit() -> i64 {
    i64::try_from(LISTED).unwrap_or(i64::MAX)
}

fn places(lines: Vec<i64>) -> Result<Vec<u64>> {
    lines.into_iter().map(count).collect()
}
