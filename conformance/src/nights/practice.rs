//! The practice of the nights: its people, its store, its fake Spine and its calendar.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use jiff::civil::{Date, Time, time};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan as _};
use spine_client::session::{Pin, Piv, Session, SocketChannel};
use spine_client::store::{SqliteStore, StoreOptions};
use spine_client::{Addresses, Client, Clock as _, RunId, SystemClock, TimeOrderedIds, TransportSettings};
use spine_fixtures::Population;
use spine_fixtures::population::staff;

use super::clock::LeapingClock;
use super::{Ending, Leg, Plan, SPINE, memory};
use crate::audit::{Held, Report, Stop, told};
use crate::processes::{Launch, SpineProcess};
use crate::stage::StageError;

/// When the operator logs in before going home, when a night begins, and when it ends.
const AFTERNOON: Time = time(17, 0, 0, 0);
const EVENING: Time = time(22, 0, 0, 0);
const MORNING: Time = time(6, 0, 0, 0);
/// How long the card may take for an answer.
const CARD_PATIENCE: Duration = Duration::from_secs(20);
/// Of a hundred patients so many have a message, at least: a session's share of the work is told by it.
const UPLOADS_PER_HUNDRED: u64 = 75;
/// This machine's name, for the lease.
const HOST: &str = "nights";
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
    pub(super) clock: LeapingClock,
    pub(super) folder: tempfile::TempDir,
    pub(super) wanted: u64,
    spine: SpineProcess,
    first_evening: Date,
}

impl Practice {
    /// Everything imported, the fake Spine started, the clock set to the afternoon before the first night.
    pub(super) async fn open(plan: &Plan) -> Result<Self, StageError> {
        let folder = tempfile::tempdir().map_err(StageError::new)?;
        let clock = LeapingClock::new();
        let now = spine_client::clock::uk_local(SystemClock.now());
        // Time only leaps ahead.
        let first_evening =
            if now.time() < AFTERNOON { now.date() } else { now.date().saturating_add(1.day()) };
        let as_of = first_evening.to_string().parse().map_err(|_| StageError::new("the day is none"))?;
        let population = Population::new(plan.seed, plan.patients, as_of);
        let written = population.write(folder.path()).map_err(StageError::new)?;
        let faults = format!("seed = {}\n{FAULTS}", plan.seed);
        std::fs::write(folder.path().join("faults.toml"), faults).map_err(StageError::new)?;
        let launch = Launch {
            program: std::env::current_exe().map_err(StageError::new)?,
            arguments: [SPINE, "--faults", "faults.toml"].map(str::to_owned).into(),
            folder: folder.path().to_owned(),
        };
        let uploads = u64::try_from(plan.patients).unwrap_or(u64::MAX) * UPLOADS_PER_HUNDRED / 100;
        let practice = Self {
            clock,
            spine: SpineProcess::start(launch)?,
            wanted: uploads / u64::from(plan.sessions),
            first_evening,
            folder,
        };
        practice.leap(1, AFTERNOON)?;
        practice.client().await?.import(&written.practice, None).await.map_err(StageError::new)?;
        Ok(practice)
    }

    /// One session and its leg. With `early` the operator logs in in the afternoon, and the session ends in the night.
    pub(super) async fn leg(
        &mut self,
        (night, session): (u32, u32),
        ending: Ending,
        early: bool,
    ) -> Result<Leg, StageError> {
        // The second session of a night begins when the first one is over.
        let begins_here = self.clock.now() < self.at(night, EVENING);
        if begins_here && !early {
            self.leap(night, EVENING)?;
        } else if begins_here {
            self.leap(night, AFTERNOON)?;
        }
        let opened = self.login().await?;
        if begins_here {
            self.leap(night, EVENING)?;
        }
        let ends_at = match ending {
            Ending::SessionOver => opened.ends_at(),
            Ending::NightOver | Ending::Finished => self.at(night + 1, MORNING),
        };
        let due = super::leg::Due { night, session, ending, ends_at };
        super::leg::conduct(self, &due, &opened).await
    }

    /// Opens the store as a new process would.
    pub(super) async fn client(&self) -> Result<Client, StageError> {
        let clock = self.clock.clone();
        let options = StoreOptions::new(HOST, move || clock.now());
        let file = self.folder.path().join("practice.scr");
        let store = SqliteStore::open(&file, options).await.map_err(StageError::new)?;
        let clock = self.clock.clone();
        Ok(Client::new(Arc::new(store), Arc::new(clock.clone()), Arc::new(TimeOrderedIds::new(clock)), HOST))
    }

    /// The addresses of the fake Spine.
    pub(super) fn addresses(&self) -> Result<Addresses, StageError> {
        let file: &Path = &self.folder.path().join("ready.json");
        Addresses::read(file).map_err(StageError::new)
    }

    async fn login(&self) -> Result<Session, StageError> {
        let addresses = self.addresses()?;
        let identity = addresses.connect_identity(&TransportSettings::default(), SystemClock.now().into());
        let identity = identity.map_err(StageError::new)?;
        let card = self.spine.ready().card.parse().map_err(StageError::new)?;
        let card = SocketChannel::connect(card, CARD_PATIENCE).map_err(StageError::new)?;
        let pin = Pin::read(staff::OPERATOR_PIN.to_owned()).map_err(StageError::new)?;
        let client = self.client().await?;
        let login = client.login(&*identity, Box::new(Piv::new(card)), pin, None);
        login.await.map_err(StageError::new)
    }

    /// The time of day at which a night (from 1) begins, or before; mornings belong to the night after.
    fn at(&self, night: u32, of_day: Time) -> Timestamp {
        let day = self.first_evening.saturating_add((i64::from(night) - 1).days());
        let london = TimeZone::get("Europe/London").unwrap_or(TimeZone::UTC);
        let at = london.to_ambiguous_timestamp(day.to_datetime(of_day)).compatible();
        at.unwrap_or(Timestamp::MAX)
    }

    fn leap(&self, night: u32, of_day: Time) -> Result<(), StageError> {
        self.leap_to(self.at(night, of_day))
    }

    /// Both clocks leap: the client's, and the fake Spine's to where the client's is.
    pub(super) fn leap_to(&self, to: Timestamp) -> Result<(), StageError> {
        self.clock.leap(to);
        let now = self.clock.now().round(jiff::Unit::Second).unwrap_or(to);
        let now = now.checked_sub(SignedDuration::from_secs(1)).unwrap_or(now);
        self.spine.tell(&format!("/clock/set?to={now}"))
    }

    /// The most memory that the fake Spine ever held.
    pub(super) fn spine_peak(&self) -> Option<u64> {
        memory::highest(self.spine.ready().pid)
    }

    /// The report, and everything that does not hold.
    pub(super) async fn audit(&self) -> Result<(Report, Vec<String>), StageError> {
        let client = self.client().await?;
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
