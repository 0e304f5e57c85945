//! Plays a scenario with the client's library, in virtual time: hours pass as fast as they can be worked through.
//!
//! Everything that sabotage may bend comes in through [`Seams`]: what passes on the wire, the store, the clock, the ids, the settings
//! and the practice's own files.

mod clock;
mod operator;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use spine_client::store::{MemoryStore, StoreOptions};
use spine_client::transport::{Cause, Failure, Method, Response, Stage};
use spine_client::{
    Action, Client, Clock, Counters, Ended, Exchange, Ids, RunKind, RunRequest, RunSettings, Silent, Stop,
    Store, TimeOrderedIds,
};
use spine_simulator::Spine;
use spine_simulator::scenario::{Scenario as Population, Settings};

use super::StageError;
use super::ground::InProcess;
use super::observation::{Observation, RunOutcome};
use super::people::{AS_OF, People};
use super::recorder::Recorder;
use super::scenario::{Kind, Need, Scenario, Step, Way};
use crate::wire::{Honest, Reply, Request, Service, Tamper, Tampered};
use clock::VirtualClock;

/// The folder of terminology files, beside the practice's.
const TERMINOLOGY: &str = "terminology";

/// The longest that a step may take in virtual time.
const LONGEST_STEP: Duration = Duration::from_hours(72);
/// How many requests a play may make: a client that asks without end, and without time going by, is left without an answer.
const MOST_REQUESTS: usize = 4_000;
/// How many patients are worked on at a time: enough to overlap, few enough to follow.
const LANES: usize = 2;
const IN_FLIGHT: usize = 8;

/// What sabotage may bend. The default bends nothing.
#[derive(Clone, Copy)]
pub struct Seams {
    /// What passes on the wire.
    pub tamper: fn() -> Arc<dyn Tamper>,
    /// What the client remembers.
    pub store: fn(Arc<dyn Store>) -> Arc<dyn Store>,
    /// What time it is.
    pub clock: fn(Arc<dyn Clock>) -> Arc<dyn Clock>,
    /// New message ids.
    pub ids: fn(Arc<dyn Ids>) -> Arc<dyn Ids>,
    /// The run's settings.
    pub settings: fn(&mut RunSettings),
    /// The practice's folder, before the client reads it.
    pub practice: fn(&Path),
}

impl Default for Seams {
    fn default() -> Self {
        Self {
            tamper: || Arc::new(Honest),
            store: |store| store,
            clock: |clock| clock,
            ids: |ids| ids,
            settings: |_| {},
            practice: |_| {},
        }
    }
}

/// Plays a scenario.
pub fn play(scenario: &Scenario, seams: &Seams) -> Result<Observation, StageError> {
    if scenario.need == Need::Process {
        return Err(StageError::new("this scenario needs a process"));
    }
    let folder = tempfile::tempdir().map_err(StageError::new)?;
    let people = People::of(scenario.people, AS_OF)?;
    let written = people.write(folder.path())?;
    let terminology = terminology(scenario, folder.path())?;
    let session = operator::session()?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .map_err(StageError::new)?;
    runtime.block_on(async {
        let clock = VirtualClock::from(session.started_at());
        let mut settings = Settings::default();
        (scenario.spine)(&mut settings);
        let population = Population::load(&written.spine, settings).map_err(StageError::new)?;
        let spine = Spine::new(population, Arc::new(clock));
        let recorder = Recorder::new(Box::new(InProcess(spine.clone())), (scenario.script)(), move || {
            Clock::now(&clock)
        });
        let options = StoreOptions::new("a-test", move || Clock::now(&clock));
        let store = (seams.store)(Arc::new(MemoryStore::new(options)));
        let client_clock = (seams.clock)(Arc::new(clock));
        let ids = (seams.ids)(Arc::new(TimeOrderedIds::new(clock)));
        let mut stage = Playing {
            scenario,
            seams,
            client: Client::new(store, client_clock, ids, "a-test"),
            exchange: Arc::new(Wire {
                service: Tampered { tamper: (seams.tamper)(), service: recorder.clone() },
                requests: AtomicUsize::new(0),
            }),
            session: session.clone(),
            terminology,
            recorder,
            spine,
            clock,
            runs: Vec::new(),
        };
        stage.import(&written.practice).await?;
        for step in scenario.steps {
            stage.step(*step, &written.practice).await?;
        }
        stage.observe(people).await
    })
}

/// Writes the practice's terminology files beside its folder; where they are, if there are any.
fn terminology(scenario: &Scenario, folder: &Path) -> Result<Option<PathBuf>, StageError> {
    let place = folder.join(TERMINOLOGY);
    if scenario.terminology.is_empty() {
        return Ok(None);
    }
    std::fs::create_dir_all(&place).map_err(StageError::new)?;
    for (name, content) in scenario.terminology {
        std::fs::write(place.join(name), content).map_err(StageError::new)?;
    }
    Ok(Some(place))
}

struct Playing<'a> {
    scenario: &'a Scenario,
    seams: &'a Seams,
    client: Client,
    exchange: Arc<dyn Exchange>,
    session: spine_client::session::Session,
    terminology: Option<PathBuf>,
    recorder: Recorder,
    spine: Spine,
    clock: VirtualClock,
    runs: Vec<RunOutcome>,
}

impl Playing<'_> {
    async fn import(&self, practice: &Path) -> Result<(), StageError> {
        (self.seams.practice)(practice);
        self.client.import(practice, None).await.map(drop).map_err(StageError::new)
    }

    async fn step(&mut self, step: Step, practice: &Path) -> Result<(), StageError> {
        match step {
            Step::Run(kind, way) => self.run(kind, way, None).await,
            Step::Stopped(kind, way, after) => self.run(kind, way, Some(after)).await,
            Step::Meanwhile(happens) => {
                happens(&self.spine);
                Ok(())
            }
            Step::Change(change) => {
                change(practice);
                let before = (self.recorder.count(), Clock::now(&self.clock));
                let imported = self.import(practice).await;
                let state = if imported.is_ok() { "finished" } else { "refused" };
                let said = imported.err().map(|error| error.to_string()).unwrap_or_default();
                self.note(before, RunOutcome { state: state.into(), said, ..RunOutcome::default() });
                Ok(())
            }
            Step::Wait(span) => {
                self.clock.wait(span).await;
                Ok(())
            }
            Step::Login { .. } | Step::PullCard | Step::Logout => {
                Err(StageError::new("this step needs a process"))
            }
        }
    }

    async fn run(&mut self, kind: Kind, way: Way, stop_after: Option<usize>) -> Result<(), StageError> {
        let mut settings = RunSettings::default();
        settings.limits.lanes = LANES;
        settings.limits.in_flight = IN_FLIGHT;
        (self.scenario.settings)(&mut settings);
        (self.seams.settings)(&mut settings);
        let request = RunRequest::new(run_kind(kind), action(way));
        let terminology = self.terminology.clone();
        let request = RunRequest { settings: Some(settings), terminology, ..request };
        let stop = Stop::default();
        if let Some(after) = stop_after {
            let stop = stop.clone();
            self.recorder.ring_after(after, move || stop.ask());
        }
        let before = (self.recorder.count(), Clock::now(&self.clock));
        let running = self.client.run(Arc::clone(&self.exchange), &self.session, request, stop, &Silent);
        let ended = tokio::time::timeout(LONGEST_STEP, running).await;
        self.recorder.silence();
        let outcome = match ended {
            Ok(Ok(ended)) => of_ended(&ended),
            Ok(Err(error)) => {
                RunOutcome { state: "refused".into(), said: error.to_string(), ..RunOutcome::default() }
            }
            Err(_) => RunOutcome { state: "does not end".into(), ..RunOutcome::default() },
        };
        self.note(before, RunOutcome { kind: Some(kind), way: Some(way), ..outcome });
        Ok(())
    }

    fn note(&mut self, (count, began): (usize, jiff::Timestamp), outcome: RunOutcome) {
        let (span, time) = ((count, self.recorder.count()), (began, Clock::now(&self.clock)));
        self.runs.push(RunOutcome { span, time, ..outcome });
    }

    async fn observe(self, people: People) -> Result<Observation, StageError> {
        let mut changes = Vec::new();
        self.client.export_changes(&mut changes).await.map_err(StageError::new)?;
        Ok(Observation {
            scenario: self.scenario.name,
            people,
            exchanges: self.recorder.exchanges(),
            identity: Vec::new(),
            runs: self.runs,
            changes: String::from_utf8_lossy(&changes).into_owned(),
            spine: self.spine,
            session_began: Some(self.session.started_at()),
        })
    }
}

const fn run_kind(kind: Kind) -> RunKind {
    match kind {
        Kind::InitialUpload => RunKind::InitialUpload,
        Kind::ConsentMigration => RunKind::ConsentMigration,
    }
}

const fn action(way: Way) -> Action {
    match way {
        Way::Run => Action::Run,
        Way::Resume => Action::Resume,
    }
}

fn of_ended(ended: &Ended) -> RunOutcome {
    let counters = Counters::of(&ended.tally);
    let counters = [
        ("unprocessed", counters.unprocessed),
        ("sending", counters.sending),
        ("sent", counters.sent),
        ("failed", counters.failed),
        ("not_required", counters.not_required),
    ];
    let reasons = ended.tally.reasons.iter().map(|(reason, count)| (reason.code().to_owned(), *count));
    let warnings = ended.tally.warnings.iter().map(|(warning, count)| (warning.code().to_owned(), *count));
    RunOutcome {
        state: format!("{:?}", ended.closed).to_lowercase(),
        counters: counters.map(|(name, count)| (name.to_owned(), count)).into(),
        reasons: reasons.collect(),
        warnings: warnings.collect(),
        said: ended.halt.as_ref().map(ToString::to_string).unwrap_or_default(),
        ..RunOutcome::default()
    }
}

/// The suite's wire as the client's seam.
struct Wire<S> {
    service: Tampered<S>,
    requests: AtomicUsize,
}

#[async_trait]
impl<S: Service + 'static> Exchange for Wire<S> {
    async fn exchange(&self, request: spine_client::transport::Request) -> Result<Response, Failure> {
        let text = |value: &HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
        let sent = Request {
            method: if request.method == Method::Post { "POST" } else { "GET" }.into(),
            target: request.target,
            headers: request.headers.iter().map(|(name, value)| (name.to_string(), text(value))).collect(),
            body: request.body.to_vec(),
        };
        if self.requests.fetch_add(1, Ordering::SeqCst) >= MOST_REQUESTS {
            return std::future::pending().await;
        }
        match self.service.answer(&sent) {
            Reply::Silence => Err(Failure::NoAnswer(Cause::Timeout(Stage::Answer))),
            Reply::Unreached => Err(Failure::NeverSent(Cause::ConnectionRefused)),
            Reply::Answer(answer) => {
                let mut headers = HeaderMap::new();
                for (name, value) in &answer.headers {
                    if let (Ok(name), Ok(value)) =
                        (HeaderName::from_bytes(name.as_bytes()), HeaderValue::from_str(value))
                    {
                        headers.append(name, value);
                    }
                }
                let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::BAD_GATEWAY);
                Ok(Response { status, headers, body: answer.body.into() })
            }
        }
    }
}
