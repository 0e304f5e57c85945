//! A full disk, at every write of a small run: the write is refused whole, what was written stands, and with room the store goes on.

#![expect(clippy::unwrap_used, reason = "tests")]

#[path = "contract/bench.rs"]
#[expect(dead_code, reason = "the contract's own tests use the rest")]
mod bench;
#[path = "shared/pages.rs"]
mod pages;
#[path = "shared/told.rs"]
mod told;

use std::path::{Path, PathBuf};

use bench::{
    aside, converted, dispatch, holder, import, item, key, mark, new_run, number, patient, switch, t, write,
};
use pages::{SMALLEST, with_pages_of};
use spine_rules::import::ImportItem;
use spine_rules::{Fact, Reason};
use spine_store::{
    Closed, Fence, Marking, RunId, RunKind, Selection, SqliteStore, Store, StoreError, StoreOptions, Write,
};
use sqlx::{Connection, SqliteConnection};
use told::told;

const PATIENTS: u32 = 60;

/// The writes of a small run, in their order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    Import,
    Switch,
    OpenRun,
    Dispatch(u32),
    Acknowledge(u32),
    SetAside,
    Defer,
    Mark,
    CloseLeg,
    OpenLeg,
}

const STEPS: [Step; 12] = [
    Step::Import,
    Step::Switch,
    Step::OpenRun,
    Step::Dispatch(0),
    Step::Acknowledge(0),
    Step::Dispatch(20),
    Step::Acknowledge(20),
    Step::SetAside,
    Step::Defer,
    Step::Mark,
    Step::CloseLeg,
    Step::OpenLeg,
];

/// The steps for which the store's file need not grow.
const IN_PLACE: [Step; 3] = [Step::Switch, Step::CloseLeg, Step::OpenLeg];

impl Step {
    /// Whether the step is done under a lease.
    const fn is_of_a_run(self) -> bool {
        !matches!(self, Self::Import | Self::Switch | Self::Mark)
    }

    async fn write(self, store: &SqliteStore) -> Result<(), StoreError> {
        if !self.is_of_a_run() {
            return self.write_without_lease(store).await;
        }
        let fence = store.take_lease(&holder("here"), t(2)).await.unwrap().fence;
        let outcome = self.write_under(store, fence).await;
        store.release_lease(fence).await.unwrap();
        outcome
    }

    async fn write_without_lease(self, store: &SqliteStore) -> Result<(), StoreError> {
        match self {
            Self::Import => {
                let codes = (1..=PATIENTS).map(|n| ImportItem::Code(key(n), bench::code("one"), 2));
                let items = (1..=PATIENTS).map(|n| item(patient(n))).chain(codes);
                import(store, items).await.map(drop)
            }
            Self::Switch => store.switch_scr(&switch(true, 1)).await,
            _ => {
                let marks: Vec<_> = (41..=50).flat_map(|n| vec![mark(n, Marking::Seen, 5); 9]).collect();
                store.mark(&marks).await
            }
        }
    }

    async fn write_under(self, store: &SqliteStore, fence: Fence) -> Result<(), StoreError> {
        let (run, new) = (RunId(1), new_run(RunKind::InitialUpload, 3));
        let record = async |group: Vec<Write>| store.record(fence, run, &group).await;
        let local = |n| Write { local: vec![converted()], ..dispatch(n, n, 3) };
        match self {
            Self::OpenRun => store.open_run(fence, &new, Selection::everybody()).await.map(drop),
            Self::Dispatch(from) => record((from + 1..=from + 20).map(local).collect()).await,
            Self::Acknowledge(from) => {
                record((from + 1..=from + 20).map(|n| write(n, Fact::Acknowledged, 4)).collect()).await
            }
            Self::SetAside => record((41..=50).map(|n| write(n, aside(Reason::Held), 4)).collect()).await,
            Self::Defer => {
                record((51..=60).map(|n| write(n, Fact::Deferred { until: t(60) }, 4)).collect()).await
            }
            Self::CloseLeg => store.close_leg(fence, run, Closed::Stopped, t(6)).await.map(drop),
            _ => store.open_leg(fence, run, &new).await.map(drop),
        }
    }
}

fn options() -> StoreOptions {
    StoreOptions::new("here", || t(0))
}

async fn open(path: &Path) -> SqliteStore {
    SqliteStore::open(path, options()).await.unwrap()
}

/// How many pages a store has that nobody has open.
async fn pages(path: &Path) -> u32 {
    let mut raw = SqliteConnection::connect(&format!("sqlite://{}", path.display())).await.unwrap();
    sqlx::query_scalar("PRAGMA page_count").fetch_one(&mut raw).await.unwrap()
}

/// Says that the disk is full and what to do, and nothing of a patient.
fn is_full(refused: &StoreError) {
    let said = refused.to_string();
    assert!(matches!(refused, StoreError::Storage(_)), "{refused:?}");
    assert!(said.contains("the disk is full; make room and resume"), "{said}");
    for private in ["O'Test", "Nobody", key(1).as_str(), number(1).reveal().as_str()] {
        assert!(!said.contains(private), "{said}");
    }
}

/// Tries a step on copies of a store, with more pages each time, until there is room for it. Returns how many were not enough.
async fn fill(before: &Path, step: Step) -> usize {
    let whole = told(&open(before).await).await;
    // An import wants very many pages; every ninth of them is enough.
    let pace = if step == Step::Import { 9 } else { 1 };
    for more in (0..).step_by(pace) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("store");
        std::fs::copy(before, &path).unwrap();
        let tight = SqliteStore::open(&path, options().limited_to(pages(before).await + more)).await.unwrap();
        let Err(refused) = step.write(&tight).await else { return more as usize };
        is_full(&refused);
        assert!(told(&tight).await == whole, "{step:?} was kept in part with {more} pages");
        // A second attempt finds no more room than the first one did.
        is_full(&step.write(&tight).await.unwrap_err());
        tight.close().await.unwrap();
        let roomy = open(&path).await;
        assert!(told(&roomy).await == whole, "{step:?} was kept in part with {more} pages");
        step.write(&roomy).await.unwrap();
    }
    unreachable!("there is always room in the end");
}

#[tokio::test]
async fn a_write_that_finds_the_disk_full_is_refused_whole_and_goes_through_with_room() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store");
    with_pages_of(SMALLEST, &path).await;
    open(&path).await.close().await.unwrap();
    let mut refused = Vec::new();
    for step in STEPS {
        let times = fill(&path, step).await;
        refused.push((step, times));
        let store = open(&path).await;
        step.write(&store).await.unwrap();
        store.close().await.unwrap();
    }
    // Whatever grows was refused at each page that it wanted. What is written in place, or where bytes go, needs none.
    let always = refused.iter().filter(|(_, times)| *times == 0).map(|(step, _)| *step);
    assert_eq!(always.collect::<Vec<_>>(), IN_PLACE, "{refused:?}");
}

#[tokio::test]
async fn a_store_that_finds_no_room_to_be_made_is_made_with_room() {
    let folder = tempfile::tempdir().unwrap();
    for pages in (1..).step_by(5) {
        let path = folder.path().join(format!("store{pages}"));
        let opened = SqliteStore::open(&path, options().limited_to(pages)).await;
        let Err(refused) = opened else {
            assert!(pages > 20, "it was made in {pages} pages");
            break;
        };
        is_full(&refused);
        let store = open(&path).await;
        Step::Import.write(&store).await.unwrap();
        Step::OpenRun.write(&store).await.unwrap();
        assert_eq!(store.runs().await.unwrap().len(), 1);
    }
}

/// Not a test of its own: the process that [`a_write_that_the_disk_cannot_take_at_all_is_refused_whole`] starts under a limit. Without
/// its variables it does nothing.
#[tokio::test]
async fn the_child_under_a_limit() {
    let Some(path) = std::env::var_os("SPINE_STORE_FULL").map(PathBuf::from) else { return };
    let step = STEPS[std::env::var("SPINE_STORE_STEP").unwrap().parse::<usize>().unwrap()];
    let store = open(&path).await;
    let whole = told(&store).await;
    let fence = store.take_lease(&holder("here"), t(2)).await.unwrap().fence;
    if !step.is_of_a_run() {
        store.release_lease(fence).await.unwrap();
    }
    // The smallest writes that there are, until the log takes no further page.
    let mut raw = SqliteConnection::connect(&format!("sqlite://{}", path.display())).await.unwrap();
    let mut small = 0;
    let full = loop {
        match sqlx::query("UPDATE lease SET pid = pid + 1").execute(&mut raw).await {
            Ok(_) => small += 1,
            Err(full) => break full,
        }
    };
    assert!(small > 3, "there was no room from the beginning: {full}");
    for attempt in 1..=2 {
        let refused = if step.is_of_a_run() {
            step.write_under(&store, fence).await
        } else {
            step.write_without_lease(&store).await
        };
        println!("\nattempt {attempt}: {}", refused.unwrap_err());
        assert!(told(&store).await == whole, "{step:?} was kept in part");
    }
    println!("\nnothing was kept");
}

/// Beside the bound of SQLite's own, the operating system's: a file that cannot grow takes not even what is written in place.
#[cfg(unix)]
#[tokio::test]
async fn a_write_that_the_disk_cannot_take_at_all_is_refused_whole() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store");
    open(&path).await.close().await.unwrap();
    for (n, step) in STEPS.into_iter().enumerate() {
        let copy = folder.path().join(format!("store{n}"));
        std::fs::copy(&path, &copy).unwrap();
        let blocks = std::fs::metadata(&copy).unwrap().len() / 512 + 256;
        // Without its signal the limit is an error of the write that meets it.
        let script = "trap '' XFSZ; ulimit -f \"$1\"; shift; exec \"$@\"";
        let child = std::process::Command::new("sh")
            .args(["-c", script, "sh", &blocks.to_string()])
            .arg(std::env::current_exe().unwrap())
            .args(["--exact", "the_child_under_a_limit", "--nocapture"])
            .env("SPINE_STORE_FULL", &copy)
            .env("SPINE_STORE_STEP", n.to_string())
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&child.stdout);
        assert!(child.status.success() && said.contains("nothing was kept"), "{step:?}: {child:?}");
        assert!(
            said.contains("attempt 2: the store cannot be written or read: the disk "),
            "{step:?}: {said}"
        );
        let store = open(&copy).await;
        let whole = told(&open(&path).await).await;
        assert!(told(&store).await == whole, "{step:?} was kept in part");
        for store in [store, open(&path).await] {
            step.write(&store).await.unwrap();
            store.close().await.unwrap();
        }
    }
}
