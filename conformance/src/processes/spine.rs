//! The fake Spine as a process of its own. It ends when it is dropped; killed, it can come back where it was.

use std::fs::{self, File};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use serde_json::Value;
use spine_simulator::Ready;

use super::{ended, kill, pause, wait_for};
use crate::stage::StageError;
use crate::wire::{Request, ask_plainly};

/// How often its ports are tried again: another process may hold one of them for a moment.
const STARTS: u32 = 50;
const BETWEEN_STARTS: Duration = Duration::from_millis(100);

/// How a fake Spine is started: in a folder that holds its population (`spine/`) and takes its keys and its ready file.
#[derive(Clone, Debug)]
pub(crate) struct Launch {
    /// The program.
    pub(crate) program: PathBuf,
    /// What is said to it first, and beside what every fake Spine here is told.
    pub(crate) arguments: Vec<String>,
    /// The folder.
    pub(crate) folder: PathBuf,
}

/// A fake Spine that runs.
pub(crate) struct SpineProcess {
    launch: Launch,
    child: Child,
    ready: Ready,
}

impl SpineProcess {
    /// Starts it on free ports and waits until it is ready.
    pub(crate) fn start(launch: Launch) -> Result<Self, StageError> {
        let child = spawn(&launch, &[])?;
        let mut new = Self { launch, child, ready: nowhere() };
        if new.comes_up()? { Ok(new) } else { Err(new.why("the fake Spine did not start")) }
    }

    /// Kills it; whether that is what ended it.
    pub(crate) fn kill(&mut self) -> Result<bool, StageError> {
        kill(&mut self.child)
    }

    /// Starts it again where it was, after it was killed.
    pub(crate) fn again(&mut self, forget_sessions: bool) -> Result<(), StageError> {
        let mut arguments = Vec::new();
        for (name, address) in [
            ("--port", &self.ready.spine),
            ("--identity-port", &self.ready.identity),
            ("--control-port", &self.ready.control),
            ("--card-port", &self.ready.card),
        ] {
            let port = address.rsplit(':').next().unwrap_or_default();
            arguments.extend([name.to_owned(), port.to_owned()]);
        }
        if forget_sessions {
            arguments.push("--forget-sessions".to_owned());
        }
        for _ in 0..STARTS {
            // What the last one left says nothing about this one.
            let _ = fs::remove_file(self.launch.folder.join("ready.json"));
            self.child = spawn(&self.launch, &arguments)?;
            if self.comes_up()? {
                return Ok(());
            }
            pause(BETWEEN_STARTS);
        }
        Err(self.why("the fake Spine does not start again"))
    }

    /// How many exchanges it has had, over all its lives.
    pub(crate) fn exchanges(&self) -> Result<u64, StageError> {
        let totals = self.ask("/ledger/totals")?;
        totals[0]["exchanges"].as_u64().ok_or_else(|| StageError::new("the fake Spine does not count"))
    }

    /// The JSON documents that the control port has under a path.
    pub(crate) fn ask(&self, path: &str) -> Result<Vec<Value>, StageError> {
        let answer = ask_plainly(&self.ready.control, &Request::get(path)).map_err(StageError::new)?;
        let lines = answer.body.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
        lines.map(serde_json::from_slice).collect::<Result<_, _>>().map_err(StageError::new)
    }

    /// Where everything is.
    pub(crate) fn ready(&self) -> &Ready {
        &self.ready
    }

    /// Waits until it is ready; `false` when it ended instead.
    fn comes_up(&mut self) -> Result<bool, StageError> {
        let file = self.launch.folder.join("ready.json");
        let child = &mut self.child;
        let ready = wait_for("a ready fake Spine", || {
            if let Ok(text) = fs::read(&file) {
                return serde_json::from_slice(&text).map(|ready| Some(Some(ready))).map_err(StageError::new);
            }
            Ok(ended(child)?.map(|_| None))
        })?;
        if let Some(ready) = ready {
            self.ready = ready;
            return Ok(true);
        }
        Ok(false)
    }

    fn why(&self, what: &str) -> StageError {
        let said = fs::read_to_string(self.launch.folder.join("spine.log")).unwrap_or_default();
        StageError::new(format!("{what}: {}", said.lines().last().unwrap_or_default()))
    }
}

impl Drop for SpineProcess {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn spawn(launch: &Launch, more: &[String]) -> Result<Child, StageError> {
    let Launch { program, arguments, folder } = launch;
    let log = File::create(folder.join("spine.log")).map_err(StageError::new)?;
    let started = Command::new(program)
        .current_dir(folder)
        .args(arguments)
        .args([
            "--population",
            "spine",
            "--keys",
            "keys",
            "--ready-file",
            "ready.json",
            "--until-stdin-closes",
        ])
        .args(more)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(log)
        .spawn();
    started.map_err(|error| StageError::new(format!("{} cannot be started: {error}", program.display())))
}

/// Before anything listens.
fn nowhere() -> Ready {
    let blank = String::new;
    Ready {
        spine: blank(),
        identity: blank(),
        control: blank(),
        card: blank(),
        ca: blank(),
        client_certificate: blank(),
        client_key: blank(),
        pid: 0,
    }
}
