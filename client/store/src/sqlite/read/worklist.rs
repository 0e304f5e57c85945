//! Worklists: who waits for a person.

use spine_rules::Reason;
use spine_rules::record::PatientKey;
use sqlx::sqlite::SqliteRow;
use sqlx::{QueryBuilder, Row as _, Sqlite};

use super::{known, pair};
use crate::entry::{Mark, Marking, Waiting};
use crate::run::{RunId, RunKind};
use crate::seam::Result;
use crate::sqlite::SqliteStore;
use crate::sqlite::columns::{
    self, ACKNOWLEDGED, CANDIDATE, CANDIDATE_WIDTH, ENTRY, ENTRY_WIDTH, count, from_json, json, time,
};
use crate::sqlite::error::damaged;

/// The run, when the entry settled, and the newest mark of the patient.
const BESIDE: &str = "e.run, r.kind, (SELECT f.at FROM fact f WHERE f.seq = e.version), \
     (SELECT json_array(m.marking, m.user_id, m.at, m.facts_before) FROM mark m WHERE m.key = e.key ORDER BY m.seq DESC LIMIT 1)";

pub(in crate::sqlite) async fn waiting(
    store: &SqliteStore,
    run: Option<RunId>,
    reasons: &[Reason],
    after: Option<(&PatientKey, RunId)>,
    limit: usize,
) -> Result<Vec<Waiting>> {
    let found = query(run, reasons, after, limit)?.build().fetch_all(&store.readers).await?;
    match run {
        Some(run) if found.is_empty() => known(store, run).await?,
        _ => {}
    }
    found.iter().map(read).collect()
}

/// The query of a page. Its index holds only those who failed, in the order of the page.
pub(super) fn query(
    run: Option<RunId>,
    reasons: &[Reason],
    after: Option<(&PatientKey, RunId)>,
    limit: usize,
) -> Result<QueryBuilder<Sqlite>> {
    let mut query = QueryBuilder::<Sqlite>::new("SELECT ");
    query.push(ENTRY).push(", ").push(CANDIDATE).push(", ").push(BESIDE).push(" FROM ");
    query.push(if run.is_some() {
        "entry e INDEXED BY entry_failed"
    } else {
        "newest n INDEXED BY newest_waiting CROSS JOIN entry e ON e.run = n.run AND e.key = n.key"
    });
    query.push(" CROSS JOIN run r ON r.id = e.run CROSS JOIN patient p ON p.key = e.key ").push(ACKNOWLEDGED);
    if let Some(run) = run {
        query.push(" WHERE e.failed = 1 AND e.run = ").push_bind(run.0);
        if let Some((key, after)) = after {
            query.push(if run > after { " AND e.key >= " } else { " AND e.key > " });
            query.push_bind(key.as_str().to_owned());
        }
    } else {
        // Reason: a beginning for the range; the empty text stands before every key.
        let (key, after) = after.map_or(("", 0), |(key, run)| (key.as_str(), run.0));
        query.push(" WHERE n.failed = 1 AND n.scope IN ('summary', 'permission') AND (n.key, n.run) > (");
        query.push_bind(key.to_owned()).push(", ").push_bind(after).push(")");
    }
    if !reasons.is_empty() {
        query.push(" AND e.reason IN (SELECT value FROM json_each(").push_bind(json(&reasons)?).push("))");
    }
    query.push(if run.is_some() { " ORDER BY e.key" } else { " ORDER BY n.key, n.run" });
    query.push(" LIMIT ").push_bind(columns::limit(limit));
    Ok(query)
}

fn read(found: &SqliteRow) -> Result<Waiting> {
    let beside = ENTRY_WIDTH + CANDIDATE_WIDTH;
    let (entry, candidate) = pair(found)?;
    let mark = found.try_get::<Option<&str>, _>(beside + 3)?;
    let mark = mark.map(|text| from_json::<(Marking, String, i64, i64)>(text, "a mark")).transpose()?;
    let mark = match mark {
        Some((marking, user, at, facts_before)) if count(facts_before)? >= entry.version => {
            Some(Mark { key: entry.key.clone(), marking, user: columns::user(&user)?, at: time(at)? })
        }
        _ => None,
    };
    let since = found.try_get::<Option<i64>, _>(beside + 2)?.ok_or_else(|| damaged("a fact"))?;
    Ok(Waiting {
        run: RunId(found.try_get(beside)?),
        kind: RunKind::from_code(found.try_get(beside + 1)?).ok_or_else(|| damaged("a kind of run"))?,
        entry,
        since: time(since)?,
        candidate,
        mark,
    })
}
