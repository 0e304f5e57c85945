//! Whom a run takes: patients in key order, page by page, asked of one selection whether a run opens over them or not.

use jiff::Timestamp;
use spine_rules::record::{Candidate, PatientKey};
use spine_rules::{Counter, Reason};
use sqlx::sqlite::SqliteRow;
use sqlx::{QueryBuilder, Row as _, Sqlite, SqliteConnection};

use super::{insert_run, run};
use crate::error::StoreError;
use crate::kept::group::{NewFact, Shift};
use crate::kept::row::Row;
use crate::lease::Fence;
use crate::run::{Earlier, Listing, NewRun, Run, RunId, RunKind, Selection};
use crate::seam::Result;
use crate::sqlite::SqliteStore;
use crate::sqlite::columns::{self, ACKNOWLEDGED, CANDIDATE, CANDIDATE_WIDTH, ENTRY, count};
use crate::sqlite::error::damaged;
use crate::sqlite::record::{Head, head, put_entries, put_facts, shift};
use crate::sqlite::transaction::begin;

/// Patients looked at in one go.
const PATIENTS: usize = 512;

/// Of everybody in the newest run of the kind that took them.
const FAILED_SINCE: &str =
    "SELECT count(*) FROM newest INDEXED BY newest_failed WHERE scope = ?1 AND failed = 1";

/// Of the kind's last run.
const FAILED_LAST: &str =
    "SELECT coalesce((SELECT failed FROM run WHERE kind = ?1 ORDER BY id DESC LIMIT 1), 0)";

pub(in crate::sqlite) async fn open_run(
    store: &SqliteStore,
    fence: Fence,
    new: &NewRun,
    selection: Selection<'_>,
) -> Result<Run> {
    let mut writer = store.writer.lock().await;
    let mut tx = begin(store, &mut writer).await?;
    let id = insert_run(&mut tx, fence, new).await?;
    let mut head = head(&mut tx, fence, id).await?;
    let listed = Row::listed(head.last_seq);
    let pool = Pool { selection, unresolved_of: Some(head.interaction), before: Some(id) };
    let mut after = String::new();
    loop {
        let seen = pool.page(&mut tx, &after).await?;
        let Some(last) = seen.last() else { break };
        last.candidate.record.key.as_str().clone_into(&mut after);
        let chosen: Vec<_> = seen.into_iter().filter(|seen| pool.takes(seen)).collect();
        list(&mut tx, &mut head, new.at, &listed, chosen).await?;
    }
    take(&mut tx, id, [new.kind.code(), head.interaction]).await?;
    tx.commit().await?;
    drop(writer);
    run(store, id).await
}

pub(in crate::sqlite) async fn candidates(
    store: &SqliteStore,
    selection: Selection<'_>,
    after: Option<&PatientKey>,
    limit: usize,
) -> Result<Vec<Candidate>> {
    let pool = Pool { selection, unresolved_of: None, before: None };
    let mut reader = store.readers.acquire().await?;
    let mut after = after.map_or_else(String::new, |key| key.as_str().to_owned());
    let mut taken = Vec::new();
    while taken.len() < limit {
        let seen = pool.page(&mut reader, &after).await?;
        let Some(last) = seen.last() else { break };
        last.candidate.record.key.as_str().clone_into(&mut after);
        let room = limit - taken.len();
        let chosen = seen.into_iter().filter(|seen| pool.takes(seen)).take(room);
        taken.extend(chosen.map(|seen| seen.candidate));
    }
    Ok(taken)
}

pub(in crate::sqlite) async fn failed(store: &SqliteStore, kind: RunKind) -> Result<u64> {
    let query = match Earlier::of(kind) {
        Earlier::NewestOfKind => FAILED_SINCE,
        Earlier::LastRun => FAILED_LAST,
    };
    count(sqlx::query_scalar(query).bind(kind.code()).fetch_one(&store.readers).await?)
}

/// The patients of whom a selection is asked.
struct Pool<'s> {
    selection: Selection<'s>,
    /// The interaction whose unresolved messages are looked up too.
    unresolved_of: Option<&'static str>,
    /// The run that opens: earlier is what stands before it.
    before: Option<RunId>,
}

/// A patient who may become an entry.
struct Seen {
    candidate: Candidate,
    /// The run that left a message of theirs unresolved.
    unresolved_in: Option<i64>,
    before: Option<Counter>,
}

impl Pool<'_> {
    fn takes(&self, seen: &Seen) -> bool {
        (self.selection.takes)(&Listing { record: &seen.candidate.record, before: seen.before })
    }

    /// The next patients after a key.
    async fn page(&self, connection: &mut SqliteConnection, after: &str) -> Result<Vec<Seen>> {
        let found = self.query(after).build().fetch_all(connection).await?;
        let seen = |row: &SqliteRow| {
            let earlier = row.try_get::<Option<&str>, _>(CANDIDATE_WIDTH + 1)?;
            Ok(Seen {
                candidate: columns::parts(row, 0)?.candidate(),
                unresolved_in: row.try_get(CANDIDATE_WIDTH)?,
                before: earlier.map(counter).transpose()?,
            })
        };
        found.iter().map(seen).collect()
    }

    fn query(&self, after: &str) -> QueryBuilder<Sqlite> {
        let mut query = QueryBuilder::<Sqlite>::new("SELECT ");
        query.push(CANDIDATE);
        match self.unresolved_of {
            Some(interaction) => {
                query.push(", (SELECT u.run FROM unresolved u WHERE u.key = p.key AND u.interaction = ");
                query.push_bind(interaction).push(")");
            }
            None => {
                query.push(", NULL");
            }
        }
        self.earlier(&mut query);
        // Reason: without a key the range still needs a beginning, and the empty text stands before every key.
        match self.selection.group {
            None => {
                query.push(" FROM patient p ").push(ACKNOWLEDGED);
                query.push(" WHERE p.key > ").push_bind(after.to_owned()).push(" ORDER BY p.key");
            }
            Some(group) => {
                query.push(" FROM membership m CROSS JOIN patient p ON p.key = m.key ").push(ACKNOWLEDGED);
                query.push(" WHERE m.name = ").push_bind(group.to_owned());
                query.push(" AND m.key > ").push_bind(after.to_owned()).push(" ORDER BY m.key");
            }
        }
        query.push(" LIMIT ").push_bind(columns::limit(PATIENTS));
        query
    }

    /// A column for where the patient's earlier entry stands: its phase while it is open, its reason once it is settled.
    fn earlier(&self, query: &mut QueryBuilder<Sqlite>) {
        let Some((kind, earlier)) = self.selection.earlier else {
            query.push(", NULL");
            return;
        };
        query.push(", (SELECT CASE e.phase WHEN 0 THEN 'open' WHEN 1 THEN 'live' ELSE e.reason END FROM ");
        match earlier {
            Earlier::NewestOfKind => {
                query.push("newest n CROSS JOIN entry e ON e.run = n.run AND e.key = n.key WHERE n.scope = ");
                query.push_bind(kind.code()).push(" AND n.key = p.key)");
            }
            Earlier::LastRun => {
                query.push("entry e WHERE e.key = p.key AND e.run = (SELECT max(id) FROM run WHERE kind = ");
                query.push_bind(kind.code()).push(" AND id < ");
                query.push_bind(self.before.map_or(i64::MAX, |run| run.0)).push("))");
            }
        }
    }
}

/// The counter of an earlier entry, as [`Pool::earlier`] tells of it.
fn counter(standing: &str) -> Result<Counter> {
    match standing {
        "open" => Ok(Counter::Unprocessed),
        "live" => Ok(Counter::Sending),
        reason => Reason::from_code(reason).map(Reason::counter).ok_or_else(|| damaged("a reason")),
    }
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
    for Seen { candidate, unresolved_in, .. } in chosen {
        let key = candidate.record.key;
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

/// From now on this run is the newest one of its kind and of its interaction that took its patients.
async fn take(tx: &mut SqliteConnection, run: RunId, scopes: [&'static str; 2]) -> Result<()> {
    for scope in scopes {
        sqlx::query(
            "INSERT INTO newest (scope, key, run) SELECT ?, key, run FROM entry WHERE run = ? ORDER BY key \
             ON CONFLICT (scope, key) DO UPDATE SET run = excluded.run, failed = 0",
        )
        .bind(scope)
        .bind(run.0)
        .execute(&mut *tx)
        .await?;
    }
    Ok(())
}

async fn one(tx: &mut SqliteConnection, run: i64, key: &PatientKey) -> Result<Row> {
    let mut query = QueryBuilder::<Sqlite>::new("SELECT ");
    query.push(ENTRY).push(" FROM entry e WHERE e.run = ").push_bind(run);
    query.push(" AND e.key = ").push_bind(key.as_str().to_owned());
    let found = query.build().fetch_optional(tx).await?.ok_or(StoreError::Missing("entry"))?;
    Ok(columns::row(&found)?.1)
}

/// Every query of this file that looks at patients or entries, for the check of their plans.
#[cfg(test)]
pub(in crate::sqlite) fn queries() -> Vec<String> {
    let mut queries = vec![FAILED_SINCE.to_owned(), FAILED_LAST.to_owned()];
    let kind = RunKind::BulkUpdate;
    for earlier in [None, Some((kind, Earlier::NewestOfKind)), Some((kind, Earlier::LastRun))] {
        for group in [None, Some("group")] {
            for (unresolved_of, before) in [(Some("summary"), Some(RunId(7))), (None, None)] {
                let selection = Selection { group, earlier, takes: &|_| true };
                queries.push(Pool { selection, unresolved_of, before }.query("p1").into_string());
            }
        }
    }
    queries
}
