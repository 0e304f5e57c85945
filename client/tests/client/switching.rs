//! SCR switched on and off: asked for twice, by whom it may be, and never under a run.

use spine_client::session::{AccessPolicy, BulkPolicy};
use spine_client::{
    Action, ClientError, Clock, Confirmation, LoginError, Operator, RunKind, RunRequest, RunSettings, Silent,
    Stop, Store, Switched, Switching,
};
use spine_simulator::scenario::Settings;

use crate::bench::{Bench, operator};

const ON: Switching = Switching::On { nn_days: None };

/// Answers as it is told, and remembers what was asked.
async fn switch(
    bench: &Bench,
    to: Switching,
    answers: [bool; 2],
) -> (Result<Switched, ClientError>, Vec<Confirmation>) {
    let mut asked = Vec::new();
    let mut answers = answers.into_iter();
    let mut ask = |confirmation| {
        asked.push(confirmation);
        answers.next().unwrap()
    };
    let switched = bench.client().switch_scr(&operator().1, to, &mut ask).await;
    (switched, asked)
}

fn outcome(switched: Result<Switched, ClientError>) -> Switched {
    switched.unwrap()
}

/// Requirement: RUN-032.
#[tokio::test(start_paused = true)]
async fn it_is_asked_for_twice_and_either_refusal_changes_nothing() {
    let bench = Bench::new(Settings::default()).await;
    let before = bench.client().practice().await.unwrap();
    for (answers, asked) in [([false, true], 1), ([true, false], 2)] {
        let (switched, questions) = switch(&bench, Switching::Off, answers).await;
        assert_eq!((outcome(switched), questions.len()), (Switched::Declined, asked));
        assert_eq!(bench.client().practice().await.unwrap(), before);
        assert!(bench.client().switches().await.unwrap().is_empty());
    }
    let (switched, questions) = switch(&bench, Switching::Off, [true, true]).await;
    let done = Switched::Done { nn_days: before.nn_days, outstanding: None };
    assert_eq!(outcome(switched), done);
    assert_eq!(questions, [Confirmation::GoOn, Confirmation::Certain]);
    let log = bench.client().switches().await.unwrap();
    let today = spine_client::clock::uk_date(bench.clock.now());
    assert_eq!(log.len(), 1);
    assert_eq!((log[0].on, log[0].day, &log[0].user), (false, today, operator().1.user()));
    assert_eq!(bench.client().practice().await.unwrap().scr_enabled_on, None);
}

/// Requirements: ELI-002, RUN-025.
#[tokio::test(start_paused = true)]
async fn it_is_the_gate_of_every_kind() {
    let bench = Bench::new(Settings::default()).await;
    let refused = async |kind| {
        let request = RunRequest { group: None, ..RunRequest::new(kind, Action::Run) };
        let ended = bench.ask(&operator().1, request, Stop::default(), &Silent).await;
        matches!(ended, Err(ClientError::NotOpen(_)))
    };
    assert!(refused(RunKind::NoLongerContributing).await);
    outcome(switch(&bench, Switching::Off, [true, true]).await.0);
    for kind in RunKind::ALL.iter().copied().filter(|kind| *kind != RunKind::NoLongerContributing) {
        assert!(refused(kind).await, "{kind:?}");
    }
    outcome(switch(&bench, ON, [true, true]).await.0);
    assert!(refused(RunKind::NoLongerContributing).await);
    assert!(!refused(RunKind::ConsentMigration).await);
}

#[tokio::test(start_paused = true)]
async fn what_is_so_already_is_not_asked_for_and_other_nn_days_keep_the_day() {
    let bench = Bench::new(Settings::default()).await;
    let before = bench.client().practice().await.unwrap();
    let (switched, asked) = switch(&bench, ON, [true, true]).await;
    assert_eq!(outcome(switched), Switched::Already { nn_days: before.nn_days });
    assert_eq!(asked, []);
    let more = Switching::On { nn_days: Some(before.nn_days + 1) };
    let (switched, asked) = switch(&bench, more, [true, true]).await;
    assert!(matches!(outcome(switched), Switched::Done { .. }));
    assert_eq!(asked.len(), 2);
    let after = bench.client().practice().await.unwrap();
    assert_eq!((after.nn_days, after.scr_enabled_on), (before.nn_days + 1, before.scr_enabled_on));
    let (switched, _) = switch(&bench, Switching::On { nn_days: Some(99) }, [true, true]).await;
    assert_eq!(outcome(switched), Switched::Done { nn_days: 99, outstanding: None });
    let (switched, asked) = switch(&bench, Switching::On { nn_days: Some(100) }, [true, true]).await;
    assert!(matches!(switched, Err(ClientError::NnDays(100))) && asked.is_empty());
}

#[tokio::test(start_paused = true)]
async fn only_an_administrator_with_a_live_session_may_whatever_may_run() {
    let bench = Bench::new(Settings::default()).await;
    let session = &operator().1;
    let known = bench.store.operator(session.user()).await.unwrap().unwrap();
    let ordinary = Operator { system_administrator: false, ..known };
    bench.client().add_operator(&ordinary).await.unwrap();
    let (switched, asked) = switch(&bench, Switching::Off, [true, true]).await;
    assert!(matches!(switched, Err(ClientError::Login(LoginError::NotPermitted(_)))), "{switched:?}");
    assert!(asked.is_empty());
    // The other reading of who may run lets them run, and not switch.
    let access = AccessPolicy { bulk: BulkPolicy::AnyOfB0380B8028B8029, ..AccessPolicy::default() };
    let settings = RunSettings { access, ..RunSettings::default() };
    let request =
        RunRequest { settings: Some(settings), ..RunRequest::new(RunKind::ConsentMigration, Action::Run) };
    let ran = bench.ask(session, request, Stop::default(), &Silent).await;
    assert!(!matches!(ran, Err(ClientError::NotOpen(_))), "{ran:?}");

    let late = Bench::before_the_end(jiff::SignedDuration::ZERO, Settings::default()).await;
    let (switched, asked) = switch(&late, Switching::Off, [true, true]).await;
    assert!(matches!(switched, Err(ClientError::Login(LoginError::NotPermitted(_)))), "{switched:?}");
    assert!(asked.is_empty());
}

/// Requirement: RUN-013.
#[tokio::test(start_paused = true)]
async fn it_is_refused_while_somebody_runs_and_if_somebody_begins_meanwhile() {
    let bench = Bench::new(Settings::default()).await;
    let holder = spine_store::Holder { host: "elsewhere".into(), pid: 7, operator: "Ann Other".into() };
    let lease = bench.store.take_lease(&holder, bench.clock.now()).await.unwrap();
    let (switched, asked) = switch(&bench, Switching::Off, [true, true]).await;
    let Err(ClientError::Held(held)) = switched else { panic!("{switched:?}") };
    assert_eq!((*held, asked.len()), (holder.clone(), 0));
    bench.store.release_lease(lease.fence).await.unwrap();

    let mut asked = 0;
    let mut ask = |_| {
        asked += 1;
        // While the second question is answered a run begins.
        if asked == 2 {
            let store = std::sync::Arc::clone(&bench.store);
            let (holder, now) = (holder.clone(), bench.clock.now());
            let taken = std::thread::spawn(move || {
                let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
                runtime.block_on(async { store.take_lease(&holder, now).await.map(|_| ()) })
            });
            taken.join().unwrap().unwrap();
        }
        true
    };
    let switched = bench.client().switch_scr(&operator().1, Switching::Off, &mut ask).await;
    assert!(matches!(switched, Err(ClientError::Held(_))), "{switched:?}");
    assert!(bench.client().switches().await.unwrap().is_empty());
}
