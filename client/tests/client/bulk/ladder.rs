//! Later attempts: the ladder, "retry now", and records in use that are looked at once more.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use http::{HeaderMap, StatusCode};
use jiff::{SignedDuration, Timestamp};
use spine_client::store::{Cursor, History};
use spine_client::{
    Action, Client, Closed, Ladder, PatientKey, Pause, Reason, RunKind, RunRequest, Silent, Stop, Store,
};
use spine_rules::lifecycle::Fact;
use spine_simulator::scenario::Settings;
use spine_transport::{Request, Response};

use crate::bench::{Bench, operator, request};
use crate::faults::{is_upload, nobody_is_lost_or_doubled, undisturbed};

const UPLOAD: RunKind = RunKind::InitialUpload;

/// Somebody to whom a full summary is sent if nothing goes wrong.
async fn somebody() -> (PatientKey, String) {
    let bench = Bench::new(Settings::default()).await;
    let run = bench.run(UPLOAD, Action::Run).await.run;
    let client: Client = bench.client();
    let all = client.settlements(run.id, None, 1_000).await.unwrap();
    let sent = all.into_iter().find(|one| one.reason == Some(Reason::Sent)).unwrap();
    (sent.key, sent.number.unwrap().reveal())
}

fn unavailable() -> Response {
    Response { status: StatusCode::SERVICE_UNAVAILABLE, headers: HeaderMap::new(), body: Vec::new().into() }
}

fn slower() -> Response {
    Response { status: StatusCode::TOO_MANY_REQUESTS, ..unavailable() }
}

fn is_about(request: &Request, number: &str) -> bool {
    String::from_utf8_lossy(&request.body).contains(number)
}

fn climbing(action: Action, minutes: &[u32]) -> RunRequest {
    let mut request = request(UPLOAD, action);
    request.settings.as_mut().unwrap().ladder_minutes = Ladder { minutes: minutes.to_vec() };
    request
}

async fn facts(bench: &Bench, key: &PatientKey) -> Vec<History> {
    bench.store.history(key).await.unwrap().into_iter().filter(|told| told.fact.is_some()).collect()
}

/// When each deferral was recorded, and until when.
fn deferrals(facts: &[History]) -> Vec<(Timestamp, Timestamp)> {
    let deferral = |told: &History| match told.fact {
        Some(Fact::Deferred { until }) => Some((told.at, until)),
        _ => None,
    };
    facts.iter().filter_map(deferral).collect()
}

#[track_caller]
fn rungs_are(deferrals: &[(Timestamp, Timestamp)], minutes: &[i64]) {
    assert_eq!(deferrals.len(), minutes.len(), "{deferrals:?}");
    for ((at, until), minutes) in deferrals.iter().zip(minutes) {
        let (least, most) =
            (SignedDuration::from_secs(minutes * 54), SignedDuration::from_secs(minutes * 66));
        assert!((least..=most).contains(&at.duration_until(*until)), "{at} to {until}: {minutes} min");
    }
}

async fn leg(bench: &Bench, request: RunRequest) -> spine_client::Ended {
    bench.ask(&operator().1, request, Stop::default(), &Silent).await.unwrap()
}

/// Requirement: ACK-038.
#[tokio::test(start_paused = true)]
async fn a_patient_of_whom_the_spine_cannot_be_asked_climbs_the_ladder_and_is_exhausted_at_its_end() {
    let (key, number) = somebody().await;
    let times: Arc<Mutex<Vec<tokio::time::Instant>>> = Arc::default();
    let seen = Arc::clone(&times);
    let bench = Bench::new(Settings::default()).await.answered(move |request| {
        is_about(request, &number).then(|| {
            seen.lock().unwrap().push(tokio::time::Instant::now());
            unavailable()
        })
    });
    let ended = leg(&bench, climbing(Action::Run, &[1, 5, 10])).await;
    assert_eq!((ended.closed, ended.halt, ended.paused_by), (Closed::Finished, None, None));
    assert_eq!(ended.tally.reasons.get(&Reason::RetriesExhausted), Some(&1));
    let mut expected = undisturbed(UPLOAD).await;
    *expected.get_mut(&Reason::Sent).unwrap() -= 1;
    expected.insert(Reason::RetriesExhausted, 1);
    assert_eq!(ended.tally.reasons, expected, "everybody else fares as ever");
    let facts = facts(&bench, &key).await;
    rungs_are(&deferrals(&facts), &[1, 5, 10]);
    let fell_due = facts.iter().filter(|told| told.fact == Some(Fact::FellDue)).count();
    assert_eq!(fell_due, 3);
    assert!(facts.iter().all(|told| told.fact != Some(Fact::FellDue) || told.note.is_none()));
    // Four attempts at the question on every rung, and none in between.
    assert_eq!(times.lock().unwrap().len(), 4 * 4);
}

/// Requirement: ACK-038.
#[tokio::test(start_paused = true)]
async fn a_message_that_is_not_taken_is_given_up_and_sent_under_a_new_id_later() {
    let (key, number) = somebody().await;
    let bench = Bench::new(Settings::default()).await;
    let began = tokio::time::Instant::now();
    let bench = bench.answered(move |request| {
        let early = began.elapsed() < Duration::from_mins(3);
        (early && is_upload(request) && is_about(request, &number)).then(slower)
    });
    let ended = leg(&bench, climbing(Action::Run, &[1, 5, 10])).await;
    assert_eq!(ended.closed, Closed::Finished);
    assert_eq!(ended.tally.reasons, undisturbed(UPLOAD).await);
    nobody_is_lost_or_doubled(&bench, &ended.tally);
    let facts = facts(&bench, &key).await;
    let rungs = deferrals(&facts);
    rungs_are(&rungs, &[1, 5]);
    let ids: std::collections::BTreeSet<_> = (facts.iter())
        .filter_map(|told| if let Some(Fact::Dispatched(live)) = &told.fact { Some(live.id) } else { None })
        .collect();
    assert_eq!(ids.len(), 3, "an id of its own on every rung");
    let given_up = facts.iter().filter(|told| told.fact == Some(Fact::Abandoned)).count();
    assert_eq!(given_up, 2);
    assert!(facts.iter().any(|told| told.note.as_deref() == Some("HTTP 429")));
}

/// Requirement: ACK-038.
#[tokio::test(start_paused = true)]
async fn nobody_waits_past_the_end_of_the_session_and_retry_now_waits_for_nothing() {
    let (key, number) = somebody().await;
    let trouble = Arc::new(std::sync::atomic::AtomicBool::new(true));
    let on = Arc::clone(&trouble);
    let bench = Bench::new(Settings::default()).await.answered(move |request| {
        (on.load(std::sync::atomic::Ordering::SeqCst) && is_about(request, &number)).then(unavailable)
    });
    let began = tokio::time::Instant::now();
    let ended = leg(&bench, request(UPLOAD, Action::Run)).await;
    // 1, 30 and 60 minutes, 2 and 4 hours fit into a session of ten hours, another 8 do not.
    let facts_then = facts(&bench, &key).await;
    rungs_are(&deferrals(&facts_then), &[1, 30, 60, 120, 240, 480]);
    let until = deferrals(&facts_then).last().unwrap().1;
    assert_eq!((ended.closed, ended.paused_by), (Closed::Stopped, Some(Pause::NotYetDue { until })));
    assert_eq!(ended.tally.next_due, Some(until));
    assert!(began.elapsed() < Duration::from_mins(511), "it does not sit the session out");

    trouble.store(false, std::sync::atomic::Ordering::SeqCst);
    let again = leg(&bench, request(UPLOAD, Action::Resume)).await;
    assert_eq!(again.paused_by, Some(Pause::NotYetDue { until }), "the wait is in the store");
    let now = RunRequest { retry_now: true, ..request(UPLOAD, Action::Resume) };
    let before = tokio::time::Instant::now();
    let last = leg(&bench, now).await;
    assert_eq!(last.closed, Closed::Finished);
    assert!(before.elapsed() < Duration::from_secs(10), "{:?}", before.elapsed());
    assert_eq!(last.tally.reasons, undisturbed(UPLOAD).await);
}

/// Requirement: ACK-038.
#[tokio::test(start_paused = true)]
async fn a_wait_outlives_the_process_and_its_rung_with_it() {
    let (key, number) = somebody().await;
    let mut bench = Bench::new(Settings::default())
        .await
        .answered(move |request| is_about(request, &number).then(unavailable));
    let run = climbing(Action::Run, &[30, 5]);
    let killed = tokio::time::timeout(Duration::from_mins(10), leg(&bench, run)).await;
    assert!(killed.is_err(), "it waits when it is killed");
    bench.store = Arc::new(bench.store.crash());
    let ended = leg(&bench, climbing(Action::Resume, &[30, 5])).await;
    assert_eq!(ended.tally.reasons.get(&Reason::RetriesExhausted), Some(&1));
    let facts = facts(&bench, &key).await;
    rungs_are(&deferrals(&facts), &[30, 5]);
    let due = deferrals(&facts)[0].1;
    let fell_due = facts.iter().find(|told| told.fact == Some(Fact::FellDue)).unwrap();
    assert!(fell_due.at >= due && fell_due.leg == 2, "{} of {due}", fell_due.at);
}

/// Requirement: ELI-022.
#[tokio::test(start_paused = true)]
async fn a_record_in_use_is_looked_at_once_more_when_everybody_else_was() {
    let bench = Bench::new(Settings::default()).await;
    let ended = leg(&bench, request(UPLOAD, Action::Run)).await;
    let in_use = ended.tally.reasons[&Reason::InUse];
    assert!(in_use > 0);
    let page = bench.store.page(ended.run.id, Cursor::All, None, 1_000).await.unwrap();
    let mut last_of_the_others = 0;
    let mut looked_at_again = Vec::new();
    for (entry, _) in &page {
        if entry.state.reason() == Some(Reason::InUse) {
            let told = facts(&bench, &entry.key).await;
            let told: Vec<_> = told.iter().map(|told| told.fact.clone().unwrap()).collect();
            assert!(
                matches!(&told[..], [Fact::Deferred { .. }, Fact::FellDue, Fact::SetAside(_)]),
                "{told:?}"
            );
            assert_eq!(entry.deferrals, 1);
            looked_at_again.push(entry.version);
        } else if matches!(entry.state, spine_rules::State::SetAside(_)) {
            // Whoever is decided without sending: nothing else of theirs is later.
            last_of_the_others = last_of_the_others.max(entry.version);
        }
    }
    assert_eq!(looked_at_again.len() as u64, in_use);
    assert!(looked_at_again.iter().all(|version| *version > last_of_the_others));
}

/// Requirement: ACK-034.
#[tokio::test(start_paused = true)]
async fn a_service_that_is_gone_halts_the_leg_and_keeps_the_ladder_as_it_is() {
    let (_, number) = somebody().await;
    let began = tokio::time::Instant::now();
    let bench = Bench::new(Settings::default()).await.answered(move |request| {
        let gone = began.elapsed() >= Duration::from_mins(2);
        (gone || is_about(request, &number)).then(unavailable)
    });
    // One patient is left when the service goes: that alone says nothing about the service.
    let alone = leg(&bench, climbing(Action::Run, &[1, 5])).await;
    assert_eq!(alone.closed, Closed::Finished);
    assert_eq!(alone.tally.reasons.get(&Reason::RetriesExhausted), Some(&1));
    let everybody = leg(&bench, climbing(Action::Rerun, &[1, 5])).await;
    assert_eq!(everybody.closed, Closed::Halted, "{:?}", everybody.tally);
    assert!(everybody.halt.unwrap().to_string().contains("Nothing is lost"));
}
