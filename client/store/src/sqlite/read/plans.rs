//! How SQLite means to answer: no hot query may walk through a large table, or sort it.

use jiff::Timestamp;
use spine_rules::Reason;
use sqlx::{AssertSqlSafe, Row as _};

use super::{HISTORY, TALLY, page_query, worklist};
use crate::entry::Cursor;
use crate::options::StoreOptions;
use crate::run::RunId;
use crate::sqlite::record::{FAILED, touched_query};
use crate::sqlite::runs::opening;
use crate::sqlite::{SqliteStore, columns};

/// Every query that is asked while a run opens or goes on, or while somebody looks at a worklist.
fn queries() -> Vec<String> {
    let after = columns::key("p1").unwrap();
    let mut queries = vec![TALLY.to_owned(), HISTORY.to_owned(), FAILED.to_owned()];
    queries.push(touched_query(RunId(1), String::new()).into_string());
    for cursor in [Cursor::Due(Timestamp::UNIX_EPOCH), Cursor::Outstanding, Cursor::All] {
        for after in [None, Some(&after)] {
            queries.push(page_query(RunId(1), cursor, after, 10).into_string());
        }
    }
    for run in [None, Some(RunId(1))] {
        for after in [None, Some((&after, RunId(2)))] {
            for reasons in [&[][..], &[Reason::Held, Reason::PdsMismatch]] {
                queries.push(worklist::query(run, reasons, after, 10).unwrap().into_string());
            }
        }
    }
    queries.extend(opening::queries());
    queries
}

#[tokio::test]
async fn no_hot_query_walks_through_a_large_table() {
    let folder = tempfile::tempdir().unwrap();
    let options = StoreOptions::new("here", || Timestamp::UNIX_EPOCH);
    let store = SqliteStore::open(folder.path().join("store"), options).await.unwrap();
    for query in queries() {
        let plan = sqlx::query(AssertSqlSafe(format!("EXPLAIN QUERY PLAN {query}")));
        let plan = plan.fetch_all(&store.readers).await.unwrap();
        let steps: Vec<&str> = plan.iter().map(|row| row.get::<&str, _>(3)).collect();
        // The arrays that we bind, and the few runs, may be walked through; nothing may be sorted.
        let small = ["SCAN k ", "SCAN r", "SCAN json_each", "SCAN CONSTANT ROW"];
        let walks =
            |step: &&&str| step.starts_with("SCAN") && !small.iter().any(|small| step.starts_with(small));
        assert!(!steps.iter().any(|step| walks(&step)), "{query}\n{steps:#?}");
        let sorts = steps.iter().any(|step| step.contains("B-TREE FOR ORDER BY"));
        assert!(!sorts || query == HISTORY, "{query}\n{steps:#?}");
    }
}
