//! The operator's desk: `scr` as a process, and what its store says when it does not run.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use spine_client::{Client, RunId};
use spine_fixtures::population::staff;

use super::Before;
use crate::audit::{Report, Told, told};
use crate::stage::{Row, StageError, edit_rows};

/// Everything is tried again soon: the processes come back within moments.
const SETTINGS: &str = "\
[contract]
retries = 2
interval = \"PT0.2S\"

[limits]
question-attempts = 12
question-pause-ms = 20
";

/// The patients who leave the practice: one in so many.
const LEAVERS: &str = "Leavers";
const LEAVES_ONE_IN: usize = 2;
/// Whose records change before a bulk update: one in so many; and what becomes known of them.
const CHANGES_ONE_IN: usize = 3;
const NEWS: [(&str, &str); 6] = [
    ("scheme", "snomed"),
    ("code", "91936005"),
    ("term", "Allergy to penicillin"),
    ("kind", "drug"),
    ("noted_on", "2020-02-03"),
    ("negative", ""),
];

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
        let leavers = |rows: &mut Vec<Row>| {
            let patients = rows_of(folder, "patients.csv");
            let some = patients.iter().step_by(LEAVES_ONE_IN).filter_map(|row| row.get("patient_id"));
            rows.extend(some.map(|patient| row(&[("group", LEAVERS), ("patient_id", patient)])));
        };
        edit_rows(&folder.join("practice"), "groups.csv", leavers);
        desk.insist(&["import", "practice"])?;
        Ok(desk)
    }

    /// What is done before a run.
    pub(super) fn prepare(&self, before: Before) -> Result<(), StageError> {
        match before {
            Before::Nothing => Ok(()),
            Before::Changes => {
                let allergies = |rows: &mut Vec<Row>| {
                    let patients = rows_of(&self.folder, "patients.csv");
                    let some =
                        patients.iter().step_by(CHANGES_ONE_IN).filter_map(|row| row.get("patient_id"));
                    rows.extend(
                        some.map(|patient| row(&[&[("patient_id", patient.as_str())], &NEWS[..]].concat())),
                    );
                };
                edit_rows(&self.folder.join("practice"), "allergies.csv", allergies);
                self.insist(&["import", "practice"])
            }
            Before::SwitchedOff => self.insist(&["disable", "--yes"]),
        }
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
        let arguments =
            ["run", kind, action, "--spine", "ready.json", "--settings", "settings.toml", "--yes"];
        let needs_group = kind == "bulk-deregistration" && action == "run";
        let mut more = if needs_group { vec!["--group", LEAVERS] } else { Vec::new() };
        if action == "resume" {
            // Whoever was put off while a process was away.
            more.push("--retry-now");
        }
        self.command(&[&arguments[..], &more].concat())
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

/// The rows of a table of the practice's extract.
fn rows_of(folder: &Path, table: &str) -> Vec<Row> {
    let file = folder.join("practice").join(table);
    csv::Reader::from_path(file)
        .map_or_else(|_| Vec::new(), |mut reader| reader.deserialize().filter_map(Result::ok).collect())
}

fn row(cells: &[(&str, &str)]) -> Row {
    cells.iter().map(|(column, cell)| ((*column).to_owned(), (*cell).to_owned())).collect()
}

fn succeeded<'o>(what: &str, output: &'o std::process::Output) -> Result<&'o [u8], StageError> {
    if output.status.success() {
        return Ok(&output.stdout);
    }
    let said = String::from_utf8_lossy(&output.stderr);
    Err(StageError::new(format!("scr {what}: {}: {said}", output.status)))
}
