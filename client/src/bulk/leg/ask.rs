//! Asking the Spine, and what it comes to where it does not answer.

use std::time::Duration;

use spine_rules::record::PatientKey;
use spine_rules::{Reason, SetAside};

use super::Leg;
use super::health::Mark;
use crate::fault::{Disposition, Halt, SpineFault};

/// Why a lane did not come to the end of its paragraph.
pub(in crate::bulk) enum Trouble {
    /// A rule declined.
    SetAside(SetAside),
    /// The Spine did not answer a question, however often it was asked.
    Unanswered(Unanswered),
    /// The leg is ending; the entry stays as it is.
    Ending,
}

/// What the Spine did not answer, or would not take.
pub(in crate::bulk) struct Unanswered {
    /// Why, in codes.
    pub(in crate::bulk) why: String,
    /// Whether nobody else was answered either in the meantime.
    silent: bool,
    /// How the leg halts if it is the service that is gone.
    halt: fn(String) -> Halt,
}

impl From<SetAside> for Trouble {
    fn from(aside: SetAside) -> Self {
        Self::SetAside(aside)
    }
}

impl From<crate::bulk::recorder::Closed> for Trouble {
    fn from(_: crate::bulk::recorder::Closed) -> Self {
        Self::Ending
    }
}

impl Leg {
    /// Asks the Spine a question that may be repeated without harm, as often as the limits allow.
    pub(in crate::bulk) async fn ask<T, F>(&self, mut question: impl FnMut() -> F) -> Result<T, Trouble>
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
                        return Err(Trouble::Unanswered(self.unanswered(began, fault.to_string(), halt)));
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

    /// The end of trying, for now.
    pub(in crate::bulk) fn unanswered(
        &self,
        began: Mark,
        why: String,
        halt: fn(String) -> Halt,
    ) -> Unanswered {
        Unanswered { why, silent: self.health.silent_since(began), halt }
    }

    /// Whether it is this patient's trouble alone; halts the leg where it is the service that is gone. Of whoever was put off before it is
    /// known that others fared well, so that one is the ladder's.
    /// Requirements: ACK-034, ACK-035.
    pub(in crate::bulk) fn alone(
        &self,
        key: &PatientKey,
        deferrals: u32,
        unanswered: Unanswered,
    ) -> Result<String, Trouble> {
        let Unanswered { why, silent, halt } = unanswered;
        if silent && deferrals == 0 && self.health.is_gone(key) { Err(self.end(halt(why))) } else { Ok(why) }
    }
}
