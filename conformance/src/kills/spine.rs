//! The fake Spine as a process that can be killed and comes back the same.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use serde_json::Value;
use spine_simulator::Ready;

use super::processes::{ended, kill, pause, wait_for};
use crate::stage::StageError;
use crate::wire::{Request, ask_plainly};

/// How often its ports are tried again: another process may hold one of them for a moment.
const STARTS: u32 = 50;
const BETWEEN_STARTS: Duration = Duration::from_millis(100);
/// What the client is asked to wait before a poll, in milliseconds.
const RETRY_AFTER_MS: &str = "10";

/// A fake Spine in a folder, which also holds its population (`spine/`).
pub(super) struct SpineProcess {
    program: PathBuf,
    folder: PathBuf,
    child: Child,
    ready: Ready,
}

impl SpineProcess {
    /// Starts it on free ports and waits until it is ready.
    pub(super) fn start(program: &Path, folder: &Path) -> Result<Self, StageError> {
        let child = spawn(program, folder, &[])?;
        let mut new =
            Self { program: program.to_owned(), folder: folder.to_owned(), child, ready: nowhere() };
        if new.comes_up()? { Ok(new) } else { Err(new.why("the fake Spine did not start")) }
    }

    /// Kills it; whether that is what ended it.
    pub(super) fn kill(&mut self) -> Result<bool, StageError> {
        kill(&mut self.child)
    }

    /// Starts it again where it was, after it was killed.
    pub(super) fn again(&mut self, forget_sessions: bool) -> Result<(), StageError> {
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
            let _ = fs::remove_file(self.folder.join("ready.json"));
            self.child = spawn(&self.program, &self.folder, &arguments)?;
            if self.comes_up()? {
                return Ok(());
            }
            pause(BETWEEN_STARTS);
        }
        Err(self.why("the fake Spine does not start again"))
    }

    /// How many exchanges it has had, over all its lives.
    pub(super) fn exchanges(&self) -> Result<u64, StageError> {
        let totals = self.ask("/ledger/totals")?;
        totals[0]["exchanges"].as_u64().ok_or_else(|| StageError::new("the fake Spine does not count"))
    }

    /// The JSON documents that the control port has under a path.
    pub(super) fn ask(&self, path: &str) -> Result<Vec<Value>, StageError> {
        let answer = ask_plainly(&self.ready.control, &Request::get(path)).map_err(StageError::new)?;
        let lines = answer.body.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
        lines.map(serde_json::from_slice).collect::<Result<_, _>>().map_err(StageError::new)
    }

    /// Waits until it is ready; `false` when it ended instead.
    fn comes_up(&mut self) -> Result<bool, StageError> {
        let file = self.folder.join("ready.json");
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
        let said = fs::read_to_string(self.folder.join("spine.log")).unwrap_or_default();
        StageError::new(format!("{what}: {}", said.lines().last().unwrap_or_default()))
    }
}

impl Drop for SpineProcess {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn spawn(program: &Path, folder: &Path, more: &[String]) -> Result<Child, StageError> {
    let log = File::create(folder.join("spine.log")).map_err(StageError::new)?;
    let started = Command::new(program)
        .current_dir(folder)
        .args(["--population", "spine", "--state", "state", "--keys", "keys", "--ready-file", "ready.json"])
        .args(["--retry-after-ms", RETRY_AFTER_MS, "--until-stdin-closes"])
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
