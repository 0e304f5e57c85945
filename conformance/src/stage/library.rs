//! Plays a scenario with the client's library, in virtual time: hours pass as fast as they can be worked through.
//!
//! Everything that sabotage may bend comes in through [`Seams`]: what passes on the wire, the store, the clock, the ids, the settings
//! and the practice's own files.

mod clock;
mod desk;
mod leg;
mod operator;
mod seams;
mod wire;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::Timestamp;
use spine_client::session::Session;
use spine_client::store::{MemoryStore, StoreOptions};
use spine_client::{
    Action, Client, ClientError, Clock, RunKind, RunRequest, RunSettings, Store, TimeOrderedIds,
};
use spine_fixtures::Written;
use spine_simulator::Spine;
use spine_simulator::scenario::{Scenario as Population, Settings};

use super::StageError;
use super::ground::InProcess;
use super::observation::{Observation, RunOutcome};
use super::people::People;
use super::recorder::Recorder;
use super::scenario::{Kind, Midway, Need, Scenario, Step, Way};
use crate::wire::Tamper;
use clock::VirtualClock;
use desk::Desk;
pub use operator::{session, session_at};
pub use seams::Seams;

/// The folder of terminology files, beside the practice's.
const TERMINOLOGY: &str = "terminology";
/// A run that is asked for with nothing beside its kind and action.
const AS_IT_IS: fn(&mut RunRequest) = |_| {};
/// How many patients are worked on at a time: enough to overlap, few enough to follow.
const LANES: usize = 2;
const IN_FLIGHT: usize = 8;

/// Plays a scenario.
pub fn play(scenario: &Scenario, seams: &Seams) -> Result<Observation, StageError> {
    if scenario.need == Need::Process {
        return Err(StageError::new("this scenario needs a process"));
    }
    let folder = tempfile::tempdir().map_err(StageError::new)?;
    let people = People::of(scenario.people, scenario.day)?;
    let written = people.write(folder.path())?;
    let terminology = terminology(scenario, folder.path())?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .map_err(StageError::new)?;
    let logs_in = matches!(scenario.steps.first(), Some(Step::Login { .. }));
    let session = if logs_in { None } else { Some(session(scenario.day)?) };
    runtime.block_on(async {
        let clock = VirtualClock::from(operator::begin(scenario.day)?);
        let mut settings = Settings::default();
        (scenario.spine)(&mut settings);
        let population = Population::load(&written.spine, settings).map_err(StageError::new)?;
        let spine = Spine::new(population, Arc::new(clock));
        let recorder = Recorder::new(Box::new(InProcess(spine.clone())), (scenario.script)(), move || {
            Clock::now(&clock)
        });
        let memory = Arc::new(MemoryStore::new(store_options(clock)));
        let (store, client) = client(seams, &memory, clock);
        let began = session.as_ref().map(Session::started_at);
        let mut stage = Playing {
            scenario,
            seams,
            people,
            written: &written,
            terminology,
            memory,
            store,
            client,
            tamper: (seams.tamper)(),
            session,
            began,
            desk: None,
            recorder,
            spine,
            clock,
            runs: Vec::new(),
        };
        stage.import().await.map_err(StageError::new)?;
        for step in scenario.steps {
            stage.step(*step).await?;
        }
        stage.observe().await
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

/// What one process's client stands on: its store as it sees it, and the client itself.
fn client(seams: &Seams, memory: &Arc<MemoryStore>, clock: VirtualClock) -> (Arc<dyn Store>, Client) {
    let memory: Arc<dyn Store> = Arc::clone(memory) as Arc<dyn Store>;
    let store = (seams.store)(memory);
    let ids = (seams.ids)(Arc::new(TimeOrderedIds::new(clock)));
    (Arc::clone(&store), Client::new(store, (seams.clock)(Arc::new(clock)), ids, "a-test"))
}

fn store_options(clock: VirtualClock) -> StoreOptions {
    StoreOptions::new("a-test", move || Clock::now(&clock))
}

struct Playing<'a> {
    scenario: &'a Scenario,
    seams: &'a Seams,
    people: People,
    written: &'a Written,
    terminology: Option<PathBuf>,
    memory: Arc<MemoryStore>,
    store: Arc<dyn Store>,
    client: Client,
    tamper: Arc<dyn Tamper>,
    session: Option<Session>,
    began: Option<Timestamp>,
    desk: Option<Arc<Desk>>,
    recorder: Recorder,
    spine: Spine,
    clock: VirtualClock,
    runs: Vec<RunOutcome>,
}

impl Playing<'_> {
    async fn import(&self) -> Result<(), ClientError> {
        (self.seams.practice)(&self.written.practice);
        self.client.import(&self.written.practice, None).await.map(drop)
    }

    async fn step(&mut self, step: Step) -> Result<(), StageError> {
        let before = (self.recorder.count(), Clock::now(&self.clock));
        match step {
            Step::Run(kind, way) => self.run(kind, way, AS_IT_IS, None).await,
            Step::Asked(kind, way, asked) => self.run(kind, way, asked, None).await,
            Step::Stopped(kind, way, n) => self.run(kind, way, AS_IT_IS, Some((n, Midway::Stop))).await,
            Step::Killed(kind, way, n) => self.run(kind, way, AS_IT_IS, Some((n, Midway::Kill))).await,
            Step::Pulled(kind, way, n) => self.run(kind, way, AS_IT_IS, Some((n, Midway::Pull))).await,
            Step::Rival(kind, way, n) => self.run(kind, way, AS_IT_IS, Some((n, Midway::Rival))).await,
            Step::Meanwhile(happens) => happens(&self.spine),
            Step::Change(change) => {
                change(&self.written.practice);
                let imported = self.import().await;
                self.note(before, of(&imported));
            }
            Step::Wait(span) => self.clock.wait(span).await,
            Step::Login { user, pin } => {
                let desk = self.desk()?;
                let login = desk.login(&self.store, user, pin, before.1)?;
                self.note(before, of(&login));
                // A login that comes to nothing leaves whoever was logged in.
                if let Ok(session) = login {
                    (self.began, self.session) = (Some(session.started_at()), Some(session));
                }
            }
            Step::PullCard => self.desk()?.pull(),
            Step::Logout => {
                let desk = self.desk()?;
                let Some(session) = self.session.take() else { return Ok(()) };
                let logout = desk.logout(&self.store, &session, before.1)?;
                self.note(before, of(&logout));
            }
            Step::Unconfirmed(_) | Step::Untyped(_) => {
                return Err(StageError::new("this step needs a process"));
            }
        }
        Ok(())
    }

    async fn run(
        &mut self,
        kind: Kind,
        way: Way,
        asked: fn(&mut RunRequest),
        midway: Option<(usize, Midway)>,
    ) {
        let before = (self.recorder.count(), Clock::now(&self.clock));
        let mut settings = RunSettings::default();
        settings.limits.lanes = LANES;
        settings.limits.in_flight = IN_FLIGHT;
        (self.scenario.settings)(&mut settings);
        (self.seams.settings)(&mut settings);
        let request = RunRequest::new(run_kind(kind), (self.seams.action)(action(way)));
        let terminology = self.terminology.clone();
        let mut request = RunRequest { settings: Some(settings), terminology, ..request };
        asked(&mut request);
        (self.seams.request)(&mut request);
        let outcomes = match self.session.clone().or_else(self.seams.nobody) {
            Some(session) => self.leg(&session, request, midway).await,
            // The library takes a session, and there is none to give.
            None => vec![RunOutcome {
                state: "refused".into(),
                said: "Nobody is logged in.".into(),
                ..RunOutcome::default()
            }],
        };
        for outcome in outcomes {
            self.note(before, RunOutcome { kind: Some(kind), way: Some(way), ..outcome });
        }
    }

    fn desk(&mut self) -> Result<Arc<Desk>, StageError> {
        if let Some(desk) = &self.desk {
            return Ok(Arc::clone(desk));
        }
        let now = Clock::now(&self.clock);
        let desk = Desk::open(&self.written.spine, (self.scenario.identity)(), self.seams, now)?;
        Ok(Arc::clone(self.desk.insert(Arc::new(desk))))
    }

    fn note(&mut self, (count, began): (usize, Timestamp), outcome: RunOutcome) {
        let (span, time) = ((count, self.recorder.count()), (began, Clock::now(&self.clock)));
        let mut outcome = RunOutcome { span, time, ..outcome };
        (self.seams.report)(&mut outcome, &self.people);
        self.runs.push(outcome);
    }

    async fn observe(self) -> Result<Observation, StageError> {
        let mut changes = Vec::new();
        self.client.export_changes(&mut changes).await.map_err(StageError::new)?;
        Ok(Observation {
            scenario: self.scenario.name,
            people: self.people,
            exchanges: self.recorder.exchanges(),
            identity: self.desk.map(|desk| desk.exchanges()).unwrap_or_default(),
            runs: self.runs,
            changes: String::from_utf8_lossy(&changes).into_owned(),
            spine: self.spine,
            session_began: self.began,
        })
    }
}

pub(super) const fn run_kind(kind: Kind) -> RunKind {
    match kind {
        Kind::InitialUpload => RunKind::InitialUpload,
        Kind::BulkUpdate => RunKind::BulkUpdate,
        Kind::ConsentMigration => RunKind::ConsentMigration,
        Kind::BulkDeregistration => RunKind::BulkDeregistration,
        Kind::NoLongerContributing => RunKind::NoLongerContributing,
    }
}

pub(super) const fn action(way: Way) -> Action {
    match way {
        Way::Run => Action::Run,
        Way::Resume => Action::Resume,
        Way::Rerun => Action::Rerun,
        Way::Failed => Action::Failed,
    }
}

/// What a step that is no run came to.
fn of<T>(outcome: &Result<T, ClientError>) -> RunOutcome {
    let state = if outcome.is_ok() { "finished" } else { "refused" };
    let said = outcome.as_ref().err().map(ToString::to_string).unwrap_or_default();
    RunOutcome { state: state.into(), said, ..RunOutcome::default() }
}
