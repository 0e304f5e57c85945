//! What every part of one leg shares: the seams, the rules of the day, and the limits.

mod ask;
pub(super) mod daily;
pub(super) mod health;
mod later;
pub(super) mod limits;
pub(super) mod stop;

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use jiff::Timestamp;
use spine_rules::lifecycle::retry::{Ladder, RetryContract};
use spine_rules::record::PatientKey;
use spine_rules::{Fact, MigrationSetAside};
use spine_store::{Store, Write};
use tokio::sync::Semaphore;

use super::recorder::Recorder;
use crate::clock::{Clock, after};
use crate::compose::Composer;
use crate::fault::Halt;
use crate::ids::Ids;
use crate::spine::Spine;
pub(super) use ask::Trouble;
use daily::DailyRules;
use health::Health;
use limits::Limits;
use stop::Brake;

/// What every part of one leg shares.
pub(super) struct Leg {
    pub(super) store: Arc<dyn Store>,
    pub(super) spine: Arc<dyn Spine>,
    pub(super) clock: Arc<dyn Clock>,
    /// Where the leg's own time begins.
    pub(super) epoch: (Timestamp, Duration),
    pub(super) ids: Arc<dyn Ids>,
    pub(super) composer: Composer,
    pub(super) rules: DailyRules,
    pub(super) run: spine_store::RunId,
    pub(super) migration: bool,
    pub(super) contract: RetryContract,
    pub(super) ladder: Ladder,
    pub(super) limits: Limits,
    pub(super) recorder: Recorder,
    pub(super) brake: Brake,
    pub(super) health: Health,
    pub(super) in_flight: Arc<Semaphore>,
    pub(super) polls: Semaphore,
    /// How often an entry was decided afresh, of the few to whom that happens.
    pub(super) afresh: Mutex<HashMap<PatientKey, u32>>,
    pub(super) permit: Arc<dyn Fn() -> Result<(), Halt> + Send + Sync>,
}

impl Leg {
    /// The time by which deferrals are set and fall due: what the clock shows, but not before what it would show if nobody had put it back.
    pub(super) fn now(&self) -> Timestamp {
        let gone = self.clock.uptime().saturating_sub(self.epoch.1);
        after(self.epoch.0, gone).max(self.clock.now())
    }

    /// A fact that happens now.
    pub(super) fn fact(&self, key: &PatientKey, fact: Fact) -> Write {
        Write::new(key.clone(), fact, self.clock.now())
    }

    /// The fact that sets a patient aside now, with what goes with it.
    pub(super) fn settling(&self, key: &PatientKey, aside: MigrationSetAside) -> Write {
        let MigrationSetAside { set_aside, local, warnings } = aside;
        Write { local, warnings, ..self.fact(key, Fact::SetAside(set_aside)) }
    }

    /// Halts the leg.
    pub(super) fn end(&self, why: Halt) -> Trouble {
        self.brake.halt(why);
        Trouble::Ending
    }

    /// No request leaves without a live session and its permit.
    /// Requirements: SES-001, SES-010.
    pub(super) fn check_permit(&self) -> Result<(), Trouble> {
        (self.permit)().map_err(|why| self.end(why))
    }

    /// Waits, but not past a stop.
    pub(super) async fn pause(&self, span: Duration) {
        tokio::select! {
            () = self.clock.wait(span) => {}
            () = self.brake.pulled() => {}
        }
    }
}
