//! Plays a scenario with a program: any client that understands the adapter's command line, `scr` first of all.
//!
//! The adapter's command line (see `docs/adapter.md`): `import DIR`, `login --spine FILE --pin-stdin`, `logout --spine FILE`,
//! `run KIND run|resume --spine FILE --yes`, `report --json`, `export-changes`, each with `--store FILE`. The program meets a scripted
//! Spine over mutual TLS in real time; the interrupt signal asks it to stop.

#[cfg_attr(unix, path = "command/unix.rs")]
#[cfg_attr(not(unix), path = "command/elsewhere.rs")]
mod interrupt;

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::{Arc, mpsc};
use std::time::Duration;

use jiff::Timestamp;
use serde::Deserialize;
use spine_client::{Clock as _, SystemClock};
use spine_simulator::scenario::Settings;
use spine_simulator::{FakeSpine, Options};

use super::StageError;
use super::ground::InProcess;
use super::observation::{Observation, RunOutcome};
use super::people::People;
use super::recorder::Recorder;
use super::scenario::{Kind, Midway, Need, OPERATOR, Scenario, Step, Way};
use super::served::{Front, client_tls};
use crate::runner::Player;
use crate::wire::{Relay, Requester};

/// How long an answer is to be waited for before it is polled for: short, for the suite waits in real time.
const RETRY_AFTER_MS: u64 = 20;

/// How long a process is given to hear the interrupt signal before the next answer reaches it.
const HEARS_WITHIN: Duration = Duration::from_millis(500);

/// A client under test.
pub struct Adapter {
    program: PathBuf,
    arguments: Vec<String>,
}

impl Adapter {
    /// The program of a command line; what follows the program's name is put before the adapter's own arguments.
    #[must_use]
    pub fn new(command: &str) -> Self {
        let mut words = command.split_whitespace().map(str::to_owned);
        Self { program: words.next().unwrap_or_default().into(), arguments: words.collect() }
    }
}

impl Player for Adapter {
    fn name(&self) -> String {
        let program = self.program.file_name().unwrap_or_default().to_string_lossy().into_owned();
        [vec![program], self.arguments.clone()].concat().join(" ")
    }

    fn cannot(&self, need: Need) -> Option<String> {
        (need == Need::VirtualTime)
            .then(|| "takes hours, or settings that the adapter does not know".to_owned())
    }

    fn play(&self, scenario: &Scenario) -> Result<Observation, StageError> {
        let folder = tempfile::tempdir().map_err(StageError::new)?;
        let today = spine_client::clock::uk_date(SystemClock.now()).to_string();
        let people = People::of(scenario.people, &today)?;
        let written = people.write(folder.path())?;
        let mut settings = Settings { retry_after_ms: RETRY_AFTER_MS, ..Settings::default() };
        (scenario.spine)(&mut settings);
        let options = Options::load(&written.spine, settings).map_err(StageError::new)?;
        let fake = Arc::new(FakeSpine::start(options.with_first_card()).map_err(StageError::new)?);

        let service = Box::new(InProcess(fake.spine().clone()));
        let recorder = Recorder::new(service, (scenario.script)(), || SystemClock.now());
        let upstream =
            Requester::new(&fake.ready().identity, client_tls(fake.ready())?).map_err(StageError::new)?;
        let identity = Recorder::new(Box::new(upstream), (scenario.identity)(), || SystemClock.now());
        let front = Front::of(fake.ready(), folder.path())?;
        let relays = [front.relay(Arc::new(recorder.clone()))?, front.relay(Arc::new(identity.clone()))?];
        let ready = front.ready(fake.ready(), &relays[0], Some(&relays[1]))?;

        let mut playing = Playing {
            adapter: self,
            folder: folder.path(),
            ready,
            fake,
            recorder,
            runs: Vec::new(),
            _relays: relays,
        };
        playing.insist("import", &["import", &shown(&written.practice)])?;
        if !matches!(scenario.steps.first(), Some(Step::Login { .. })) {
            let login = playing.login(OPERATOR.0, OPERATOR.1)?;
            if !login.status.success() {
                return Err(StageError::new(format!("the operator cannot log in: {}", said(&login))));
            }
        }
        let began = SystemClock.now();
        for step in scenario.steps {
            playing.step(*step, &written.practice)?;
        }
        let changes = playing.run(&["export-changes"])?;
        Ok(Observation {
            scenario: scenario.name,
            people,
            exchanges: playing.recorder.exchanges(),
            identity: identity.exchanges(),
            runs: playing.runs,
            changes: String::from_utf8_lossy(&changes.stdout).into_owned(),
            spine: playing.fake.spine().clone(),
            session_began: Some(began),
        })
    }
}

struct Playing<'a> {
    adapter: &'a Adapter,
    folder: &'a Path,
    ready: PathBuf,
    fake: Arc<FakeSpine>,
    recorder: Recorder,
    runs: Vec<RunOutcome>,
    _relays: [Relay; 2],
}

/// What `report --json` must hold at least.
#[derive(Deserialize)]
struct Report {
    run: i64,
    legs: u32,
    state: String,
    counters: std::collections::BTreeMap<String, u64>,
    reasons: std::collections::BTreeMap<String, u64>,
    #[serde(default)]
    settings: serde_json::Value,
    /// All of it, as it came.
    #[serde(skip)]
    text: String,
}

impl Playing<'_> {
    fn step(&mut self, step: Step, practice: &Path) -> Result<(), StageError> {
        let before = (self.recorder.count(), SystemClock.now());
        match step {
            Step::Run(kind, way) => self.bulk(before, kind, way, None),
            Step::Stopped(kind, way, after) => self.bulk(before, kind, way, Some((after, Midway::Stop))),
            Step::Killed(kind, way, after) => self.bulk(before, kind, way, Some((after, Midway::Kill))),
            Step::Pulled(kind, way, after) => self.bulk(before, kind, way, Some((after, Midway::Pull))),
            Step::Rival(kind, way, after) => self.bulk(before, kind, way, Some((after, Midway::Rival))),
            Step::Unconfirmed(kind) => {
                let ready = shown(&self.ready);
                let output = self.run(&["run", kind.code(), Way::Run.code(), "--spine", &ready])?;
                self.note(before, of_process(&output));
                Ok(())
            }
            Step::Untyped(user) => {
                let user = spine_vocabulary::UserId::parse(user).map_err(StageError::new)?;
                self.fake.cards().insert(&user).map_err(StageError::new)?;
                let ready = shown(&self.ready);
                let mut login = self.command(&["login", "--spine", &ready]);
                // Where a PIN must not be looked for.
                let output = login
                    .env("PIN", OPERATOR.1)
                    .env("SCR_PIN", OPERATOR.1)
                    .output()
                    .map_err(StageError::new)?;
                self.note(before, of_process(&output));
                Ok(())
            }
            Step::Login { user, pin } => {
                let output = self.login(user, pin)?;
                self.note(before, of_process(&output));
                Ok(())
            }
            Step::PullCard => {
                self.fake.cards().pull();
                Ok(())
            }
            Step::Logout => {
                let ready = shown(&self.ready);
                let output = self.run(&["logout", "--spine", &ready])?;
                self.note(before, of_process(&output));
                Ok(())
            }
            Step::Meanwhile(happens) => {
                happens(self.fake.spine());
                Ok(())
            }
            Step::Change(change) => {
                change(practice);
                let output = self.run(&["import", &shown(practice)])?;
                self.note(before, of_process(&output));
                Ok(())
            }
            Step::Wait(_) => Err(StageError::new("this step needs virtual time")),
        }
    }

    fn bulk(
        &mut self,
        before: (usize, Timestamp),
        kind: Kind,
        way: Way,
        midway: Option<(usize, Midway)>,
    ) -> Result<(), StageError> {
        let earlier = self.report()?;
        let ready = shown(&self.ready);
        let arguments = ["run", kind.code(), way.code(), "--spine", &ready, "--yes"];
        let child = self.command(&arguments).spawn().map_err(StageError::new)?;
        let (tell, rival) = mpsc::channel();
        if let Some((after, what)) = midway {
            let (process, fake, mut other) = (child.id(), Arc::clone(&self.fake), self.command(&arguments));
            self.recorder.ring_after(after, move || match what {
                Midway::Stop => {
                    interrupt::interrupt(process);
                    // The answer that rang waits meanwhile, so the run cannot be over before the process has heard.
                    std::thread::park_timeout(HEARS_WITHIN);
                }
                Midway::Kill => interrupt::kill(process),
                Midway::Pull => drop(fake.cards().pull()),
                // The first process waits for its answer meanwhile, so it cannot be over before the other one is.
                Midway::Rival => drop(tell.send(other.output())),
            });
        }
        let output = child.wait_with_output().map_err(StageError::new)?;
        self.recorder.silence();
        let report = self.report()?;
        let begun = |report: &Report| {
            earlier.as_ref().is_none_or(|earlier| (earlier.run, earlier.legs) != (report.run, report.legs))
        };
        let mut outcome = RunOutcome { state: "refused".into(), ..of_process(&output) };
        if let Some(report) = report.filter(begun) {
            outcome.report = report.text;
            (outcome.state, outcome.counters, outcome.reasons) =
                (report.state, report.counters, report.reasons);
            outcome.settings =
                if report.settings.is_null() { String::new() } else { report.settings.to_string() };
        }
        if output.status.code().is_none() {
            outcome.state = "killed".into();
        }
        self.note(before, RunOutcome { kind: Some(kind), way: Some(way), ..outcome });
        for other in rival.try_iter() {
            let outcome = of_process(&other.map_err(StageError::new)?);
            self.note(before, RunOutcome { kind: Some(kind), way: Some(way), ..outcome });
        }
        Ok(())
    }

    /// The newest run's report; `None` where there is none yet.
    fn report(&self) -> Result<Option<Report>, StageError> {
        let output = self.run(&["report", "--json"])?;
        if output.status.success() {
            let report: Report = serde_json::from_slice(&output.stdout).map_err(StageError::new)?;
            Ok(Some(Report { text: String::from_utf8_lossy(&output.stdout).into_owned(), ..report }))
        } else {
            Ok(None)
        }
    }

    fn login(&self, user: &str, pin: &str) -> Result<Output, StageError> {
        let user = spine_vocabulary::UserId::parse(user).map_err(StageError::new)?;
        self.fake.cards().insert(&user).map_err(StageError::new)?;
        let ready = shown(&self.ready);
        let mut command = self.command(&["login", "--spine", &ready, "--pin-stdin"]);
        let mut child = command.stdin(Stdio::piped()).spawn().map_err(StageError::new)?;
        type_pin(&mut child, pin);
        child.wait_with_output().map_err(StageError::new)
    }

    fn insist(&self, what: &str, arguments: &[&str]) -> Result<(), StageError> {
        let output = self.run(arguments)?;
        let failed = || StageError::new(format!("{what}: {}", said(&output)));
        if output.status.success() { Ok(()) } else { Err(failed()) }
    }

    fn run(&self, arguments: &[&str]) -> Result<Output, StageError> {
        self.command(arguments).output().map_err(StageError::new)
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(&self.adapter.program);
        command.args(&self.adapter.arguments).args(arguments);
        command.args(["--store", &shown(&self.folder.join("practice.scr"))]);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    fn note(&mut self, (count, began): (usize, Timestamp), outcome: RunOutcome) {
        let (span, time) = ((count, self.recorder.count()), (began, SystemClock.now()));
        self.runs.push(RunOutcome { span, time, ..outcome });
    }
}

fn type_pin(child: &mut Child, pin: &str) {
    if let Some(mut input) = child.stdin.take() {
        // It may end before it reads.
        let _ = writeln!(input, "{pin}");
    }
}

fn of_process(output: &Output) -> RunOutcome {
    let state = if output.status.success() { "finished" } else { "refused" };
    RunOutcome {
        exit: output.status.code(),
        state: state.into(),
        said: said(output),
        ..RunOutcome::default()
    }
}

fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stderr), String::from_utf8_lossy(&output.stdout))
}

fn shown(path: &Path) -> String {
    path.display().to_string()
}
