//! Groups of facts: whole or not at all, and what settles with them.

use spine_rules::lifecycle::State;
use spine_rules::{Counter, Fact, Reason, SetAside, Warning};
use spine_store::{Closed, FrozenBytes, RunKind, Selection, Store, StoreError, Uploaded, Write};

use crate::bench::*;

fn rejected(reason: Reason) -> Fact {
    Fact::Rejected(SetAside { reason, details: vec!["420/30418".to_owned()] })
}

pub(crate) async fn a_group_is_recorded_whole<B: Bench>(bench: B) {
    let (fence, run) = running(&bench, 3, RunKind::InitialUpload).await;
    let store = bench.store();
    let before = store.tally(run.id).await.unwrap();
    let broken: [&[Write]; 5] = [
        &[dispatch(1, 1, 2), write(2, Fact::Acknowledged, 2)],
        &[dispatch(1, 1, 2), dispatch(1, 2, 2)],
        &[write(1, Fact::Deferred { until: t(9) }, 2), write(9, Fact::FellDue, 2)],
        &[dispatch(1, 1, 2), Write { frozen: None, ..dispatch(2, 2, 2) }],
        &[dispatch(1, 1, 2), Write { frozen: Some(FrozenBytes(bytes(1).into())), ..dispatch(2, 2, 2) }],
    ];
    for group in broken {
        store.record(fence, run.id, group).await.unwrap_err();
        assert_eq!(store.tally(run.id).await.unwrap(), before);
        assert_eq!(store.history(&key(1)).await.unwrap().len(), 1);
        assert_eq!(store.frozen(run.id, &key(1)).await.unwrap(), None);
    }
    store.record(fence, run.id, &[]).await.unwrap();
}

pub(crate) async fn facts_of_one_patient_apply_in_their_order<B: Bench>(bench: B) {
    let (fence, run) = running(&bench, 2, RunKind::InitialUpload).await;
    let store = bench.store();
    let noted = Write { note: Some("503".to_owned()), ..write(1, Fact::WentQuiet, 3) };
    let accepted = Fact::Accepted { location: "/poll/7?x=1".to_owned() };
    let first =
        [dispatch(1, 1, 2), noted, write(1, Fact::Resent, 4), dispatch(2, 2, 4), write(1, accepted, 5)];
    store.record(fence, run.id, &first).await.unwrap();
    let (entry, _) = store.entry(run.id, &key(1)).await.unwrap().unwrap();
    assert_eq!(entry.state, State::Accepted { live: live(1), location: "/poll/7?x=1".to_owned() });
    assert_eq!((entry.attempts, entry.first_sent_at, entry.last_sent_at), (2, Some(t(2)), Some(t(5))));
    assert_eq!((entry.sent_in_leg, entry.content_sha256), (Some(1), Some([7; 32])));
    let other = store.entry(run.id, &key(2)).await.unwrap().unwrap().0;
    assert!(entry.version > other.version && other.version > 0);
    let told: Vec<_> = store.history(&key(1)).await.unwrap().into_iter().map(|one| one.note).collect();
    assert_eq!(told, [None, None, Some("503".to_owned()), None, None]);
}

pub(crate) async fn bytes_are_kept_until_the_entry_settles<B: Bench>(bench: B) {
    let (fence, run) = running(&bench, 5, RunKind::InitialUpload).await;
    let store = bench.store();
    let group: Vec<_> = (1..=5).map(|n| dispatch(n, n, 2)).collect();
    store.record(fence, run.id, &group).await.unwrap();
    for n in 1..=5 {
        assert_eq!(store.frozen(run.id, &key(n)).await.unwrap(), Some(bytes(n)));
    }
    let group = [
        write(1, Fact::Acknowledged, 3),
        write(2, rejected(Reason::Refused), 3),
        write(3, Fact::WentQuiet, 3),
        write(3, Fact::GaveUp, 3),
        write(4, Fact::NeverSent, 3),
        write(4, Fact::Abandoned, 3),
        write(5, Fact::NeverSent, 3),
    ];
    store.record(fence, run.id, &group).await.unwrap();
    let kept = async |n| store.frozen(run.id, &key(n)).await.unwrap().is_some();
    assert_eq!(
        [kept(1).await, kept(2).await, kept(3).await, kept(4).await, kept(5).await],
        [false, false, true, false, true]
    );
    // Decided afresh: another id and other bytes.
    store.record(fence, run.id, &[dispatch(4, 44, 5)]).await.unwrap();
    assert_eq!(store.frozen(run.id, &key(4)).await.unwrap(), Some(bytes(44)));
    let (entry, _) = store.entry(run.id, &key(4)).await.unwrap().unwrap();
    assert_eq!((entry.attempts, entry.first_sent_at), (1, Some(t(5))));
    // Abandoned and dispatched again in one group.
    let swap = [write(5, Fact::Abandoned, 6), dispatch(5, 55, 6), write(5, Fact::NeverSent, 7)];
    store.record(fence, run.id, &swap).await.unwrap();
    assert_eq!(store.frozen(run.id, &key(5)).await.unwrap(), Some(bytes(55)));
    // Dispatched and settled in one group leaves nothing.
    let quick = [write(5, Fact::Abandoned, 8), dispatch(5, 56, 8), write(5, Fact::Acknowledged, 8)];
    store.record(fence, run.id, &quick).await.unwrap();
    assert_eq!(store.frozen(run.id, &key(5)).await.unwrap(), None);
}

pub(crate) async fn a_settled_entry_refuses_every_fact<B: Bench>(bench: B) {
    let (fence, run) = running(&bench, 4, RunKind::InitialUpload).await;
    let store = bench.store();
    let group = [
        write(1, Fact::SetAside(SetAside::because(Reason::Fp69)), 2),
        dispatch(2, 2, 2),
        write(2, Fact::Acknowledged, 2),
        dispatch(3, 3, 2),
        write(3, rejected(Reason::Refused), 2),
        dispatch(4, 4, 2),
        write(4, Fact::WentQuiet, 2),
        write(4, Fact::GaveUp, 2),
    ];
    store.record(fence, run.id, &group).await.unwrap();
    for n in 1..=4 {
        for fact in [Fact::Acknowledged, Fact::Abandoned, Fact::Interrupted, Fact::FellDue, Fact::Resent] {
            let refused = store.record(fence, run.id, &[write(n, fact, 3)]).await;
            assert!(matches!(refused, Err(StoreError::IllegalFact(_))), "{refused:?}");
        }
    }
    let why = SetAside { reason: Reason::Refused, details: vec!["420/30418".to_owned()] };
    let (entry, _) = store.entry(run.id, &key(3)).await.unwrap().unwrap();
    assert_eq!(entry.state, State::Rejected { id: message(3), why });
    let tally = store.tally(run.id).await.unwrap();
    assert_eq!((tally.counters[&Counter::Failed], tally.counters[&Counter::Sent]), (2, 1));
    assert_eq!((tally.population, tally.outstanding), (4, 0));
}

pub(crate) async fn what_is_acknowledged_is_remembered<B: Bench>(bench: B) {
    let (fence, run) = running(&bench, 4, RunKind::InitialUpload).await;
    let store = bench.store();
    let dissent = Uploaded { content_sha256: [9; 32], dissent: true };
    let group = [
        Write { uploaded: Some(dissent), ..dispatch(1, 1, 2) },
        dispatch(2, 2, 2),
        write(2, Fact::WentQuiet, 3),
        dispatch(3, 3, 2),
        Write { uploaded: None, ..dispatch(4, 4, 2) },
    ];
    store.record(fence, run.id, &group).await.unwrap();
    let last = async |n| store.entry(run.id, &key(n)).await.unwrap().unwrap().1.acknowledged;
    assert_eq!(last(1).await, None, "not yet");
    let settled = [
        write(1, Fact::Acknowledged, 4),
        write(2, Fact::ReconciledStored, 4),
        write(3, rejected(Reason::Refused), 4),
        write(4, Fact::Acknowledged, 4),
    ];
    store.record(fence, run.id, &settled).await.unwrap();
    let one = last(1).await.unwrap();
    assert_eq!((one.event, one.content_sha256, one.dissent), (message(1).event(), [9; 32], true));
    assert_eq!(last(2).await.unwrap().event, message(2).event());
    assert_eq!((last(3).await, last(4).await), (None, None), "refused; an ACS setting");
}

pub(crate) async fn local_changes_settle_with_their_entry<B: Bench>(bench: B) {
    let (fence, run) = running(&bench, 6, RunKind::ConsentMigration).await;
    let store = bench.store();
    let sent = |n| Write { local: vec![converted(), implied()], ..dispatch(n, n, 2) };
    let group: Vec<_> = (1..=5).map(sent).collect();
    store.record(fence, run.id, &group).await.unwrap();
    assert!(store.code_changes(None, 10).await.unwrap().is_empty(), "they wait");
    let retries = Fact::SetAside(SetAside::because(Reason::RetriesExhausted));
    let direct = Fact::SetAside(SetAside::because(Reason::LocalChangeOnly));
    let group = [
        write(1, Fact::Acknowledged, 3),
        write(2, rejected(Reason::Refused), 3),
        write(3, Fact::WentQuiet, 3),
        write(3, Fact::GaveUp, 3),
        write(4, Fact::NeverSent, 3),
        Write { local: vec![converted()], ..write(4, retries, 3) },
        write(5, Fact::NeverSent, 3),
        write(5, Fact::Abandoned, 3),
        Write { local: vec![implied()], ..write(6, direct, 4) },
    ];
    store.record(fence, run.id, &group).await.unwrap();
    let changes = store.code_changes(None, 10).await.unwrap();
    let seen: Vec<_> = changes.iter().map(|one| (one.key.clone(), one.change)).collect();
    let wanted = [
        (key(1), converted()),
        (key(1), implied()),
        (key(2), converted()),
        (key(3), converted()),
        (key(4), converted()),
        (key(4), implied()),
        (key(6), implied()),
    ];
    assert!(seen == wanted);
    assert_eq!(store.tally(run.id).await.unwrap().local_changes, 7);
    let page = store.code_changes(Some(changes[4].seq), 1).await.unwrap();
    assert!(page == changes[5..6]);
    let candidate = store.entry(run.id, &key(6)).await.unwrap().unwrap().1;
    assert_eq!(candidate.record.codes.len(), 1);
    assert_eq!(candidate.record.codes[0].consent, Some(implied().code));
    let stray = Write { local: vec![implied()], ..write(5, Fact::Deferred { until: t(9) }, 5) };
    assert!(store.record(fence, run.id, &[stray]).await.is_err(), "nothing would ever apply it");
}

pub(crate) async fn two_runs_never_have_a_live_id_of_one_patient<B: Bench>(bench: B) {
    let (fence, first) = running(&bench, 2, RunKind::InitialUpload).await;
    let store = bench.store();
    store.record(fence, first.id, &[dispatch(1, 1, 2)]).await.unwrap();
    store.close_leg(fence, first.id, Closed::Stopped, t(3)).await.unwrap();
    let second =
        store.open_run(fence, &new_run(RunKind::BulkUpdate, 4), Selection::everybody()).await.unwrap();
    let refused = store.record(fence, second.id, &[dispatch(2, 2, 5), dispatch(1, 3, 5)]).await;
    assert!(matches!(refused, Err(StoreError::IllegalFact(_))), "{refused:?}");
    assert_eq!(store.tally(second.id).await.unwrap().outstanding, 0);
    store.record(fence, second.id, &[dispatch(2, 2, 5)]).await.unwrap();
    // Another interaction is free.
    let third =
        store.open_run(fence, &new_run(RunKind::ConsentMigration, 6), Selection::everybody()).await.unwrap();
    store.record(fence, third.id, &[dispatch(1, 4, 7)]).await.unwrap();
}

pub(crate) async fn nothing_that_can_be_shown_shows_a_patient<B: Bench>(bench: B) {
    let (fence, run) = running(&bench, 1, RunKind::InitialUpload).await;
    let store = bench.store();
    store.record(fence, run.id, &[dispatch(1, 1, 2)]).await.unwrap();
    let shown = format!(
        "{:?} {:?} {:?} {:?}",
        store.entry(run.id, &key(1)).await.unwrap(),
        store.history(&key(1)).await.unwrap(),
        dispatch(1, 1, 2),
        store.record(fence, run.id, &[write(1, Fact::FellDue, 3)]).await,
    );
    let digits = number(1).reveal();
    for secret in ["p000001", "Testé", "ZZ99", "summary summary", digits.as_str()] {
        assert!(!shown.contains(secret), "{secret} in {shown}");
    }
}

pub(crate) async fn warnings_are_counted_by_the_decision_that_holds<B: Bench>(bench: B) {
    use spine_rules::Warning::{AdditionalWithheld, AmbiguousConsent, DissentNotInAcs};
    let (fence, run) = running(&bench, 4, RunKind::InitialUpload).await;
    let store = bench.store();
    let counted = async || store.tally(run.id).await.unwrap().warnings;
    let warned = |warnings: &[Warning], write| Write { warnings: warnings.to_vec(), ..write };
    assert_eq!(counted().await, [].into());
    let aside = |reason| Fact::SetAside(SetAside::because(reason));
    let group = [
        warned(&[AdditionalWithheld, AmbiguousConsent], dispatch(1, 1, 2)),
        warned(&[AdditionalWithheld], dispatch(2, 2, 2)),
        warned(&[AmbiguousConsent], write(3, aside(Reason::NothingToSet), 2)),
        dispatch(4, 4, 2),
    ];
    store.record(fence, run.id, &group).await.unwrap();
    assert_eq!(counted().await, [(AdditionalWithheld, 2), (AmbiguousConsent, 2)].into());

    // Facts that decide nothing leave them as they are, and bring none.
    store.record(fence, run.id, &[write(1, Fact::Acknowledged, 3)]).await.unwrap();
    assert_eq!(counted().await, [(AdditionalWithheld, 2), (AmbiguousConsent, 2)].into());
    let stray = warned(&[DissentNotInAcs], write(4, Fact::Acknowledged, 3));
    assert!(matches!(store.record(fence, run.id, &[stray]).await, Err(StoreError::Missing(_))));

    // What an abandoned message warned of is forgotten, and the next decision says what holds.
    store.record(fence, run.id, &[write(2, Fact::NeverSent, 3), write(2, Fact::Abandoned, 3)]).await.unwrap();
    assert_eq!(counted().await, [(AdditionalWithheld, 1), (AmbiguousConsent, 2)].into());
    store.record(fence, run.id, &[warned(&[DissentNotInAcs], dispatch(2, 5, 4))]).await.unwrap();
    let wanted = [(AdditionalWithheld, 1), (AmbiguousConsent, 2), (DissentNotInAcs, 1)].into();
    assert_eq!(counted().await, wanted);
    // Moved and moved back within one group; then set aside for another reason than the message's.
    let group = [write(2, Fact::NeverSent, 5), write(2, aside(Reason::RetriesExhausted), 5)];
    store.record(fence, run.id, &group).await.unwrap();
    assert_eq!(counted().await, [(AdditionalWithheld, 1), (AmbiguousConsent, 2)].into());
    let (entry, _) = store.entry(run.id, &key(1)).await.unwrap().unwrap();
    assert_eq!(entry.warnings, [AdditionalWithheld, AmbiguousConsent]);
}
