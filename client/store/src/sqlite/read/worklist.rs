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
    query.push(ENTRY).push(", ").push(CANDIDATE).push(", ").push(BESIDE).push(" FROM entry e INDEXED BY ");
    query.push(if run.is_some() { "entry_failed" } else { "entry_failed_by_patient" });
    query.push(" CROSS JOIN run r ON r.id = e.run CROSS JOIN patient p ON p.key = e.key ").push(ACKNOWLEDGED);
    query.push(" WHERE e.failed = 1");
    if let Some(run) = run {
        query.push(" AND e.run = ").push_bind(run.0);
        if let Some((key, after)) = after {
            query.push(if run > after { " AND e.key >= " } else { " AND e.key > " });
            query.push_bind(key.as_str().to_owned());
        }
    } else {
        // Reason: whoever a later run of the interaction took is waiting there, or not at all.
        query.push(
            " AND NOT EXISTS (SELECT 1 FROM run n CROSS JOIN entry o ON o.run = n.id AND o.key = e.key \
                 WHERE n.id > e.run AND n.interaction = e.interaction)",
        );
        // Reason: a beginning for the range; the empty text stands before every key.
        let (key, after) = after.map_or(("", 0), |(key, run)| (key.as_str(), run.0));
        query.push(" AND (e.key, e.run) > (").push_bind(key.to_owned());
        query.push(", ").push_bind(after).push(")");
    }
    if !reasons.is_empty() {
        query.push(" AND e.reason IN (SELECT value FROM json_each(").push_bind(json(&reasons)?).push("))");
    }
    query.push(" ORDER BY e.key, e.run LIMIT ").push_bind(columns::limit(limit));
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
