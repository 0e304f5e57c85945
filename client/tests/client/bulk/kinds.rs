//! What the rules of each kind come to in a run: who is unchanged, who is held and released, and who hears of the end.

use std::sync::{Arc, Mutex};

use http::{HeaderMap, StatusCode};
use spine_client::store::{Marking, RunId};
use spine_client::{Action, Closed, Reason, RunKind, RunRequest, Settlement, Silent, Stop};
use spine_rules::rules::settings::OverwriteGuard;
use spine_simulator::scenario::Settings;
use spine_transport::{Interference, Request, Response};

use super::dry::switched_off;
use crate::bench::{Bench, many, request};
use crate::faults::is_upload;

/// Runs to the end; what each patient came to.
async fn run(bench: &Bench, request: RunRequest) -> Vec<Settlement> {
    let ended = bench.ask(&many().1, request, Stop::default(), &Silent).await.unwrap();
    assert_eq!((ended.closed, &ended.halt), (Closed::Finished, &None));
    let newest = bench.client().report(None).await.unwrap().run;
    bench.client().settlements(RunId(newest), None, 10_000).await.unwrap()
}

fn of(settled: &[Settlement], reasons: &[Reason]) -> Vec<String> {
    let those = settled.iter().filter(|one| one.reason.is_some_and(|reason| reasons.contains(&reason)));
    those.map(|one| one.key.as_str().to_owned()).collect()
}

const SENT: [Reason; 3] = [Reason::Sent, Reason::SentEmpty, Reason::SentDissent];

fn guarded_by(guard: OverwriteGuard, action: Action) -> RunRequest {
    let mut asked = request(RunKind::InitialUpload, action);
    asked.settings.as_mut().unwrap().rules.overwrite_guard = guard;
    asked
}

fn asks_for_an_event(request: &Request) -> bool {
    let action = request.headers.get("soapaction").and_then(|action| action.to_str().ok());
    action.is_some_and(|action| action.contains("QUPC_IN190000UK04"))
}

/// This Spine tells the system of no event's content.
fn silent_about_events(bench: Bench) -> Bench {
    bench.answered(|request| {
        asks_for_an_event(request).then(|| Response {
            status: StatusCode::FORBIDDEN,
            headers: HeaderMap::new(),
            body: Vec::new().into(),
        })
    })
}

/// Requirement: RUN-023.
#[tokio::test(start_paused = true)]
async fn an_update_sends_nobody_of_whom_nothing_changed() {
    let bench = Bench::of_many(Settings::default()).await;
    let sent = of(&run(&bench, request(RunKind::InitialUpload, Action::Run)).await, &SENT);
    let before = bench.spine.ledger().accepted().len();
    let updated = run(&bench, request(RunKind::BulkUpdate, Action::Run)).await;
    let unchanged = of(&updated, &[Reason::Unchanged]);
    assert!(unchanged.len() > 100, "{}", unchanged.len());
    // If midnight comes between, a medicine may fall out of its window.
    let changed = sent.iter().filter(|key| !unchanged.contains(key)).count();
    assert!(changed * 20 < sent.len(), "{changed} of {}", sent.len());
    assert!(unchanged.iter().all(|key| sent.contains(key)), "only who was sent can be unchanged");
    assert_eq!(bench.spine.ledger().accepted().len() - before, of(&updated, &SENT).len());
}

/// Requirement: RUN-031.
#[tokio::test(start_paused = true)]
async fn whoever_is_held_is_sent_once_a_person_released_them() {
    let unguarded = Bench::of_many(Settings::default()).await;
    let due = of(&run(&unguarded, guarded_by(OverwriteGuard::Off, Action::Run)).await, &SENT);

    let bench = silent_about_events(Bench::of_many(Settings::default()).await);
    let settled = run(&bench, guarded_by(OverwriteGuard::Allergies, Action::Run)).await;
    let (held, sent) = (of(&settled, &[Reason::Held]), of(&settled, &SENT));
    assert!(held.len() > 5, "{}", held.len());
    assert!(held.iter().all(|key| due.contains(key)), "only who would be sent can be held");
    assert_eq!(held.len() + sent.len(), due.len());
    assert_eq!(bench.spine.ledger().accepted().len(), sent.len(), "nothing replaces what nobody looked at");

    // Without a release they are held again.
    let again = run(&bench, guarded_by(OverwriteGuard::Allergies, Action::Failed)).await;
    assert_eq!(of(&again, &[Reason::Held]), held);

    let numbers: Vec<_> =
        again.iter().filter(|one| one.reason == Some(Reason::Held)).map(|one| one.number.unwrap()).collect();
    let released = bench.client().mark(&many().1, &numbers[1..], Marking::Release).await.unwrap();
    assert_eq!(released, held.len() as u64 - 1);
    let last = run(&bench, guarded_by(OverwriteGuard::Allergies, Action::Failed)).await;
    assert_eq!(of(&last, &[Reason::Held]), held[..1]);
    assert_eq!(of(&last, &SENT), held[1..]);
}

/// Requirement: RUN-031.
#[tokio::test(start_paused = true)]
async fn a_standing_allergy_that_the_practice_does_not_know_holds_the_summary() {
    let bench = Bench::of_many(Settings::default()).await;
    let settled = run(&bench, guarded_by(OverwriteGuard::Allergies, Action::Run)).await;
    let held = of(&settled, &[Reason::Held]);
    assert!(!held.is_empty());
    let accepted = bench.spine.ledger().accepted();
    for one in settled.iter().filter(|one| one.reason == Some(Reason::Held)) {
        assert!(accepted.iter().all(|event| Some(event.nhs_number) != one.number));
    }
    let replacing = accepted.iter().filter(|event| event.replaces.is_some()).count();
    assert!(replacing > held.len(), "most know what the summary before knew");
}

/// Whoever is heard of for the last time has it said in the summary; a dissenter and somebody else's summary are left alone.
/// Requirement: RUN-025.
#[tokio::test(start_paused = true)]
async fn a_practice_that_stops_says_so_on_its_own_summaries_alone() {
    let bench = Bench::of_many(Settings::default()).await;
    let first = run(&bench, request(RunKind::InitialUpload, Action::Run)).await;
    let before = of(&first, &[Reason::Sent, Reason::SentEmpty]);
    switched_off(&bench, &many().1).await;
    let said: Arc<Mutex<[usize; 2]>> = Arc::default();
    let seen = Arc::clone(&said);
    let bench = bench.interfered(move |_, request| {
        if is_upload(request) {
            let says =
                String::from_utf8_lossy(&request.body).contains("PracticeNoLongerContributingStatement");
            seen.lock().unwrap()[usize::from(says)] += 1;
        }
        Interference::None
    });
    let last = run(&bench, request(RunKind::NoLongerContributing, Action::Run)).await;
    let told = of(&last, &[Reason::Sent, Reason::SentEmpty]);
    assert_eq!(*said.lock().unwrap(), [0, told.len()], "every upload says so");
    assert!(told.len() > 100 && before.iter().all(|key| told.contains(key)));
    assert!(!of(&last, &[Reason::NothingOfOurs]).is_empty());
    assert_eq!(of(&last, &[Reason::Dissent]), of(&first, &[Reason::SentDissent]));
}
