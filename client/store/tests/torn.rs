//! A torn tail: whatever the last page of the log looks like after a crash, each group is whole or absent, and the store goes on.

#![expect(clippy::unwrap_used, reason = "tests")]

#[path = "contract/bench.rs"]
#[expect(dead_code, reason = "the contract's own tests use the rest")]
mod bench;
#[path = "shared/pages.rs"]
mod pages;
#[path = "shared/told.rs"]
mod told;

use std::collections::BTreeSet;
use std::ops::Range;
use std::path::Path;

use bench::{aside, converted, dispatch, holder, import, item, key, mark, new_run, patient, t, write};
use pages::{SMALLEST, with_pages_of};
use spine_rules::{Fact, Reason};
use spine_store::{Marking, RunKind, Selection, SqliteStore, Store, StoreOptions, Write};
use sqlx::{Connection, SqliteConnection};
use told::told;

/// The log's header and that of each of its frames. Source: sqlite.org, Database File Format, The Write-Ahead Log.
const LOG_HEADER: usize = 32;
const FRAME_HEADER: usize = 24;

/// The page size of every store. With the smallest one every single byte of a frame can be tried.
const USUAL: usize = 4_096;

async fn open(path: &Path) -> SqliteStore {
    SqliteStore::open(path, StoreOptions::new("here", || t(0))).await.unwrap()
}

/// The files of a process that was killed: nothing was closed, and nothing of the log has gone over into the store.
struct Killed {
    main: Vec<u8>,
    log: Vec<u8>,
    frame: usize,
    /// After each write that the log holds, and before the first one: how long the log was, and what the store told.
    states: Vec<(usize, String)>,
}

impl Killed {
    async fn new(page: usize) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("store");
        with_pages_of(page, &path).await;
        let store = open(&path).await;
        import(&store, (1..=6).map(|n| item(patient(n)))).await.unwrap();
        let fence = store.take_lease(&holder("here"), t(0)).await.unwrap().fence;
        let new = new_run(RunKind::InitialUpload, 1);
        let run = store.open_run(fence, &new, Selection::everybody()).await.unwrap().id;
        let mut raw = SqliteConnection::connect(&format!("sqlite://{}", path.display())).await.unwrap();
        sqlx::raw_sql("PRAGMA wal_checkpoint(TRUNCATE)").execute(&mut raw).await.unwrap();

        let log = folder.path().join("store-wal");
        let mut states = vec![(0, told(&store).await)];
        let local = Write { local: vec![converted()], ..dispatch(2, 2, 2) };
        let groups = [
            vec![dispatch(1, 1, 2), local, dispatch(3, 3, 2), write(4, aside(Reason::Held), 2)],
            vec![write(1, Fact::WentQuiet, 3), write(2, Fact::Acknowledged, 3), write(3, Fact::NeverSent, 3)],
            vec![write(3, Fact::Abandoned, 4), write(3, Fact::Deferred { until: t(60) }, 4)],
            vec![write(1, Fact::ReconciledStored, 5), dispatch(5, 5, 5), dispatch(6, 6, 5)],
        ];
        for group in &groups {
            store.record(fence, run, group).await.unwrap();
            states.push((std::fs::read(&log).unwrap().len(), told(&store).await));
            store.mark(&[mark(4, Marking::Release, 4)]).await.unwrap();
            states.push((std::fs::read(&log).unwrap().len(), told(&store).await));
        }
        let (main, log) = (std::fs::read(&path).unwrap(), std::fs::read(&log).unwrap());
        // The last write is the last group's: the mark after it is cut off.
        states.pop();
        let log = log[..states[states.len() - 1].0].to_vec();
        Self { main, log, frame: FRAME_HEADER + page, states }
    }

    /// The bytes of the last frame: the last page, and what stands before it.
    fn last_frame(&self) -> Range<usize> {
        self.log.len() - self.frame..self.log.len()
    }

    /// What the store must tell of a log that is whole up to a length: the last write that is in it, and nothing of the next one.
    fn expected(&self, whole: usize) -> &str {
        &self.states.iter().rfind(|(until, _)| *until <= whole).unwrap().1
    }

    /// Opens a store of such files, asks it everything, and lets it go on.
    async fn check(&self, main: &[u8], log: &[u8], whole: usize, what: &str) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("store");
        std::fs::write(&path, main).unwrap();
        std::fs::write(folder.path().join("store-wal"), log).unwrap();
        let store = open(&path).await;
        // The process that was killed held the lease; that it is gone is the one thing that has changed.
        let told = told(&store).await.replace("interrupted: true", "interrupted: false");
        assert!(told == self.expected(whole), "{what}: {told}");
        let fence = store.take_lease(&holder("here"), t(9)).await.unwrap().fence;
        let run = store.newest_run(None).await.unwrap().unwrap().id;
        store.open_leg(fence, run, &new_run(RunKind::InitialUpload, 9)).await.unwrap();
    }

    /// A log that ends within its last frame.
    async fn check_cut(&self, places: impl Iterator<Item = usize>) {
        for at in places {
            self.check(&self.main, &self.log[..at], at, &format!("cut off at {at}")).await;
        }
    }

    /// A log of full length in which something else stands in one byte, or from one byte on.
    async fn check_changed(&self, places: impl Iterator<Item = usize>, change: impl Fn(&mut [u8])) {
        for at in places {
            let mut log = self.log.clone();
            change(&mut log[at..]);
            if log != self.log {
                self.check(&self.main, &log, self.last_frame().start, &format!("changed at {at}")).await;
            }
        }
    }
}

fn flip(tail: &mut [u8]) {
    tail[0] ^= 0xff;
}

fn zero(tail: &mut [u8]) {
    tail.fill(0);
}

#[tokio::test]
async fn a_log_cut_off_at_any_byte_of_its_last_page_loses_that_write_and_no_other() {
    let killed = Killed::new(SMALLEST).await;
    let last = killed.last_frame();
    killed.check_cut(last.start..=last.end).await;
}

#[tokio::test]
async fn any_wrong_byte_of_the_last_page_undoes_that_write_and_no_other() {
    let killed = Killed::new(SMALLEST).await;
    killed.check_changed(killed.last_frame(), flip).await;
}

#[tokio::test]
async fn zeroes_at_the_end_of_the_last_page_undo_that_write_and_no_other() {
    let killed = Killed::new(SMALLEST).await;
    killed.check_changed(killed.last_frame().step_by(7), zero).await;
}

#[tokio::test]
async fn pages_of_the_usual_size_tear_no_differently() {
    let killed = Killed::new(USUAL).await;
    let last = killed.last_frame();
    let places =
        || last.clone().take(FRAME_HEADER + 2).chain(last.clone().step_by(101)).chain([last.end - 1]);
    killed.check_cut(places()).await;
    killed.check_changed(places(), flip).await;
    killed.check_changed(places(), zero).await;
}

#[tokio::test]
async fn a_log_cut_off_between_any_two_pages_keeps_whole_writes() {
    let killed = Killed::new(USUAL).await;
    let ends = (LOG_HEADER..=killed.log.len()).step_by(killed.frame);
    let around = ends.flat_map(|at| [at - 1, at, at + 1]).filter(|at| *at <= killed.log.len());
    killed.check_cut([0, 1, LOG_HEADER / 2].into_iter().chain(around)).await;
}

#[tokio::test]
async fn a_store_that_was_torn_while_the_log_went_over_into_it_is_mended_from_the_log() {
    let killed = Killed::new(USUAL).await;
    let frames = killed.log[LOG_HEADER..].chunks(killed.frame);
    let number = |frame: &[u8]| u32::from_be_bytes(frame[..4].try_into().unwrap()) as usize;
    let pages: BTreeSet<usize> = frames.map(number).collect();
    assert!(pages.len() > 5, "{pages:?}");
    for page in pages {
        // Of a page that the log holds too, any part may be the new one already, or neither.
        for half in [0, USUAL / 2] {
            let mut main = killed.main.clone();
            let begin = (page - 1) * USUAL + half;
            main.resize(main.len().max(page * USUAL), 0);
            // The header's first 100 bytes tell whose file it is, and are written as one sector with what follows.
            main[if begin == 0 { 100 } else { begin }..page * USUAL].fill(0xee);
            let what = format!("page {page} from {half}");
            killed.check(&main, &killed.log, killed.log.len(), &what).await;
        }
    }
}

#[tokio::test]
async fn a_store_whose_file_was_cut_off_says_that_it_is_damaged() {
    let killed = Killed::new(USUAL).await;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store");
    // Without its log nothing can mend it. It must say so, and not go on with half of what was.
    std::fs::write(&path, &killed.main[..killed.main.len() / 2]).unwrap();
    let opened = SqliteStore::open(&path, StoreOptions::new("here", || t(0))).await;
    let said = match opened {
        Err(refused) => refused.to_string(),
        Ok(store) => match store.tally(spine_store::RunId(1)).await {
            Err(refused) => refused.to_string(),
            Ok(_) => store
                .page(spine_store::RunId(1), spine_store::Cursor::All, None, 9)
                .await
                .unwrap_err()
                .to_string(),
        },
    };
    assert!(said.contains("damaged; restore it from a copy"), "{said}");
    assert!(!said.contains(key(1).as_str()), "{said}");
}
