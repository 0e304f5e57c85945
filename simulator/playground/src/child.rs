//! The fake Spine as a child process: this program executed again. It ends when its standard input does, so it never
//! outlives its parent, however that ends.

use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::time::Duration;

use spine_client::Clock;
use spine_simulator::Ready;

/// The first argument with which this program is the fake Spine instead.
pub const SPINE: &str = "__spine";

/// How often the ready file is looked for.
const LOOK_EVERY: Duration = Duration::from_millis(20);
/// How often it is looked for before giving up: two minutes, for a large practice on a slow computer.
const LOOKS: u32 = 6_000;
/// How long the child may take to end once its standard input has.
const ENDING: u32 = 250;

/// A fake Spine in a process of its own. Ends when dropped.
#[derive(Debug)]
pub struct FakeSpineProcess {
    ready: Ready,
    ready_file: PathBuf,
    _process: Process,
}

/// The fake Spine did not come up.
#[derive(Debug, thiserror::Error)]
pub enum ChildError {
    /// The operating system refused.
    #[error("the fake Spine cannot be started: {0}")]
    Start(#[source] io::Error),
    /// It ended before it was ready.
    #[error("the fake Spine ended before it was ready ({0}); what it said is above")]
    Ended(ExitStatus),
    /// It is not ready after a long time.
    #[error("the fake Spine is not ready after two minutes")]
    NotReady,
    /// Its ready file makes no sense.
    #[error("the fake Spine's ready file cannot be read: {0}")]
    ReadyFile(#[source] io::Error),
}

impl FakeSpineProcess {
    /// Starts `program` as the fake Spine of a population, and waits until it is ready. `folder` takes its ready file and
    /// its keys; `arguments` go to the simulator as they are. A quiet one says nothing, not even why it does not come up.
    pub async fn start(
        program: &Path,
        population: &Path,
        folder: &Path,
        arguments: &[OsString],
        quiet: bool,
        clock: &dyn Clock,
    ) -> Result<Self, ChildError> {
        let ready_file = folder.join("ready.json");
        let mut child = Command::new(program)
            .arg(SPINE)
            .arg("--population")
            .arg(population)
            .arg("--ready-file")
            .arg(&ready_file)
            .arg("--until-stdin-closes")
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(if quiet { Stdio::null() } else { Stdio::inherit() })
            .spawn()
            .map_err(ChildError::Start)?;
        let stdin = child.stdin.take();
        let mut process = Process { child, stdin };
        for _ in 0..LOOKS {
            if let Some(ready) = read(&ready_file)? {
                return Ok(Self { ready, ready_file, _process: process });
            }
            if let Some(status) = process.child.try_wait().map_err(ChildError::Start)? {
                return Err(ChildError::Ended(status));
            }
            clock.wait(LOOK_EVERY).await;
        }
        Err(ChildError::NotReady)
    }

    /// Where everything is.
    #[must_use]
    pub fn ready(&self) -> &Ready {
        &self.ready
    }

    /// The file that says where everything is.
    #[must_use]
    pub fn ready_file(&self) -> &Path {
        &self.ready_file
    }
}

/// A child that lives for as long as its standard input is open.
#[derive(Debug)]
struct Process {
    child: Child,
    stdin: Option<ChildStdin>,
}

impl Drop for Process {
    fn drop(&mut self) {
        drop(self.stdin.take());
        for _ in 0..ENDING {
            if !matches!(self.child.try_wait(), Ok(None)) {
                return;
            }
            std::thread::sleep(LOOK_EVERY);
        }
        // It was asked; now it is told.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What the ready file says, once it is there: it appears whole or not at all.
fn read(file: &Path) -> Result<Option<Ready>, ChildError> {
    match fs::read(file) {
        Ok(text) => {
            serde_json::from_slice(&text).map(Some).map_err(|error| ChildError::ReadyFile(error.into()))
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(ChildError::ReadyFile(error)),
    }
}
