//! What a leg is ordered to be, and the leg that it comes to.

use std::sync::Arc;

use jiff::Timestamp;
use spine_rules::lifecycle::retry::{Ladder, RetryContract};
use spine_rules::{Intent, PracticeProfile, Settings};
use spine_store::{Action, NewRun, Run, RunId, RunKind, Store};
use tokio::sync::Semaphore;

use crate::bulk::leg::Leg;
use crate::bulk::leg::daily::DailyRules;
use crate::bulk::leg::health::Health;
use crate::bulk::leg::limits::Limits;
use crate::bulk::leg::stop::Brake;
use crate::bulk::recorder::Recorder;
use crate::clock::Clock;
use crate::compose::Composer;
use crate::fault::Halt;
use crate::ids::Ids;
use crate::spine::Spine;

/// Everything that one leg needs; the client's facade puts it together.
pub struct Order {
    /// The store.
    pub store: Arc<dyn Store>,
    /// The Spine, by one of its routes.
    pub spine: Arc<dyn Spine>,
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// Where message ids come from.
    pub ids: Arc<dyn Ids>,
    /// Composes messages in the operator's name.
    pub composer: Composer,
    /// The practice.
    pub practice: PracticeProfile,
    /// The rules' settings.
    pub settings: Settings,
    /// The retry contract.
    pub contract: RetryContract,
    /// When whoever could not be seen to is tried again.
    pub ladder: Ladder,
    /// How much at a time.
    pub limits: Limits,
    /// Refuses as soon as the session no longer permits a request.
    pub permit: Arc<dyn Fn() -> Result<(), Halt> + Send + Sync>,
    /// When the session ends: nobody waits longer for a later attempt.
    pub session_ends_at: Timestamp,
    /// When the leg pauses by itself, if a time is set.
    pub until: Option<Timestamp>,
    /// Whoever waits for a later attempt is tried at once.
    pub retry_now: bool,
    /// What opens the run or the leg; a group that it names has members.
    pub new: NewRun,
    /// The run to resume, if it is a resumption.
    pub resume: Option<Run>,
}

/// Which run a leg is of.
#[derive(Clone, Copy)]
pub(super) struct Of {
    pub(super) run: RunId,
    pub(super) kind: RunKind,
    /// The action that opened the run, not the leg.
    pub(super) action: Action,
}

impl Order {
    pub(super) fn leg(self, of: Of, recorder: Recorder, brake: Brake) -> Leg {
        let intent = Intent::of_run(of.kind, of.action);
        Leg {
            rules: DailyRules::new(self.settings, self.practice, intent, self.clock.now()),
            store: self.store,
            spine: self.spine,
            epoch: (self.clock.now(), self.clock.uptime()),
            clock: self.clock,
            ids: self.ids,
            composer: self.composer,
            run: of.run,
            migration: of.kind == RunKind::ConsentMigration,
            contract: self.contract,
            ladder: self.ladder,
            in_flight: Arc::new(Semaphore::new(self.limits.in_flight)),
            polls: Semaphore::new(self.limits.polls),
            limits: self.limits,
            recorder,
            brake,
            health: Health::default(),
            permit: self.permit,
            afresh: std::sync::Mutex::default(),
        }
    }
}
