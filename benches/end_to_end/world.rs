//! What both are measured in: an invented practice in a store, and a fake Spine in a child process, fresh each time.

use std::fs;
use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::time::Duration;

use spine_client::session::{Pin, Piv, Session, SocketChannel};
use spine_client::{Addresses, Client, Clock as _, SystemClock, TransportSettings};
use spine_fixtures::population::staff;
use spine_fixtures::{Population, Written};
use spine_simulator::Ready;
use tempfile::TempDir;

use super::BenchError;

/// The first argument with which this program is the fake Spine instead.
pub(crate) const SPINE: &str = "__spine";

/// Milliseconds that an upload's answer is waited for before the one poll that finds it: as good as none.
const RETRY_AFTER_MS: &str = "1";
const LOOK_EVERY: Duration = Duration::from_millis(20);
const LOOKS: u32 = 6_000;
const CARD_PATIENCE: Duration = Duration::from_secs(20);
const HOST: &str = "a-bench";

/// An invented practice, imported into a store that is copied for every round.
pub(crate) struct World {
    folder: TempDir,
    written: Written,
    rounds: u32,
}

/// A fake Spine that nobody has spoken with, and an operator logged in at it over a store in which nothing has happened.
pub(crate) struct Round {
    pub(crate) spine: SpineProcess,
    pub(crate) client: Client,
    pub(crate) session: Session,
    pub(crate) addresses: Addresses,
}

/// A fake Spine in a process of its own; it ends with its value.
pub(crate) struct SpineProcess {
    child: Child,
    stdin: Option<ChildStdin>,
    pub(crate) ready: Ready,
    ready_file: PathBuf,
}

impl World {
    /// Invents a practice of so many patients and imports it.
    pub(crate) async fn new(patients: u32) -> Result<Self, BenchError> {
        let folder = tempfile::tempdir()?;
        let today = spine_client::clock::uk_date(SystemClock.now());
        let as_of = today.to_string().parse().map_err(|_| io::Error::other("today is no date"))?;
        let population = Population::new(1, usize::try_from(patients).map_err(io::Error::other)?, as_of);
        let written = population.write(folder.path())?;
        let client = Client::open(&folder.path().join("base.scr"), HOST).await?;
        client.import(&written.practice, None).await?;
        Ok(Self { folder, written, rounds: 0 })
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Everything as it was before the first exchange.
    pub(crate) async fn round(&mut self) -> Result<Round, BenchError> {
        self.rounds += 1;
        let spine = self.spine().await?;
        let store = self.path(&format!("round-{}.scr", self.rounds));
        for end in ["", "-wal"] {
            let base = self.path(&format!("base.scr{end}"));
            if base.exists() {
                fs::copy(base, self.path(&format!("round-{}.scr{end}", self.rounds)))?;
            }
        }
        let client = Client::open(&store, HOST).await?;
        let addresses = Addresses::read(&spine.ready_file)?;
        let identity = addresses.connect_identity(&TransportSettings::default(), SystemClock.now().into())?;
        let address: SocketAddr = spine.ready.card.parse().map_err(io::Error::other)?;
        let card = SocketChannel::connect(address, CARD_PATIENCE).map_err(io::Error::other)?;
        let pin = Pin::read(staff::OPERATOR_PIN.to_owned()).map_err(io::Error::other)?;
        let session = client.login(&*identity, Box::new(Piv::new(card)), pin, None).await?;
        Ok(Round { spine, client, session, addresses })
    }

    /// Takes the store of the last round away: a practice of 900,000 leaves gigabytes.
    pub(crate) fn clear(&self) {
        for end in ["", "-wal", "-shm", ".lock"] {
            // Whatever is not there need not be removed.
            let _ = fs::remove_file(self.path(&format!("round-{}.scr{end}", self.rounds)));
        }
    }

    async fn spine(&self) -> Result<SpineProcess, BenchError> {
        let ready_file = self.path("ready.json");
        let _ = fs::remove_file(&ready_file);
        let mut child = Command::new(std::env::current_exe()?)
            .arg(SPINE)
            .arg("--population")
            .arg(&self.written.spine)
            .arg("--ready-file")
            .arg(&ready_file)
            .args(["--retry-after-ms", RETRY_AFTER_MS, "--until-stdin-closes", "--card"])
            .arg(staff::OPERATOR_USER_ID)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()?;
        let stdin = child.stdin.take();
        for _ in 0..LOOKS {
            if let Some(ready) = read(&ready_file)? {
                return Ok(SpineProcess { child, stdin, ready, ready_file });
            }
            if let Some(status) = child.try_wait()? {
                return Err(
                    io::Error::other(format!("the fake Spine ended before it was ready ({status})")).into()
                );
            }
            SystemClock.wait(LOOK_EVERY).await;
        }
        Err(io::Error::other("the fake Spine is not ready after two minutes").into())
    }
}

impl SpineProcess {
    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }
}

impl Drop for SpineProcess {
    fn drop(&mut self) {
        drop(self.stdin.take());
        // It ends by itself; whoever measures next must not share the processors with it.
        let _ = self.child.wait();
    }
}

fn read(file: &Path) -> io::Result<Option<Ready>> {
    match fs::read(file) {
        Ok(text) => serde_json::from_slice(&text).map(Some).map_err(io::Error::other),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}
