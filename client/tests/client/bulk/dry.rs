//! Dry runs: what is predicted is what the run comes to on a quiet Spine, and nothing leaves, is recorded or is held.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use spine_client::session::Session;
use spine_client::store::{MemoryStore, Switch};
use spine_client::{
    Action, Clock, Closed, Counter, Counters, Ended, Foreseen, Prediction, Reason, RunKind, RunRequest,
    Silent, Stop, Store, Tally,
};
use spine_simulator::scenario::Settings;
use spine_transport::{Interference, Request, Response};

use crate::bench::{Bench, many, operator, request};
use crate::faults::{LOST, is_poll, is_upload};
use crate::world::World;

/// A bench that counts what leaves.
fn counting(bench: Bench) -> (Bench, Arc<Mutex<Left>>) {
    let left: Arc<Mutex<Left>> = Arc::default();
    let seen = Arc::clone(&left);
    let bench = bench.interfered(move |_, request| {
        let mut left = seen.lock().unwrap();
        if is_upload(request) || is_setting(request) {
            left.sent += 1;
        } else {
            left.asked += 1;
        }
        Interference::None
    });
    (bench, left)
}

#[derive(Debug, Default)]
struct Left {
    asked: u32,
    sent: u32,
}

fn is_setting(request: &Request) -> bool {
    let action = request.headers.get("soapaction").and_then(|action| action.to_str().ok());
    action.is_some_and(|action| action.contains("SET_RESOURCE_PERMISSIONS"))
}

async fn predict(bench: &Bench, session: &Session, request: RunRequest) -> (Prediction, Vec<Foreseen>) {
    let mut each = Vec::new();
    let stop = Stop::default();
    let prediction = bench
        .client()
        .predict(bench.exchange(), session, request, (&stop, &Silent), &mut |foreseen| each.push(foreseen))
        .await
        .unwrap();
    (prediction, each)
}

/// Predicts, then runs: both must come to the same.
async fn compare(bench: Bench, session: &Session, asked: RunRequest) -> (Bench, Ended) {
    let what = format!("{:?} {:?}", asked.kind, asked.action);
    let (bench, left) = counting(bench);
    let (before, runs) = (bench.store.writes(), bench.store.runs().await.unwrap());
    let (prediction, each) = predict(&bench, session, asked.clone()).await;
    assert_eq!((prediction.closed, &prediction.halt), (Closed::Finished, &None), "{what}");
    assert_eq!(bench.store.writes(), before, "{what}: nothing is recorded, and no lease is taken");
    assert_eq!(bench.store.runs().await.unwrap(), runs, "{what}");
    let asked_for = {
        let left = left.lock().unwrap();
        assert_eq!(left.sent, 0, "{what}: nothing is sent");
        left.asked
    };
    listed(&each, &prediction.tally);
    let ended = bench.ask(session, asked, Stop::default(), &Silent).await.unwrap();
    assert_eq!((ended.closed, &ended.halt), (Closed::Finished, &None), "{what}");
    assert_eq!(prediction.tally, ended.tally, "{what}");
    let polls = left.lock().unwrap().asked - asked_for;
    assert!(asked_for > 0 || polls == 0, "{what}: the same questions are asked");
    (bench, ended)
}

/// The listing is the tally, one by one.
fn listed(each: &[Foreseen], tally: &Tally) {
    assert_eq!(each.len() as u64, tally.population);
    let keys: BTreeSet<_> = each.iter().map(|one| one.key.clone()).collect();
    assert_eq!(keys.len(), each.len(), "everybody once");
    for (reason, count) in &tally.reasons {
        assert_eq!(each.iter().filter(|one| one.reason == Some(*reason)).count() as u64, *count);
    }
    assert_eq!(Counters::of(tally).sum(), tally.population);
}

pub(super) async fn switched_off(bench: &Bench, session: &Session) {
    let now = spine_client::Clock::now(&bench.clock);
    let user = session.user().clone();
    let day = spine_client::clock::uk_date(now);
    let store: &MemoryStore = &bench.store;
    store.switch_scr(&Switch { on: false, day, nn_days: 14, user, at: now }).await.unwrap();
}

fn of(kind: RunKind) -> RunRequest {
    request(kind, Action::Run)
}

/// Requirement: RUN-033.
#[tokio::test(start_paused = true)]
async fn every_kind_comes_to_what_was_predicted() {
    let session = &operator().1;
    let bench = Bench::new(Settings::default()).await;
    let (bench, migrated) = compare(bench, session, of(RunKind::ConsentMigration)).await;
    assert!(migrated.tally.reasons.contains_key(&Reason::SentPermission) && migrated.tally.local_changes > 0);
    let (bench, first) = compare(bench, session, of(RunKind::InitialUpload)).await;
    assert!(first.tally.reasons.contains_key(&Reason::InUse), "{:?}", first.tally.reasons);
    let (bench, second) = compare(bench, session, of(RunKind::InitialUpload)).await;
    assert!(second.tally.reasons.contains_key(&Reason::AlreadySent));
    let (bench, updated) = compare(bench, session, of(RunKind::BulkUpdate)).await;
    assert!(updated.tally.reasons.contains_key(&Reason::Unchanged), "{:?}", updated.tally.reasons);
    let (bench, _) = compare(bench, session, request(RunKind::InitialUpload, Action::Rerun)).await;
    switched_off(&bench, session).await;
    compare(bench, session, of(RunKind::NoLongerContributing)).await;
}

/// A group of the practice with somebody in it.
async fn a_group(bench: &Bench, practice: &World) -> String {
    let folder = practice.dir.path().join("practice");
    let rows = std::fs::read_to_string(folder.join("groups.csv")).unwrap();
    let names: BTreeSet<_> = rows.lines().skip(1).filter_map(|row| row.split(',').next()).collect();
    for name in names {
        if !bench.store.members(name).await.unwrap().is_empty() {
            return name.to_owned();
        }
    }
    panic!("the practice has no groups")
}

/// Requirement: RUN-033.
#[tokio::test(start_paused = true)]
async fn a_practice_of_five_hundred_comes_to_what_was_predicted() {
    let session = &many().1;
    let bench = Bench::of_many(Settings::default()).await;
    let (bench, _) = compare(bench, session, of(RunKind::ConsentMigration)).await;
    let (bench, ended) = compare(bench, session, of(RunKind::InitialUpload)).await;
    assert!(ended.tally.population >= 400, "{}", ended.tally.population);
    assert!(ended.tally.reasons.len() > 10, "{:?}", ended.tally.reasons);
    let group = a_group(&bench, &many().0).await;
    let leaving = RunRequest { group: Some(group.clone()), ..of(RunKind::BulkDeregistration) };
    let (bench, left) = compare(bench, session, leaving).await;
    let members = bench.store.members(&group).await.unwrap().len() as u64;
    assert_eq!(left.tally.population, members, "only the group");
}

/// Requirement: RUN-033.
#[tokio::test(start_paused = true)]
async fn too_large_messages_and_failed_ones_are_predicted_too() {
    let session = &operator().1;
    let bench = Bench::new(Settings::default()).await;
    let mut small = of(RunKind::InitialUpload);
    small.settings.as_mut().unwrap().limits.message_bytes = 12_000;
    let (bench, ended) = compare(bench, session, small.clone()).await;
    let too_large = ended.tally.reasons[&Reason::TooLarge];
    let sent = ended.tally.reasons.get(&Reason::Sent).copied().unwrap_or(0);
    assert!(too_large > 0 && sent > 0, "{:?}", ended.tally.reasons);
    let failed = ended.tally.counters[&Counter::Failed];
    let again = request(RunKind::InitialUpload, Action::Failed);
    let (_, ended) = compare(bench, session, again).await;
    assert_eq!(ended.tally.population, failed, "those who failed, and nobody else");
    assert!(ended.tally.reasons[&Reason::Sent] >= 1, "{:?}", ended.tally.reasons);
}

/// Requirement: RUN-033.
#[tokio::test(start_paused = true)]
async fn the_rest_of_a_paused_run_is_predicted_over_what_is_settled() {
    let session = &operator().1;
    let (stop, uploads) = (Stop::default(), Arc::new(Mutex::new(0)));
    let asked = stop.clone();
    let bench = Bench::new(Settings::default()).await.interfered(move |_, request| {
        if is_upload(request) {
            let mut uploads = uploads.lock().unwrap();
            *uploads += 1;
            if *uploads == 12 {
                asked.ask();
            }
        }
        Interference::None
    });
    let paused = bench.ask(session, of(RunKind::InitialUpload), stop, &Silent).await.unwrap();
    assert_eq!((paused.closed, paused.tally.outstanding), (Closed::Stopped, 0));
    let (_, ended) = compare(bench, session, request(RunKind::InitialUpload, Action::Resume)).await;
    assert!(ended.tally.counters[&Counter::Sent] > paused.tally.counters[&Counter::Sent]);
}

/// Requirement: RUN-033.
#[tokio::test(start_paused = true)]
async fn what_is_on_its_way_is_predicted_as_sending() {
    let session = &operator().1;
    let bench = Bench::new(Settings::default()).await.interfered(|_, request| {
        if is_poll(request) { Interference::RequestLost(LOST) } else { Interference::None }
    });
    let stop = Stop::default();
    let asked = stop.clone();
    let clock = bench.clock;
    tokio::spawn(async move {
        clock.wait(std::time::Duration::from_secs(5)).await;
        asked.ask();
    });
    let paused = bench.ask(session, of(RunKind::InitialUpload), stop, &Silent).await.unwrap();
    assert!(paused.tally.outstanding > 0);
    let (prediction, each) = predict(&bench, session, request(RunKind::InitialUpload, Action::Resume)).await;
    assert_eq!(prediction.tally.counters[&Counter::Sending], paused.tally.outstanding);
    assert_eq!(prediction.tally.outstanding, paused.tally.outstanding);
    listed(&each, &prediction.tally);
}

/// Requirement: RUN-033.
#[tokio::test(start_paused = true)]
async fn a_prediction_stops_and_halts_like_a_run() {
    let session = &operator().1;
    let bench = Bench::new(Settings::default()).await;
    let (stop, mut each) = (Stop::default(), 0);
    let asked = stop.clone();
    let client = bench.client();
    let mut count = |_: Foreseen| {
        each += 1;
        asked.ask();
    };
    let predicting =
        client.predict(bench.exchange(), session, of(RunKind::InitialUpload), (&stop, &Silent), &mut count);
    let stopped = predicting.await.unwrap();
    assert_eq!((stopped.closed, stopped.halt), (Closed::Stopped, None));
    assert_eq!(stopped.tally.population, each);
    assert!(each < 60);

    let gone = bench.answered(|_| {
        Some(Response {
            status: http::StatusCode::SERVICE_UNAVAILABLE,
            headers: http::HeaderMap::new(),
            body: Vec::new().into(),
        })
    });
    let (halted, _) = predict(&gone, session, of(RunKind::InitialUpload)).await;
    assert_eq!(halted.closed, Closed::Halted);
    assert!(halted.halt.is_some());
}
