//! What every part of one leg shares: the seams, the rules of the day, and the limits.

pub(super) mod health;
pub(super) mod stop;

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use jiff::civil::Date;
use spine_rules::lifecycle::retry::RetryContract;
use spine_rules::record::PatientKey;
use spine_rules::{Fact, Intent, MigrationSetAside, PracticeProfile, Reason, Rules, SetAside, Settings};
use spine_store::{Store, Write};
use tokio::sync::Semaphore;

use super::recorder::Recorder;
use crate::clock::{Clock, uk_date};
use crate::compose::Composer;
use crate::fault::{Disposition, Halt, SpineFault};
use crate::ids::Ids;
use crate::spine::Spine;
use health::{Health, Mark};
use stop::Brake;

/// How much a leg does at a time, and how long it waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Limits {
    /// Patients being decided and sent at once.
    pub lanes: usize,
    /// Messages on their way at once, the polled ones included.
    pub in_flight: usize,
    /// Polls at once.
    pub polls: usize,
    /// Entries read ahead of the lanes.
    pub page: usize,
    /// Attempts at one question before the patient is set aside.
    pub question_attempts: u32,
    /// Milliseconds before the second attempt at a question; doubles each time.
    pub question_pause_ms: u64,
    /// Milliseconds for which one accepted message is polled before it counts as quiet.
    pub poll_budget_ms: u64,
    /// Milliseconds for which a stopping leg still waits for what is on its way.
    pub stop_grace_ms: u64,
    /// Bytes above which a message is not sent. Source: MHS adaptor, about 5 MB.
    /// Requirement: MSG-006.
    pub message_bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            lanes: 16,
            in_flight: 256,
            polls: 16,
            page: 256,
            question_attempts: 4,
            question_pause_ms: 500,
            poll_budget_ms: 50_000,
            stop_grace_ms: 60_000,
            message_bytes: 5_000_000,
        }
    }
}

/// How often a leg decides an entry afresh after the first time.
const ROUNDS: u32 = 5;

/// What every part of one leg shares.
pub(super) struct Leg {
    pub(super) store: Arc<dyn Store>,
    pub(super) spine: Arc<dyn Spine>,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) ids: Arc<dyn Ids>,
    pub(super) composer: Composer,
    pub(super) rules: DailyRules,
    pub(super) run: spine_store::RunId,
    pub(super) migration: bool,
    pub(super) contract: RetryContract,
    pub(super) limits: Limits,
    pub(super) recorder: Recorder,
    pub(super) brake: Brake,
    pub(super) health: Health,
    pub(super) in_flight: Arc<Semaphore>,
    pub(super) polls: Semaphore,
    pub(super) round: AtomicU32,
    pub(super) permit: Arc<dyn Fn() -> Result<(), Halt> + Send + Sync>,
}

/// Why a lane did not come to the end of its paragraph.
pub(super) enum Trouble {
    /// A rule declined.
    SetAside(SetAside),
    /// The Spine did not answer a question, however often it was asked.
    Unanswered(String),
    /// The leg is ending; the entry stays as it is.
    Ending,
}

impl From<SetAside> for Trouble {
    fn from(aside: SetAside) -> Self {
        Self::SetAside(aside)
    }
}

impl From<super::recorder::Closed> for Trouble {
    fn from(_: super::recorder::Closed) -> Self {
        Self::Ending
    }
}

impl Leg {
    /// A fact that happens now.
    pub(super) fn fact(&self, key: &PatientKey, fact: Fact) -> Write {
        Write::new(key.clone(), fact, self.clock.now())
    }

    /// The fact that sets a patient aside now, with what goes with it.
    pub(super) fn settling(&self, key: &PatientKey, aside: MigrationSetAside) -> Write {
        let MigrationSetAside { set_aside, local, warnings } = aside;
        Write { local, warnings, ..self.fact(key, Fact::SetAside(set_aside)) }
    }

    /// Asks the Spine a question that may be repeated without harm, as often as the limits allow.
    pub(super) async fn ask<T, F>(&self, mut question: impl FnMut() -> F) -> Result<T, Trouble>
    where
        F: Future<Output = Result<T, SpineFault>>,
    {
        let mut pause = Duration::from_millis(self.limits.question_pause_ms);
        let began = self.health.mark();
        for attempt in 1.. {
            if self.brake.is_pulled() {
                return Err(Trouble::Ending);
            }
            self.check_permit()?;
            let fault = match question().await {
                Ok(answer) => {
                    self.health.answered();
                    return Ok(answer);
                }
                Err(fault) => fault,
            };
            match fault.disposition() {
                Disposition::Halt(why) => return Err(self.end(why)),
                Disposition::SetAside => {
                    let details = vec![fault.to_string()];
                    return Err(SetAside { reason: Reason::Refused, details }.into());
                }
                Disposition::Retry { after } => {
                    if attempt >= self.limits.question_attempts {
                        let halt = match fault {
                            SpineFault::SpineMisbehaved(_) => Halt::SpineMisbehaved,
                            _ => Halt::SpineUnavailable,
                        };
                        return Err(self.unanswered(began, fault.to_string(), halt));
                    }
                    self.pause(after.unwrap_or(pause)).await;
                    pause = pause.saturating_mul(2);
                }
                Disposition::Reconcile => {
                    return Err(self.end(Halt::Bug("a question cannot be in doubt".into())));
                }
            }
        }
        Err(Trouble::Ending)
    }

    /// The end of trying: this patient's trouble alone, or the leg's if nobody was answered since.
    /// Requirements: ACK-034, ACK-035.
    pub(super) fn unanswered(&self, began: Mark, why: String, halt: fn(String) -> Halt) -> Trouble {
        let gone = self.health.silent_since(began);
        if gone { self.end(halt(why)) } else { Trouble::Unanswered(why) }
    }

    /// Halts the leg.
    pub(super) fn end(&self, why: Halt) -> Trouble {
        self.brake.halt(why);
        Trouble::Ending
    }

    /// Whether an entry was decided afresh so often in this leg that it is not by chance.
    pub(super) fn rounds_spent(&self) -> bool {
        self.round.load(Ordering::Relaxed) > ROUNDS
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
            () = self.brake.stop.asked() => {}
        }
    }
}

/// The rules under today's date: a run that goes past midnight goes on under the new day.
pub(super) struct DailyRules {
    settings: Settings,
    practice: PracticeProfile,
    intent: Intent,
    today: Mutex<(Date, Rules)>,
}

impl DailyRules {
    pub(super) fn new(
        settings: Settings,
        practice: PracticeProfile,
        intent: Intent,
        now: jiff::Timestamp,
    ) -> Self {
        let date = uk_date(now);
        let rules = Rules::new(settings.clone(), practice.clone(), date).with_intent(intent);
        Self { settings, practice, intent, today: Mutex::new((date, rules)) }
    }

    /// The rules of the day.
    pub(super) fn at(&self, now: jiff::Timestamp) -> Rules {
        let date = uk_date(now);
        let mut today = self.today.lock().unwrap_or_else(PoisonError::into_inner);
        if today.0 != date {
            let rules = Rules::new(self.settings.clone(), self.practice.clone(), date);
            *today = (date, rules.with_intent(self.intent));
        }
        today.1.clone()
    }
}
