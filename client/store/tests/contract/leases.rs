//! One run at a time: the lease, its fence, and what happens when its holder is gone.

use spine_rules::Fact;
use spine_store::{Closed, Fence, LEASE_SECONDS, RunKind, Selection, Store, StoreError};

use crate::bench::*;

fn held_by<T: std::fmt::Debug>(outcome: Result<T, StoreError>) -> String {
    match outcome {
        Err(StoreError::Held(holder)) => holder.host,
        other => panic!("wanted Held, got {other:?}"),
    }
}

pub(crate) async fn the_fence_rises_with_every_lease<B: Bench>(bench: B) {
    let store = bench.store();
    let first = store.take_lease(&holder("here"), t(0)).await.unwrap();
    assert_eq!(first.ends_at, t(LEASE_SECONDS));
    let renewed = store.renew_lease(first.fence, t(30)).await.unwrap();
    assert_eq!((renewed.fence, renewed.ends_at), (first.fence, t(30 + LEASE_SECONDS)));
    store.release_lease(first.fence).await.unwrap();
    let second = store.take_lease(&holder("here"), t(31)).await.unwrap();
    assert_eq!(second.fence, Fence(first.fence.0 + 1));
    for stale in [first.fence, Fence(99)] {
        assert!(matches!(store.renew_lease(stale, t(32)).await, Err(StoreError::StaleFence)));
        assert!(matches!(store.release_lease(stale).await, Err(StoreError::StaleFence)));
    }
    store.release_lease(second.fence).await.unwrap();
}

pub(crate) async fn a_second_process_is_told_who_holds_it<B: Bench>(bench: B) {
    let lease = bench.store().take_lease(&holder("here"), t(0)).await.unwrap();
    let other = bench.beside("here").await;
    // Even past the lease's end: its holder lives, as the operating system's lock tells.
    for now in [t(1), t(LEASE_SECONDS + 1)] {
        assert_eq!(held_by(other.take_lease(&holder("here"), now).await), "here");
    }
    assert_eq!(held_by(bench.store().take_lease(&holder("here"), t(1)).await), "here");
    let message = other.take_lease(&holder("here"), t(1)).await.unwrap_err().to_string();
    assert!(message.contains("Ada Invented on here (process 42)"), "{message}");
    bench.store().release_lease(lease.fence).await.unwrap();
    other.take_lease(&holder("here"), t(2)).await.unwrap();
}

pub(crate) async fn an_import_is_refused_while_a_lease_is_held<B: Bench>(bench: B) {
    let lease = bench.store().take_lease(&holder("here"), t(0)).await.unwrap();
    let other = bench.beside("here").await;
    assert_eq!(held_by(import(bench.store(), []).await), "here");
    assert_eq!(held_by(import(&other, []).await), "here");
    bench.store().release_lease(lease.fence).await.unwrap();
    import(&other, []).await.unwrap();
    // The import gave back what it took.
    bench.store().take_lease(&holder("here"), t(1)).await.unwrap();
}

pub(crate) async fn after_a_crash_the_same_host_takes_over_at_once<B: Bench>(mut bench: B) {
    let (fence, run) = running(&bench, 3, RunKind::InitialUpload).await;
    bench.store().record(fence, run.id, &[dispatch(1, 1, 2)]).await.unwrap();
    assert!(!bench.store().newest_run(None).await.unwrap().unwrap().interrupted);
    bench.die().await;
    let found = bench.store().newest_run(None).await.unwrap().unwrap();
    assert!(found.interrupted && found.closed.is_none());
    let lease = bench.store().take_lease(&holder("here"), t(3)).await.unwrap();
    assert_eq!(lease.fence, Fence(fence.0 + 1));
    // The leg is still the dead process's.
    assert!(bench.store().newest_run(None).await.unwrap().unwrap().interrupted);
    let resumed =
        bench.store().open_leg(lease.fence, run.id, &new_run(RunKind::InitialUpload, 4)).await.unwrap();
    assert_eq!((resumed.legs, resumed.interrupted, resumed.closed), (2, false, None));
}

pub(crate) async fn another_hosts_lease_is_respected_until_it_ends<B: Bench>(mut bench: B) {
    let (fence, _) = running(&bench, 1, RunKind::InitialUpload).await;
    bench.die().await;
    let elsewhere = bench.beside("elsewhere").await;
    assert_eq!(held_by(elsewhere.take_lease(&holder("elsewhere"), t(LEASE_SECONDS)).await), "here");
    bench.set_clock(t(LEASE_SECONDS));
    assert!(!elsewhere.newest_run(None).await.unwrap().unwrap().interrupted);
    bench.set_clock(t(LEASE_SECONDS + 1));
    assert!(elsewhere.newest_run(None).await.unwrap().unwrap().interrupted);
    let lease = elsewhere.take_lease(&holder("elsewhere"), t(LEASE_SECONDS + 1)).await.unwrap();
    assert_eq!(lease.fence, Fence(fence.0 + 1));
}

pub(crate) async fn a_stale_fence_writes_nothing<B: Bench>(mut bench: B) {
    let (stale, run) = running(&bench, 2, RunKind::InitialUpload).await;
    bench.die().await;
    let fence = bench.store().take_lease(&holder("here"), t(3)).await.unwrap().fence;
    let store = bench.store();
    let leg = new_run(RunKind::InitialUpload, 4);
    let refused = [
        store.record(stale, run.id, &[dispatch(1, 1, 5), write(1, Fact::Acknowledged, 5)]).await,
        store.open_leg(stale, run.id, &leg).await.map(drop),
        store.close_leg(stale, run.id, Closed::Stopped, t(5)).await.map(drop),
        store.open_run(stale, &leg, Selection::everybody()).await.map(drop),
    ];
    assert!(refused.iter().all(|outcome| matches!(outcome, Err(StoreError::StaleFence))), "{refused:?}");
    assert_eq!(store.runs().await.unwrap().len(), 1);
    assert_eq!(store.history(&key(1)).await.unwrap().len(), 1);
    assert_eq!(store.tally(run.id).await.unwrap().outstanding, 0);
    store.open_leg(fence, run.id, &leg).await.unwrap();
}

/// Another host took over while the old holder lives and knows nothing of it, as after a network was cut in two.
/// Requirement: RUN-034.
pub(crate) async fn a_holder_who_was_taken_over_while_alive_writes_nothing<B: Bench>(bench: B) {
    let (stale, run) = running(&bench, 2, RunKind::InitialUpload).await;
    let old = bench.store();
    let elsewhere = bench.beside("elsewhere").await;
    assert_eq!(held_by(elsewhere.take_lease(&holder("elsewhere"), t(LEASE_SECONDS)).await), "here");
    old.renew_lease(stale, t(LEASE_SECONDS)).await.unwrap();
    assert_eq!(held_by(elsewhere.take_lease(&holder("elsewhere"), t(LEASE_SECONDS + 1)).await), "here");
    let ended = 2 * LEASE_SECONDS + 1;
    let lease = elsewhere.take_lease(&holder("elsewhere"), t(ended)).await.unwrap();
    assert_eq!(lease.fence, Fence(stale.0 + 1));
    let leg = new_run(RunKind::InitialUpload, ended);
    elsewhere.open_leg(lease.fence, run.id, &leg).await.unwrap();
    let before = format!("{:?}", elsewhere.history(&key(1)).await.unwrap());
    let refused = [
        old.record(stale, run.id, &[dispatch(1, 1, ended)]).await,
        old.record(stale, run.id, &[]).await,
        old.open_leg(stale, run.id, &leg).await.map(drop),
        old.close_leg(stale, run.id, Closed::Stopped, t(ended)).await.map(drop),
        old.open_run(stale, &leg, Selection::everybody()).await.map(drop),
        old.renew_lease(stale, t(ended)).await.map(drop),
        old.release_lease(stale).await,
    ];
    assert!(refused.iter().all(|outcome| matches!(outcome, Err(StoreError::StaleFence))), "{refused:?}");
    // Nor does it get in by another door, and it is told who is at work.
    let switched = old.switch_scr(&switch(false, ended)).await;
    assert_eq!(held_by(switched), "elsewhere");
    assert_eq!(held_by(import(old, []).await), "elsewhere");
    assert_eq!(held_by(old.take_lease(&holder("here"), t(ended)).await), "elsewhere");
    assert_eq!(format!("{:?}", elsewhere.history(&key(1)).await.unwrap()), before);
    assert_eq!(elsewhere.runs().await.unwrap().len(), 1);
    elsewhere.record(lease.fence, run.id, &[dispatch(1, 1, ended)]).await.unwrap();
    elsewhere.close_leg(lease.fence, run.id, Closed::Stopped, t(ended)).await.unwrap();
    elsewhere.release_lease(lease.fence).await.unwrap();
    // It gave its lock back with its refused release: the practice is free for whoever comes.
    old.take_lease(&holder("here"), t(ended)).await.unwrap();
}
