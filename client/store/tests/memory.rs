//! The crash model: a process dies, a write is lost, or only the news of it.

#![expect(clippy::unwrap_used, reason = "tests")]

#[path = "contract/bench.rs"]
#[expect(dead_code, reason = "the contract's own tests use the rest")]
mod bench;

use bench::{Bench, Memory, dispatch, holder, key, new_run, running, t, write};
use spine_rules::Fact;
use spine_store::{RunKind, Store, StoreError};

#[tokio::test]
async fn a_lost_write_leaves_nothing() {
    let bench = Memory::new().await;
    let (fence, run) = running(&bench, 2, RunKind::InitialUpload).await;
    let store = bench.store();
    store.error_before(2);
    store.record(fence, run.id, &[dispatch(1, 1, 2)]).await.unwrap();
    let lost = store.record(fence, run.id, &[dispatch(2, 2, 2)]).await;
    assert!(matches!(lost, Err(StoreError::Storage(_))), "{lost:?}");
    assert_eq!(store.tally(run.id).await.unwrap().outstanding, 1);
    store.record(fence, run.id, &[dispatch(2, 2, 2)]).await.unwrap();
}

#[tokio::test]
async fn lost_news_leaves_the_whole_write() {
    let bench = Memory::new().await;
    let (fence, run) = running(&bench, 2, RunKind::InitialUpload).await;
    let store = bench.store();
    let before = store.writes();
    store.error_after(1);
    let lost = store.record(fence, run.id, &[dispatch(1, 1, 2), dispatch(2, 2, 2)]).await;
    assert!(matches!(lost, Err(StoreError::Storage(_))), "{lost:?}");
    assert_eq!(store.tally(run.id).await.unwrap().outstanding, 2);
    assert_eq!(store.writes(), before + 1);
    store.record(fence, run.id, &[write(1, Fact::Acknowledged, 3)]).await.unwrap();
}

#[tokio::test]
async fn a_dead_process_answers_nothing_and_holds_nothing() {
    let bench = Memory::new().await;
    let (fence, run) = running(&bench, 1, RunKind::InitialUpload).await;
    let dead = bench.store();
    let alive = dead.crash();
    assert!(matches!(dead.tally(run.id).await, Err(StoreError::Storage(_))));
    assert!(matches!(dead.record(fence, run.id, &[]).await, Err(StoreError::Storage(_))));
    let lease = alive.take_lease(&holder("here"), t(1)).await.unwrap();
    alive.open_leg(lease.fence, run.id, &new_run(RunKind::InitialUpload, 2)).await.unwrap();
    assert_eq!(alive.history(&key(1)).await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_write_dropped_on_its_way_is_whole_or_absent() {
    let bench = Memory::new().await;
    let (fence, run) = running(&bench, 2, RunKind::InitialUpload).await;
    let mut seen = std::collections::BTreeSet::new();
    for polls in 0..4 {
        let disk = bench.beside("here").await;
        let group = [dispatch(1, 1, 2), dispatch(2, 2, 2)];
        {
            let mut write = disk.record(fence, run.id, &group);
            for _ in 0..polls {
                let _ = std::future::poll_fn(|context| std::task::Poll::Ready(write.as_mut().poll(context)))
                    .await;
            }
        }
        let outstanding = disk.tally(run.id).await.unwrap().outstanding;
        assert!(outstanding == 0 || outstanding == 2, "{outstanding}");
        seen.insert(outstanding);
        if outstanding == 2 {
            break;
        }
    }
    assert_eq!(seen, [0, 2].into());
}
