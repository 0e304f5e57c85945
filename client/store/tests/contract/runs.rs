//! Runs, legs, pages and tallies.

use spine_rules::lifecycle::State;
use spine_rules::{Counter, Fact, Reason, SetAside};
use spine_store::{Closed, Cursor, Entry, RunId, RunKind, Selection, Store, StoreError};

use crate::bench::*;

async fn keys<S: Store>(store: &S, run: RunId, cursor: Cursor) -> Vec<u32> {
    let page = store.page(run, cursor, None, 100).await.unwrap();
    page.iter().map(|(entry, _)| entry.key.as_str()[1..].parse().unwrap()).collect()
}

async fn entry<S: Store>(store: &S, run: RunId, n: u32) -> Entry {
    store.entry(run, &key(n)).await.unwrap().unwrap().0
}

pub(crate) async fn a_run_takes_its_population<B: Bench>(bench: B) {
    let store = bench.store();
    import(store, (1..=5).map(|n| item(patient(n)))).await.unwrap();
    let fence = store.take_lease(&holder("here"), t(0)).await.unwrap().fence;
    assert!(store.newest_run(None).await.unwrap().is_none());
    let odd = |listing: &spine_store::Listing<'_>| ![key(2), key(4)].contains(&listing.record.key);
    let run =
        store.open_run(fence, &new_run(RunKind::InitialUpload, 1), Selection::whom(&odd)).await.unwrap();
    assert_eq!((run.population, run.legs, run.interrupted, run.closed), (3, 1, false, None));
    assert_eq!((run.kind, run.opened_at), (RunKind::InitialUpload, t(1)));
    assert_eq!(keys(store, run.id, Cursor::Due(t(1))).await, [1, 3, 5]);
    assert!(store.entry(run.id, &key(2)).await.unwrap().is_none());
    let tally = store.tally(run.id).await.unwrap();
    assert_eq!((tally.population, tally.counters[&Counter::Unprocessed]), (3, 3));
    assert_eq!(tally.counters.len(), 5);
    let empty = store
        .open_run(fence, &new_run(RunKind::ConsentMigration, 2), Selection::whom(&|_| false))
        .await
        .unwrap();
    assert_eq!(empty.population, 0);
    assert!(store.page(empty.id, Cursor::All, None, 10).await.unwrap().is_empty());
    let newest = async |kind| store.newest_run(kind).await.unwrap().map(|run| run.id);
    assert_eq!(newest(None).await, Some(empty.id));
    assert_eq!(newest(Some(RunKind::InitialUpload)).await, Some(run.id));
    assert_eq!(newest(Some(RunKind::BulkUpdate)).await, None);
    assert_eq!(store.runs().await.unwrap().iter().map(|run| run.id).collect::<Vec<_>>(), [run.id, empty.id]);
}

pub(crate) async fn what_does_not_exist_is_said_to_be_missing<B: Bench>(bench: B) {
    let (fence, run) = running(&bench, 1, RunKind::InitialUpload).await;
    let (store, no) = (bench.store(), RunId(77));
    let missing = [
        store.tally(no).await.map(drop),
        store.page(no, Cursor::All, None, 1).await.map(drop),
        store.entry(no, &key(1)).await.map(drop),
        store.frozen(run.id, &key(2)).await.map(drop),
        store.record(fence, no, &[]).await,
        store.record(fence, run.id, &[write(2, Fact::FellDue, 1)]).await,
        store.close_leg(fence, no, Closed::Stopped, t(1)).await.map(drop),
    ];
    for outcome in missing {
        assert!(matches!(outcome, Err(StoreError::Missing(_))), "{outcome:?}");
    }
}

pub(crate) async fn pages_go_on_from_a_key_while_facts_are_recorded<B: Bench>(bench: B) {
    let (fence, run) = running(&bench, 30, RunKind::InitialUpload).await;
    let store = bench.store();
    let (mut after, mut seen) = (None, Vec::new());
    loop {
        let page = store.page(run.id, Cursor::Due(t(1)), after.as_ref(), 7).await.unwrap();
        let Some((last, _)) = page.last() else { break };
        after = Some(last.key.clone());
        let numbers = page.iter().map(|(entry, _)| entry.key.as_str()[1..].parse::<u32>().unwrap());
        seen.extend(numbers.clone());
        let group: Vec<_> = numbers.map(|n| dispatch(n, n, 2)).collect();
        store.record(fence, run.id, &group).await.unwrap();
    }
    assert_eq!(seen, (1..=30).collect::<Vec<_>>());
    assert!(keys(store, run.id, Cursor::Due(t(1))).await.is_empty());
    assert_eq!(keys(store, run.id, Cursor::Outstanding).await.len(), 30);
    assert_eq!(keys(store, run.id, Cursor::All).await.len(), 30);
}

pub(crate) async fn a_deferred_entry_is_due_in_time<B: Bench>(bench: B) {
    let (fence, run) = running(&bench, 3, RunKind::InitialUpload).await;
    let store = bench.store();
    let defer = |n, until| write(n, Fact::Deferred { until: t(until) }, 2);
    store.record(fence, run.id, &[defer(1, 50), defer(2, 40)]).await.unwrap();
    assert_eq!(store.tally(run.id).await.unwrap().next_due, Some(t(40)));
    for (now, due) in [(39, vec![3]), (40, vec![2, 3]), (50, vec![1, 2, 3])] {
        assert_eq!(keys(store, run.id, Cursor::Due(t(now))).await, due, "at {now}");
    }
    store.record(fence, run.id, &[write(2, Fact::FellDue, 40)]).await.unwrap();
    assert_eq!(store.tally(run.id).await.unwrap().next_due, Some(t(50)));
    assert_eq!(entry(store, run.id, 2).await.state, State::Listed);
}

pub(crate) async fn deferrals_are_counted_through_the_whole_run<B: Bench>(mut bench: B) {
    let (fence, run) = running(&bench, 2, RunKind::InitialUpload).await;
    let deferrals = async |bench: &B| entry(bench.store(), run.id, 1).await.deferrals;
    let defer = |at| write(1, Fact::Deferred { until: t(at + 60) }, at);
    assert_eq!(deferrals(&bench).await, 0);
    bench.store().record(fence, run.id, &[defer(2)]).await.unwrap();
    assert_eq!(deferrals(&bench).await, 1);
    let again = [write(1, Fact::FellDue, 62), defer(62), write(1, Fact::FellDue, 122)];
    bench.store().record(fence, run.id, &again).await.unwrap();
    assert_eq!(deferrals(&bench).await, 2);
    // Given up and put off in one transaction: the message is gone, the rung stays.
    let group = [dispatch(1, 1, 130), write(1, Fact::NeverSent, 131)];
    bench.store().record(fence, run.id, &group).await.unwrap();
    assert_eq!(deferrals(&bench).await, 2);
    bench.store().record(fence, run.id, &[write(1, Fact::Abandoned, 132), defer(132)]).await.unwrap();
    let put_off = entry(bench.store(), run.id, 1).await;
    assert_eq!(
        (put_off.deferrals, put_off.attempts, &put_off.state),
        (3, 0, &State::Deferred { until: t(192) })
    );
    assert_eq!(bench.store().frozen(run.id, &key(1)).await.unwrap(), None);
    bench.die().await;
    let fence = bench.store().take_lease(&holder("here"), t(140)).await.unwrap().fence;
    bench.store().open_leg(fence, run.id, &new_run(RunKind::InitialUpload, 140)).await.unwrap();
    assert_eq!(entry(bench.store(), run.id, 1).await.state, State::Deferred { until: t(192) });
    let group = [
        write(1, Fact::FellDue, 192),
        dispatch(1, 2, 193),
        write(1, Fact::WentQuiet, 194),
        write(1, Fact::GaveUp, 195),
    ];
    bench.store().record(fence, run.id, &group).await.unwrap();
    assert_eq!(deferrals(&bench).await, 3);
    assert_eq!(entry(bench.store(), run.id, 2).await.deferrals, 0);
    // Another run begins at the foot of the ladder, even with a message that it takes over.
    let next = new_run(RunKind::InitialUpload, 200);
    let next = bench.store().open_run(fence, &next, Selection::everybody()).await.unwrap();
    assert_eq!(entry(bench.store(), next.id, 1).await.deferrals, 0);
}

pub(crate) async fn everything_deferred_can_be_tried_now<B: Bench>(bench: B) {
    let (fence, run) = running(&bench, 4, RunKind::InitialUpload).await;
    let store = bench.store();
    let defer = |n, until| write(n, Fact::Deferred { until }, 2);
    let latest = "2262-04-11T23:47:16Z".parse().unwrap();
    store
        .record(fence, run.id, &[defer(1, t(9)), defer(3, latest), write(4, aside(Reason::Fp69), 2)])
        .await
        .unwrap();
    assert_eq!(keys(store, run.id, Cursor::Due(jiff::Timestamp::MAX)).await, [1, 2, 3]);
    assert_eq!(keys(store, run.id, Cursor::Due(jiff::Timestamp::MIN)).await, [2]);
}

pub(crate) async fn the_legs_of_a_run_are_told_one_by_one<B: Bench>(mut bench: B) {
    let (fence, run) = running(&bench, 1, RunKind::InitialUpload).await;
    let store = bench.store();
    store.close_leg(fence, run.id, Closed::Stopped, t(2)).await.unwrap();
    let second = spine_store::NewRun {
        action: spine_store::Action::Resume,
        user: "000000000009".parse().unwrap(),
        role_profile: "000000000008".parse().unwrap(),
        settings: r#"{"in":"force"}"#.to_owned(),
        build: "0.2.0".to_owned(),
        ..new_run(RunKind::InitialUpload, 3)
    };
    store.open_leg(fence, run.id, &second).await.unwrap();
    bench.die().await;
    let store = bench.store();
    let fence = store.take_lease(&holder("here"), t(4)).await.unwrap().fence;
    store.open_leg(fence, run.id, &new_run(RunKind::InitialUpload, 5)).await.unwrap();
    let record = |number, new: spine_store::NewRun, closed| spine_store::LegRecord {
        number,
        action: new.action,
        user: new.user,
        role_profile: new.role_profile,
        settings: new.settings,
        build: new.build,
        opened_at: new.at,
        closed,
    };
    let expected = [
        record(1, new_run(RunKind::InitialUpload, 1), Some((Closed::Stopped, t(2)))),
        record(2, second.clone(), None),
        record(3, new_run(RunKind::InitialUpload, 5), None),
    ];
    assert_eq!(store.legs(run.id).await.unwrap(), expected);
    let run = store.newest_run(None).await.unwrap().unwrap();
    assert_eq!((run.legs, run.role_profile), (3, new_run(RunKind::InitialUpload, 5).role_profile));
    assert!(matches!(store.legs(RunId(77)).await, Err(StoreError::Missing(_))));
}

pub(crate) async fn a_new_leg_doubts_what_was_on_its_way<B: Bench>(mut bench: B) {
    let (fence, run) = running(&bench, 6, RunKind::InitialUpload).await;
    let accepted = Fact::Accepted { location: "/poll/1".to_owned() };
    let group = [
        dispatch(1, 1, 2),
        dispatch(2, 2, 2),
        write(2, accepted, 3),
        dispatch(3, 3, 2),
        write(3, Fact::WentQuiet, 3),
        dispatch(4, 4, 2),
        write(4, Fact::NeverSent, 3),
        write(5, aside(Reason::Fp69), 3),
    ];
    bench.store().record(fence, run.id, &group).await.unwrap();
    bench.die().await;
    let store = bench.store();
    let fence = store.take_lease(&holder("here"), t(10)).await.unwrap().fence;
    store.open_leg(fence, run.id, &new_run(RunKind::InitialUpload, 11)).await.unwrap();
    for (n, state) in [
        (1, State::Uncertain(live(1))),
        (2, State::Uncertain(live(2))),
        (3, State::Uncertain(live(3))),
        (4, State::Unsent(live(4))),
        (5, State::SetAside(SetAside::because(Reason::Fp69))),
        (6, State::Listed),
    ] {
        assert_eq!(entry(store, run.id, n).await.state, state, "patient {n}");
    }
    let one = entry(store, run.id, 1).await;
    // Nobody saw when its last byte left: it was before its process was found gone. Those that were answered had left by then.
    assert_eq!((one.attempts, one.sent_in_leg, one.last_sent_at), (1, Some(1), Some(t(11))));
    for (n, at) in [(2, 3), (3, 3), (4, 2)] {
        assert_eq!(entry(store, run.id, n).await.last_sent_at, Some(t(at)), "patient {n}");
    }
    let history = store.history(&key(1)).await.unwrap();
    let last = history.last().unwrap();
    assert_eq!((last.leg, last.at, &last.fact), (2, t(11), &Some(Fact::Interrupted)));
    assert_eq!(store.history(&key(3)).await.unwrap().len(), 3);
    assert_eq!(store.frozen(run.id, &key(1)).await.unwrap(), Some(bytes(1)));
}

pub(crate) async fn a_leg_closes_once_and_finishes_only_a_finished_run<B: Bench>(bench: B) {
    let (fence, run) = running(&bench, 2, RunKind::InitialUpload).await;
    let store = bench.store();
    let close = async |how, at| store.close_leg(fence, run.id, how, t(at)).await;
    store.record(fence, run.id, &[write(1, aside(Reason::Fp69), 2)]).await.unwrap();
    assert!(close(Closed::Finished, 3).await.is_err(), "somebody is unprocessed");
    let stopped = close(Closed::Stopped, 4).await.unwrap();
    assert_eq!((stopped.closed, stopped.interrupted), (Some((Closed::Stopped, t(4))), false));
    assert!(close(Closed::Stopped, 5).await.is_err(), "it is closed already");
    let late = store.record(fence, run.id, &[write(2, aside(Reason::Fp69), 5)]).await;
    assert!(matches!(late, Err(StoreError::Missing(_))), "no leg is open: {late:?}");
    let again = new_run(RunKind::InitialUpload, 6);
    assert_eq!(store.open_leg(fence, run.id, &again).await.unwrap().legs, 2);
    store.record(fence, run.id, &[write(2, aside(Reason::Dissent), 7)]).await.unwrap();
    close(Closed::Finished, 8).await.unwrap();
    assert!(store.open_leg(fence, run.id, &again).await.is_err(), "it is finished");
    let tally = store.tally(run.id).await.unwrap();
    assert_eq!(tally.reasons, [(Reason::Fp69, 1), (Reason::Dissent, 1)].into());
    assert_eq!(tally.counters[&Counter::NotRequired], 2);
}

pub(crate) async fn an_unresolved_message_is_taken_over_by_the_next_run<B: Bench>(bench: B) {
    let (fence, run) = running(&bench, 2, RunKind::ConsentMigration).await;
    let store = bench.store();
    let sent = spine_store::Write { local: vec![converted(), implied()], ..dispatch(1, 1, 2) };
    let group = [
        sent,
        write(1, Fact::WentQuiet, 3),
        write(1, Fact::GaveUp, 4),
        write(2, aside(Reason::NothingToSet), 4),
    ];
    store.record(fence, run.id, &group).await.unwrap();
    assert_eq!(store.frozen(run.id, &key(1)).await.unwrap(), Some(bytes(1)));
    assert_eq!(store.tally(run.id).await.unwrap().reasons[&Reason::InDoubt], 1);
    store.close_leg(fence, run.id, Closed::Finished, t(5)).await.unwrap();

    // Another interaction has nothing to do with it.
    let other =
        store.open_run(fence, &new_run(RunKind::InitialUpload, 6), Selection::everybody()).await.unwrap();
    assert_eq!(entry(store, other.id, 1).await.state, State::Listed);

    let next =
        store.open_run(fence, &new_run(RunKind::ConsentMigration, 7), Selection::everybody()).await.unwrap();
    let taken = entry(store, next.id, 1).await;
    assert_eq!(taken.state, State::Uncertain(live(1)));
    assert_eq!((taken.attempts, taken.last_sent_at, taken.sent_in_leg), (1, Some(t(3)), None));
    assert_eq!(store.frozen(next.id, &key(1)).await.unwrap(), Some(bytes(1)));
    assert_eq!(store.tally(next.id).await.unwrap().outstanding, 1);
    assert_eq!(store.code_changes(None, 10).await.unwrap().len(), 1, "the implied consent waits");
    store.record(fence, next.id, &[write(1, Fact::ReconciledStored, 8)]).await.unwrap();
    let changes = store.code_changes(None, 10).await.unwrap();
    assert_eq!(
        changes.iter().map(|one| (one.change, one.run)).collect::<Vec<_>>(),
        [(converted(), run.id), (implied(), next.id)]
    );
    assert_eq!(store.frozen(next.id, &key(1)).await.unwrap(), None);
    assert_eq!(store.frozen(run.id, &key(1)).await.unwrap(), None);
    assert!(
        matches!(entry(store, run.id, 1).await.state, State::Unresolved { .. }),
        "the old run's story stands"
    );
    let facts: Vec<_> =
        store.history(&key(1)).await.unwrap().into_iter().map(|one| (one.run, one.fact)).collect();
    assert_eq!(
        facts,
        [
            (run.id, None),
            (run.id, Some(Fact::Dispatched(live(1)))),
            (run.id, Some(Fact::WentQuiet)),
            (run.id, Some(Fact::GaveUp)),
            (other.id, None),
            (next.id, None),
            (next.id, Some(Fact::Inherited(live(1)))),
            (next.id, Some(Fact::ReconciledStored)),
        ]
    );
    // It is settled: no later run takes it over.
    let third =
        store.open_run(fence, &new_run(RunKind::ConsentMigration, 9), Selection::everybody()).await.unwrap();
    assert_eq!(entry(store, third.id, 1).await.state, State::Listed);
}
