//! SCR switched on and off at the practice.

use jiff::civil::date;
use spine_store::{LEASE_SECONDS, Store, StoreError, Switch};

use crate::bench::*;

async fn enabled_on<S: Store>(store: &S) -> (Option<jiff::civil::Date>, u8) {
    let practice = store.practice().await.unwrap().unwrap();
    (practice.scr_enabled_on, practice.nn_days)
}

pub(crate) async fn a_switch_outranks_the_extract<B: Bench>(mut bench: B) {
    let store = bench.store();
    store.switch_scr(&switch(true, 0)).await.unwrap();
    assert!(store.practice().await.unwrap().is_none(), "nobody knows the practice yet");
    import(store, []).await.unwrap();
    assert_eq!(
        enabled_on(store).await,
        (Some(date(2026, 11, 22)), 20),
        "the extract comes later and says less"
    );
    store.switch_scr(&Switch { nn_days: 0, ..switch(false, 1) }).await.unwrap();
    assert_eq!(enabled_on(store).await, (None, 0));
    import(store, []).await.unwrap();
    bench.die().await;
    assert_eq!(enabled_on(bench.store()).await, (None, 0));
    let again = Switch { day: date(2026, 12, 1), nn_days: 99, ..switch(true, 2) };
    bench.store().switch_scr(&again).await.unwrap();
    assert_eq!(enabled_on(bench.store()).await, (Some(date(2026, 12, 1)), 99));
    let practice = bench.store().practice().await.unwrap().unwrap();
    let expected = spine_rules::import::Practice {
        scr_enabled_on: Some(date(2026, 12, 1)),
        nn_days: 99,
        ..crate::bench::practice()
    };
    assert_eq!(practice, expected, "nothing else of it changes");
}

pub(crate) async fn every_switch_is_remembered<B: Bench>(bench: B) {
    let store = bench.store();
    assert!(store.switches().await.unwrap().is_empty());
    // By the order in which they came, whatever their clocks said.
    let all = [switch(true, 9), Switch { nn_days: 5, ..switch(false, 3) }, switch(true, 4)];
    for one in &all {
        store.switch_scr(one).await.unwrap();
    }
    assert_eq!(store.switches().await.unwrap(), all);
}

pub(crate) async fn a_switch_is_refused_while_somebody_is_at_work<B: Bench>(mut bench: B) {
    let lease = bench.store().take_lease(&holder("here"), t(0)).await.unwrap();
    let beside = bench.beside("here").await;
    for store in [bench.store(), &beside] {
        let refused = store.switch_scr(&switch(false, 1)).await;
        assert!(matches!(&refused, Err(StoreError::Held(holder)) if holder.pid == 42), "{refused:?}");
    }
    assert!(bench.store().switches().await.unwrap().is_empty());
    bench.store().release_lease(lease.fence).await.unwrap();
    beside.switch_scr(&switch(false, 2)).await.unwrap();
    // It took no lease: the fence rises by the next lease only.
    let next = bench.store().take_lease(&holder("here"), t(3)).await.unwrap();
    assert_eq!(next.fence.0, lease.fence.0 + 1);
    // Who died holds nothing.
    bench.die().await;
    bench.store().switch_scr(&switch(true, 4)).await.unwrap();
    assert_eq!(bench.store().switches().await.unwrap().len(), 2);
}

pub(crate) async fn a_switch_waits_for_another_hosts_lease_to_end<B: Bench>(mut bench: B) {
    bench.store().take_lease(&holder("here"), t(0)).await.unwrap();
    bench.die().await;
    let elsewhere = bench.beside("elsewhere").await;
    bench.set_clock(t(LEASE_SECONDS));
    let refused = elsewhere.switch_scr(&switch(false, 1)).await;
    assert!(matches!(&refused, Err(StoreError::Held(holder)) if holder.host == "here"), "{refused:?}");
    bench.set_clock(t(LEASE_SECONDS + 1));
    elsewhere.switch_scr(&switch(false, 2)).await.unwrap();
}

pub(crate) async fn nobody_switches_to_a_hundred_days<B: Bench>(bench: B) {
    let store = bench.store();
    let refused = store.switch_scr(&Switch { nn_days: 100, ..switch(true, 1) }).await;
    assert!(matches!(refused, Err(StoreError::Missing(_))), "{refused:?}");
    assert!(store.switches().await.unwrap().is_empty());
}
