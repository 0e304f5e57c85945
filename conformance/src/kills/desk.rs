//! The operator's desk: `scr` as a process, and what its store says when it does not run.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use spine_client::{Client, RunId};
use spine_fixtures::population::staff;

use crate::audit::{Report, Told, told};
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

/// An operator's desk in a folder, which also holds the practice's extract (`practice/`).
pub(super) struct Desk {
    scr: PathBuf,
    folder: PathBuf,
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
        runtime.map_err(StageError::new)?.block_on(async {
            let client = Client::open(&store, "an audit").await.map_err(StageError::new)?;
            told(&client, RunId(run.into())).await
        })
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
