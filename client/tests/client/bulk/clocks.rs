//! The practice's clock jumps while a run goes on: put back an hour, or six hours on after the computer slept.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use http::{HeaderMap, StatusCode};
use spine_client::{Action, Clock, Closed, RunKind, Silent, Stop};
use spine_simulator::scenario::{Readiness, Settings};
use spine_transport::{Interference, Request, Response};
use tokio::time::Instant;

use crate::bench::{Bench, operator, request};
use crate::faults::{LOST, is_poll, is_upload, nobody_is_lost_or_doubled, undisturbed};

const UPLOAD: RunKind = RunKind::InitialUpload;

/// Every moment at which a message was sent, by its id.
type Sends = Arc<Mutex<BTreeMap<String, Vec<Instant>>>>;

fn id(request: &Request) -> String {
    let body = String::from_utf8_lossy(&request.body).into_owned();
    let at = body.find("<eb:MessageId>").unwrap() + "<eb:MessageId>".len();
    body[at..at + 36].to_owned()
}

fn unavailable() -> Response {
    Response { status: StatusCode::SERVICE_UNAVAILABLE, headers: HeaderMap::new(), body: Vec::new().into() }
}

struct Trouble {
    what: &'static str,
    interfere: fn(&Request, attempt: usize) -> Interference,
    instead: fn(&Request, since: Duration) -> Option<Response>,
}

const TROUBLES: &[Trouble] = &[
    Trouble {
        what: "uploads are lost twice",
        interfere: |_, attempt| {
            if attempt <= 2 { Interference::RequestLost(LOST) } else { Interference::None }
        },
        instead: |_, _| None,
    },
    Trouble {
        what: "uploads are lost until the Spine has been asked twice",
        interfere: |_, attempt| {
            if attempt <= 4 { Interference::RequestLost(LOST) } else { Interference::None }
        },
        instead: |_, _| None,
    },
    Trouble {
        what: "answers to uploads are lost",
        interfere: |_, _| Interference::AnswerLost(LOST),
        instead: |_, _| None,
    },
    Trouble {
        what: "polls say nothing for a minute",
        interfere: |_, _| Interference::None,
        instead: |request, since| (is_poll(request) && since < Duration::from_mins(1)).then(unavailable),
    },
];

/// Two hours after the login: an hour before is still after it.
async fn later(settings: Settings) -> Bench {
    Bench::at(operator().1.started_at() + jiff::SignedDuration::from_hours(2), settings).await
}

/// What the run took, and when each message was sent.
async fn run(
    trouble: &'static Trouble,
    jump: Option<(u64, i64)>,
) -> (Bench, spine_client::Ended, Duration, Sends) {
    let sends = Sends::default();
    let seen = Arc::clone(&sends);
    let began = Instant::now();
    let settings = Settings { readiness: Readiness { polls: 2, delay_ms: 0 }, ..Settings::default() };
    let bench = later(settings)
        .await
        .answered(move |request| (trouble.instead)(request, began.elapsed()))
        .interfered(move |_, request| {
            if !is_upload(request) {
                return Interference::None;
            }
            let mut sends = seen.lock().unwrap();
            let times = sends.entry(id(request)).or_default();
            times.push(Instant::now());
            (trouble.interfere)(request, times.len())
        });
    let clock = bench.clock;
    if let Some((after, hours)) = jump {
        tokio::spawn(async move {
            clock.wait(Duration::from_secs(after)).await;
            clock.put_forward(hours);
        });
    }
    let ended =
        bench.ask(&operator().1, request(UPLOAD, Action::Run), Stop::default(), &Silent).await.unwrap();
    (bench, ended, began.elapsed(), sends)
}

#[tokio::test(start_paused = true)]
async fn a_clock_that_jumps_makes_nobody_wait_and_nothing_go_early_or_twice() {
    let expected = undisturbed(UPLOAD).await;
    for trouble in TROUBLES {
        let (_, ended, usual, _) = run(trouble, None).await;
        assert_eq!(ended.tally.reasons, expected, "{}", trouble.what);
        for hours in [-1, 6] {
            for after in [1, 30, 75, 130, 200] {
                let what = format!("{}, {hours} h after {after} s", trouble.what);
                let (bench, ended, took, sends) = run(trouble, Some((after, hours))).await;
                assert_eq!((ended.closed, &ended.halt), (Closed::Finished, &None), "{what}");
                assert_eq!(ended.tally.reasons, expected, "{what}");
                nobody_is_lost_or_doubled(&bench, &ended.tally);
                assert!(took <= usual + Duration::from_mins(1), "{what}: {took:?} and not {usual:?}");
                for times in sends.lock().unwrap().values() {
                    // The first absence lets the same bytes go at once; every other one keeps to the interval.
                    let early = times.windows(2).filter(|pair| pair[1] - pair[0] < Duration::from_mins(1));
                    assert!(early.count() <= 1, "{what}: {times:?}");
                }
            }
        }
    }
}

/// Requirement: ACK-038.
#[tokio::test(start_paused = true)]
async fn a_wait_for_a_later_attempt_is_not_an_hour_longer_where_the_clock_is_put_back() {
    let first = Arc::new(Mutex::new(None::<Vec<u8>>));
    let began = Instant::now();
    let bench = later(Settings::default()).await.answered(move |request| {
        let mut first = first.lock().unwrap();
        if is_upload(request) || is_poll(request) || began.elapsed() > Duration::from_mins(1) {
            return None;
        }
        let number = request
            .body
            .windows(10)
            .find(|digits| digits.starts_with(b"999") && digits.iter().all(u8::is_ascii_digit))?;
        (first.get_or_insert_with(|| number.to_vec()) == number).then(unavailable)
    });
    let clock = bench.clock;
    tokio::spawn(async move {
        clock.wait(Duration::from_secs(20)).await;
        clock.put_forward(-1);
    });
    let ended =
        bench.ask(&operator().1, request(UPLOAD, Action::Run), Stop::default(), &Silent).await.unwrap();
    assert_eq!((ended.closed, ended.halt), (Closed::Finished, None));
    assert!(began.elapsed() < Duration::from_mins(40), "{:?}", began.elapsed());
}
