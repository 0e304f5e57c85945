//! Recording: one group of writes, one transaction, a handful of statements whatever its size.

pub(super) mod mark;

use std::collections::BTreeSet;

use spine_rules::Counter;
use spine_rules::lifecycle::IllegalFact;
use spine_rules::record::PatientKey;
use spine_vocabulary::NhsNumber;
use sqlx::{QueryBuilder, Row as _, Sqlite, SqliteConnection};

use super::SqliteStore;
use super::columns::{self, ENTRY, ENTRY_WIDTH, ENTRY_WRITTEN, bind_row, count, json, nanos};
use super::error::damaged;
use super::transaction::begin;
use crate::entry::Write;
use crate::error::StoreError;
use crate::kept::group::{Group, NewFact, Shift};
use crate::kept::row::Row;
use crate::lease::Fence;
use crate::run::RunId;
use crate::seam::Result;

/// Rows of one statement. Few sizes, so that the connection's cache of prepared statements holds all of them.
const CHUNKS: [usize; 4] = [64, 16, 4, 1];

/// Marks patients as left failed by a run, in its kind and in its interaction.
pub(super) const FAILED: &str = "UPDATE newest SET failed = 1 WHERE scope IN \
     (SELECT kind FROM run WHERE id = ?1 UNION ALL SELECT interaction FROM run WHERE id = ?1) \
     AND key IN (SELECT value FROM json_each(?2)) AND run = ?1";

/// What every write to a run must know first.
pub(super) struct Head {
    pub(super) run: RunId,
    pub(super) interaction: &'static str,
    pub(super) leg: u32,
    pub(super) open: bool,
    pub(super) last_seq: u64,
}

pub(super) async fn record(store: &SqliteStore, fence: Fence, run: RunId, group: &[Write]) -> Result<()> {
    let mut writer = store.writer.lock().await;
    let mut tx = begin(store, &mut writer).await?;
    let head = head(&mut tx, fence, run).await?;
    record_within(&mut tx, &head, group).await?;
    Ok(tx.commit().await?)
}

/// Checks the fence and reads how the run stands, inside the transaction that will write.
pub(super) async fn head(tx: &mut SqliteConnection, fence: Fence, run: RunId) -> Result<Head> {
    let found = sqlx::query(
        "SELECT l.held AND l.fence = ?1, r.interaction, r.legs, g.closed IS NULL, (SELECT coalesce(max(seq), 0) FROM fact) \
         FROM lease l LEFT JOIN run r ON r.id = ?2 LEFT JOIN leg g ON g.run = r.id AND g.number = r.legs",
    )
    .bind(fence.0.cast_signed())
    .bind(run.0)
    .fetch_one(tx)
    .await?;
    if !found.try_get::<bool, _>(0)? {
        return Err(StoreError::StaleFence);
    }
    let interaction = match found.try_get::<Option<&str>, _>(1)? {
        Some("summary") => "summary",
        Some("permission") => "permission",
        Some(_) => return Err(damaged("an interaction")),
        None => return Err(StoreError::Missing("run")),
    };
    let (leg, open) = (found.try_get(2)?, found.try_get(3)?);
    Ok(Head { run, interaction, leg, open, last_seq: count(found.try_get(4)?)? })
}

/// Records inside a transaction that has read its head; nothing else may have written facts in between.
pub(super) async fn record_within(tx: &mut SqliteConnection, head: &Head, writes: &[Write]) -> Result<()> {
    if !head.open {
        return Err(StoreError::Missing("open leg"));
    }
    let mut group = Group::new(head.leg, head.last_seq, touched(tx, head.run, writes).await?);
    group.take_all(writes)?;
    let rows: Vec<_> = group.rows.iter().map(|(key, member)| (key, &member.row)).collect();
    put_entries(tx, head.run, head.interaction, &rows).await?;
    put_facts(tx, head.run, head.leg, &group.facts).await?;
    put_frozen(tx, &group).await?;
    put_acknowledged(tx, &group).await?;
    mark::end_releases(tx, group.acknowledged.keys()).await?;
    put_unresolved(tx, head, &group).await?;
    put_failed(tx, head.run, &group).await?;
    put_changes(tx, head.run, &group).await?;
    shift(tx, head.run, &group.shift, group.applied.len()).await
}

/// The entries that the writes touch, as they stand, each with the patient's number today: one query.
async fn touched(
    tx: &mut SqliteConnection,
    run: RunId,
    writes: &[Write],
) -> Result<Vec<(PatientKey, Row, Option<NhsNumber>)>> {
    let keys: BTreeSet<&str> = writes.iter().map(|write| write.key.as_str()).collect();
    let found = touched_query(run, json(&keys)?).build().fetch_all(tx).await?;
    let read = |row| -> Result<_> {
        let (key, kept) = columns::row(row)?;
        Ok((key, kept, columns::number(row.try_get(ENTRY_WIDTH)?)?))
    };
    found.iter().map(read).collect()
}

/// The query for entries by a JSON array of keys.
pub(super) fn touched_query(run: RunId, keys: String) -> QueryBuilder<Sqlite> {
    let mut query = QueryBuilder::new("SELECT ");
    query.push(ENTRY).push(", p.number FROM json_each(").push_bind(keys).push(") k ");
    query.push("CROSS JOIN entry e ON e.run = ").push_bind(run.0).push(" AND e.key = k.value ");
    query.push("CROSS JOIN patient p ON p.key = e.key");
    query
}

/// Inserts or moves entries. Whoever is settled refuses by trigger (invariant J3).
pub(super) async fn put_entries(
    tx: &mut SqliteConnection,
    run: RunId,
    interaction: &'static str,
    rows: &[(&PatientKey, &Row)],
) -> Result<()> {
    for chunk in chunks(rows) {
        let mut query = QueryBuilder::<Sqlite>::new("INSERT INTO entry (");
        query.push(ENTRY_WRITTEN).push(") ");
        let mut bound = Ok(());
        query.push_values(chunk, |mut values, (key, row)| {
            let one = bind_row(&mut values, run, interaction, key, row);
            bound = std::mem::replace(&mut bound, Ok(())).and(one);
        });
        bound?;
        query.push(
            " ON CONFLICT (run, key) DO UPDATE SET phase = excluded.phase, state = excluded.state, until = excluded.until, \
             location = excluded.location, reason = excluded.reason, details = excluded.details, id = excluded.id, \
             sha256 = excluded.sha256, settles_as = excluded.settles_as, attempts = excluded.attempts, \
             first_sent_at = excluded.first_sent_at, last_sent_at = excluded.last_sent_at, \
             sent_in_leg = excluded.sent_in_leg, content_sha256 = excluded.content_sha256, dissent = excluded.dissent, \
             number = excluded.number, pending = excluded.pending, frozen = excluded.frozen, version = excluded.version, \
             warnings = excluded.warnings, deferrals = excluded.deferrals, failed = excluded.failed",
        );
        query.build().execute(&mut *tx).await?;
    }
    Ok(())
}

/// Appends facts.
pub(super) async fn put_facts(
    tx: &mut SqliteConnection,
    run: RunId,
    leg: u32,
    facts: &[NewFact],
) -> Result<()> {
    for chunk in chunks(facts) {
        let rows = chunk
            .iter()
            .map(|fact| Ok((fact, nanos(fact.at)?, json(&fact.fact)?)))
            .collect::<Result<Vec<_>>>()?;
        let mut query = QueryBuilder::<Sqlite>::new("INSERT INTO fact (seq, run, leg, key, at, fact, note) ");
        query.push_values(rows, |mut values, (fact, at, text)| {
            values.push_bind(fact.seq.cast_signed()).push_bind(run.0).push_bind(leg);
            values
                .push_bind(fact.key.as_str().to_owned())
                .push_bind(at)
                .push_bind(text)
                .push_bind(fact.note.clone());
        });
        query.build().execute(&mut *tx).await?;
    }
    Ok(())
}

async fn put_frozen(tx: &mut SqliteConnection, group: &Group) -> Result<()> {
    if !group.thaw.is_empty() {
        sqlx::query("DELETE FROM frozen WHERE seq IN (SELECT value FROM json_each(?))")
            .bind(json(&group.thaw)?)
            .execute(&mut *tx)
            .await?;
    }
    let frozen: Vec<_> = group.freeze.iter().collect();
    for chunk in chunks(&frozen) {
        let mut query = QueryBuilder::<Sqlite>::new("INSERT INTO frozen (seq, bytes) ");
        query.push_values(chunk, |mut values, (seq, bytes)| {
            values.push_bind(seq.cast_signed()).push_bind(lz4_flex::compress_prepend_size(&bytes.0));
        });
        query.build().execute(&mut *tx).await?;
    }
    Ok(())
}

async fn put_acknowledged(tx: &mut SqliteConnection, group: &Group) -> Result<()> {
    let acknowledged: Vec<_> = group.acknowledged.iter().collect();
    for chunk in chunks(&acknowledged) {
        let mut query = QueryBuilder::<Sqlite>::new(
            "INSERT INTO acknowledged (key, event, content_sha256, dissent, number) ",
        );
        query.push_values(chunk, |mut values, (key, (last, number))| {
            values.push_bind(key.as_str().to_owned()).push_bind(last.event.uuid().as_bytes().to_vec());
            values.push_bind(last.content_sha256.to_vec()).push_bind(last.dissent);
            values.push_bind(number.map(NhsNumber::reveal));
        });
        query.push(
            " ON CONFLICT (key) DO UPDATE SET event = excluded.event, content_sha256 = excluded.content_sha256, \
             dissent = excluded.dissent, number = excluded.number",
        );
        query.build().execute(&mut *tx).await?;
    }
    Ok(())
}

async fn put_unresolved(tx: &mut SqliteConnection, head: &Head, group: &Group) -> Result<()> {
    let keys: Vec<_> = group.unresolved().map(PatientKey::as_str).collect();
    if keys.is_empty() {
        return Ok(());
    }
    sqlx::query(
        "INSERT OR REPLACE INTO unresolved (interaction, key, run) SELECT ?, value, ? FROM json_each(?)",
    )
    .bind(head.interaction)
    .bind(head.run.0)
    .bind(json(&keys)?)
    .execute(tx)
    .await?;
    Ok(())
}

/// Marks whom this run left failed, where it is the newest that took them.
async fn put_failed(tx: &mut SqliteConnection, run: RunId, group: &Group) -> Result<()> {
    let keys: Vec<_> = group.failed().map(PatientKey::as_str).collect();
    if !keys.is_empty() {
        sqlx::query(FAILED).bind(run.0).bind(json(&keys)?).execute(tx).await?;
    }
    Ok(())
}

async fn put_changes(tx: &mut SqliteConnection, run: RunId, group: &Group) -> Result<()> {
    for chunk in chunks(&group.applied) {
        let rows = chunk.iter().map(|(key, change, at)| Ok((key, nanos(*at)?, json(change)?)));
        let rows = rows.collect::<Result<Vec<_>>>()?;
        let mut query = QueryBuilder::<Sqlite>::new("INSERT INTO local_change (run, key, at, change) ");
        query.push_values(rows, |mut values, (key, at, change)| {
            values.push_bind(run.0).push_bind(key.as_str().to_owned()).push_bind(at).push_bind(change);
        });
        query.build().execute(&mut *tx).await?;
    }
    Ok(())
}

/// Moves the counters; their CHECK refuses what does not sum (invariant J4).
pub(super) async fn shift(
    tx: &mut SqliteConnection,
    run: RunId,
    shift: &Shift,
    applied: usize,
) -> Result<()> {
    let step = |counter| shift.counters.get(&counter).copied().unwrap_or_default();
    sqlx::query(
        "UPDATE run SET unprocessed = unprocessed + ?, sending = sending + ?, sent = sent + ?, failed = failed + ?, \
         not_required = not_required + ?, population = population + ?, local_changes = local_changes + ? WHERE id = ?",
    )
    .bind(step(Counter::Unprocessed))
    .bind(step(Counter::Sending))
    .bind(step(Counter::Sent))
    .bind(step(Counter::Failed))
    .bind(step(Counter::NotRequired))
    .bind(shift.counters.values().sum::<i64>())
    .bind(i64::try_from(applied).map_err(|_| IllegalFact)?)
    .bind(run.0)
    .execute(&mut *tx)
    .await?;
    let reasons: Vec<_> = shift.reasons.iter().map(|(reason, step)| (reason.code(), *step)).collect();
    let warnings: Vec<_> = shift.warnings.iter().map(|(warning, step)| (warning.code(), *step)).collect();
    count_by_code(tx, run, &REASONS, &reasons).await?;
    count_by_code(tx, run, &WARNINGS, &warnings).await
}

/// A table of counts by code: how its counts rise and how they fall.
struct Counts {
    rise: &'static str,
    key: &'static str,
    fall: &'static str,
}

const REASONS: Counts = Counts {
    rise: "INSERT INTO run_reason (run, reason, entries) ",
    key: "(run, reason)",
    fall: "UPDATE run_reason SET entries = entries + ? WHERE run = ? AND reason = ?",
};
const WARNINGS: Counts = Counts {
    rise: "INSERT INTO run_warning (run, warning, entries) ",
    key: "(run, warning)",
    fall: "UPDATE run_warning SET entries = entries + ? WHERE run = ? AND warning = ?",
};

async fn count_by_code(
    tx: &mut SqliteConnection,
    run: RunId,
    counts: &Counts,
    steps: &[(&'static str, i64)],
) -> Result<()> {
    let rising: Vec<_> = steps.iter().filter(|(_, step)| *step > 0).copied().collect();
    for chunk in chunks(&rising) {
        let mut query = QueryBuilder::<Sqlite>::new(counts.rise);
        query.push_values(chunk, |mut values, (code, step)| {
            values.push_bind(run.0).push_bind(*code).push_bind(*step);
        });
        query
            .push(" ON CONFLICT ")
            .push(counts.key)
            .push(" DO UPDATE SET entries = entries + excluded.entries");
        query.build().execute(&mut *tx).await?;
    }
    // Reason: a row that comes in is checked before it is found to be there, and no count may come in below zero.
    for (code, step) in steps.iter().filter(|(_, step)| *step < 0) {
        sqlx::query(counts.fall).bind(*step).bind(run.0).bind(*code).execute(&mut *tx).await?;
    }
    Ok(())
}

/// Slices of a few fixed sizes, largest first.
pub(super) fn chunks<T>(all: &[T]) -> impl Iterator<Item = &[T]> {
    let mut rest = all;
    std::iter::from_fn(move || {
        let size = CHUNKS.into_iter().find(|size| *size <= rest.len())?;
        let (chunk, after) = rest.split_at(size);
        rest = after;
        Some(chunk)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chunks_cover_everything_in_order() {
        for length in [0, 1, 3, 4, 63, 64, 65, 150, 1_000] {
            let all: Vec<_> = (0..length).collect();
            let parts: Vec<_> = chunks(&all).collect();
            assert_eq!(parts.concat(), all);
            assert!(parts.iter().all(|part| CHUNKS.contains(&part.len())));
        }
    }
}
