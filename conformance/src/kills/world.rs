//! One practice's life: its runs, the kills between, and what it came to.

use std::collections::BTreeMap;
use std::process::Child;
use std::time::Duration;

use spine_client::{Clock as _, SystemClock};
use spine_fixtures::Population;

use super::chance::Chance;
use super::desk::Desk;
use super::{Plan, RUNS, Strike, Victim};
use crate::audit::{Came, Held, Stop};
use crate::processes::{Launch, SpineProcess, ended, kill, pause, wait_for};
use crate::stage::StageError;

/// Which invented practice it is: always the same one.
const POPULATION_SEED: u64 = 1;
/// A kill strikes within so many exchanges of its leg's beginning, or of the kill before it ..
const WITHIN_EXCHANGES: u64 = 60;
/// .. and within so many microseconds of the exchange, so that no moment between two exchanges is spared.
const WITHIN_MICROSECONDS: u64 = 15_000;
/// A killed fake Spine is away for at most so many milliseconds longer than its start takes.
const AWAY_MILLISECONDS: u64 = 300;
/// One time in so many it comes back without its sessions.
const FORGETS_ONE_IN: u64 = 3;
/// What the client is asked to wait before a poll, in milliseconds.
const RETRY_AFTER_MS: &str = "10";
/// How many legs a run may take beyond its kills.
const SPARE_LEGS: usize = 20;

/// Exit codes of `scr run` that a killed practice may show: done, some failed, not open, Spine unavailable, paused, not permitted.
/// Anything else (in doubt, misconfigured, a bug, nonsense from the Spine) is a finding.
const EXITS: [i32; 5] = [0, 1, 69, 75, NOT_PERMITTED];
/// Nobody is logged in, as far as the Spine knows.
const NOT_PERMITTED: i32 = 77;

/// A practice with its client and its fake Spine.
pub(super) struct World {
    desk: Desk,
    spine: SpineProcess,
    chance: Chance,
    strikes: Vec<Strike>,
    findings: Vec<String>,
    permissions_before: BTreeMap<String, (Option<String>, Option<String>)>,
    /// How many events had been accepted before the run.
    accepted_before: usize,
    practice: u64,
    folder: tempfile::TempDir,
}

impl World {
    /// A practice: everything imported, the operator logged in.
    pub(super) fn open(plan: &Plan, practice: u64, seed: u64) -> Result<Self, StageError> {
        let folder = tempfile::tempdir().map_err(StageError::new)?;
        let today = spine_client::clock::uk_date(SystemClock.now()).to_string();
        let today = today.parse().map_err(|_| StageError::new("the day is none"))?;
        Population::new(POPULATION_SEED, plan.patients, today)
            .write(folder.path())
            .map_err(StageError::new)?;
        let spine = SpineProcess::start(Launch {
            program: plan.simulator.clone(),
            arguments: ["--state", "state", "--retry-after-ms", RETRY_AFTER_MS].map(str::to_owned).into(),
            folder: folder.path().to_owned(),
        })?;
        let desk = Desk::open(&plan.scr, folder.path())?;
        desk.login()?;
        let permissions_before = Held::by(&spine)?.permissions;
        Ok(Self {
            desk,
            spine,
            chance: Chance::of(seed, 0),
            strikes: Vec::new(),
            findings: Vec::new(),
            permissions_before,
            accepted_before: 0,
            practice,
            folder,
        })
    }

    pub(super) fn strikes(&self) -> &[Strike] {
        &self.strikes
    }

    pub(super) fn findings(&self) -> Vec<String> {
        let findings = self.findings.iter();
        findings.map(|finding| format!("practice {}: {finding}", self.practice)).collect()
    }

    /// Conducts every run to its end; at most `kills` kills strike. Ends early when something does not hold.
    pub(super) fn play(&mut self, kills: u32, tell: &mut dyn FnMut(&str)) -> Result<Came, StageError> {
        let mut came = Came::default();
        let kills = usize::try_from(kills).unwrap_or(usize::MAX);
        for (number, (kind, before)) in (1..).zip(RUNS) {
            self.desk.prepare(before)?;
            self.accepted_before = Held::by(&self.spine)?.accepted.len();
            let mut action = "run";
            let mut legs = 0;
            loop {
                legs += 1;
                self.leg(kind, action, kills, tell)?;
                let Some(finished) = self.stop(number, kind, &mut came)? else { continue };
                if !self.findings.is_empty() {
                    return Ok(came);
                }
                if finished {
                    break;
                }
                if legs > self.strikes.len() + SPARE_LEGS {
                    self.findings.push(format!("{kind} does not come to an end: {}", self.desk.said()));
                    return Ok(came);
                }
                action = "resume";
            }
        }
        Ok(came)
    }

    /// One leg, and the kills that strike in it.
    fn leg(
        &mut self,
        kind: &'static str,
        action: &str,
        kills: usize,
        tell: &mut dyn FnMut(&str),
    ) -> Result<(), StageError> {
        let mut scr = self.desk.begin(kind, action)?;
        let mut alive = true;
        while alive && self.strikes.len() < kills && self.moment_comes(&mut scr)? {
            let victims = [Victim::Scr, Victim::Scr, Victim::Spine, Victim::Spine, Victim::Both];
            let victim = victims[usize::try_from(self.chance.below(5)).unwrap_or(0)];
            let exchanges = self.spine.exchanges()?;
            let forgot = victim != Victim::Scr && self.chance.below(FORGETS_ONE_IN) == 0;
            if self.strike(victim, forgot, &mut scr)? {
                let strike = Strike { victim, kind, exchanges, forgot };
                self.strikes.push(strike);
                let how = if forgot { ", which forgets its sessions" } else { "" };
                tell(&format!(
                    "practice {}, {kind}, exchange {exchanges}: {}{how}",
                    self.practice,
                    victim.name()
                ));
            }
            alive = victim == Victim::Spine;
        }
        let status = wait_for("the end of a leg", || ended(&mut scr))?;
        match status.code() {
            None => {}
            Some(NOT_PERMITTED) => self.desk.login()?,
            Some(code) if EXITS.contains(&code) => {}
            Some(code) => self.findings.push(format!("scr ended with {code}: {}", self.desk.said())),
        }
        Ok(())
    }

    /// Waits for the moment of the next kill; `false` when the leg ends before.
    fn moment_comes(&mut self, scr: &mut Child) -> Result<bool, StageError> {
        let until = self.spine.exchanges()? + self.chance.below(WITHIN_EXCHANGES);
        let lag = Duration::from_micros(self.chance.below(WITHIN_MICROSECONDS));
        let comes = wait_for("the moment of a kill", || {
            if ended(scr)?.is_some() {
                return Ok(Some(false));
            }
            Ok((self.spine.exchanges()? >= until).then_some(true))
        })?;
        pause(lag);
        Ok(comes)
    }

    /// Kills, and starts the fake Spine again; whether it struck a run at work.
    fn strike(&mut self, victim: Victim, forget: bool, scr: &mut Child) -> Result<bool, StageError> {
        let at_work = ended(scr)?.is_none();
        let mut struck = true;
        if victim != Victim::Scr {
            struck &= self.spine.kill()?;
        }
        if victim != Victim::Spine {
            struck &= kill(scr)?;
        }
        if victim != Victim::Scr {
            pause(Duration::from_millis(self.chance.below(AWAY_MILLISECONDS)));
            self.spine.again(forget)?;
        }
        if victim == Victim::Both && forget {
            self.desk.login()?;
        }
        Ok(struck && at_work)
    }

    /// Looks at everything after a leg; whether the run is finished, or nothing when no run was opened.
    fn stop(&mut self, number: u32, kind: &'static str, came: &mut Came) -> Result<Option<bool>, StageError> {
        let Some(report) = self.desk.report(number)? else { return Ok(None) };
        let (told, held) = (self.desk.told(number)?, Held::by(&self.spine)?);
        let stop = Stop {
            kind,
            report: &report,
            told: &told,
            held: &held,
            accepted_before: self.accepted_before,
            permissions_before: &self.permissions_before,
            forgot: self.strikes.iter().any(|strike| strike.forgot),
        };
        self.findings.extend(stop.findings());
        let finished = report.state == "finished";
        if finished {
            came.add(kind, &told, &held, self.accepted_before);
        }
        if !self.findings.is_empty() {
            self.findings.push(format!("what is there to look at is in {}", self.folder.path().display()));
            self.folder.disable_cleanup(true);
        }
        Ok(Some(finished))
    }
}
