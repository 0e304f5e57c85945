//! Reading: every query on the pool of readers, which never wait for a write.

#[cfg(test)]
mod plans;
pub(super) mod worklist;

use std::collections::BTreeMap;

use spine_rules::Counter;
use spine_rules::record::{Candidate, PatientKey};
use spine_vocabulary::NhsNumber;
use sqlx::sqlite::SqliteRow;
use sqlx::{QueryBuilder, Row as _, Sqlite};

use super::SqliteStore;
use super::columns::{
    self, ACKNOWLEDGED, CANDIDATE, ENTRY, ENTRY_WIDTH, count, from_json, nanos_within, time,
};
use super::error::damaged;
use crate::entry::{CodeChange, Cursor, Entry, History, Tally};
use crate::error::StoreError;
use crate::kept::candidate::Parts;
use crate::kept::row::sha256;
use crate::run::RunId;
use crate::seam::Result;

/// How a run stands: one statement, and so one moment, for counters, reasons and the next deferral belong together.
const TALLY: &str = "SELECT population, unprocessed, sending, sent, failed, not_required, local_changes, \
     (SELECT min(until) FROM entry INDEXED BY entry_deferred WHERE run = r.id AND until IS NOT NULL), \
     (SELECT json_group_object(reason, entries) FROM run_reason WHERE run = r.id AND entries > 0), \
     (SELECT json_group_object(warning, entries) FROM run_warning WHERE run = r.id AND entries > 0) \
     FROM run r WHERE id = ?";

/// Listings and facts of one patient; a listing stands before the facts of its run.
const HISTORY: &str = "SELECT r.facts_before AS place, 1 AS listing, r.id, 1, r.opened_at, NULL, NULL \
     FROM run r CROSS JOIN entry e ON e.run = r.id AND e.key = ?1 \
     UNION ALL \
     SELECT f.seq, 0, f.run, f.leg, f.at, f.fact, f.note FROM fact f INDEXED BY fact_by_patient WHERE f.key = ?1 \
     ORDER BY 1, 2, 3";

pub(super) async fn page(
    store: &SqliteStore,
    run: RunId,
    cursor: Cursor,
    after: Option<&PatientKey>,
    limit: usize,
) -> Result<Vec<(Entry, Candidate)>> {
    let mut query = page_query(run, cursor, after, limit);
    let found = query.build().fetch_all(&store.readers).await?;
    if found.is_empty() {
        known(store, run).await?;
    }
    found.iter().map(pair).collect()
}

/// The query of stage 1. The index is named, so that a plan that would walk through settled entries is an error.
pub(super) fn page_query(
    run: RunId,
    cursor: Cursor,
    after: Option<&PatientKey>,
    limit: usize,
) -> QueryBuilder<Sqlite> {
    let mut query = pairs();
    query.push(match cursor {
        Cursor::Due(_) => "FROM entry e INDEXED BY entry_due",
        Cursor::Outstanding => "FROM entry e INDEXED BY j2_one_live_id",
        Cursor::All => "FROM entry e",
    });
    query.push(" CROSS JOIN patient p ON p.key = e.key ").push(ACKNOWLEDGED);
    query.push(" WHERE e.run = ").push_bind(run.0);
    match cursor {
        Cursor::Due(now) => {
            query
                .push(" AND e.phase = 0 AND (e.until IS NULL OR e.until <= ")
                .push_bind(nanos_within(now))
                .push(")");
        }
        Cursor::Outstanding => {
            query.push(" AND e.phase = 1 AND e.interaction = (SELECT interaction FROM run WHERE id = ");
            query.push_bind(run.0).push(")");
        }
        Cursor::All => {}
    }
    if let Some(after) = after {
        query.push(" AND e.key > ").push_bind(after.as_str().to_owned());
    }
    query.push(" ORDER BY e.key LIMIT ").push_bind(columns::limit(limit));
    query
}

pub(super) async fn entry(
    store: &SqliteStore,
    run: RunId,
    key: &PatientKey,
) -> Result<Option<(Entry, Candidate)>> {
    let mut query = pairs();
    query.push("FROM entry e CROSS JOIN patient p ON p.key = e.key ").push(ACKNOWLEDGED);
    query.push(" WHERE e.run = ").push_bind(run.0).push(" AND e.key = ").push_bind(key.as_str().to_owned());
    match query.build().fetch_optional(&store.readers).await? {
        Some(found) => Ok(Some(pair(&found)?)),
        None => known(store, run).await.map(|()| None),
    }
}

pub(super) async fn holders(store: &SqliteStore, number: NhsNumber) -> Result<Vec<Candidate>> {
    let mut query = QueryBuilder::<Sqlite>::new("SELECT ");
    query.push(CANDIDATE).push(" FROM patient p ").push(ACKNOWLEDGED);
    query.push(" WHERE p.number = ").push_bind(number.reveal()).push(" ORDER BY p.key");
    let found = query.build().fetch_all(&store.readers).await?;
    let all = found.iter().map(|row| columns::parts(row, 0)).collect::<Result<Vec<_>>>()?;
    let present = all.iter().any(|parts| !parts.departed);
    Ok(all.into_iter().filter(|parts| !present || !parts.departed).map(Parts::candidate).collect())
}

pub(super) async fn members(store: &SqliteStore, group: &str) -> Result<Vec<PatientKey>> {
    let found: Vec<String> = sqlx::query_scalar("SELECT key FROM membership WHERE name = ? ORDER BY key")
        .bind(group)
        .fetch_all(&store.readers)
        .await?;
    found.iter().map(|text| columns::key(text)).collect()
}

pub(super) async fn tally(store: &SqliteStore, run: RunId) -> Result<Tally> {
    let found = sqlx::query(TALLY).bind(run.0).fetch_optional(&store.readers).await?;
    let found = found.ok_or(StoreError::Missing("run"))?;
    let number = |at: usize| count(found.try_get(at)?);
    Ok(Tally {
        population: number(0)?,
        counters: BTreeMap::from([
            (Counter::Unprocessed, number(1)?),
            (Counter::Sending, number(2)?),
            (Counter::Sent, number(3)?),
            (Counter::Failed, number(4)?),
            (Counter::NotRequired, number(5)?),
        ]),
        reasons: from_json(found.try_get(8)?, "a reason")?,
        warnings: from_json(found.try_get(9)?, "a warning")?,
        local_changes: number(6)?,
        outstanding: number(2)?,
        next_due: found.try_get::<Option<i64>, _>(7)?.map(time).transpose()?,
    })
}

pub(super) async fn frozen(store: &SqliteStore, run: RunId, key: &PatientKey) -> Result<Option<Vec<u8>>> {
    let found = sqlx::query(
        "SELECT e.frozen, e.phase, e.sha256, f.bytes FROM entry e LEFT JOIN frozen f ON f.seq = e.frozen \
         WHERE e.run = ? AND e.key = ?",
    )
    .bind(run.0)
    .bind(key.as_str())
    .fetch_optional(&store.readers)
    .await?
    .ok_or(StoreError::Missing("entry"))?;
    if found.try_get::<Option<i64>, _>(0)?.is_none() {
        return Ok(None);
    }
    let Some(packed) = found.try_get::<Option<&[u8]>, _>(3)? else {
        // A later run took an unresolved message over and settled it; a live one without its bytes is a damaged file.
        let settled = found.try_get::<i64, _>(1)? == 2;
        return if settled { Ok(None) } else { Err(damaged("frozen bytes")) };
    };
    let bytes = lz4_flex::decompress_size_prepended(packed).map_err(|_| damaged("frozen bytes"))?;
    if found.try_get::<&[u8], _>(2)? != sha256(&bytes) {
        return Err(damaged("frozen bytes"));
    }
    Ok(Some(bytes))
}

pub(super) async fn history(store: &SqliteStore, key: &PatientKey) -> Result<Vec<History>> {
    let found = sqlx::query(HISTORY).bind(key.as_str()).fetch_all(&store.readers).await?;
    let read = |row: &SqliteRow| {
        let fact = row.try_get::<Option<&str>, _>(5)?;
        Ok(History {
            run: RunId(row.try_get(2)?),
            leg: row.try_get(3)?,
            at: time(row.try_get(4)?)?,
            fact: fact.map(|text| from_json(text, "a fact")).transpose()?,
            note: row.try_get(6)?,
        })
    };
    found.iter().map(read).collect()
}

pub(super) async fn code_changes(
    store: &SqliteStore,
    after: Option<i64>,
    limit: usize,
) -> Result<Vec<CodeChange>> {
    let found =
        sqlx::query("SELECT seq, key, change, at, run FROM local_change WHERE seq > ? ORDER BY seq LIMIT ?")
            .bind(after.unwrap_or(0))
            .bind(columns::limit(limit))
            .fetch_all(&store.readers)
            .await?;
    let read = |row: &SqliteRow| {
        Ok(CodeChange {
            seq: row.try_get(0)?,
            key: columns::key(row.try_get(1)?)?,
            change: from_json(row.try_get(2)?, "a local change")?,
            at: time(row.try_get(3)?)?,
            run: RunId(row.try_get(4)?),
        })
    };
    found.iter().map(read).collect()
}

/// The beginning of a query for entries with their candidates.
fn pairs() -> QueryBuilder<Sqlite> {
    let mut query = QueryBuilder::new("SELECT ");
    query.push(ENTRY).push(", ").push(CANDIDATE).push(" ");
    query
}

fn pair(found: &SqliteRow) -> Result<(Entry, Candidate)> {
    let (key, row) = columns::row(found)?;
    Ok((row.entry(key), columns::parts(found, ENTRY_WIDTH)?.candidate()))
}

async fn known(store: &SqliteStore, run: RunId) -> Result<()> {
    let found: Option<i64> = sqlx::query_scalar("SELECT 1 FROM run WHERE id = ?")
        .bind(run.0)
        .fetch_optional(&store.readers)
        .await?;
    found.map(drop).ok_or(StoreError::Missing("run"))
}

#[cfg(test)]
mod tests {
    use super::super::columns::nanos;
    use super::*;
    use jiff::Timestamp;

    #[test]
    fn times_survive_the_table() {
        for text in ["1970-01-01T00:00:00Z", "2026-11-22T09:30:00.123456789Z", "1969-12-31T23:59:59.999Z"] {
            let at: Timestamp = text.parse().unwrap();
            assert_eq!(time(nanos(at).unwrap()).unwrap(), at);
        }
    }
}
