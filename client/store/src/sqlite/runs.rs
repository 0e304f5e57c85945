//! Runs and legs.

use jiff::Timestamp;
use spine_rules::lifecycle::Fact;
use spine_rules::record::PatientKey;
use spine_vocabulary::{RoleProfileId, UserId};
use sqlx::sqlite::SqliteRow;
use sqlx::{Connection, QueryBuilder, Row as _, Sqlite, SqliteConnection};

use super::SqliteStore;
use super::columns::{self, ACKNOWLEDGED, CANDIDATE, ENTRY, count, key, nanos, time};
use super::error::damaged;
use super::lease::standing;
use super::record::{Head, chunks, head, put_entries, put_facts, record_within, shift};
use crate::entry::Write;
use crate::error::StoreError;
use crate::kept::group::{NewFact, Shift};
use crate::kept::row::Row;
use crate::lease::Fence;
use crate::run::{Action, Closed, Listing, NewRun, Run, RunId, RunKind, Selection, interaction};
use crate::seam::Result;

/// Patients looked at in one go while a run opens.
const PATIENTS: usize = 512;

/// A run, its first and its newest leg.
const RUN: &str = "SELECT r.id, r.kind, r.action, r.legs, r.opened_at, r.population, g.user_id, g.settings, g.build, g.closed, \
     g.closed_at, g.fence, g.role_profile FROM run r JOIN leg g ON g.run = r.id AND g.number = r.legs";

pub(super) async fn open_run(
    store: &SqliteStore,
    fence: Fence,
    new: &NewRun,
    selection: Selection<'_>,
) -> Result<Run> {
    let mut writer = store.writer.lock().await;
    let mut tx = writer.begin_with("BEGIN IMMEDIATE").await?;
    let id = insert_run(&mut tx, fence, new).await?;
    let mut head = head(&mut tx, fence, id).await?;
    let listed = Row::listed(head.last_seq);
    let mut after = String::new();
    loop {
        let seen = patients(&mut tx, head.interaction, &after).await?;
        let Some(last) = seen.last() else { break };
        last.key.as_str().clone_into(&mut after);
        let chosen: Vec<_> = seen
            .into_iter()
            .filter(|seen| (selection.takes)(&Listing { record: &seen.record, before: None }))
            .collect();
        list(&mut tx, &mut head, new.at, &listed, chosen).await?;
    }
    tx.commit().await?;
    drop(writer);
    run(store, id).await
}

pub(super) async fn open_leg(store: &SqliteStore, fence: Fence, id: RunId, new: &NewRun) -> Result<Run> {
    let mut writer = store.writer.lock().await;
    let mut tx = writer.begin_with("BEGIN IMMEDIATE").await?;
    let before = head(&mut tx, fence, id).await?;
    let finished: bool =
        sqlx::query_scalar("SELECT closed IS 'finished' FROM leg WHERE run = ? AND number = ?")
            .bind(id.0)
            .bind(before.leg)
            .fetch_one(&mut *tx)
            .await?;
    if finished {
        return Err(StoreError::Missing("unfinished run"));
    }
    sqlx::query("UPDATE run SET legs = legs + 1 WHERE id = ?").bind(id.0).execute(&mut *tx).await?;
    insert_leg(&mut tx, fence, id, before.leg + 1, new).await?;
    let on_its_way: Vec<String> = sqlx::query_scalar(
        "SELECT key FROM entry INDEXED BY j2_one_live_id WHERE interaction = ? AND phase = 1 AND run = ? \
         AND state IN ('sending', 'accepted') ORDER BY key",
    )
    .bind(before.interaction)
    .bind(id.0)
    .fetch_all(&mut *tx)
    .await?;
    let mut now = Head { leg: before.leg + 1, open: true, ..before };
    for chunk in chunks(&on_its_way) {
        let write = |text: &String| Ok(Write::new(key(text)?, Fact::Interrupted, new.at));
        let group = chunk.iter().map(write).collect::<Result<Vec<_>>>()?;
        record_within(&mut tx, &now, &group).await?;
        now.last_seq += group.len() as u64;
    }
    tx.commit().await?;
    drop(writer);
    run(store, id).await
}

pub(super) async fn close_leg(
    store: &SqliteStore,
    fence: Fence,
    id: RunId,
    how: Closed,
    now: Timestamp,
) -> Result<Run> {
    let mut writer = store.writer.lock().await;
    let mut tx = writer.begin_with("BEGIN IMMEDIATE").await?;
    let head = head(&mut tx, fence, id).await?;
    if !head.open {
        return Err(StoreError::Missing("open leg"));
    }
    let open: i64 = sqlx::query_scalar("SELECT unprocessed + sending FROM run WHERE id = ?")
        .bind(id.0)
        .fetch_one(&mut *tx)
        .await?;
    if how == Closed::Finished && open > 0 {
        return Err(StoreError::Missing("finish of this run: entries of it are open"));
    }
    sqlx::query("UPDATE leg SET closed = ?, closed_at = ? WHERE run = ? AND number = ?")
        .bind(closed_code(how))
        .bind(nanos(now)?)
        .bind(id.0)
        .bind(head.leg)
        .execute(&mut *tx)
        .await?;
    tx.commit().await?;
    drop(writer);
    run(store, id).await
}

pub(super) async fn newest(store: &SqliteStore, kind: Option<RunKind>) -> Result<Option<Run>> {
    let mut query = QueryBuilder::<Sqlite>::new(RUN);
    if let Some(kind) = kind {
        query.push(" WHERE r.kind = ").push_bind(kind.code());
    }
    query.push(" ORDER BY r.id DESC LIMIT 1");
    Ok(read(store, query).await?.pop())
}

pub(super) async fn all(store: &SqliteStore) -> Result<Vec<Run>> {
    let mut query = QueryBuilder::<Sqlite>::new(RUN);
    query.push(" ORDER BY r.id");
    read(store, query).await
}

async fn run(store: &SqliteStore, id: RunId) -> Result<Run> {
    let mut query = QueryBuilder::<Sqlite>::new(RUN);
    query.push(" WHERE r.id = ").push_bind(id.0);
    read(store, query).await?.pop().ok_or(StoreError::Missing("run"))
}

/// Reads runs; whether one is interrupted follows from the lease and from the operating system's lock.
async fn read(store: &SqliteStore, mut query: QueryBuilder<Sqlite>) -> Result<Vec<Run>> {
    let mut reader = store.readers.acquire().await?;
    let found = query.build().fetch_all(&mut *reader).await?;
    let lease = standing(&mut reader).await?;
    drop(reader);
    let alive = lease.alive(store.latch.is_held()?, &store.options.host, (store.options.now)());
    found.iter().map(|row| view(row, alive.then_some(lease.lease.fence))).collect()
}

fn view(row: &SqliteRow, at_work: Option<Fence>) -> Result<Run> {
    let closed = match (row.try_get::<Option<&str>, _>(9)?, row.try_get::<Option<i64>, _>(10)?) {
        (Some(code), Some(at)) => Some((closed_from(code)?, time(at)?)),
        _ => None,
    };
    let fence = Fence(count(row.try_get(11)?)?);
    Ok(Run {
        id: RunId(row.try_get(0)?),
        kind: RunKind::from_code(row.try_get(1)?).ok_or_else(|| damaged("a kind of run"))?,
        action: Action::from_code(row.try_get(2)?).ok_or_else(|| damaged("an action"))?,
        legs: row.try_get(3)?,
        opened_at: time(row.try_get(4)?)?,
        closed,
        interrupted: closed.is_none() && at_work != Some(fence),
        population: count(row.try_get(5)?)?,
        group: None,
        user: UserId::parse(row.try_get(6)?).map_err(|_| damaged("a user id"))?,
        role_profile: RoleProfileId::parse(row.try_get(12)?).map_err(|_| damaged("a role profile"))?,
        settings: row.try_get(7)?,
        build: row.try_get(8)?,
    })
}

async fn insert_run(tx: &mut SqliteConnection, fence: Fence, new: &NewRun) -> Result<RunId> {
    let id: i64 = sqlx::query_scalar(
        "INSERT INTO run (kind, interaction, action, opened_at, facts_before, legs, population, unprocessed, sending, sent, \
         failed, not_required, local_changes) \
         VALUES (?, ?, ?, ?, (SELECT coalesce(max(seq), 0) FROM fact), 1, 0, 0, 0, 0, 0, 0, 0) RETURNING id",
    )
    .bind(new.kind.code())
    .bind(interaction(new.kind))
    .bind(new.action.code())
    .bind(nanos(new.at)?)
    .fetch_one(&mut *tx)
    .await?;
    insert_leg(tx, fence, RunId(id), 1, new).await?;
    Ok(RunId(id))
}

async fn insert_leg(
    tx: &mut SqliteConnection,
    fence: Fence,
    run: RunId,
    number: u32,
    new: &NewRun,
) -> Result<()> {
    sqlx::query(
        "INSERT INTO leg (run, number, fence, action, user_id, role_profile, settings, build, opened_at) \
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
    )
    .bind(run.0)
    .bind(number)
    .bind(fence.0.cast_signed())
    .bind(new.action.code())
    .bind(new.user.as_str())
    .bind(new.role_profile.as_str())
    .bind(&new.settings)
    .bind(&new.build)
    .bind(nanos(new.at)?)
    .execute(tx)
    .await?;
    Ok(())
}

/// A patient who may become an entry.
struct Seen {
    key: PatientKey,
    record: spine_rules::record::PatientRecord,
    /// The run that left a message of theirs unresolved.
    unresolved_in: Option<i64>,
}

async fn patients(tx: &mut SqliteConnection, interaction: &'static str, after: &str) -> Result<Vec<Seen>> {
    let mut query = QueryBuilder::<Sqlite>::new("SELECT u.run, ");
    query.push(CANDIDATE).push(" FROM patient p ").push(ACKNOWLEDGED);
    query.push(" LEFT JOIN unresolved u ON u.interaction = ").push_bind(interaction);
    query.push(" AND u.key = p.key WHERE p.key > ").push_bind(after.to_owned());
    query.push(" ORDER BY p.key LIMIT ").push_bind(i64::try_from(PATIENTS).unwrap_or(i64::MAX));
    let found = query.build().fetch_all(tx).await?;
    let seen = |row: &SqliteRow| {
        let record = columns::parts(row, 1)?.candidate().record;
        Ok(Seen { key: record.key.clone(), record, unresolved_in: row.try_get(0)? })
    };
    found.iter().map(seen).collect()
}

/// Lists patients in the run; a message that an earlier run gave up on is taken over.
async fn list(
    tx: &mut SqliteConnection,
    head: &mut Head,
    at: Timestamp,
    listed: &Row,
    chosen: Vec<Seen>,
) -> Result<()> {
    let (mut counted, mut rows, mut facts, mut taken) =
        (Shift::default(), Vec::new(), Vec::new(), Vec::new());
    for Seen { key, unresolved_in, .. } in chosen {
        let row = match unresolved_in {
            None => listed.clone(),
            Some(run) => {
                head.last_seq += 1;
                let seq = head.last_seq;
                let (row, fact) = Row::inherit(&one(tx, run, &key).await?, seq)?;
                facts.push(NewFact { seq, key: key.clone(), at, fact, note: None });
                taken.push(key.clone());
                row
            }
        };
        counted.enters(&row);
        rows.push((key, row));
    }
    let rows: Vec<_> = rows.iter().map(|(key, row)| (key, row)).collect();
    put_entries(tx, head.run, head.interaction, &rows).await?;
    put_facts(tx, head.run, head.leg, &facts).await?;
    if !taken.is_empty() {
        sqlx::query(
            "DELETE FROM unresolved WHERE interaction = ? AND key IN (SELECT value FROM json_each(?))",
        )
        .bind(head.interaction)
        .bind(columns::json(&taken)?)
        .execute(&mut *tx)
        .await?;
    }
    shift(tx, head.run, &counted, 0).await
}

async fn one(tx: &mut SqliteConnection, run: i64, key: &PatientKey) -> Result<Row> {
    let mut query = QueryBuilder::<Sqlite>::new("SELECT ");
    query.push(ENTRY).push(" FROM entry e WHERE e.run = ").push_bind(run);
    query.push(" AND e.key = ").push_bind(key.as_str().to_owned());
    let found = query.build().fetch_optional(tx).await?.ok_or(StoreError::Missing("entry"))?;
    Ok(columns::row(&found)?.1)
}

const fn closed_code(how: Closed) -> &'static str {
    match how {
        Closed::Finished => "finished",
        Closed::Stopped => "stopped",
        Closed::Halted => "halted",
    }
}

fn closed_from(code: &str) -> Result<Closed> {
    match code {
        "finished" => Ok(Closed::Finished),
        "stopped" => Ok(Closed::Stopped),
        "halted" => Ok(Closed::Halted),
        _ => Err(damaged("how a leg closed")),
    }
}
