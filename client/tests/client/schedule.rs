//! Runs on their schedule, in virtual time: starts, pauses, nights, both clock changes, and sessions that end first.

use std::sync::Mutex;
use std::time::Duration;

use jiff::civil::{DateTime, Time};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use spine_client::session::{Session, SessionFile};
use spine_client::vocabulary::UserId;
use spine_client::{
    Action, ClientError, Clock, Closed, Ended, Limits, Reporter, RunEvent, RunKind, RunRequest, RunSettings,
    Schedule, Sessions, Silent, Stop, Store,
};
use spine_fixtures::population::staff;
use spine_simulator::scenario::{Readiness, Settings};

use crate::bench::{Bench, PausedClock, operator};

/// What one message takes until it is settled.
const MESSAGE: SignedDuration = SignedDuration::from_mins(10);

/// What a run told, each with its moment.
struct Told {
    clock: PausedClock,
    lines: Mutex<Vec<(Timestamp, RunEvent)>>,
}

impl Told {
    fn by(clock: PausedClock) -> Self {
        Self { clock, lines: Mutex::default() }
    }

    /// When each leg opened and closed.
    fn legs(&self) -> Vec<(Timestamp, Timestamp)> {
        let (opened, closed) =
            (self.times(|event| matches!(event, RunEvent::Opened(_))), self.times(is_closed));
        assert_eq!(opened.len(), closed.len());
        opened.into_iter().zip(closed).collect()
    }

    fn times(&self, which: impl Fn(&RunEvent) -> bool) -> Vec<Timestamp> {
        let lines = self.lines.lock().unwrap();
        lines.iter().filter(|(_, event)| which(event)).map(|(at, _)| *at).collect()
    }
}

fn is_closed(event: &RunEvent) -> bool {
    matches!(event, RunEvent::Closed(..))
}

impl Reporter for Told {
    fn report(&self, event: RunEvent) {
        if !matches!(event, RunEvent::Progress(_)) {
            self.lines.lock().unwrap().push((self.clock.now(), event));
        }
    }
}

/// Sessions one after the other: the newest that has begun is the current one.
struct OneAfterTheOther(PausedClock, Vec<Session>);

impl Sessions for OneAfterTheOther {
    fn current(&self) -> Option<Session> {
        let now = self.0.now();
        self.1.iter().rfind(|session| session.started_at() <= now).cloned()
    }
}

/// The operator's session as if the login had been then.
fn session(from: Timestamp, hours: i64) -> Session {
    session_of(staff::OPERATOR_USER_ID, from, hours)
}

fn session_of(user: &str, from: Timestamp, hours: i64) -> Session {
    let folder = tempfile::tempdir().unwrap();
    let file = SessionFile::beside(&folder.path().join("practice.scr"));
    file.save(&operator().1).unwrap();
    let mut kept: serde_json::Value = serde_json::from_slice(&std::fs::read(file.path()).unwrap()).unwrap();
    kept["user"] = user.into();
    kept["started_at"] = from.to_string().into();
    kept["ends_at"] = (from + SignedDuration::from_hours(hours)).to_string().into();
    std::fs::write(file.path(), kept.to_string()).unwrap();
    file.load().unwrap().unwrap()
}

/// A Spine that takes its time over each message.
fn slow() -> Settings {
    let delay_ms = u64::try_from(MESSAGE.as_millis()).unwrap();
    Settings {
        readiness: Readiness { polls: u32::MAX, delay_ms },
        retry_after_ms: 30_000,
        ..Settings::default()
    }
}

/// An Initial Upload that sends one message after the other.
fn upload(action: Action, schedule: Schedule) -> RunRequest {
    let limits = Limits { lanes: 1, in_flight: 1, poll_budget_ms: 3_600_000, ..Limits::default() };
    let settings = Some(RunSettings { limits, ..RunSettings::default() });
    RunRequest { settings, schedule, ..RunRequest::new(RunKind::InitialUpload, action) }
}

fn time(text: &str) -> Time {
    text.parse().unwrap()
}

fn window(start: Option<DateTime>, stop: &str, resume: &str) -> Schedule {
    Schedule { start, stop: Some(time(stop)), resume: Some(time(resume)) }
}

fn london() -> TimeZone {
    TimeZone::get("Europe/London").unwrap()
}

/// The moment at which the wall shows this.
fn wall(shown: DateTime) -> Timestamp {
    london().to_timestamp(shown).unwrap()
}

/// Tonight at ten, as the practice's records are of today.
fn tonight() -> DateTime {
    spine_client::clock::uk_date(operator().1.started_at()).to_datetime(time("22:00"))
}

#[track_caller]
fn paused_at(leg: (Timestamp, Timestamp), stop: Timestamp) {
    // What is on its way may still settle for as long as a stop waits.
    let late = stop.duration_until(leg.1);
    assert!(!late.is_negative() && late <= SignedDuration::from_secs(62), "{stop}, and closed {}", leg.1);
}

#[track_caller]
fn finished(ended: &Ended) {
    assert_eq!((ended.closed, &ended.halt), (Closed::Finished, &None));
}

/// Requirement: RUN-026.
#[tokio::test(start_paused = true)]
async fn a_run_starts_at_its_time_and_holds_nothing_until_then() {
    let bench = Bench::at(wall(tonight()) - SignedDuration::from_hours(3), Settings::default()).await;
    let session = session(bench.clock.now(), 10);
    let told = Told::by(bench.clock);
    let schedule = Schedule { start: Some(tonight()), ..Schedule::AT_ONCE };
    let run = bench.ask(&session, upload(Action::Run, schedule), Stop::default(), &told);
    let meanwhile = async {
        bench.clock.wait(Duration::from_hours(2)).await;
        // Somebody else takes and returns the practice, and nothing is in the store of a run.
        let holder = spine_store::Holder { host: "elsewhere".into(), pid: 1, operator: "Ann".into() };
        let lease = bench.store.take_lease(&holder, bench.clock.now()).await.unwrap();
        bench.store.release_lease(lease.fence).await.unwrap();
        assert!(bench.store.runs().await.unwrap().is_empty());
        assert_eq!(bench.spine.ledger().count(), 0);
    };
    let (ended, ()) = tokio::join!(run, meanwhile);
    finished(&ended.unwrap());
    assert_eq!(told.legs()[0].0, wall(tonight()));
    assert_eq!(told.times(|event| matches!(event, RunEvent::Waiting(_))).len(), 1);
}

/// Requirements: RUN-027, RUN-028.
#[tokio::test(start_paused = true)]
async fn a_run_pauses_and_goes_on_over_midnight_until_it_is_finished() {
    let bench = Bench::at(wall(tonight()) - SignedDuration::from_hours(1), slow()).await;
    let session = session(bench.clock.now(), 24);
    let told = Told::by(bench.clock);
    let schedule = window(Some(tonight()), "00:30", "05:00");
    let ended = bench.ask(&session, upload(Action::Run, schedule), Stop::default(), &told).await.unwrap();
    finished(&ended);
    let morning = tonight().date().tomorrow().unwrap();
    let legs = told.legs();
    assert_eq!((legs.len(), ended.run.legs), (2, 2), "{legs:?}");
    assert_eq!(legs[0].0, wall(tonight()));
    paused_at(legs[0], wall(morning.to_datetime(time("00:30"))));
    assert_eq!(legs[1].0, wall(morning.to_datetime(time("05:00"))));
    assert_eq!(bench.store.runs().await.unwrap().len(), 1, "a further leg is no further run");
    let events = bench.spine.ledger().accepted();
    let mut numbers: Vec<_> = events.iter().map(|event| event.nhs_number.reveal()).collect();
    numbers.sort();
    numbers.dedup();
    assert_eq!(numbers.len(), events.len(), "somebody is doubled");
}

/// Requirement: RUN-029.
#[tokio::test(start_paused = true)]
async fn both_clock_changes_are_kept() {
    let from = operator().1.started_at();
    let changes: Vec<_> = london().following(from).take(2).map(|change| change.timestamp()).collect();
    for change in changes {
        let before = london().to_datetime(change - SignedDuration::from_hours(3));
        let start = before.date().to_datetime(time("23:00"));
        let bench = Bench::at(wall(start), slow()).await;
        let session = session(bench.clock.now(), 24);
        let told = Told::by(bench.clock);
        let spring = london().to_offset(change) > london().to_offset(change - SignedDuration::from_secs(1));
        let (schedule, expected) = if spring {
            // 01:00 is followed by 02:00: half past one never comes, so it goes on at the change.
            (window(None, "00:30", "01:30"), vec![(-1_800, 0)])
        } else {
            // 02:00 is followed by 01:00: both times come twice.
            (window(None, "01:15", "01:45"), vec![(-2_700, -900), (900, 2_700)])
        };
        let ended = bench.ask(&session, upload(Action::Run, schedule), Stop::default(), &told).await.unwrap();
        finished(&ended);
        let legs = told.legs();
        assert_eq!(legs.len(), expected.len() + 1, "{change}: {legs:?}");
        for (place, (stops, resumes)) in expected.into_iter().enumerate() {
            paused_at(legs[place], change + SignedDuration::from_secs(stops));
            assert_eq!(legs[place + 1].0, change + SignedDuration::from_secs(resumes), "{change}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_pause_without_a_time_to_go_on_waits_for_a_person() {
    let bench = Bench::at(wall(tonight()), slow()).await;
    let session = session(bench.clock.now(), 10);
    let told = Told::by(bench.clock);
    let schedule = Schedule { stop: Some(time("23:00")), ..Schedule::AT_ONCE };
    let ended = bench.ask(&session, upload(Action::Run, schedule), Stop::default(), &told).await.unwrap();
    assert_eq!((ended.closed, ended.halt), (Closed::Stopped, None));
    paused_at(told.legs()[0], wall(tonight()) + SignedDuration::from_hours(1));
    assert!(told.times(|event| matches!(event, RunEvent::SessionEndsFirst(_))).is_empty());
    // The schedule was the run's, not the next leg's.
    let ended =
        bench.ask(&session, upload(Action::Resume, Schedule::AT_ONCE), Stop::default(), &Silent).await;
    finished(&ended.unwrap());
}

/// Requirement: RUN-006.
#[tokio::test(start_paused = true)]
async fn a_stop_ends_the_wait_for_the_start_and_the_wait_between_two_legs() {
    let bench = Bench::at(wall(tonight()), slow()).await;
    let session = session(bench.clock.now(), 10);
    let later = Schedule {
        start: Some(tonight().checked_add(SignedDuration::from_hours(2)).unwrap()),
        ..Schedule::AT_ONCE
    };
    let stop = Stop::default();
    let asking = async {
        bench.clock.wait(Duration::from_mins(1)).await;
        stop.ask();
    };
    let (refused, ()) =
        tokio::join!(bench.ask(&session, upload(Action::Run, later), stop.clone(), &Silent), asking);
    assert!(matches!(refused, Err(ClientError::StoppedBeforeTheStart)), "{refused:?}");
    assert!(bench.store.runs().await.unwrap().is_empty());
    assert_eq!(bench.clock.now(), wall(tonight()) + SignedDuration::from_mins(1), "at once");

    let stop = Stop::default();
    let told = Told::by(bench.clock);
    let asking = async {
        bench.clock.wait(Duration::from_hours(2)).await;
        stop.ask();
    };
    let pauses = window(None, "23:00", "05:00");
    let (ended, ()) =
        tokio::join!(bench.ask(&session, upload(Action::Run, pauses), stop.clone(), &told), asking);
    assert_eq!((ended.unwrap().closed, told.legs().len()), (Closed::Stopped, 1));
    assert_eq!(bench.clock.now(), wall(tonight()) + SignedDuration::from_mins(121));
}

#[tokio::test(start_paused = true)]
async fn a_session_that_ends_first_is_told_before_the_start() {
    let bench = Bench::at(wall(tonight()), Settings::default()).await;
    let short = session(bench.clock.now(), 2);
    let start = |hours: i64| Some(tonight().checked_add(SignedDuration::from_hours(hours)).unwrap());
    let late = upload(Action::Run, Schedule { start: start(2), ..Schedule::AT_ONCE });
    let refused = bench.ask(&short, late, Stop::default(), &Silent).await;
    let Err(ClientError::SessionEndsFirst { ends_at, starts_at }) = refused else { panic!("{refused:?}") };
    assert_eq!((ends_at, starts_at), (short.ends_at(), short.ends_at()));
    assert_eq!(bench.clock.now(), wall(tonight()), "refused at once");
    assert_eq!(bench.spine.ledger().count(), 0);

    for (schedule, warned) in [
        (Schedule { start: start(1), ..Schedule::AT_ONCE }, true),
        (Schedule { stop: Some(time("23:59")), ..Schedule::AT_ONCE }, false),
        (Schedule { stop: Some(time("00:01")), ..Schedule::AT_ONCE }, true),
        (window(None, "23:00", "23:30"), true),
    ] {
        let bench = Bench::at(wall(tonight()), Settings::default()).await;
        let told = Told::by(bench.clock);
        finished(&bench.ask(&short, upload(Action::Run, schedule), Stop::default(), &told).await.unwrap());
        let at = told.times(|event| matches!(event, RunEvent::SessionEndsFirst(_)));
        assert_eq!(at, if warned { vec![wall(tonight())] } else { Vec::new() }, "{schedule:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn it_goes_on_in_the_next_session_of_the_same_user_and_in_nobody_elses() {
    let evening = wall(tonight());
    let later = evening + SignedDuration::from_hours(6);
    let schedule = window(None, "23:00", "05:00");
    for (next, legs) in [
        (None, 1),
        (Some(session(later, 10)), 2),
        (Some(session_of(staff::NOT_ADMINISTRATOR_USER_ID, later, 10)), 1),
    ] {
        let bench = Bench::at(evening, slow()).await;
        let told = Told::by(bench.clock);
        let sessions = [session(evening, 2)].into_iter().chain(next).collect();
        let sessions = OneAfterTheOther(bench.clock, sessions);
        let ended =
            bench.ask(&sessions, upload(Action::Run, schedule), Stop::default(), &told).await.unwrap();
        assert_eq!(told.legs().len(), legs);
        assert_eq!(ended.closed, if legs == 2 { Closed::Finished } else { Closed::Stopped });
        let stays = told.times(|event| matches!(event, RunEvent::StaysPaused));
        assert_eq!(stays.len(), 2 - legs, "{stays:?}");
        if legs == 2 {
            assert_eq!(ended.run.user, UserId::parse(staff::OPERATOR_USER_ID).unwrap());
        }
    }
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_kept_is_refused_before_anything_waits() {
    let bench = Bench::at(wall(tonight()), Settings::default()).await;
    let session = session(bench.clock.now(), 10);
    for schedule in [
        Schedule { resume: Some(time("05:00")), ..Schedule::AT_ONCE },
        window(None, "05:00", "05:00"),
        Schedule {
            start: Some(tonight().checked_sub(SignedDuration::from_mins(1)).unwrap()),
            ..Schedule::AT_ONCE
        },
    ] {
        let refused = bench.ask(&session, upload(Action::Run, schedule), Stop::default(), &Silent).await;
        assert!(matches!(refused, Err(ClientError::Schedule(_))), "{schedule:?}: {refused:?}");
    }
    let resume = upload(
        Action::Resume,
        Schedule {
            start: Some(tonight().checked_add(SignedDuration::from_hours(3)).unwrap()),
            ..Schedule::AT_ONCE
        },
    );
    let refused = bench.ask(&session, resume, Stop::default(), &Silent).await;
    assert!(matches!(refused, Err(ClientError::NotOpen(_))), "{refused:?}");
    assert_eq!(bench.clock.now(), wall(tonight()));
}
