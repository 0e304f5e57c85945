//! A practice, its computer, the network and the Spine in one thread and in virtual time: plays a case and says what came of it.
//!
//! After every op the invariants are looked at in the store and the auditor goes through the ledger. The first thing that is broken ends
//! the case: what follows from it would only hide it.

mod clock;
mod line;
mod memory;
mod planted;
mod practice;
mod process;
mod scene;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use spine_client::store::{MemoryStore, StoreOptions};
use spine_client::{Action, RunId, RunKind};
use spine_fixtures::population::Contribution;
use spine_simulator::Spine;
use spine_simulator::identity::Sessions;
use spine_simulator::scenario::{Dissent, Duplicate, Readiness, Scenario, Settings};

use super::auditor::{Auditor, Claim};
use super::cast::{Cast, Roster};
use super::coverage::Coverage;
use super::invariant;
use super::op::{Blow, Case, Habits, Op};
use crate::stage::{AS_OF, StageError, library};
use clock::Time;
pub(super) use line::Passing;
pub use planted::Planted;
pub(super) use scene::{Scene, digest, mix};

/// Name of the practice's computer.
const HOST: &str = "a-surgery";
/// A new session of the operator begins every so many hours, and lasts ten.
const SESSION_EVERY_HOURS: i64 = 4;
/// How often a practice works on after everything that a case has for it, before it is said never to come to an end.
const PATIENCE: usize = 24;

/// How long the Spine may take at most to work on what it took.
const LANDED: Duration = Duration::from_mins(10);

/// What came of a case.
#[derive(Clone, Debug)]
pub struct Played {
    /// Everything that happened, line by line: the same for the same case.
    pub log: Vec<String>,
    /// What must never happen and did; empty if all is well.
    pub broken: Vec<String>,
    /// What was met.
    pub coverage: Coverage,
    /// How many writes and exchanges each run of the case had, by its op.
    pub points: BTreeMap<usize, (u64, u64)>,
    /// How each patient came out of each kind's last run.
    pub verdicts: BTreeMap<(RunKind, String), Claim>,
    /// What the Spine holds of each patient at the end, in words.
    pub held: BTreeMap<usize, String>,
}

/// Plays a case.
pub fn play(case: &Case, planted: Option<Planted>) -> Result<Played, StageError> {
    let company = Cast::shared()?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .map_err(StageError::new)?;
    runtime.block_on(async {
        let mut world = World::open(company, case, planted).await?;
        world.play(case).await?;
        world.scene.count_fired();
        invariant::situations(&world.scene).await;
        Ok(world.tell(case))
    })
}

pub(super) struct World {
    scene: Arc<Scene>,
    memory: Arc<MemoryStore>,
    members: BTreeMap<usize, Contribution>,
    roster: Arc<Roster>,
    auditor: Auditor,
    points: BTreeMap<usize, (u64, u64)>,
    /// The op that is being played.
    op: usize,
    runs: Vec<(RunId, RunKind)>,
}

fn begin() -> Result<Timestamp, StageError> {
    format!("{AS_OF}T08:30:00Z").parse().map_err(StageError::new)
}

fn settings(habits: Habits, seed: u64) -> Settings {
    Settings {
        seed,
        dissent: if habits.refuses_all { Dissent::RefuseAll } else { Dissent::default() },
        duplicate: match habits.duplicate {
            0 => Duplicate::SameAnswer,
            1 => Duplicate::Rejected,
            _ => Duplicate::DuplicateEvent,
        },
        readiness: Readiness { polls: u32::from(habits.polls), ..Readiness::default() },
        ..Settings::default()
    }
}

impl World {
    async fn open(company: &'static Cast, case: &Case, planted: Option<Planted>) -> Result<Self, StageError> {
        let time = Time::from(begin()?);
        let sessions = Arc::new(Sessions::default());
        let scenario =
            Scenario { population: company.known.clone(), settings: settings(case.habits, case.seed) };
        let spine = Spine::new(scenario, Arc::new(time)).with_sessions(Arc::<Sessions>::clone(&sessions));
        let memory = MemoryStore::new(StoreOptions::new(HOST, move || time.now()));
        let disk = memory.beside(StoreOptions::new("an-observer", move || time.now()));
        let scene =
            Arc::new(Scene::new(company, (case.seed, case.habits), time, (spine, sessions), disk, planted));
        let places =
            case.people.iter().filter_map(|place| Some((*place, company.people.get(*place)?.clone())));
        let members: BTreeMap<usize, Contribution> = places.collect();
        let roster = practice::roster(company, &members)?;
        let auditor = Auditor::new(&scene);
        let mut world = Self {
            scene,
            memory: Arc::new(memory),
            members,
            roster,
            auditor,
            points: BTreeMap::new(),
            op: 0,
            runs: Vec::new(),
        };
        world.login()?;
        world.import().await;
        tokio::time::sleep(Duration::from_millis(1)).await;
        Ok(world)
    }

    async fn play(&mut self, case: &Case) -> Result<(), StageError> {
        for op in &case.ops {
            self.op += 1;
            self.scene.log(format_args!("op {} {}", self.op, serde_json::to_string(op).unwrap_or_default()));
            self.step(op).await?;
            self.look().await;
            // No two ops in one moment: what came first is told by the time.
            tokio::time::sleep(Duration::from_millis(1)).await;
            if self.is_broken() {
                return Ok(());
            }
        }
        self.settle(case).await
    }

    async fn step(&mut self, op: &Op) -> Result<(), StageError> {
        match op {
            Op::Advance(minutes) => {
                tokio::time::sleep(Duration::from_secs(60 * u64::from(*minutes))).await;
            }
            Op::Add(place) => {
                let Some(one) = self.scene.cast.people.get(*place) else { return Ok(()) };
                self.members.entry(*place).or_insert_with(|| one.clone());
                self.import_anew().await?;
            }
            Op::Change(place, change) => {
                if *change == super::op::Change::Busy {
                    self.scene.book().coverage.fired("O13");
                }
                let at = spine_client::clock::uk_local(self.scene.now());
                let Some(one) = self.members.get_mut(place) else { return Ok(()) };
                super::cast::change(one, *change, at);
                self.import_anew().await?;
            }
            Op::Release(place) => self.release(*place).await,
            Op::Login => self.login()?,
            Op::Switch(on) => self.switch(*on).await,
            Op::Now(blow) => self.scene.happens(blow.clone()).await,
            Op::Run { kind, action, strikes } => self.run(*kind, *action, strikes.clone()).await,
        }
        Ok(())
    }

    /// Everything that goes wrong is over: the practice works on until every run is finished.
    async fn settle(&mut self, case: &Case) -> Result<(), StageError> {
        let began = case.ops.iter().any(|op| matches!(op, Op::Run { .. }));
        for _ in 0..PATIENCE {
            let unfinished = self.unfinished().await;
            let (kind, action) = match (unfinished, case.ops.iter().find_map(first_run)) {
                (Some(kind), _) => (kind, Action::Resume),
                (None, Some((kind, action))) if began && self.runs.is_empty() && Self::is_open(case) => {
                    (kind, action)
                }
                (None, _) => {
                    // Whatever the Spine still had in its queue lands by then.
                    tokio::time::sleep(LANDED).await;
                    self.look().await;
                    self.auditor.settled(&self.scene);
                    return Ok(());
                }
            };
            self.op += 1;
            self.scene.log(format_args!("op {} settles: {action:?} {kind:?}", self.op));
            self.scene.happens(Blow::Calm).await;
            self.scene.skew.store(0, std::sync::atomic::Ordering::SeqCst);
            self.scene.book().operator.clone_from(&self.scene.cast.operator);
            tokio::time::sleep(Duration::from_mins(1)).await;
            self.login()?;
            self.open_the_gate(kind).await;
            self.run(kind, action, Vec::new()).await;
            self.look().await;
            if self.is_broken() {
                return Ok(());
            }
        }
        self.scene.broken("a run does not come to an end");
        Ok(())
    }

    /// Whether a run that died before it was on record is to be begun again: only where nothing else was to happen.
    fn is_open(case: &Case) -> bool {
        case.ops.iter().all(|op| matches!(op, Op::Run { .. } | Op::Switch(_) | Op::Advance(_)))
    }

    /// The operator logs in: a session that began a few hours ago at most.
    fn login(&mut self) -> Result<(), StageError> {
        let begin = begin()?;
        let gone = self.scene.now().duration_since(begin).as_hours();
        let rung = gone.div_euclid(SESSION_EVERY_HOURS) * SESSION_EVERY_HOURS;
        let at = begin.checked_add(SignedDuration::from_hours(rung)).map_err(StageError::new)?;
        self.scene.login(library::session_at(at)?);
        Ok(())
    }

    async fn look(&mut self) {
        invariant::hold(&self.scene).await;
        let claims = self.claims().await;
        self.auditor.look(&self.scene, self.op, claims);
    }

    fn is_broken(&self) -> bool {
        !self.scene.book().broken.is_empty()
    }

    fn tell(self, case: &Case) -> Played {
        let held = self.scene.cast.people.iter().enumerate();
        let held = held.filter_map(|(place, _)| Some((place, super::auditor::held(&self.scene, place)?)));
        let held = held.filter(|(place, _)| case.people.contains(place)).collect();
        let verdicts = self.auditor.verdicts();
        let mut book = self.scene.book();
        Played {
            log: std::mem::take(&mut book.log),
            broken: std::mem::take(&mut book.broken),
            coverage: std::mem::take(&mut book.coverage),
            points: self.points,
            verdicts,
            held,
        }
    }
}

fn first_run(op: &Op) -> Option<(RunKind, Action)> {
    match op {
        Op::Run { kind, action, .. } => Some((*kind, *action)),
        _ => None,
    }
}
