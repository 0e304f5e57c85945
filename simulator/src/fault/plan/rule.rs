//! One rule: when it strikes, where, and what it does.

use std::fmt;
use std::num::NonZeroU64;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use spine_vocabulary::{Interaction, NhsNumber};

use super::{Fault, mix, word};
use crate::fault::engine::Attempt;

/// One way in which exchanges go wrong.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct FaultRule {
    /// Its name; unique in its plan, and part of what the dice fall by.
    pub name: String,
    /// When it strikes; without conditions, always.
    #[serde(default)]
    pub trigger: Trigger,
    /// Where on its way an exchange is struck.
    pub phase: Phase,
    /// What happens there.
    pub fault: Fault,
}

/// Where on its way an exchange is struck.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Phase {
    /// Before a byte of the request left the client.
    ///
    /// Over sockets nobody knows yet whose request it will be: there such a rule strikes connections, counts them from 1 in
    /// the order in which they come, and never strikes when it asks for patients or interactions.
    Connect,
    /// When the request has arrived and nothing is done about it.
    Before,
    /// When everything the request asks for is done, and its answer has not left.
    After,
    /// In what the answer says. A request that is refused for a fault of its own is answered as ever.
    Acknowledge,
}

impl Phase {
    /// The name, as plans write it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Connect => "connect",
            Self::Before => "before",
            Self::After => "after",
            Self::Acknowledge => "acknowledge",
        }
    }
}

/// When a rule strikes: when every condition that it states holds.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "kebab-case", deny_unknown_fields)]
pub struct Trigger {
    /// Only the n-th attempt.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nth: Option<NonZeroU64>,
    /// Only the first n attempts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first: Option<NonZeroU64>,
    /// Only attempts n, 2n, 3n, ..
    #[serde(skip_serializing_if = "Option::is_none")]
    pub every: Option<NonZeroU64>,
    /// This share of attempts, 0 to 1, each by its own throw.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ratio: Option<f64>,
    /// Only these patients.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub patients: Vec<NhsNumber>,
    /// Only one class of patients.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub patient_class: Option<PatientClass>,
    /// Only these interactions.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub interactions: Vec<Asked>,
    /// Only from this moment on, by the Spine's clock.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<Timestamp>,
    /// Only before this moment, by the Spine's clock.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
    /// Only the next n exchanges that meet the other conditions, in the order in which they come; 0 waits until it is armed
    /// through [`Faults::arm`](crate::fault::Faults::arm) or the control port.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<u64>,
}

/// One of several classes of patients, of about equal size; who is in which follows from the plan's seed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct PatientClass {
    /// Which class, from 0.
    pub class: u64,
    /// How many there are.
    pub of: NonZeroU64,
}

/// What a request is: a message of an interaction, or a poll.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Asked {
    /// A message; plans write its interaction id, `REPC_IN150016SM05`.
    Message(Interaction),
    /// A poll for the answer to an upload; plans write `poll`.
    Poll,
}

impl Asked {
    /// The name, as plans write it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Message(interaction) => interaction.name(),
            Self::Poll => "poll",
        }
    }
}

impl fmt::Display for Asked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A text that names no interaction.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{0:?} is neither `poll` nor the id of a request's interaction, such as REPC_IN150016SM05")]
pub struct UnknownInteraction(String);

impl TryFrom<String> for Asked {
    type Error = UnknownInteraction;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let message = || Interaction::from_name(&text).filter(|one| one.service().is_some());
        match if text == "poll" { Some(Self::Poll) } else { message().map(Self::Message) } {
            Some(asked) => Ok(asked),
            None => Err(UnknownInteraction(text)),
        }
    }
}

impl From<Asked> for String {
    fn from(asked: Asked) -> Self {
        asked.name().to_owned()
    }
}

impl Trigger {
    /// Whether every condition but `next` holds. Requirement: SIM-024.
    pub(in crate::fault) fn holds(&self, seed: u64, rule: &str, attempt: &Attempt, now: Timestamp) -> bool {
        self.counts(attempt.number)
            && self.is_about(seed, attempt)
            && self.from.is_none_or(|from| now >= from)
            && self.until.is_none_or(|until| now < until)
            && self.ratio.is_none_or(|ratio| share(attempt.throw(seed, rule)) < ratio)
    }

    fn counts(&self, number: u64) -> bool {
        self.nth.is_none_or(|nth| number == nth.get())
            && self.first.is_none_or(|first| number <= first.get())
            && self.every.is_none_or(|every| number.is_multiple_of(every.get()))
    }

    fn is_about(&self, seed: u64, attempt: &Attempt) -> bool {
        let among = |number: NhsNumber| self.patients.contains(&number);
        let classed = |class: PatientClass| {
            attempt.patient.is_some_and(|patient| {
                mix(mix(seed) ^ word(patient.reveal().as_bytes())) % class.of == class.class
            })
        };
        (self.patients.is_empty() || attempt.patient.is_some_and(among))
            && self.patient_class.is_none_or(classed)
            && (self.interactions.is_empty()
                || attempt.asked.is_some_and(|asked| self.interactions.contains(&asked)))
    }
}

/// A throw as a number from 0 to just below 1.
fn share(throw: u64) -> f64 {
    f64::from(u32::try_from(throw >> 32).unwrap_or(u32::MAX)) / (f64::from(u32::MAX) + 1.0)
}
