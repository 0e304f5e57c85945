//! Whom a run takes: a group of patients, and what earlier runs left of each.

use std::sync::Mutex;

use spine_rules::{Counter, Fact, Reason};
use spine_store::{Closed, Cursor, Earlier, Fence, Listing, NewRun, RunId, RunKind, Selection, Store};

use crate::bench::*;

/// Patients 1 to `patients`, the even ones of them in the group "even", and a lease.
async fn with_groups<B: Bench>(bench: &B, patients: u32) -> Fence {
    let people = (1..=patients).map(|n| item(patient(n)));
    let even = (1..=patients).filter(|n| n.is_multiple_of(2));
    let groups = even.map(|n| spine_rules::import::ImportItem::Group("even".to_owned(), key(n), 2));
    import(bench.store(), people.chain(groups)).await.unwrap();
    bench.store().take_lease(&holder("here"), t(0)).await.unwrap().fence
}

/// A finished run of a kind over some patients, in which each settles as said.
async fn finished<B: Bench>(bench: &B, fence: Fence, kind: RunKind, settled: &[(u32, Reason)]) -> RunId {
    let store = bench.store();
    let takes = |listing: &Listing<'_>| settled.iter().any(|(n, _)| listing.record.key == key(*n));
    let run = store.open_run(fence, &new_run(kind, 1), Selection::whom(&takes)).await.unwrap().id;
    let group: Vec<_> = settled.iter().map(|(n, reason)| write(*n, aside(*reason), 2)).collect();
    store.record(fence, run, &group).await.unwrap();
    store.close_leg(fence, run, Closed::Finished, t(3)).await.unwrap();
    run
}

/// What a selection is shown of patients 1 to 9, by a run that opens and without one: both must be the same.
async fn shown<B: Bench>(
    bench: &B,
    fence: Fence,
    kind: RunKind,
    earlier: Option<(RunKind, Earlier)>,
) -> Vec<(u32, Option<Counter>)> {
    let store = bench.store();
    let seen = Mutex::new(Vec::new());
    let takes = |listing: &Listing<'_>| {
        seen.lock().unwrap().push((listing.record.key.as_str()[1..].parse().unwrap(), listing.before));
        false
    };
    let selection = Selection { group: None, earlier, takes: &takes };
    assert!(store.candidates(selection, None, 100).await.unwrap().is_empty());
    let dry = std::mem::take(&mut *seen.lock().unwrap());
    store.open_run(fence, &new_run(kind, 9), selection).await.unwrap();
    assert_eq!(dry, *seen.lock().unwrap(), "a dry run is shown what the run is");
    dry
}

pub(crate) async fn a_group_narrows_a_run_and_is_kept_with_it<B: Bench>(bench: B) {
    let fence = with_groups(&bench, 7).await;
    let store = bench.store();
    let not_four = |listing: &Listing<'_>| listing.record.key != key(4);
    let selection = Selection { group: Some("even"), earlier: None, takes: &not_four };
    let new = NewRun { group: Some("even".to_owned()), ..new_run(RunKind::BulkDeregistration, 1) };
    let run = store.open_run(fence, &new, selection).await.unwrap();
    assert_eq!((run.population, run.group.as_deref()), (2, Some("even")));
    let page = store.page(run.id, Cursor::All, None, 10).await.unwrap();
    assert!(page.iter().map(|(entry, _)| &entry.key).eq(&[key(2), key(6)]));
    // A group that the last import does not have has no members; the group is kept whoever is in it.
    let nobody = NewRun { group: Some("odd".to_owned()), ..new.clone() };
    let none = Selection { group: Some("odd"), ..Selection::everybody() };
    assert_eq!(store.open_run(fence, &nobody, none).await.unwrap().population, 0);
    store.release_lease(fence).await.unwrap();
    import(store, (1..=7).map(|n| item(patient(n)))).await.unwrap();
    assert!(store.candidates(selection, None, 10).await.unwrap().is_empty(), "the last import has no groups");
    let groups: Vec<_> = store.runs().await.unwrap().into_iter().map(|run| run.group).collect();
    assert_eq!(groups, [Some("even".to_owned()), Some("odd".to_owned())]);
    assert_eq!(store.newest_run(None).await.unwrap().unwrap().group.as_deref(), Some("odd"));
}

/// Requirement: RUN-020.
pub(crate) async fn an_earlier_entry_is_the_newest_one_of_its_kind<B: Bench>(bench: B) {
    use RunKind::{BulkUpdate, InitialUpload};
    let fence = with_groups(&bench, 5).await;
    let failed = Reason::PdsMismatch;
    finished(&bench, fence, InitialUpload, &[(1, failed), (2, failed), (3, Reason::Fp69), (4, failed)]).await;
    finished(&bench, fence, InitialUpload, &[(2, Reason::Unchanged), (3, Reason::Held)]).await;
    // Another kind's runs say nothing about this one, whatever came out of them.
    finished(&bench, fence, BulkUpdate, &[(1, Reason::Unchanged), (5, failed)]).await;
    let (failed, not_required) = (Some(Counter::Failed), Some(Counter::NotRequired));
    let expected = [(1, failed), (2, not_required), (3, failed), (4, failed), (5, None)];
    let earlier = Some((InitialUpload, Earlier::NewestOfKind));
    assert_eq!(shown(&bench, fence, InitialUpload, earlier).await, expected);
    // The empty run that was just opened took nobody; nor does the kind of the run that opens matter.
    assert_eq!(shown(&bench, fence, BulkUpdate, earlier).await, expected);
    let update = [(1, not_required), (2, None), (3, None), (4, None), (5, failed)];
    let earlier = Some((BulkUpdate, Earlier::NewestOfKind));
    assert_eq!(shown(&bench, fence, InitialUpload, earlier).await, update);
    let nothing = (1..=5).map(|n| (n, None)).collect::<Vec<_>>();
    assert_eq!(shown(&bench, fence, InitialUpload, None).await, nothing, "nobody looks at earlier entries");
}

/// Requirement: RUN-021.
pub(crate) async fn an_earlier_entry_of_the_last_run_is_no_older_one<B: Bench>(bench: B) {
    use RunKind::ConsentMigration;
    let fence = with_groups(&bench, 3).await;
    let failed = Reason::AcsMismatch;
    finished(&bench, fence, ConsentMigration, &[(1, failed), (2, failed), (3, failed)]).await;
    finished(&bench, fence, ConsentMigration, &[(2, failed), (3, Reason::NothingToSet)]).await;
    let expected = [(1, None), (2, Some(Counter::Failed)), (3, Some(Counter::NotRequired))];
    let earlier = Some((ConsentMigration, Earlier::LastRun));
    assert_eq!(shown(&bench, fence, RunKind::InitialUpload, earlier).await, expected);
    // A run of the kind that took nobody is its last one from now on.
    finished(&bench, fence, ConsentMigration, &[]).await;
    assert_eq!(shown(&bench, fence, ConsentMigration, earlier).await, [(1, None), (2, None), (3, None)]);
}

pub(crate) async fn what_is_open_or_on_its_way_is_seen_as_such<B: Bench>(bench: B) {
    use Counter::{Failed, NotRequired, Sending, Sent, Unprocessed};
    let (fence, run) = running(&bench, 9, RunKind::InitialUpload).await;
    let store = bench.store();
    let group = [
        dispatch(2, 2, 2),
        dispatch(3, 3, 2),
        write(3, Fact::NeverSent, 2),
        dispatch(4, 4, 2),
        write(4, Fact::WentQuiet, 2),
        dispatch(5, 5, 2),
        write(5, Fact::Acknowledged, 2),
        dispatch(6, 6, 2),
        write(6, Fact::WentQuiet, 2),
        write(6, Fact::GaveUp, 2),
        write(7, aside(Reason::Fp69), 2),
        write(8, Fact::Deferred { until: t(9) }, 2),
        write(9, aside(Reason::IncompleteRecord), 2),
    ];
    store.record(fence, run.id, &group).await.unwrap();
    store.close_leg(fence, run.id, Closed::Stopped, t(3)).await.unwrap();
    let counters = [Unprocessed, Sending, Sending, Sending, Sent, Failed, NotRequired, Unprocessed, Failed];
    let expected: Vec<_> = (1..).zip(counters.map(Some)).collect();
    for earlier in [Earlier::NewestOfKind, Earlier::LastRun] {
        let earlier = Some((RunKind::InitialUpload, earlier));
        assert_eq!(shown(&bench, fence, RunKind::ConsentMigration, earlier).await, expected);
    }
}

pub(crate) async fn candidates_are_whom_a_run_would_take<B: Bench>(bench: B) {
    let fence = with_groups(&bench, 1_200).await;
    let store = bench.store();
    finished(&bench, fence, RunKind::BulkUpdate, &[(2, Reason::Held), (1_000, Reason::Held)]).await;
    let failed = |listing: &Listing<'_>| listing.before == Some(Counter::Failed);
    let earlier = Some((RunKind::BulkUpdate, Earlier::NewestOfKind));
    let thousand = |listing: &Listing<'_>| listing.record.key > key(1_000);
    for (selection, expected) in [
        (Selection::everybody(), (1..=1_200).collect::<Vec<_>>()),
        (Selection { group: Some("even"), ..Selection::everybody() }, (1..=600).map(|n| 2 * n).collect()),
        (Selection { group: Some("odd"), ..Selection::everybody() }, vec![]),
        (Selection { group: Some("even"), earlier, takes: &failed }, vec![2, 1_000]),
        (Selection::whom(&thousand), (1_001..=1_200).collect()),
    ] {
        for limit in [1, 7, 512, 2_000] {
            let (mut after, mut seen, mut pages) = (None, Vec::new(), 0);
            // Small pages of many patients would only say the same more slowly.
            while pages < 9 {
                let page = store.candidates(selection, after.as_ref(), limit).await.unwrap();
                assert!(page.len() <= limit);
                let Some(last) = page.last() else { break };
                after = Some(last.record.key.clone());
                seen.extend(page.iter().map(|one| one.record.key.as_str()[1..].parse::<u32>().unwrap()));
                pages += 1;
            }
            assert_eq!(seen, expected[..seen.len()]);
            assert_eq!(seen.len(), expected.len().min(limit * 9), "in pages of {limit}");
        }
        let run = store.open_run(fence, &new_run(RunKind::ConsentMigration, 4), selection).await.unwrap();
        assert_eq!(run.population, expected.len() as u64);
    }
    assert!(store.candidates(Selection::everybody(), None, 0).await.unwrap().is_empty());
}

/// Requirements: RUN-020, RUN-021.
pub(crate) async fn whom_failed_would_take_is_counted_as_it_is_taken<B: Bench>(bench: B) {
    let fence = with_groups(&bench, 6).await;
    let store = bench.store();
    for kind in RunKind::ALL {
        assert_eq!(store.failed(*kind).await.unwrap(), 0);
    }
    for (kind, expected) in [(RunKind::InitialUpload, 4), (RunKind::ConsentMigration, 2)] {
        finished(&bench, fence, kind, &[1, 2, 3].map(|n| (n, Reason::Held))).await;
        assert_eq!(store.failed(kind).await.unwrap(), 3);
        finished(&bench, fence, kind, &[(3, Reason::Fp69), (4, Reason::Refused), (5, Reason::InUse)]).await;
        assert_eq!(store.failed(kind).await.unwrap(), expected);
        let takes = |listing: &Listing<'_>| {
            spine_rules::selection::takes(spine_store::Action::Failed, listing.before)
        };
        let selection = Selection { group: None, earlier: Some((kind, Earlier::of(kind))), takes: &takes };
        assert_eq!(store.candidates(selection, None, 10).await.unwrap().len() as u64, expected);
        let run = store.open_run(fence, &new_run(kind, 5), selection).await.unwrap();
        assert_eq!(run.population, expected);
        assert_eq!(store.failed(kind).await.unwrap(), 0, "they are open in the run that took them");
    }
    assert_eq!(store.failed(RunKind::BulkUpdate).await.unwrap(), 0);
}
