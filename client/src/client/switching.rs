//! Switching SCR on or off at the practice: the gate of every kind of run.
//!
//! Source: Vision help, Enabling or Disabling SCR.

use spine_rules::selection::Kind;
use spine_session::{AccessPolicy, Action as Doing, Session, authorise};
use spine_store::{Holder, RunKind, Switch};

use super::Client;
use crate::clock::uk_date;
use crate::error::ClientError;
use crate::login::LoginError;

/// The most nn days that can be set.
pub const MOST_NN_DAYS: u8 = 99;

/// What SCR is to be switched to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Switching {
    /// On: summaries may be sent.
    On {
        /// Summaries of another origin are replaced of patients who are registered for more than so many days, 0 to 99. Without it, what
        /// holds now.
        nn_days: Option<u8>,
    },
    /// Off: none are sent any more, and those that stand are no longer kept up to date.
    Off,
}

/// What is asked before SCR is switched, in this order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Confirmation {
    /// Whether to go on, knowing what it leads to.
    GoOn,
    /// Whether one is certain.
    Certain,
}

/// What came of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Switched {
    /// It is switched.
    Done {
        /// The nn days from now on.
        nn_days: u8,
        /// A run that still has messages on their way or in doubt, which only Resume can settle.
        outstanding: Option<RunKind>,
    },
    /// It was so already; nothing was changed.
    Already {
        /// The nn days that hold.
        nn_days: u8,
    },
    /// A confirmation was refused; nothing was changed.
    Declined,
}

impl Client {
    /// Switches SCR on or off. Asks exactly twice; either refusal changes nothing. Refused while a run goes on.
    ///
    /// Where SCR is on already, other nn days are set, with the same two questions.
    /// Requirement: RUN-032.
    pub async fn switch_scr(
        &self,
        session: &Session,
        to: Switching,
        ask: &mut (dyn FnMut(Confirmation) -> bool + Send),
    ) -> Result<Switched, ClientError> {
        let practice = self.practice().await?;
        let operator = self.operator(session).await?;
        let policy = AccessPolicy::default();
        authorise(session, &operator, Doing::SwitchScr, &policy, self.clock.now())
            .map_err(LoginError::from)?;
        let (on, nn_days) = match to {
            Switching::On { nn_days } => (true, nn_days.unwrap_or(practice.nn_days)),
            Switching::Off => (false, practice.nn_days),
        };
        if nn_days > MOST_NN_DAYS {
            return Err(ClientError::NnDays(nn_days));
        }
        let today = uk_date(self.clock.now());
        // A practice whose day is still to come is neither on yet nor off.
        let since = practice.scr_enabled_on.filter(|day| *day <= today);
        let already = if on { since.is_some() } else { practice.scr_enabled_on.is_none() };
        if already && nn_days == practice.nn_days {
            return Ok(Switched::Already { nn_days });
        }
        self.nobody_runs(&operator.name).await?;
        if !(ask(Confirmation::GoOn) && ask(Confirmation::Certain)) {
            return Ok(Switched::Declined);
        }
        let now = self.clock.now();
        let user = session.user().clone();
        // Other nn days make no other day of enabling.
        let day = since.filter(|_| on).unwrap_or_else(|| uk_date(now));
        // Somebody may have begun a run while this one thought: the store refuses then.
        self.store.switch_scr(&Switch { on, day, nn_days, user, at: now }).await?;
        let outstanding = self.outstanding().await?;
        Ok(Switched::Done { nn_days, outstanding })
    }

    /// Refuses while somebody holds the practice, and says who.
    async fn nobody_runs(&self, operator: &str) -> Result<(), ClientError> {
        let holder =
            Holder { host: self.host.clone(), pid: std::process::id(), operator: operator.to_owned() };
        let lease = self.store.take_lease(&holder, self.clock.now()).await?;
        Ok(self.store.release_lease(lease.fence).await?)
    }

    /// The kind of a run that still has messages on their way or in doubt.
    async fn outstanding(&self) -> Result<Option<Kind>, ClientError> {
        for run in self.store.runs().await?.into_iter().rev() {
            if self.store.tally(run.id).await?.outstanding > 0 {
                return Ok(Some(run.kind));
            }
        }
        Ok(None)
    }
}
