//! Worklists: who waits for a person, and what people note there.

use spine_rules::{Fact, Reason};
use spine_store::{
    Closed, Fence, Listing, Marking, RunId, RunKind, Selection, Store, StoreError, Waiting, Write,
};

use crate::bench::*;

/// Opens a run over some patients and settles them by facts.
async fn run_over<B: Bench>(
    bench: &B,
    fence: Fence,
    kind: RunKind,
    patients: &[u32],
    group: &[Write],
) -> RunId {
    let store = bench.store();
    let takes = |listing: &Listing<'_>| patients.iter().any(|n| listing.record.key == key(*n));
    let run = store.open_run(fence, &new_run(kind, 1), Selection::whom(&takes)).await.unwrap().id;
    store.record(fence, run, group).await.unwrap();
    run
}

async fn prepared<B: Bench>(bench: &B, patients: u32) -> Fence {
    import(bench.store(), (1..=patients).map(|n| item(patient(n)))).await.unwrap();
    bench.store().take_lease(&holder("here"), t(0)).await.unwrap().fence
}

async fn all<B: Bench>(bench: &B) -> Vec<Waiting> {
    bench.store().waiting(None, &[], None, 100).await.unwrap()
}

/// For whom, in which run, and why.
fn told(waiting: &[Waiting]) -> Vec<(u32, RunId, Reason)> {
    let one = |waiting: &Waiting| {
        let reason = waiting.entry.state.reason().unwrap();
        (waiting.entry.key.as_str()[1..].parse().unwrap(), waiting.run, reason)
    };
    waiting.iter().map(one).collect()
}

pub(crate) async fn whoever_failed_waits_until_a_later_run_takes_them<B: Bench>(bench: B) {
    let fence = prepared(&bench, 6).await;
    let store = bench.store();
    assert!(all(&bench).await.is_empty());
    let failed =
        Fact::Rejected(spine_rules::SetAside { reason: Reason::Refused, details: vec!["500".to_owned()] });
    let group = [
        write(1, aside(Reason::PdsMismatch), 2),
        write(2, aside(Reason::Held), 3),
        dispatch(3, 3, 4),
        write(3, failed, 5),
        dispatch(4, 4, 4),
        write(4, Fact::WentQuiet, 5),
        write(4, Fact::GaveUp, 6),
        write(5, aside(Reason::Fp69), 6),
        dispatch(6, 6, 7),
    ];
    let first = run_over(&bench, fence, RunKind::InitialUpload, &[1, 2, 3, 4, 5, 6], &group).await;
    let waiting = all(&bench).await;
    let expected = [
        (1, first, Reason::PdsMismatch),
        (2, first, Reason::Held),
        (3, first, Reason::Refused),
        (4, first, Reason::InDoubt),
    ];
    assert_eq!(told(&waiting), expected);
    let since: Vec<_> = waiting.iter().map(|one| one.since).collect();
    assert_eq!(since, [t(2), t(3), t(5), t(6)], "when each settled");
    for one in &waiting {
        let (entry, candidate) = store.entry(first, &one.entry.key).await.unwrap().unwrap();
        assert!(one.entry == entry && one.candidate == candidate);
        assert_eq!((one.kind, &one.mark), (RunKind::InitialUpload, &None));
    }
    store.record(fence, first, &[write(6, Fact::Acknowledged, 8)]).await.unwrap();
    store.close_leg(fence, first, Closed::Finished, t(8)).await.unwrap();

    // Patient 1 is left out of the next run, patient 2 is sent, patient 3 is on the way again, patient 4 fails again.
    let group =
        [dispatch(2, 12, 9), write(2, Fact::Acknowledged, 9), dispatch(3, 13, 9), write(4, Fact::GaveUp, 10)];
    let second = run_over(&bench, fence, RunKind::BulkUpdate, &[2, 3, 4], &group).await;
    let expected = [(1, first, Reason::PdsMismatch), (4, second, Reason::InDoubt)];
    assert_eq!(told(&all(&bench).await), expected);
    store
        .record(
            fence,
            second,
            &[write(3, Fact::NeverSent, 11), write(3, aside(Reason::RetriesExhausted), 12)],
        )
        .await
        .unwrap();
    let waiting = all(&bench).await;
    assert_eq!(told(&waiting)[1], (3, second, Reason::RetriesExhausted));
    assert_eq!((waiting[1].since, waiting[1].kind), (t(12), RunKind::BulkUpdate));
}

pub(crate) async fn a_run_left_behind_by_a_later_one_is_no_longer_waited_for<B: Bench>(bench: B) {
    let fence = prepared(&bench, 3).await;
    let store = bench.store();
    let first = run_over(&bench, fence, RunKind::InitialUpload, &[1, 2, 3], &[]).await;
    store.close_leg(fence, first, Closed::Stopped, t(2)).await.unwrap();
    let group = [write(1, aside(Reason::Unchanged), 3), write(2, aside(Reason::Held), 3)];
    let second = run_over(&bench, fence, RunKind::BulkUpdate, &[1, 2], &group).await;
    store.close_leg(fence, second, Closed::Finished, t(4)).await.unwrap();
    // The older run goes on: what it says of patients whom the newer one took is not the newest.
    store.open_leg(fence, first, &new_run(RunKind::InitialUpload, 5)).await.unwrap();
    let late: Vec<_> = (1..=3).map(|n| write(n, aside(Reason::PdsMismatch), 6)).collect();
    store.record(fence, first, &late).await.unwrap();
    assert_eq!(told(&all(&bench).await), [(2, second, Reason::Held), (3, first, Reason::PdsMismatch)]);
}

pub(crate) async fn each_interaction_has_its_own_worklist<B: Bench>(bench: B) {
    let fence = prepared(&bench, 2).await;
    let failed = |reason| [write(1, aside(reason), 2), write(2, aside(reason), 2)];
    let migration =
        run_over(&bench, fence, RunKind::ConsentMigration, &[1, 2], &failed(Reason::AcsMismatch)).await;
    let upload = run_over(&bench, fence, RunKind::InitialUpload, &[1, 2], &failed(Reason::PdsMismatch)).await;
    let leaving =
        run_over(&bench, fence, RunKind::BulkDeregistration, &[2], &[write(2, aside(Reason::Fp69), 3)]).await;
    assert!(leaving > upload);
    let expected = [
        (1, migration, Reason::AcsMismatch),
        (1, upload, Reason::PdsMismatch),
        (2, migration, Reason::AcsMismatch),
    ];
    assert_eq!(told(&all(&bench).await), expected);
}

pub(crate) async fn a_worklist_is_narrowed_and_paged<B: Bench>(bench: B) {
    let fence = prepared(&bench, 40).await;
    let store = bench.store();
    let reason = |n: u32| [Reason::PdsMismatch, Reason::Held, Reason::Fp69][n as usize % 3];
    let everybody: Vec<u32> = (1..=40).collect();
    let group: Vec<_> = (1..=40).map(|n| write(n, aside(reason(n)), 2)).collect();
    let upload = run_over(&bench, fence, RunKind::InitialUpload, &everybody, &group).await;
    let migration = run_over(&bench, fence, RunKind::ConsentMigration, &everybody, &group).await;
    let expected = |runs: &[RunId], reasons: &[Reason]| {
        let all = everybody.iter().flat_map(|n| runs.iter().map(move |run| (*n, *run, reason(*n))));
        all.filter(|(_, _, reason)| reasons.contains(reason)).collect::<Vec<_>>()
    };
    let failing = [Reason::PdsMismatch, Reason::Held];
    for (run, reasons, expected) in [
        (None, vec![], expected(&[upload, migration], &failing)),
        (None, vec![Reason::Held], expected(&[upload, migration], &[Reason::Held])),
        (None, vec![Reason::Held, Reason::PdsMismatch], expected(&[upload, migration], &failing)),
        (None, vec![Reason::Refused, Reason::Fp69], vec![]),
        (Some(upload), vec![], expected(&[upload], &failing)),
        (Some(migration), vec![Reason::PdsMismatch], expected(&[migration], &[Reason::PdsMismatch])),
    ] {
        for limit in [1, 3, 1_000] {
            let (mut after, mut seen) = (None, Vec::new());
            loop {
                let place = after.as_ref().map(|(key, run)| (key, *run));
                let page = store.waiting(run, &reasons, place, limit).await.unwrap();
                assert!(page.len() <= limit);
                let Some(last) = page.last() else { break };
                after = Some((last.entry.key.clone(), last.run));
                seen.extend(told(&page));
            }
            assert_eq!(seen, expected, "{run:?} {reasons:?} in pages of {limit}");
        }
    }
}

pub(crate) async fn a_worklist_of_one_run_is_that_runs<B: Bench>(bench: B) {
    let fence = prepared(&bench, 3).await;
    let store = bench.store();
    let group = [write(1, aside(Reason::Held), 2), write(2, aside(Reason::Held), 2)];
    let first = run_over(&bench, fence, RunKind::InitialUpload, &[1, 2, 3], &group).await;
    let second =
        run_over(&bench, fence, RunKind::InitialUpload, &[1], &[write(1, aside(Reason::Unchanged), 3)]).await;
    let of = async |run| told(&store.waiting(Some(run), &[], None, 10).await.unwrap());
    assert_eq!(of(first).await, [(1, first, Reason::Held), (2, first, Reason::Held)]);
    assert_eq!(of(second).await, []);
    // A page goes on from whatever place, another run's too.
    for (after, expected) in [
        ((key(1), RunId(0)), vec![1, 2]),
        ((key(1), first), vec![2]),
        ((key(1), second), vec![2]),
        ((key(2), first), vec![]),
    ] {
        let page = store.waiting(Some(first), &[], Some((&after.0, after.1)), 10).await.unwrap();
        assert_eq!(told(&page).iter().map(|one| one.0).collect::<Vec<_>>(), expected);
    }
    let missing = store.waiting(Some(RunId(77)), &[], None, 10).await;
    assert!(matches!(missing, Err(StoreError::Missing(_))), "{missing:?}");
}

pub(crate) async fn a_mark_counts_from_the_settling_on<B: Bench>(mut bench: B) {
    let fence = prepared(&bench, 2).await;
    // Before anything settled: it is about something else.
    bench.store().mark(&[mark(1, Marking::Seen, 50)]).await.unwrap();
    let first =
        run_over(&bench, fence, RunKind::InitialUpload, &[1, 2], &[write(1, aside(Reason::Held), 2)]).await;
    assert_eq!(all(&bench).await[0].mark, None);
    // A mark's clock may be behind: its place in the store decides.
    bench.store().mark(&[mark(1, Marking::Seen, 1)]).await.unwrap();
    assert_eq!(all(&bench).await[0].mark, Some(mark(1, Marking::Seen, 1)));
    bench.store().mark(&[mark(1, Marking::Release, 9), mark(1, Marking::Seen, 8)]).await.unwrap();
    bench.die().await;
    assert_eq!(all(&bench).await[0].mark, Some(mark(1, Marking::Seen, 8)), "the later one counts");
    let fence = bench.store().take_lease(&holder("here"), t(20)).await.unwrap().fence;
    bench.store().open_leg(fence, first, &new_run(RunKind::InitialUpload, 20)).await.unwrap();
    bench.store().record(fence, first, &[write(2, aside(Reason::Held), 21)]).await.unwrap();
    bench.store().close_leg(fence, first, Closed::Finished, t(22)).await.unwrap();
    assert_eq!(
        all(&bench).await[0].mark,
        Some(mark(1, Marking::Seen, 8)),
        "another patient's settling changes nothing"
    );
    run_over(&bench, fence, RunKind::InitialUpload, &[1], &[write(1, aside(Reason::Held), 23)]).await;
    assert_eq!(all(&bench).await[0].mark, None, "it failed anew");
}

pub(crate) async fn a_release_holds_until_something_is_acknowledged<B: Bench>(mut bench: B) {
    let fence = prepared(&bench, 3).await;
    let held = [1, 2, 3].map(|n| write(n, aside(Reason::Held), 2));
    let first = run_over(&bench, fence, RunKind::InitialUpload, &[1, 2, 3], &held).await;
    bench.store().close_leg(fence, first, Closed::Finished, t(3)).await.unwrap();
    let released = async |bench: &B| {
        let (candidates, mut released) =
            (bench.store().candidates(Selection::everybody(), None, 9).await.unwrap(), vec![]);
        for (n, candidate) in (1..).zip(candidates) {
            let (_, paged) = bench.store().entry(first, &key(n)).await.unwrap().unwrap();
            assert_eq!(paged.released, candidate.released);
            let number = candidate.record.number.valid().unwrap();
            assert_eq!(bench.store().holders(number).await.unwrap()[0].released, candidate.released);
            released.push(candidate.released);
        }
        released
    };
    assert_eq!(released(&bench).await, [false; 3]);
    bench.store().mark(&[mark(1, Marking::Release, 4), mark(2, Marking::Release, 4)]).await.unwrap();
    bench.store().mark(&[mark(2, Marking::Release, 5)]).await.unwrap();
    assert_eq!(released(&bench).await, [true, true, false]);
    // It outlives the process, another import, a run that sends nothing, and an ACS setting, which is no summary.
    bench.die().await;
    import(bench.store(), (1..=3).map(|n| item(patient(n)))).await.unwrap();
    let fence = bench.store().take_lease(&holder("here"), t(6)).await.unwrap().fence;
    let setting = |n| Write { uploaded: None, ..dispatch(n, n, 7) };
    let group = [setting(1), write(1, Fact::Acknowledged, 7), setting(2), write(2, Fact::NeverSent, 7)];
    run_over(&bench, fence, RunKind::ConsentMigration, &[1, 2], &group).await;
    let group =
        [dispatch(1, 11, 8), dispatch(2, 12, 8), write(2, Fact::NeverSent, 8), write(2, Fact::Abandoned, 8)];
    let second = run_over(&bench, fence, RunKind::InitialUpload, &[1, 2], &group).await;
    assert_eq!(released(&bench).await, [true, true, false]);
    bench.store().record(fence, second, &[write(1, Fact::Acknowledged, 9)]).await.unwrap();
    assert_eq!(released(&bench).await, [false, true, false]);
    // Released again, it holds again; and what is found on the Spine counts as acknowledged.
    bench.store().mark(&[mark(1, Marking::Release, 10)]).await.unwrap();
    let group = [dispatch(2, 22, 11), write(2, Fact::WentQuiet, 11), write(2, Fact::ReconciledStored, 12)];
    bench.store().record(fence, second, &group).await.unwrap();
    assert_eq!(released(&bench).await, [true, false, false]);
}

pub(crate) async fn a_later_mark_takes_a_release_back<B: Bench>(bench: B) {
    let fence = prepared(&bench, 1).await;
    let store = bench.store();
    run_over(&bench, fence, RunKind::InitialUpload, &[1], &[write(1, aside(Reason::Held), 2)]).await;
    let (release, seen) = (mark(1, Marking::Release, 4), mark(1, Marking::Seen, 3));
    for (marks, expected) in [
        (vec![release.clone()], true),
        (vec![seen.clone()], false),
        (vec![seen.clone(), release.clone()], true),
        (vec![release.clone(), seen.clone()], false),
    ] {
        store.mark(&marks).await.unwrap();
        let waiting = all(&bench).await;
        assert_eq!(waiting[0].candidate.released, expected);
        assert_eq!(waiting[0].mark.as_ref(), marks.last());
    }
}

pub(crate) async fn marks_are_kept_whole_or_not_at_all<B: Bench>(bench: B) {
    let fence = prepared(&bench, 2).await;
    let store = bench.store();
    let group = [1, 2].map(|n| write(n, aside(Reason::Held), 2));
    run_over(&bench, fence, RunKind::InitialUpload, &[1, 2], &group).await;
    let refused = store.mark(&[mark(1, Marking::Release, 3), mark(9, Marking::Release, 3)]).await;
    assert!(matches!(refused, Err(StoreError::Missing(_))), "{refused:?}");
    assert!(all(&bench).await.iter().all(|one| one.mark.is_none() && !one.candidate.released));
    store.mark(&[]).await.unwrap();
    store.mark(&[mark(1, Marking::Release, 3), mark(2, Marking::Seen, 3)]).await.unwrap();
    assert!(all(&bench).await.iter().all(|one| one.mark.is_some()));
}
