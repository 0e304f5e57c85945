//! A stop takes effect within the longest time-out and five seconds, whatever the run is waiting for.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use http::{HeaderMap, HeaderValue, StatusCode};
use spine_client::{
    Action, Clock, Closed, Pause, Reporter, RunEvent, RunKind, Silent, Stop, TransportSettings,
};
use spine_simulator::scenario::{Readiness, Settings};
use spine_transport::{Interference, Request, Response};
use tokio::time::Instant;

use crate::bench::{Bench, PausedClock, operator, request};
use crate::faults::{LOST, is_poll, is_upload, nobody_is_lost_or_doubled, undisturbed};

const UPLOAD: RunKind = RunKind::InitialUpload;

/// The longest that one exchange can take.
fn longest() -> Duration {
    let transport = TransportSettings::default();
    transport.lease_timeout + transport.connect_timeout + transport.verdict_wait + transport.answer_timeout
}

fn is_question(request: &Request) -> bool {
    !is_upload(request) && !is_poll(request)
}

/// Asks for a stop, so long after something was first seen.
#[derive(Clone)]
struct Trap {
    stop: Stop,
    after: Duration,
    asked_at: Arc<Mutex<Option<Instant>>>,
    sprung: Arc<std::sync::atomic::AtomicBool>,
    /// Uploads that left since the stop.
    late: Arc<Mutex<u32>>,
}

impl Trap {
    fn set(after: Duration) -> Self {
        let (stop, asked_at) = (Stop::default(), Arc::default());
        Self { stop, after, asked_at, sprung: Arc::default(), late: Arc::default() }
    }

    fn saw(&self, clock: PausedClock, request: &Request, it: bool) {
        if is_upload(request) && self.stop.is_asked() {
            *self.late.lock().unwrap() += 1;
        }
        if it && !self.sprung.swap(true, std::sync::atomic::Ordering::SeqCst) {
            let trap = self.clone();
            tokio::spawn(async move {
                clock.wait(trap.after).await;
                *trap.asked_at.lock().unwrap() = Some(Instant::now());
                trap.stop.ask();
            });
        }
    }
}

/// One way of waiting, and the moment at which the stop is asked in it.
struct Phase {
    what: &'static str,
    /// What springs the trap, and when.
    sees: fn(&Request) -> bool,
    after: Duration,
    delay: fn(&Request) -> Duration,
    interfere: fn(&Request) -> Interference,
    instead: fn(&Request) -> Option<Response>,
    /// Whether an exchange is on its way when the stop is asked.
    on_the_wire: bool,
}

const NOTHING: Phase = Phase {
    what: "",
    sees: |_| false,
    after: Duration::from_secs(1),
    delay: |_| Duration::ZERO,
    interfere: |_| Interference::None,
    instead: |_| None,
    on_the_wire: false,
};

fn answer(status: StatusCode, body: &str) -> Response {
    Response { status, headers: HeaderMap::new(), body: body.to_owned().into() }
}

fn wait_an_hour(status: StatusCode) -> Response {
    let mut answer = answer(status, "");
    answer.headers.insert("retry-after", HeaderValue::from_static("3600"));
    answer
}

fn is_list(request: &Request) -> bool {
    let action = request.headers.get("soapaction");
    action.is_some_and(|action| action.to_str().unwrap().ends_with("QUPC_IN180000SM04"))
}

fn dissent(request: &Request) -> Option<Response> {
    let refusal = "<QUQI_IN010000UK14 xmlns=\"urn:hl7-org:v3\"><acknowledgement typeCode=\"AE\"/><ControlActEvent>\
                   <reason><justifyingDetectedIssueEvent><code code=\"420\" \
                   codeSystem=\"2.16.840.1.113883.2.1.3.2.4.17.33\"><qualifier code=\"30418\"/></code>\
                   </justifyingDetectedIssueEvent></reason></ControlActEvent></QUQI_IN010000UK14>";
    is_list(request).then(|| answer(StatusCode::OK, refusal))
}

const PHASES: &[Phase] = &[
    Phase {
        what: "a question is on its way",
        sees: is_question,
        delay: |request| if is_question(request) { longest() } else { Duration::ZERO },
        on_the_wire: true,
        ..NOTHING
    },
    Phase {
        what: "the last question before an upload is on its way",
        sees: is_list,
        delay: |request| if is_list(request) { longest() } else { Duration::ZERO },
        on_the_wire: true,
        ..NOTHING
    },
    Phase {
        what: "uploads are on their way",
        sees: is_upload,
        delay: |request| if is_upload(request) { longest() } else { Duration::ZERO },
        on_the_wire: true,
        ..NOTHING
    },
    Phase {
        what: "a poll is on its way",
        sees: is_poll,
        delay: |request| if is_poll(request) { longest() } else { Duration::ZERO },
        on_the_wire: true,
        ..NOTHING
    },
    Phase {
        what: "accepted messages are polled",
        sees: is_poll,
        instead: |request| is_poll(request).then(|| answer(StatusCode::ACCEPTED, "")),
        ..NOTHING
    },
    Phase {
        what: "the Spine asked to poll later",
        sees: is_poll,
        instead: |request| {
            is_poll(request).then(|| {
                let mut later = answer(StatusCode::ACCEPTED, "");
                later.headers.insert("retry-after", HeaderValue::from_static("40000"));
                later
            })
        },
        ..NOTHING
    },
    Phase {
        what: "a question is to be asked again in an hour",
        sees: is_question,
        after: Duration::from_secs(30),
        instead: |request| is_question(request).then(|| wait_an_hour(StatusCode::TOO_MANY_REQUESTS)),
        ..NOTHING
    },
    Phase {
        what: "uploads are to be sent again in an hour",
        sees: is_upload,
        after: Duration::from_secs(30),
        instead: |request| is_upload(request).then(|| wait_an_hour(StatusCode::TOO_MANY_REQUESTS)),
        ..NOTHING
    },
    Phase {
        what: "the interval of the contract goes by",
        sees: is_upload,
        after: Duration::from_secs(20),
        interfere: |request| {
            if is_upload(request) { Interference::RequestLost(LOST) } else { Interference::None }
        },
        ..NOTHING
    },
    Phase {
        what: "a message that is absent can still land",
        // Its second absence: the same bytes wait for the interval.
        sees: is_upload,
        after: Duration::from_secs(200),
        interfere: |request| {
            if is_upload(request) { Interference::RequestLost(LOST) } else { Interference::None }
        },
        ..NOTHING
    },
];

async fn bench_of(phase: &'static Phase, trap: &Trap) -> Bench {
    let seen = trap.clone();
    // Polling takes a few polls, so that there is something to be interrupted in.
    let settings = Settings { readiness: Readiness { polls: 3, delay_ms: 0 }, ..Settings::default() };
    let bench = Bench::new(settings).await;
    let clock = bench.clock;
    bench.delayed(phase.delay).answered(phase.instead).interfered(move |_, request| {
        seen.saw(clock, request, (phase.sees)(request));
        (phase.interfere)(request)
    })
}

/// Requirement: RUN-006.
#[tokio::test(start_paused = true)]
async fn a_stop_takes_effect_in_time_whatever_the_run_waits_for() {
    let expected = undisturbed(UPLOAD).await;
    for phase in PHASES {
        let trap = Trap::set(phase.after);
        let mut bench = bench_of(phase, &trap).await;
        let ended =
            bench.ask(&operator().1, request(UPLOAD, Action::Run), trap.stop.clone(), &Silent).await.unwrap();
        let asked_at = trap.asked_at.lock().unwrap().expect(phase.what);
        let took = asked_at.elapsed();
        let bound = Duration::from_secs(5) + if phase.on_the_wire { longest() } else { Duration::ZERO };
        assert!(took <= bound, "{}: {took:?}", phase.what);
        assert_eq!(
            (ended.closed, ended.paused_by),
            (Closed::Stopped, Some(Pause::Operator)),
            "{}",
            phase.what
        );
        assert_eq!(*trap.late.lock().unwrap(), 0, "{}: nothing is sent after a stop", phase.what);
        bench = bench.delayed(|_| Duration::ZERO).answered(|_| None).interfered(|_, _| Interference::None);
        let tally = bench.to_the_end(UPLOAD).await;
        assert_eq!(tally.reasons, expected, "{}", phase.what);
        nobody_is_lost_or_doubled(&bench, &tally);
    }
}

/// Requirement: RUN-006.
#[tokio::test(start_paused = true)]
async fn a_stop_ends_the_wait_for_what_can_still_land() {
    let trap = Trap::set(Duration::from_mins(4));
    let seen = trap.clone();
    let uploads = Arc::new(std::sync::atomic::AtomicU32::new(0));
    let sent = Arc::clone(&uploads);
    let began = Instant::now();
    let bench = Bench::new(Settings::default()).await;
    let clock = bench.clock;
    // Everything is lost, and by the time at which the Spine is asked everybody has become a dissenter there.
    let bench = bench
        .answered(
            move |request| if began.elapsed() > Duration::from_secs(30) { dissent(request) } else { None },
        )
        .interfered(move |_, request| {
            seen.saw(clock, request, is_upload(request));
            if is_upload(request) {
                sent.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
                return Interference::RequestLost(LOST);
            }
            Interference::None
        });
    let ended =
        bench.ask(&operator().1, request(UPLOAD, Action::Run), trap.stop.clone(), &Silent).await.unwrap();
    let asked_at = trap.asked_at.lock().unwrap().unwrap();
    assert!(asked_at.elapsed() <= Duration::from_secs(5), "{:?}", asked_at.elapsed());
    assert_eq!((ended.closed, ended.paused_by), (Closed::Stopped, Some(Pause::Operator)));
    assert!(ended.tally.outstanding > 0, "somebody waits until nothing can land any more");
    assert!(uploads.load(std::sync::atomic::Ordering::SeqCst) > 0);
}

/// Asks for a stop at an event.
struct StopAt {
    stop: Stop,
    event: fn(&RunEvent) -> bool,
    told: Mutex<Vec<&'static str>>,
    asked_at: Mutex<Option<Instant>>,
}

impl StopAt {
    fn new(event: fn(&RunEvent) -> bool) -> Self {
        Self { stop: Stop::default(), event, told: Mutex::default(), asked_at: Mutex::default() }
    }
}

impl Reporter for StopAt {
    fn report(&self, event: RunEvent) {
        match event {
            RunEvent::Stopping => self.told.lock().unwrap().push("stopping"),
            RunEvent::Pausing => self.told.lock().unwrap().push("pausing"),
            _ => {}
        }
        if (self.event)(&event) && !self.stop.is_asked() {
            *self.asked_at.lock().unwrap() = Some(Instant::now());
            self.stop.ask();
        }
    }
}

/// Requirement: RUN-006.
#[tokio::test(start_paused = true)]
async fn a_stop_that_comes_before_or_while_the_run_opens_holds() {
    let bench = Bench::new(Settings::default()).await;
    let asked = Arc::new(Mutex::new(0));
    let seen = Arc::clone(&asked);
    let bench = bench.interfered(move |_, _| {
        *seen.lock().unwrap() += 1;
        Interference::None
    });
    let opens = StopAt::new(|event| matches!(event, RunEvent::Opened(_)));
    let ended =
        bench.ask(&operator().1, request(UPLOAD, Action::Run), opens.stop.clone(), &opens).await.unwrap();
    assert_eq!((ended.closed, ended.paused_by), (Closed::Stopped, Some(Pause::Operator)));
    assert_eq!(*asked.lock().unwrap(), 0, "nothing was asked, and nothing sent");
    let tally = bench.to_the_end(UPLOAD).await;
    assert_eq!(tally.reasons, undisturbed(UPLOAD).await);
}

/// Requirement: RUN-006.
#[tokio::test(start_paused = true)]
async fn a_stop_ends_the_wait_for_a_later_attempt() {
    let (first, stuck) = (Arc::new(Mutex::new(None)), Arc::new(Mutex::new(0)));
    let (chosen, count) = (Arc::clone(&first), Arc::clone(&stuck));
    let bench = Bench::new(Settings::default()).await.answered(move |request| {
        if !is_question(request) {
            return None;
        }
        // The first question of all, and every later one about the same patient.
        let number = number_in(request)?;
        let about = chosen.lock().unwrap().get_or_insert(number.clone()).clone();
        (about == number).then(|| {
            *count.lock().unwrap() += 1;
            answer(StatusCode::SERVICE_UNAVAILABLE, "")
        })
    });
    let waits = StopAt::new(|event| matches!(event, RunEvent::WaitsToRetry(_)));
    let ended =
        bench.ask(&operator().1, request(UPLOAD, Action::Run), waits.stop.clone(), &waits).await.unwrap();
    let asked_at = waits.asked_at.lock().unwrap().unwrap();
    assert!(asked_at.elapsed() <= Duration::from_secs(5), "{:?}", asked_at.elapsed());
    assert_eq!((ended.closed, ended.paused_by), (Closed::Stopped, Some(Pause::Operator)));
    assert_eq!(*stuck.lock().unwrap(), 4, "one patient, asked about four times");
}

fn number_in(request: &Request) -> Option<String> {
    let body = String::from_utf8_lossy(&request.body).into_owned();
    let at = body.match_indices("999").map(|(at, _)| at);
    let mut numbers = at.filter_map(|at| body.get(at..at + 10));
    numbers.find(|digits| digits.bytes().all(|byte| byte.is_ascii_digit())).map(str::to_owned)
}
