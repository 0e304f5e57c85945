//! The practice's history: every run with its legs, and every switch of SCR.

use serde_json::Value;
use spine_store::{Closed, LegRecord, Run, Switch};
use spine_vocabulary::UserId;

use crate::client::Client;
use crate::error::ClientError;
use crate::report::{Counters, state};

/// One run, as it went.
#[derive(Clone, Debug, PartialEq)]
pub struct RunHistory {
    /// The run, as its newest leg left it.
    pub run: Run,
    /// The five counters.
    pub counters: Counters,
    /// Its legs, oldest first.
    pub legs: Vec<LegRecord>,
}

impl RunHistory {
    /// How the run stands: `finished`, `stopped`, `halted`, `interrupted` or `running`.
    #[must_use]
    pub fn state(&self) -> &'static str {
        state(&self.run)
    }

    /// How a leg of it closed: as above; of an older leg that never closed, `interrupted`.
    #[must_use]
    pub fn leg_state(&self, leg: &LegRecord) -> &'static str {
        match leg.closed {
            Some((Closed::Finished, _)) => "finished",
            Some((Closed::Stopped, _)) => "stopped",
            Some((Closed::Halted, _)) => "halted",
            None if leg.number == self.run.legs => self.state(),
            None => "interrupted",
        }
    }

    /// The run as a document.
    #[must_use]
    pub fn document(&self) -> Value {
        let leg = |leg: &LegRecord| {
            serde_json::json!({
                "number": leg.number,
                "action": leg.action.code(),
                "user": leg.user.to_string(),
                "role_profile": leg.role_profile.to_string(),
                "settings": settings(&leg.settings),
                "build": leg.build,
                "opened_at": leg.opened_at,
                "closed_at": leg.closed.map(|(_, at)| at),
                "state": self.leg_state(leg),
            })
        };
        serde_json::json!({
            "run": self.run.id.0,
            "kind": self.run.kind.code(),
            "action": self.run.action.code(),
            "group": self.run.group,
            "state": self.state(),
            "opened_at": self.run.opened_at,
            "closed_at": self.run.closed.map(|(_, at)| at),
            "population": self.run.population,
            "counters": self.counters,
            "legs": self.legs.iter().map(leg).collect::<Vec<_>>(),
        })
    }
}

/// The settings that a leg recorded; as a text where they are no document.
fn settings(recorded: &str) -> Value {
    serde_json::from_str(recorded).unwrap_or_else(|_| Value::String(recorded.to_owned()))
}

impl Client {
    /// Every run, oldest first.
    pub async fn history(&self) -> Result<Vec<RunHistory>, ClientError> {
        let mut history = Vec::new();
        for run in self.store.runs().await? {
            let counters = Counters::of(&self.store.tally(run.id).await?);
            let legs = self.store.legs(run.id).await?;
            history.push(RunHistory { run, counters, legs });
        }
        Ok(history)
    }

    /// Every switch of SCR at this practice, oldest first.
    pub async fn switches(&self) -> Result<Vec<Switch>, ClientError> {
        Ok(self.store.switches().await?)
    }

    /// The name of an operator, as far as the practice still knows it.
    pub async fn name_of(&self, user: &UserId) -> Result<Option<String>, ClientError> {
        Ok(self.store.operator(user).await?.map(|operator| operator.name))
    }
}
