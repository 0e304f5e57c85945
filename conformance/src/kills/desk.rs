//! The operator's desk: `scr` as a process, and what its store says when it does not run.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs::{self, File};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use serde::Deserialize;
use spine_client::store::History;
use spine_client::{Client, Counter, PatientKey, Reason, RunId};
use spine_fixtures::population::staff;
use spine_rules::Fact;

use crate::stage::StageError;

/// Everything is tried again soon: the processes come back within moments.
const SETTINGS: &str = "\
[contract]
retries = 2
interval = \"PT0.2S\"

[limits]
question-attempts = 12
question-pause-ms = 20
";
/// How many patients are read from the store at a time.
const PAGE: usize = 1_000;

/// An operator's desk in a folder, which also holds the practice's extract (`practice/`).
pub(super) struct Desk {
    scr: PathBuf,
    folder: PathBuf,
}

/// `scr report --json`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub(super) struct Report {
    pub(super) state: String,
    pub(super) population: u64,
    pub(super) counters: BTreeMap<String, u64>,
    pub(super) reasons: BTreeMap<String, u64>,
}

/// What the store says of one patient in one run.
#[derive(Clone, Debug)]
pub(super) struct Told {
    pub(super) number: Option<String>,
    pub(super) counter: Counter,
    pub(super) reason: Option<Reason>,
    /// The event that the Spine acknowledged, if it did.
    pub(super) event: Option<String>,
    /// Whether the practice's record holds a dissent.
    pub(super) dissents: bool,
    /// Every message that was to be sent, by its id: the digest of its bytes.
    pub(super) dispatched: BTreeMap<String, String>,
}

impl Desk {
    /// Takes the extract over.
    pub(super) fn open(scr: &Path, folder: &Path) -> Result<Self, StageError> {
        let desk = Self { scr: scr.to_owned(), folder: folder.to_owned() };
        fs::write(folder.join("settings.toml"), SETTINGS).map_err(StageError::new)?;
        desk.insist(&["import", "practice"])?;
        Ok(desk)
    }

    /// Logs the operator in with the card in the fake Spine's reader.
    pub(super) fn login(&self) -> Result<(), StageError> {
        let mut command = self.command(&["login", "--spine", "ready.json", "--pin-stdin"]);
        let mut child = command.stdin(Stdio::piped()).spawn().map_err(StageError::new)?;
        if let Some(mut pin) = child.stdin.take() {
            // It may end before it reads.
            let _ = writeln!(pin, "{}", staff::OPERATOR_PIN);
        }
        let output = child.wait_with_output().map_err(StageError::new)?;
        succeeded("login", &output).map(drop)
    }

    /// Begins a leg.
    pub(super) fn begin(&self, kind: &str, action: &str) -> Result<Child, StageError> {
        let file = |name: &str| File::create(self.folder.join(name)).map_err(StageError::new);
        self.command(&["run", kind, action, "--spine", "ready.json", "--settings", "settings.toml", "--yes"])
            .stdout(file("run.out")?)
            .stderr(file("run.err")?)
            .spawn()
            .map_err(StageError::new)
    }

    /// What the last leg said.
    pub(super) fn said(&self) -> String {
        fs::read_to_string(self.folder.join("run.err")).unwrap_or_default()
    }

    /// The report of a run; none if there is no such run.
    pub(super) fn report(&self, run: u32) -> Result<Option<Report>, StageError> {
        /// `scr`: what was asked for is not there.
        const NOT_THERE: i32 = 65;
        let output = self.command(&["report", "--run", &run.to_string(), "--json"]).output();
        let output = output.map_err(StageError::new)?;
        if output.status.code() == Some(NOT_THERE) {
            return Ok(None);
        }
        let document = succeeded("report", &output)?;
        serde_json::from_slice(document).map(Some).map_err(StageError::new)
    }

    /// What the store says of each patient of a run, by the practice's own ids. The client must not run.
    pub(super) fn told(&self, run: u32) -> Result<BTreeMap<String, Told>, StageError> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let store = self.folder.join("practice.scr");
        runtime.map_err(StageError::new)?.block_on(told(&store, RunId(run.into())))
    }

    fn insist(&self, arguments: &[&str]) -> Result<(), StageError> {
        let output = self.command(arguments).output().map_err(StageError::new)?;
        succeeded(arguments.first().copied().unwrap_or_default(), &output).map(drop)
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(&self.scr);
        command.current_dir(&self.folder).args(arguments).args(["--store", "practice.scr"]);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }
}

fn succeeded<'o>(what: &str, output: &'o std::process::Output) -> Result<&'o [u8], StageError> {
    if output.status.success() {
        return Ok(&output.stdout);
    }
    let said = String::from_utf8_lossy(&output.stderr);
    Err(StageError::new(format!("scr {what}: {}: {said}", output.status)))
}

async fn told(store: &Path, run: RunId) -> Result<BTreeMap<String, Told>, StageError> {
    let client = Client::open(store, "an audit").await.map_err(StageError::new)?;
    let mut all = BTreeMap::new();
    let mut after: Option<PatientKey> = None;
    loop {
        let page = client.settlements(run, after.as_ref(), PAGE).await.map_err(StageError::new)?;
        let Some(last) = page.last() else { return Ok(all) };
        after = Some(last.key.clone());
        for one in page {
            let history = client.store().history(&one.key).await.map_err(StageError::new)?;
            let told = Told {
                number: one.number.map(spine_vocabulary::NhsNumber::reveal),
                counter: one.counter,
                reason: one.reason,
                event: one.event.map(|event| event.to_string()),
                dissents: one.dissents,
                dispatched: dispatched(run, &history),
            };
            all.insert(one.key.as_str().to_owned(), told);
        }
    }
}

fn dispatched(run: RunId, history: &[History]) -> BTreeMap<String, String> {
    let facts = history.iter().filter(|one| one.run == run).filter_map(|one| one.fact.as_ref());
    let live = facts.filter_map(|fact| match fact {
        Fact::Dispatched(live) | Fact::Inherited(live) => Some(live),
        _ => None,
    });
    live.map(|live| (live.id.to_string(), hexadecimal(&live.sha256))).collect()
}

/// As the fake Spine writes its digests.
fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}
