//! Runs and legs: a further leg, the end of one, and how they are read. A run opens in `opening`.

pub(super) mod opening;

use jiff::Timestamp;
use spine_rules::lifecycle::Fact;
use spine_vocabulary::RoleProfileId;
use sqlx::sqlite::SqliteRow;
use sqlx::{QueryBuilder, Row as _, Sqlite, SqliteConnection};

use super::SqliteStore;
use super::columns::{count, key, nanos, time, user};
use super::error::damaged;
use super::lease::standing;
use super::record::{Head, chunks, head, record_within};
use super::transaction::begin;
use crate::entry::Write;
use crate::error::StoreError;
use crate::lease::Fence;
use crate::run::{Action, Closed, LegRecord, NewRun, Run, RunId, RunKind, interaction};
use crate::seam::Result;

/// A run, its first and its newest leg.
const RUN: &str = "SELECT r.id, r.kind, r.action, r.legs, r.opened_at, r.population, g.user_id, g.settings, g.build, g.closed, \
     g.closed_at, g.fence, g.role_profile, r.patient_group FROM run r JOIN leg g ON g.run = r.id AND g.number = r.legs";

pub(super) async fn open_leg(store: &SqliteStore, fence: Fence, id: RunId, new: &NewRun) -> Result<Run> {
    let mut writer = store.writer.lock().await;
    let mut tx = begin(store, &mut writer).await?;
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
    let mut tx = begin(store, &mut writer).await?;
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
    let closed = closing(row, 9)?;
    let fence = Fence(count(row.try_get(11)?)?);
    Ok(Run {
        id: RunId(row.try_get(0)?),
        kind: RunKind::from_code(row.try_get(1)?).ok_or_else(|| damaged("a kind of run"))?,
        action: action(row.try_get(2)?)?,
        legs: row.try_get(3)?,
        opened_at: time(row.try_get(4)?)?,
        closed,
        interrupted: closed.is_none() && at_work != Some(fence),
        population: count(row.try_get(5)?)?,
        group: row.try_get(13)?,
        user: user(row.try_get(6)?)?,
        role_profile: role_profile(row.try_get(12)?)?,
        settings: row.try_get(7)?,
        build: row.try_get(8)?,
    })
}

/// How and when a leg closed, from two columns at the given place.
fn closing(row: &SqliteRow, at: usize) -> Result<Option<(Closed, Timestamp)>> {
    match (row.try_get::<Option<&str>, _>(at)?, row.try_get::<Option<i64>, _>(at + 1)?) {
        (Some(code), Some(at)) => Ok(Some((closed_from(code)?, time(at)?))),
        _ => Ok(None),
    }
}

pub(super) async fn legs(store: &SqliteStore, run: RunId) -> Result<Vec<LegRecord>> {
    let found = sqlx::query(
        "SELECT number, action, user_id, role_profile, settings, build, opened_at, closed, closed_at FROM leg \
         WHERE run = ? ORDER BY number",
    )
    .bind(run.0)
    .fetch_all(&store.readers)
    .await?;
    // A run has its first leg from the beginning.
    if found.is_empty() { Err(StoreError::Missing("run")) } else { found.iter().map(leg).collect() }
}

fn leg(row: &SqliteRow) -> Result<LegRecord> {
    Ok(LegRecord {
        number: row.try_get(0)?,
        action: action(row.try_get(1)?)?,
        user: user(row.try_get(2)?)?,
        role_profile: role_profile(row.try_get(3)?)?,
        settings: row.try_get(4)?,
        build: row.try_get(5)?,
        opened_at: time(row.try_get(6)?)?,
        closed: closing(row, 7)?,
    })
}

fn action(code: &str) -> Result<Action> {
    Action::from_code(code).ok_or_else(|| damaged("an action"))
}

fn role_profile(text: &str) -> Result<RoleProfileId> {
    RoleProfileId::parse(text).map_err(|_| damaged("a role profile"))
}

async fn insert_run(tx: &mut SqliteConnection, fence: Fence, new: &NewRun) -> Result<RunId> {
    let id: i64 = sqlx::query_scalar(
        "INSERT INTO run (kind, interaction, action, opened_at, facts_before, legs, population, unprocessed, sending, sent, \
         failed, not_required, local_changes, patient_group) \
         VALUES (?, ?, ?, ?, (SELECT coalesce(max(seq), 0) FROM fact), 1, 0, 0, 0, 0, 0, 0, 0, ?) RETURNING id",
    )
    .bind(new.kind.code())
    .bind(interaction(new.kind))
    .bind(new.action.code())
    .bind(nanos(new.at)?)
    .bind(&new.group)
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
