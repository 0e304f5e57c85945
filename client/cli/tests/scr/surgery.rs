//! A surgery to test in: an invented practice, a fake Spine in this process, and `scr` in processes of its own.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

use spine_client::{Client, Clock as _, PatientKey, Reason, RunId, SystemClock};
use spine_fixtures::Population;
use spine_fixtures::population::staff;
use spine_simulator::scenario::Settings;
use spine_simulator::server::ReadyFile;
use spine_simulator::{FakeSpine, Options};
use tempfile::TempDir;

/// Patients of an ordinary surgery: personas, so every kind of fate is among them.
pub(crate) const PATIENTS: usize = 40;
/// How often something is looked for before a test gives up, and how long it waits in between.
const LOOKS: u32 = 30_000;
const BETWEEN_LOOKS: Duration = Duration::from_millis(2);

/// An invented practice with its fake Spine.
pub(crate) struct Surgery {
    folder: TempDir,
    spine: Option<FakeSpine>,
    population: Population,
    settings: Settings,
    ready: Option<ReadyFile>,
}

/// What a process came to.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) code: Option<i32>,
    pub(crate) out: String,
    pub(crate) err: String,
}

/// Counter and reason of each patient in a run.
pub(crate) type Verdicts = BTreeMap<String, (String, Option<&'static str>)>;

impl Surgery {
    /// A practice of so many patients, not imported yet, and a fake Spine that answers quickly.
    pub(crate) fn of(patients: usize) -> Self {
        Self::with(patients, Settings { retry_after_ms: 20, ..Settings::default() })
    }

    pub(crate) fn with(patients: usize, settings: Settings) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let today = spine_client::clock::uk_date(SystemClock.now()).to_string().parse().unwrap();
        let population = Population::new(1, patients, today);
        let written = population.write(folder.path()).unwrap();
        assert!(written.spine.ends_with("spine"));
        let mut surgery = Self { folder, spine: None, population, settings, ready: None };
        surgery.start_spine_again();
        surgery
    }

    /// Starts the fake Spine with what it held before anything was sent.
    pub(crate) fn start_spine_again(&mut self) {
        if self.spine.is_some() {
            self.close_spine();
        }
        let mut options =
            Options::load(&self.path("spine"), self.settings.clone()).unwrap().with_first_card();
        // Kept when the fake Spine stops, as a practice's own keys are.
        options.keys = Some(self.path("keys"));
        let spine = FakeSpine::start(options).unwrap();
        // The file goes when its guard does: first the old one, then the new one.
        self.ready = None;
        self.ready = Some(ReadyFile::write(spine.ready(), &self.path("spine.json")).unwrap());
        self.spine = Some(spine);
    }

    /// The same with everything imported and the operator logged in.
    pub(crate) fn open(patients: usize) -> Self {
        Self::of(patients).opened()
    }

    /// Adds a patient group to the extract, before it is imported.
    pub(crate) fn group(&self, name: &str, members: &[String]) {
        let mut file = fs::OpenOptions::new().append(true).open(self.path("practice/groups.csv")).unwrap();
        for member in members {
            writeln!(file, "{name},{member}").unwrap();
        }
        // The counts of rows no longer hold.
        let toml = self.path("practice/practice.toml");
        let text = fs::read_to_string(&toml).unwrap();
        fs::write(&toml, text.split("[rows]").next().unwrap()).unwrap();
    }

    pub(crate) fn opened(self) -> Self {
        self.scr(&["import", "practice"]).expect(0);
        self.login(staff::OPERATOR_PIN).expect(0);
        self
    }

    pub(crate) fn spine(&self) -> &FakeSpine {
        self.spine.as_ref().unwrap()
    }

    /// Stops the fake Spine: nobody listens on its ports any more.
    pub(crate) fn close_spine(&mut self) {
        self.spine.take().unwrap().stop();
    }

    pub(crate) fn population(&self) -> Population {
        self.population
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Writes a file of the surgery's folder.
    pub(crate) fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.path(name);
        fs::write(&path, text).unwrap();
        path
    }

    /// `scr` with its store in the surgery's folder, which is where it runs.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_scr"));
        command.current_dir(self.folder.path()).args(arguments);
        if !arguments.contains(&"--store") {
            command.args(["--store", "practice.scr"]);
        }
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    pub(crate) fn scr(&self, arguments: &[&str]) -> Ran {
        Ran::of(self.command(arguments).output().unwrap())
    }

    pub(crate) fn login(&self, pin: &str) -> Ran {
        self.login_at("spine.json", pin)
    }

    pub(crate) fn login_at(&self, spine: &str, pin: &str) -> Ran {
        let arguments = ["login", "--spine", spine, "--pin-stdin"];
        let mut child = self.command(&arguments).stdin(Stdio::piped()).spawn().unwrap();
        // It may end before it reads.
        let _ = writeln!(child.stdin.take().unwrap(), "{pin}");
        Ran::of(child.wait_with_output().unwrap())
    }

    /// A run that nobody is asked about.
    pub(crate) fn run(&self, kind: &str, action: &str) -> Ran {
        self.scr(&run_arguments(kind, action))
    }

    /// The same, not waited for.
    pub(crate) fn begin(&self, kind: &str, action: &str) -> Child {
        self.begin_with(kind, action, &[])
    }

    /// The same with further arguments.
    pub(crate) fn begin_with(&self, kind: &str, action: &str, more: &[&str]) -> Child {
        self.command(&[&run_arguments(kind, action), more].concat()).spawn().unwrap()
    }

    /// Waits until `child` has ended or the fake Spine has answered so many exchanges; whether it still runs.
    pub(crate) fn runs_until(&self, child: &mut Child, exchanges: u64) -> bool {
        for _ in 0..LOOKS {
            if child.try_wait().unwrap().is_some() {
                return false;
            }
            if self.spine().spine().ledger().count() >= exchanges {
                return true;
            }
            std::thread::park_timeout(BETWEEN_LOOKS);
        }
        panic!("neither {exchanges} exchanges nor an end");
    }

    /// A run that nobody is asked about, with further arguments.
    pub(crate) fn run_with(&self, kind: &str, action: &str, more: &[&str]) -> Ran {
        self.scr(&[&run_arguments(kind, action), more].concat())
    }

    /// How each patient came out of a run.
    pub(crate) fn verdicts(&self, run: i64) -> Verdicts {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(verdicts(&self.path("practice.scr"), RunId(run)))
    }

    /// Patients of whom the fake Spine accepted other than one event.
    pub(crate) fn events_per_patient(&self) -> BTreeMap<String, usize> {
        let mut events = BTreeMap::new();
        for event in self.spine().spine().ledger().accepted() {
            *events.entry(event.nhs_number.reveal()).or_default() += 1;
        }
        events
    }
}

fn run_arguments<'a>(kind: &'a str, action: &'a str) -> [&'a str; 6] {
    ["run", kind, action, "--spine", "spine.json", "--yes"]
}

async fn verdicts(store: &Path, run: RunId) -> Verdicts {
    let client = Client::open(store, "a test").await.unwrap();
    let mut all = Verdicts::new();
    let mut after: Option<PatientKey> = None;
    loop {
        let page = client.settlements(run, after.as_ref(), 500).await.unwrap();
        let Some(last) = page.last() else { return all };
        after = Some(last.key.clone());
        for one in page {
            let verdict = (format!("{:?}", one.counter), one.reason.map(Reason::code));
            assert!(all.insert(one.key.as_str().to_owned(), verdict).is_none());
        }
    }
}

impl Ran {
    pub(crate) fn of(output: Output) -> Self {
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        Self { code: output.status.code(), out: text(output.stdout), err: text(output.stderr) }
    }

    /// Insists on the exit code, and shows everything if it is another.
    #[track_caller]
    pub(crate) fn expect(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "\n--- out\n{}\n--- err\n{}", self.out, self.err);
        self
    }

    /// Insists on a text on standard error, line breaks aside.
    #[track_caller]
    pub(crate) fn says(self, text: &str) -> Self {
        let joined =
            |text: &str| text.replace(['│', '×'], " ").split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(joined(&self.err).contains(&joined(text)), "{text:?} is not in\n{}", self.err);
        self
    }

    #[track_caller]
    pub(crate) fn json(&self) -> JsonValue {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error} in\n{}", self.out))
    }
}

/// A document on standard output.
pub(crate) type JsonValue = serde_json::Value;
