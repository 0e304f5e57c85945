//! The practice of the nights from outside: its people, its fake Spine, the client's process, and the audit.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};

use jiff::ToSpan as _;
use spine_client::{Client, Clock as _, RunId, SystemClock};
use spine_fixtures::Population;

use super::office::{AFTERNOON, Orders};
use super::{CLIENT, Leg, Plan, SPINE, memory};
use crate::audit::{Held, Report, Stop, told};
use crate::processes::{Launch, SpineProcess};
use crate::stage::StageError;

/// Of a hundred patients so many have a message, at least: a session's share of the work is told by it.
const UPLOADS_PER_HUNDRED: u64 = 75;
/// The C library on Linux keeps what is free apart for each thread, and what it keeps grows for a while whatever is held. With one arena for
/// all threads the resident memory is what the client holds. Whoever sets the variable to something else measures otherwise.
const ONE_ARENA: [(&str, &str); 1] = [("MALLOC_ARENA_MAX", "1")];
/// What goes wrong meanwhile: a few answers and requests are lost, a few are refused for the moment.
const FAULTS: &str = r#"
[[rules]]
name = "answers-lost"
trigger = { ratio = 0.001 }
phase = "after"
fault = "reset"

[[rules]]
name = "requests-lost"
trigger = { ratio = 0.001 }
phase = "before"
fault = "reset"
"#;

/// The practice.
pub(super) struct Practice {
    folder: tempfile::TempDir,
    orders: Orders,
    spine: SpineProcess,
}

impl Practice {
    /// The people are there, and the fake Spine runs.
    pub(super) fn open(plan: &Plan) -> Result<Self, StageError> {
        let folder = tempfile::tempdir().map_err(StageError::new)?;
        let now = spine_client::clock::uk_local(SystemClock.now());
        // Time only leaps ahead.
        let first_evening =
            if now.time() < AFTERNOON { now.date() } else { now.date().saturating_add(1.day()) };
        let as_of = first_evening.to_string().parse().map_err(|_| StageError::new("the day is none"))?;
        Population::new(plan.seed, plan.patients, as_of).write(folder.path()).map_err(StageError::new)?;
        let faults = format!("seed = {}\n{FAULTS}", plan.seed);
        std::fs::write(folder.path().join("faults.toml"), faults).map_err(StageError::new)?;
        let launch = Launch {
            program: std::env::current_exe().map_err(StageError::new)?,
            arguments: [SPINE, "--faults", "faults.toml"].map(str::to_owned).into(),
            folder: folder.path().to_owned(),
        };
        let uploads = u64::try_from(plan.patients).unwrap_or(u64::MAX) * UPLOADS_PER_HUNDRED / 100;
        let orders = Orders {
            folder: folder.path().to_owned(),
            nights: plan.nights,
            sessions: plan.sessions,
            first_evening,
            wanted: uploads / u64::from(plan.sessions),
        };
        Ok(Self { spine: SpineProcess::start(launch)?, orders, folder })
    }

    /// Every session in the client's process; each leg is told as it ends.
    pub(super) fn nights(&self, tell: &mut dyn FnMut(&Leg)) -> Result<Vec<Leg>, StageError> {
        let orders = serde_json::to_string(&self.orders).map_err(StageError::new)?;
        let log = self.folder.path().join("client.log");
        let mut client = Ended(
            Command::new(std::env::current_exe().map_err(StageError::new)?)
                .args([CLIENT, &orders])
                .envs(ONE_ARENA.into_iter().filter(|(name, _)| std::env::var_os(name).is_none()))
                .stdin(Stdio::null())
                .stdout(Stdio::piped())
                .stderr(File::create(&log).map_err(StageError::new)?)
                .spawn()
                .map_err(StageError::new)?,
        );
        let mut legs = Vec::new();
        let said = client.0.stdout.take().ok_or_else(|| StageError::new("the client says nothing"))?;
        for line in BufReader::new(said).lines() {
            let leg = serde_json::from_str(&line.map_err(StageError::new)?).map_err(StageError::new)?;
            tell(&leg);
            legs.push(leg);
        }
        let status = client.0.wait().map_err(StageError::new)?;
        if status.success() {
            return Ok(legs);
        }
        let why = std::fs::read_to_string(log).unwrap_or_default();
        Err(StageError::new(format!("the client's process ended with {status}: {}", why.trim())))
    }

    /// The most memory that the fake Spine ever held.
    pub(super) fn spine_peak(&self) -> Option<u64> {
        memory::highest(self.spine.ready().pid)
    }

    /// The report, and everything that does not hold.
    pub(super) async fn audit(&self) -> Result<(Report, Vec<String>), StageError> {
        let file = self.folder.path().join("practice.scr");
        let client = Client::open(&file, "an audit").await.map_err(StageError::new)?;
        let report = client.report(None).await.map_err(StageError::new)?;
        let report = serde_json::to_value(report).and_then(serde_json::from_value::<Report>);
        let report = report.map_err(StageError::new)?;
        let (told, held) = (told(&client, RunId(1)).await?, Held::by(&self.spine)?);
        let before = BTreeMap::new();
        let stop = Stop {
            kind: "initial-upload",
            report: &report,
            told: &told,
            held: &held,
            accepted_before: 0,
            permissions_before: &before,
            forgot: false,
        };
        let mut findings = stop.findings();
        if report.state != "finished" {
            findings.push(format!("the run is {}", report.state));
        }
        // Nothing went wrong that does not pass: whoever is due is sent.
        for reason in ["in-doubt", "retries-exhausted"] {
            if let Some(count) = report.reasons.get(reason) {
                findings.push(format!("{count} patients are Failed: {reason}"));
            }
        }
        Ok((report, findings))
    }
}

/// A process that does not outlive its owner.
struct Ended(Child);

impl Drop for Ended {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
