//! Whatever is lost on the way, nobody is lost and nobody is doubled: the end is that of an undisturbed run.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::bench::Bench;
use spine_client::{Action, Closed, Reason, RunKind, Tally};
use spine_simulator::scenario::Settings;
use spine_transport::{Cause, Interference, Method, Request, Stage};

pub(crate) const LOST: Cause = Cause::Timeout(Stage::Answer);

pub(crate) fn is_upload(request: &Request) -> bool {
    request.method == Method::Post && request.target == "/clinical"
}

pub(crate) fn is_poll(request: &Request) -> bool {
    request.method == Method::Get
}

pub(crate) async fn undisturbed(kind: RunKind) -> BTreeMap<Reason, u64> {
    let ended = Bench::new(Settings::default()).await.run(kind, Action::Run).await;
    assert_eq!((ended.closed, ended.run.legs), (Closed::Finished, 1));
    ended.tally.reasons
}

pub(crate) fn nobody_is_lost_or_doubled(bench: &Bench, tally: &Tally) {
    assert_eq!(tally.counters.values().sum::<u64>(), tally.population);
    let mut accepted: BTreeMap<String, u64> = BTreeMap::new();
    for event in bench.spine.ledger().accepted() {
        *accepted.entry(event.nhs_number.reveal()).or_default() += 1;
        assert!(!(event.clinical && event.dissenter), "content for a dissenter");
    }
    assert!(accepted.values().all(|count| *count == 1), "somebody is doubled");
    let sent: u64 = [Reason::Sent, Reason::SentEmpty, Reason::SentDissent]
        .iter()
        .filter_map(|reason| tally.reasons.get(reason))
        .sum();
    assert_eq!(sent, accepted.len() as u64, "somebody is lost");
    let violations: Vec<_> =
        bench.spine.ledger().violations().into_iter().map(|violation| violation.what).collect();
    assert!(violations.is_empty(), "{violations:?}");
}

#[tokio::test(start_paused = true)]
async fn an_upload_comes_to_the_same_end_under_every_kind_of_loss() {
    type Concerns = fn(&Request) -> bool;
    let expected = undisturbed(RunKind::InitialUpload).await;
    let question: Concerns = |request| !is_upload(request) && !is_poll(request);
    let (upload, poll, any): (Concerns, Concerns, Concerns) = (is_upload, is_poll, |_| true);
    let (lost, answer_lost) = (Interference::RequestLost(LOST), Interference::AnswerLost(LOST));
    let never = Interference::NeverSent(Cause::ConnectionRefused);
    for (what, concerns, every, interference) in [
        ("uploads are lost on their way there", upload, 3, lost),
        ("answers to uploads are lost on their way back", upload, 3, answer_lost),
        ("uploads never leave", upload, 3, never),
        ("answers to polls are lost", poll, 2, answer_lost),
        ("questions are lost", question, 3, lost),
        ("anything is lost on its way back", any, 7, answer_lost),
    ] {
        let seen = AtomicU64::new(0);
        let bench = Bench::new(Settings::default()).await.interfered(move |_, request| {
            let strikes = concerns(request) && seen.fetch_add(1, Ordering::Relaxed).is_multiple_of(every);
            if strikes { interference } else { Interference::None }
        });
        let tally = bench.to_the_end(RunKind::InitialUpload).await;
        assert_eq!(tally.reasons, expected, "{what}");
        nobody_is_lost_or_doubled(&bench, &tally);
    }
}

#[tokio::test(start_paused = true)]
async fn a_spine_that_is_gone_halts_the_run_and_loses_nothing() {
    let bench = Bench::new(Settings::default()).await;
    let expected = undisturbed(RunKind::InitialUpload).await;
    let gone = bench.interfered(|n, _| {
        if n > 40 { Interference::NeverSent(Cause::ConnectionRefused) } else { Interference::None }
    });
    let ended = gone.run(RunKind::InitialUpload, Action::Run).await;
    assert_eq!(ended.closed, Closed::Halted);
    let says = ended.halt.unwrap().to_string();
    assert!(says.contains("Nothing is lost") && says.contains("resume"), "{says}");
    let back = gone.interfered(|_, _| Interference::None);
    let tally = back.to_the_end(RunKind::InitialUpload).await;
    assert_eq!(tally.reasons, expected);
    nobody_is_lost_or_doubled(&back, &tally);
}

#[tokio::test(start_paused = true)]
async fn a_crash_around_any_write_ends_like_no_crash_at_all() {
    let expected = undisturbed(RunKind::InitialUpload).await;
    let whole = Bench::new(Settings::default()).await;
    let before = whole.store.writes();
    whole.to_the_end(RunKind::InitialUpload).await;
    let writes = whole.store.writes() - before;
    assert!(writes > 10, "a run writes more often than {writes} times");
    for nth in 1..=writes {
        for after in [false, true] {
            let mut bench = Bench::new(Settings::default()).await;
            if after {
                bench.store.error_after(nth);
            } else {
                bench.store.error_before(nth);
            }
            // The lease, the opening or the closing may be what fails: then there is no orderly end.
            let _ = bench.try_run(RunKind::InitialUpload, Action::Run).await;
            bench.store = Arc::new(bench.store.crash());
            let tally = bench.to_the_end(RunKind::InitialUpload).await;
            assert_eq!(tally.reasons, expected, "write {nth}, after: {after}");
            nobody_is_lost_or_doubled(&bench, &tally);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_migration_comes_to_the_same_end_under_loss_and_sets_nothing_twice() {
    let expected = undisturbed(RunKind::ConsentMigration).await;
    let bench = Bench::new(Settings::default()).await.interfered(|n, _| match n % 6 {
        0 => Interference::RequestLost(LOST),
        3 => Interference::AnswerLost(LOST),
        _ => Interference::None,
    });
    let tally = bench.to_the_end(RunKind::ConsentMigration).await;
    assert_eq!(tally.reasons, expected);
    let again = bench.interfered(|_, _| Interference::None);
    let second = again.run(RunKind::ConsentMigration, Action::Run).await;
    assert_eq!(second.tally.reasons.get(&Reason::SentPermission), None);
    assert_eq!(second.tally.local_changes, 0);
}
