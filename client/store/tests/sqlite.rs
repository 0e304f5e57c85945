//! What only a file can do wrong: foreign files, tampering, damage, processes that are killed.

#![expect(clippy::unwrap_used, reason = "tests")]

#[path = "contract/bench.rs"]
#[expect(dead_code, reason = "the contract's own tests use the rest")]
mod bench;

use std::fmt::Write as _;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

use bench::{bytes, dispatch, holder, import, item, key, new_run, patient, t, write};
use spine_rules::{Counter, Fact, SetAside};
use spine_store::{
    Cursor, Fence, Marking, Run, RunKind, Selection, SqliteStore, Store, StoreError, StoreOptions,
};
use sqlx::{AssertSqlSafe, Connection, SqliteConnection};

async fn open(path: &Path) -> Result<SqliteStore, StoreError> {
    SqliteStore::open(path, StoreOptions::new("here", || t(0))).await
}

/// A store with a run of two: one on its way, one set aside.
async fn with_a_run(path: &Path) -> (SqliteStore, Fence, Run) {
    let store = open(path).await.unwrap();
    import(&store, [item(patient(1)), item(patient(2))]).await.unwrap();
    let fence = store.take_lease(&holder("here"), t(0)).await.unwrap().fence;
    let run =
        store.open_run(fence, &new_run(RunKind::InitialUpload, 1), Selection::everybody()).await.unwrap();
    let aside = Fact::SetAside(SetAside::because(spine_rules::Reason::Fp69));
    store.record(fence, run.id, &[dispatch(1, 1, 2), write(2, aside, 2)]).await.unwrap();
    (store, fence, run)
}

/// Runs a statement behind the store's back.
async fn tamper(path: &Path, sql: &str) -> Result<u64, String> {
    let url = format!("sqlite://{}", path.display());
    let mut raw = SqliteConnection::connect(&url).await.unwrap();
    let done = sqlx::query(AssertSqlSafe(sql.to_owned())).execute(&mut raw).await;
    done.map(|done| done.rows_affected()).map_err(|error| error.to_string())
}

#[tokio::test]
async fn a_file_of_somebody_else_is_refused_and_left_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let text = folder.path().join("letter.txt");
    std::fs::write(&text, "Dear Sir or Madam").unwrap();
    let foreign = folder.path().join("foreign.db");
    tamper_new(&foreign).await;
    for path in [&text, &foreign] {
        let before = std::fs::read(path).unwrap();
        let refused = open(path).await.unwrap_err();
        assert!(matches!(&refused, StoreError::Unusable(why) if why.contains("not a store")), "{refused}");
        assert!(std::fs::read(path).unwrap() == before);
    }
    assert!(matches!(open(&folder.path().join("no/such/folder")).await, Err(StoreError::Storage(_))));
    assert!(matches!(open(folder.path()).await, Err(StoreError::Storage(_))));
}

async fn tamper_new(path: &Path) {
    std::fs::write(path, "").unwrap();
    tamper(path, "CREATE TABLE somebodys (data TEXT)").await.unwrap();
}

#[tokio::test]
async fn a_newer_store_is_refused_in_plain_words() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store");
    open(&path).await.unwrap().close().await.unwrap();
    open(&path).await.unwrap().close().await.unwrap();
    tamper(&path, "PRAGMA user_version = 99").await.unwrap();
    let refused = open(&path).await.unwrap_err();
    assert!(matches!(&refused, StoreError::Unusable(why) if why.contains("newer software")), "{refused}");
}

#[cfg(unix)]
#[tokio::test]
async fn only_the_owner_may_read_it() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store");
    std::fs::write(&path, "").unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
    let (_store, _, _) = with_a_run(&path).await;
    let mut files = 0;
    for file in std::fs::read_dir(folder.path()).unwrap() {
        let file = file.unwrap();
        let mode = file.metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o077, 0, "{} is {mode:o}", file.path().display());
        files += 1;
    }
    assert_eq!(files, 4, "the store, its log and its index, its lock");
}

#[tokio::test]
async fn the_file_itself_refuses_what_must_never_be() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store");
    let (store, fence, _) = with_a_run(&path).await;
    store.release_lease(fence).await.unwrap();
    store.switch_scr(&bench::switch(false, 1)).await.unwrap();
    store.mark(&[bench::mark(1, Marking::Seen, 3)]).await.unwrap();
    for (sql, rule) in [
        ("UPDATE fact SET at = 0", "a fact is never changed"),
        ("DELETE FROM fact", "a fact is never deleted"),
        ("UPDATE entry SET attempts = 9 WHERE phase = 2", "J3"),
        ("DELETE FROM entry", "never deleted"),
        ("UPDATE entry SET frozen = NULL WHERE phase = 1", "j1"),
        ("UPDATE entry SET phase = 0 WHERE phase = 1", "one_phase"),
        (
            "UPDATE entry SET state = 'gone', phase = 2, reason = 'sent', frozen = NULL WHERE phase = 1",
            "one_phase",
        ),
        ("UPDATE entry SET failed = 1 WHERE phase = 1", "failed"),
        ("UPDATE frozen SET bytes = x'00'", "J1"),
        ("UPDATE run SET sent = sent + 1", "j4"),
        ("INSERT INTO switch VALUES (1, 1, '2026-11-22', 100, '000000000001', 0)", "nn_days"),
        ("UPDATE switch SET enabled = 1", "a switch is never changed"),
        ("DELETE FROM switch", "a switch is never deleted"),
        ("UPDATE mark SET at = 0", "a mark is never changed"),
        ("DELETE FROM mark", "a mark is never deleted"),
        ("UPDATE lease SET fence = 0", "J5"),
        ("DELETE FROM lease", "J5"),
        (
            "INSERT INTO entry SELECT 2, key, interaction, phase, state, until, location, reason, details, id, sha256, \
             settles_as, attempts, first_sent_at, last_sent_at, sent_in_leg, content_sha256, dissent, number, pending, \
             frozen, version, warnings, deferrals, failed FROM entry WHERE phase = 1",
            "entry.interaction",
        ),
    ] {
        let refused = tamper(&path, sql).await.unwrap_err();
        assert!(refused.contains(rule), "{sql}: {refused}");
    }
}

#[tokio::test]
async fn damaged_bytes_are_never_sent() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store");
    let (store, _, run) = with_a_run(&path).await;
    assert_eq!(store.frozen(run.id, &key(1)).await.unwrap(), Some(bytes(1)));
    let other = hex(&lz4_flex::compress_prepend_size(&bytes(2)));
    for damage in [other.as_str(), "00", "ffffffff00", "0500000010"] {
        tamper(&path, "DELETE FROM frozen").await.unwrap();
        tamper(&path, &format!("INSERT INTO frozen VALUES (1, x'{damage}')")).await.unwrap();
        let refused = store.frozen(run.id, &key(1)).await.unwrap_err();
        assert!(matches!(refused, StoreError::Storage(_)), "{refused}");
    }
    tamper(&path, "DELETE FROM frozen").await.unwrap();
    assert!(matches!(store.frozen(run.id, &key(1)).await, Err(StoreError::Storage(_))));
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").unwrap();
        text
    })
}

#[tokio::test]
async fn readers_do_not_wait_for_a_long_write() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store");
    let (store, fence, run) = with_a_run(&path).await;
    let url = format!("sqlite://{}", path.display());
    let mut other = SqliteConnection::connect(&url).await.unwrap();
    let held = other.begin_with("BEGIN IMMEDIATE").await.unwrap();
    assert_eq!(store.tally(run.id).await.unwrap().outstanding, 1);
    assert_eq!(store.page(run.id, Cursor::All, None, 10).await.unwrap().len(), 2);
    held.rollback().await.unwrap();
    store.record(fence, run.id, &[write(1, Fact::Acknowledged, 3)]).await.unwrap();
}

#[tokio::test]
async fn twenty_thousand_patients_come_in_and_are_paged() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder.path().join("store")).await.unwrap();
    let total = 20_000;
    let mut template = patient(1);
    let items = (1..=total).rev().flat_map(|n| {
        template.key = key(n);
        [spine_rules::import::ImportItem::Code(key(n), bench::code("one"), 2), item(template.clone())]
    });
    let receipt = import(&store, items.collect::<Vec<_>>()).await.unwrap();
    assert_eq!((receipt.patients, receipt.stray_rows), (u64::from(total), 0));
    let fence = store.take_lease(&holder("here"), t(0)).await.unwrap().fence;
    let run =
        store.open_run(fence, &new_run(RunKind::InitialUpload, 1), Selection::everybody()).await.unwrap();
    let (mut after, mut seen) = (None, 0);
    loop {
        let page = store.page(run.id, Cursor::Due(t(1)), after.as_ref(), 1_000).await.unwrap();
        let Some((last, candidate)) = page.last() else { break };
        assert_eq!(candidate.record.codes.len(), 1);
        assert!(candidate.number_shared);
        after = Some(last.key.clone());
        seen += page.len();
    }
    assert_eq!(seen, 20_000);
}

/// Patients of one group of the child's.
const GROUP: u32 = 8;
const GROUPS: u32 = 150;

/// Not a test of its own: the process that [`a_killed_process_leaves_whole_groups`] kills. Without its variable it does nothing.
#[tokio::test]
async fn the_child_that_is_killed() {
    let Some(path) = std::env::var_os("SPINE_STORE_CHILD") else { return };
    let store = open(Path::new(&path)).await.unwrap();
    let fence = store.take_lease(&holder("here"), t(0)).await.unwrap().fence;
    let run =
        store.open_run(fence, &new_run(RunKind::InitialUpload, 1), Selection::everybody()).await.unwrap();
    for group in 0..GROUPS {
        let writes: Vec<_> = (1..=GROUP).map(|n| group * GROUP + n).map(|n| dispatch(n, n, 2)).collect();
        store.record(fence, run.id, &writes).await.unwrap();
        println!("\nkept {group}");
    }
    // Whoever started it kills it, wherever it has come to.
    std::future::pending::<()>().await;
}

#[tokio::test]
async fn a_killed_process_leaves_whole_groups() {
    for announced in [0, 3, 40] {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("store");
        let store = open(&path).await.unwrap();
        import(
            &store,
            (1..=GROUP * GROUPS)
                .map(|n| item(spine_rules::record::PatientRecord { key: key(n), ..patient(1) })),
        )
        .await
        .unwrap();
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "the_child_that_is_killed", "--nocapture"])
            .env("SPINE_STORE_CHILD", &path)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let wanted = format!("kept {announced}");
        assert!(lines.any(|line| line.unwrap() == wanted), "the child ended early");
        if announced == 0 {
            let living = store.take_lease(&holder("here"), t(3)).await;
            assert!(matches!(living, Err(StoreError::Held(_))), "{living:?}");
        }
        child.kill().unwrap();
        child.wait().unwrap();
        check_whole_groups(&store, announced).await;
        drop(store);
        check_whole_groups(&open(&path).await.unwrap(), announced).await;
    }
}

async fn check_whole_groups(store: &SqliteStore, announced: u32) {
    let run = store.newest_run(None).await.unwrap().unwrap();
    assert!(run.interrupted);
    let tally = store.tally(run.id).await.unwrap();
    assert_eq!(tally.counters.values().sum::<u64>(), tally.population);
    let sending = tally.counters[&Counter::Sending];
    assert_eq!(sending % u64::from(GROUP), 0, "a torn group");
    assert!(sending >= u64::from((announced + 1) * GROUP), "a group that was announced is gone");
    let page = store.page(run.id, Cursor::Outstanding, None, 10_000).await.unwrap();
    assert_eq!(page.len() as u64, sending);
    for (n, (entry, _)) in (1..).zip(&page) {
        assert!(entry.key == key(n));
        assert_eq!(store.frozen(run.id, &entry.key).await.unwrap(), Some(bytes(n)));
    }
    // No waiting: the operating system says that the holder is gone.
    let lease = store.take_lease(&holder("here"), t(4)).await.unwrap();
    store.release_lease(lease.fence).await.unwrap();
}
