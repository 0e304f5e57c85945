//! What people note on worklists.

use std::collections::BTreeMap;

use spine_rules::record::PatientKey;
use sqlx::{QueryBuilder, Sqlite, SqliteConnection};

use super::chunks;
use crate::entry::{Mark, Marking};
use crate::error::StoreError;
use crate::seam::Result;
use crate::sqlite::SqliteStore;
use crate::sqlite::columns::{json, nanos};
use crate::sqlite::transaction::begin;

pub(in crate::sqlite) async fn mark(store: &SqliteStore, marks: &[Mark]) -> Result<()> {
    let mut writer = store.writer.lock().await;
    let mut tx = begin(store, &mut writer).await?;
    // The newest of each patient counts.
    let newest: BTreeMap<_, _> = marks.iter().map(|mark| (&mark.key, mark.marking)).collect();
    let with = |wanted| newest.iter().filter(move |(_, marking)| **marking == wanted).map(|(key, _)| *key);
    known(&mut tx, &newest.keys().copied().collect::<Vec<_>>()).await?;
    let facts: i64 = sqlx::query_scalar("SELECT coalesce(max(seq), 0) FROM fact").fetch_one(&mut *tx).await?;
    for chunk in chunks(marks) {
        let rows = chunk.iter().map(|mark| Ok((mark, nanos(mark.at)?))).collect::<Result<Vec<_>>>()?;
        let mut query =
            QueryBuilder::<Sqlite>::new("INSERT INTO mark (key, marking, user_id, at, facts_before) ");
        query.push_values(rows, |mut values, (mark, at)| {
            values.push_bind(mark.key.as_str().to_owned()).push_bind(code(mark.marking));
            values.push_bind(mark.user.as_str().to_owned()).push_bind(at).push_bind(facts);
        });
        query.build().execute(&mut *tx).await?;
    }
    sqlx::query("INSERT OR IGNORE INTO released (key) SELECT value FROM json_each(?)")
        .bind(json(&with(Marking::Release).collect::<Vec<_>>())?)
        .execute(&mut *tx)
        .await?;
    end_releases(&mut tx, with(Marking::Seen)).await?;
    Ok(tx.commit().await?)
}

/// Ends the releases of patients.
pub(super) async fn end_releases(
    tx: &mut SqliteConnection,
    keys: impl Iterator<Item = &PatientKey>,
) -> Result<()> {
    let keys: Vec<_> = keys.collect();
    if keys.is_empty() {
        return Ok(());
    }
    sqlx::query("DELETE FROM released WHERE key IN (SELECT value FROM json_each(?))")
        .bind(json(&keys)?)
        .execute(tx)
        .await?;
    Ok(())
}

/// Refuses patients who are on no record.
async fn known(tx: &mut SqliteConnection, keys: &[&PatientKey]) -> Result<()> {
    let strangers: bool = sqlx::query_scalar(
        "SELECT EXISTS (SELECT 1 FROM json_each(?) k WHERE NOT EXISTS (SELECT 1 FROM patient p WHERE p.key = k.value))",
    )
    .bind(json(&keys)?)
    .fetch_one(tx)
    .await?;
    if strangers { Err(StoreError::Missing("patient")) } else { Ok(()) }
}

const fn code(marking: Marking) -> &'static str {
    match marking {
        Marking::Seen => "seen",
        Marking::Release => "release",
    }
}
