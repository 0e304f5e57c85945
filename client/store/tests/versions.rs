//! Stores that older versions left: they open, lose nothing, and go on.

#![expect(clippy::unwrap_used, reason = "tests")]

#[path = "contract/bench.rs"]
#[expect(dead_code, reason = "the contract's own tests use the rest")]
mod bench;
#[path = "shared/told.rs"]
mod told;

use std::path::{Path, PathBuf};

use bench::{aside, dispatch, holder, import, item, key, mark, new_run, patient, switch, t, write};
use spine_rules::lifecycle::State;
use spine_rules::{Fact, Reason, Warning};
use spine_store::{Marking, RunId, RunKind, Selection, SqliteStore, Store, StoreError, StoreOptions};
use sqlx::migrate::Migrator;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, SqliteConnection};
use told::told;

/// What an entry could fail for when the second version was current, "in doubt" apart: that is no rule's doing.
const FAILED_FOR: [Reason; 13] = [
    Reason::InvalidNumber,
    Reason::DuplicatedNumber,
    Reason::InUse,
    Reason::PdsMismatch,
    Reason::PdsNotFound,
    Reason::Superseded,
    Reason::RegisteredElsewhere,
    Reason::AcsMismatch,
    Reason::IncompleteRecord,
    Reason::TooLarge,
    Reason::Held,
    Reason::RetriesExhausted,
    Reason::Refused,
];

/// Patients beside those who failed: set aside for nothing, in doubt, sent, on the way, listed.
const OTHERS: u32 = 5;

async fn open(path: &Path) -> Result<SqliteStore, StoreError> {
    SqliteStore::open(path, StoreOptions::new("here", || t(0))).await
}

/// A store of today with one run, in which something of everything happened that the first version knew.
async fn of_today(path: &Path) -> RunId {
    let store = open(path).await.unwrap();
    let failed = u32::try_from(FAILED_FOR.len()).unwrap();
    import(&store, (1..=failed + OTHERS).map(|n| item(patient(n)))).await.unwrap();
    let fence = store.take_lease(&holder("here"), t(0)).await.unwrap().fence;
    let new = new_run(RunKind::InitialUpload, 1);
    let run = store.open_run(fence, &new, Selection::everybody()).await.unwrap().id;
    let mut group: Vec<_> = (1..).zip(FAILED_FOR).map(|(n, reason)| write(n, aside(reason), 2)).collect();
    group.extend([
        write(failed + 1, aside(Reason::Fp69), 3),
        dispatch(failed + 2, 2, 3),
        write(failed + 2, Fact::WentQuiet, 3),
        write(failed + 2, Fact::GaveUp, 4),
        dispatch(failed + 3, 3, 3),
        write(failed + 3, Fact::Acknowledged, 4),
        dispatch(failed + 4, 4, 3),
    ]);
    store.record(fence, run, &group).await.unwrap();
    store.close().await.unwrap();
    run
}

/// The same store as an older version left it: its tables made by its own migrations, and of every row what it knew.
async fn as_version(version: usize, today: &Path) -> PathBuf {
    let folder = today.parent().unwrap().join(format!("version{version}"));
    std::fs::create_dir(&folder).unwrap();
    let migrations = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations");
    let mut all: Vec<_> = std::fs::read_dir(migrations).unwrap().map(|file| file.unwrap().path()).collect();
    all.sort();
    for file in &all[..version] {
        std::fs::copy(file, folder.join(file.file_name().unwrap())).unwrap();
    }
    let path = folder.join("store");
    let options = SqliteConnectOptions::new().filename(&path).create_if_missing(true);
    let mut raw = options.journal_mode(SqliteJournalMode::Wal).connect().await.unwrap();
    run(&mut raw, "PRAGMA application_id = 0x53435273").await;
    Migrator::new(folder).await.unwrap().run(&mut raw).await.unwrap();
    run(&mut raw, &format!("ATTACH '{}' AS today", today.display())).await;
    let tables =
        "SELECT name FROM main.sqlite_master WHERE type = 'table' AND name NOT GLOB '*sql*' ORDER BY rowid";
    for table in sqlx::query_scalar::<_, String>(tables).fetch_all(&mut raw).await.unwrap() {
        let columns = format!("SELECT group_concat(name) FROM pragma_table_info('{table}', 'main')");
        let columns: String = sqlx::query_scalar(AssertSqlSafe(columns)).fetch_one(&mut raw).await.unwrap();
        run(
            &mut raw,
            &format!("INSERT OR REPLACE INTO main.{table} ({columns}) SELECT {columns} FROM today.{table}"),
        )
        .await;
    }
    raw.close().await.unwrap();
    path
}

async fn run(raw: &mut SqliteConnection, sql: &str) {
    sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).execute(raw).await.unwrap();
}

#[tokio::test]
async fn a_store_of_every_older_version_opens_and_loses_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let today = folder.path().join("store");
    let run = of_today(&today).await;
    for version in [1, 2] {
        let path = as_version(version, &today).await;
        let before = open(&today).await.unwrap();
        let store = open(&path).await.unwrap();
        assert_eq!(told(&store).await, told(&before).await, "version {version}");
        let found = store.newest_run(None).await.unwrap().unwrap();
        assert_eq!((found.group, found.interrupted), (None, true));
        assert_eq!(store.legs(run).await.unwrap(), before.legs(run).await.unwrap());
        store.close().await.unwrap();
        // It is of this version from now on.
        drop(open(&path).await.unwrap());
    }
}

#[tokio::test]
async fn who_failed_in_an_older_version_waits_and_is_taken_by_failed() {
    let folder = tempfile::tempdir().unwrap();
    let today = folder.path().join("store");
    let run = of_today(&today).await;
    let store = open(&as_version(2, &today).await).await.unwrap();
    let waiting = store.waiting(None, &[], None, 100).await.unwrap();
    let reasons: Vec<_> = waiting.iter().map(|one| one.entry.state.reason().unwrap()).collect();
    assert_eq!(reasons, [&FAILED_FOR[..], &[Reason::InDoubt]].concat());
    assert_eq!((waiting[0].since, waiting[13].since), (t(2), t(4)));
    assert_eq!(store.waiting(Some(run), &[], None, 100).await.unwrap(), waiting);
    assert_eq!(store.failed(RunKind::InitialUpload).await.unwrap(), 14);
    store.mark(&[mark(1, Marking::Release, 5)]).await.unwrap();
    assert!(store.entry(run, &key(1)).await.unwrap().unwrap().1.released);
}

#[tokio::test]
async fn a_run_of_an_older_version_goes_on() {
    for version in [1, 2] {
        let folder = tempfile::tempdir().unwrap();
        let today = folder.path().join("store");
        let run = of_today(&today).await;
        let store = open(&as_version(version, &today).await).await.unwrap();
        store.switch_scr(&switch(true, 8)).await.unwrap();
        let fence = store.take_lease(&holder("here"), t(9)).await.unwrap().fence;
        store.open_leg(fence, run, &new_run(RunKind::InitialUpload, 9)).await.unwrap();
        let (way, listed) = (17, 18);
        let again = spine_store::Write { warnings: vec![Warning::AmbiguousConsent], ..dispatch(way, 9, 9) };
        let group = [
            write(way, Fact::ReconciledAbsent, 9),
            write(way, Fact::Abandoned, 9),
            again,
            write(listed, Fact::Deferred { until: t(70) }, 9),
        ];
        store.record(fence, run, &group).await.unwrap();
        assert_eq!(store.tally(run).await.unwrap().warnings, [(Warning::AmbiguousConsent, 1)].into());
        let (entry, _) = store.entry(run, &key(listed)).await.unwrap().unwrap();
        assert_eq!((entry.deferrals, entry.state), (1, State::Deferred { until: t(70) }));
        // What is settled is settled, and the file itself says so again.
        let settled = store.record(fence, run, &[write(1, Fact::FellDue, 10)]).await;
        assert!(matches!(settled, Err(StoreError::IllegalFact(_))));
        let path = folder.path().join(format!("version{version}/store"));
        let mut raw = SqliteConnection::connect(&format!("sqlite://{}", path.display())).await.unwrap();
        let refused = sqlx::query("UPDATE entry SET attempts = 9 WHERE phase = 2").execute(&mut raw).await;
        assert!(refused.unwrap_err().to_string().contains("J3"));
    }
}
