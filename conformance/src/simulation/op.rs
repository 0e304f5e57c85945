//! What happens in a simulation, as data: a list of things that people, the Spine, the computer and the network do, in their order.
//!
//! A case is written and read as JSON, and the same case plays the same way to the byte. Nothing here does anything.

use serde::{Deserialize, Serialize};
use spine_client::{Action, RunKind};

use super::fault::Rule;

/// One simulation: who is there, and what happens.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Case {
    /// From which delays, ids and lots follow.
    pub seed: u64,
    /// Who is in the practice at the beginning: places in the cast.
    pub people: Vec<usize>,
    /// How the Spine behaves where the specification leaves a choice.
    #[serde(default)]
    pub habits: Habits,
    /// What happens, in this order. Afterwards every fault is gone and the practice works on until nothing is left to do.
    pub ops: Vec<Op>,
}

/// How the Spine behaves where the specification leaves a choice.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "kebab-case")]
pub struct Habits {
    /// A message that came before: 0 the same answer again, 1 AR 202, 2 AE 410/30134.
    pub duplicate: u8,
    /// Whether the Spine takes nothing at all for a dissenter, not even a dissent summary.
    pub refuses_all: bool,
    /// How many polls are answered 202 before the one that finds the answer.
    pub polls: u8,
}

/// One thing that happens.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Op {
    /// Minutes go by.
    Advance(u32),
    /// Somebody registers at the practice, which is imported again.
    Add(usize),
    /// A record changes, and the practice is imported again.
    Change(usize, Change),
    /// A person marks a patient on a worklist as released: what the overwrite guard held may be sent.
    Release(usize),
    /// The operator logs in.
    Login,
    /// SCR is switched on or off at the practice.
    Switch(bool),
    /// Something happens that can also happen in the middle of a run.
    Now(Blow),
    /// The operator begins or resumes a bulk transmission, and things happen in the middle of it.
    Run {
        /// The kind.
        kind: RunKind,
        /// What is done with it.
        action: Action,
        /// What happens meanwhile.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        strikes: Vec<Strike>,
    },
}

/// How a record changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Change {
    /// The patient dissents.
    Dissent,
    /// The patient consents, to core data.
    Consent,
    /// Something new is prescribed.
    Medicine,
    /// The surname changes here and not on PDS.
    Surname,
    /// The patient leaves the practice.
    Leave,
    /// A clinician has the record open.
    Busy,
    /// Nobody has the record open any more.
    Free,
}

/// Something that happens at a moment of a run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Strike {
    /// When.
    pub at: Point,
    /// What.
    pub blow: Blow,
}

/// A moment of a run, counted from 1 from its beginning.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Point {
    /// Before the n-th write of the store begins.
    BeforeWrite(u64),
    /// After it is durable, before anybody hears of it.
    AfterWrite(u64),
    /// The n-th request has left and did not arrive.
    BeforeExchange(u64),
    /// The n-th request has arrived, was acted upon, and its answer was not read.
    AfterExchange(u64),
}

/// What can happen at any moment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Blow {
    /// The process dies.
    Crash,
    /// The operator asks the run to stop.
    Stop,
    /// The operator asks the run to stop, and begins the same at once from another window.
    StopAndRun,
    /// Another process of the practice begins the same.
    Rival,
    /// The store fails this write, and keeps nothing of it.
    WriteFails,
    /// The store keeps this write, and says that it failed.
    NewsFails,
    /// The disk is full: every write fails, until nothing goes wrong any more.
    DiskFull,
    /// Another user sets a permission at the Spine.
    Permission(usize, Held),
    /// The session is revoked at the Spine.
    Revoke,
    /// The user's role is withdrawn at the Spine.
    Withdraw,
    /// The computer sleeps for so many minutes.
    Sleep(u32),
    /// The practice's clock is put so many seconds ahead of the true time, or behind it.
    Skew(i32),
    /// From now on something goes wrong on the way or at the Spine.
    Arm(Rule),
    /// Nothing goes wrong any more.
    Calm,
}

/// What the ACS holds of a patient.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Held {
    /// Nothing.
    Nothing,
    /// Yes to storing and to viewing.
    Yes,
    /// No to both.
    No,
}

impl Op {
    /// A run in which nothing else happens.
    #[must_use]
    pub const fn run(kind: RunKind, action: Action) -> Self {
        Self::Run { kind, action, strikes: Vec::new() }
    }

    /// A run in which one thing happens.
    #[must_use]
    pub fn struck(kind: RunKind, action: Action, at: Point, blow: Blow) -> Self {
        Self::Run { kind, action, strikes: vec![Strike { at, blow }] }
    }
}

impl Case {
    /// As it is kept and printed.
    #[must_use]
    pub fn json(&self) -> String {
        serde_json::to_string_pretty(self).unwrap_or_default()
    }
}
