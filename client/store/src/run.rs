//! Runs and legs.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use spine_vocabulary::{RoleProfileId, UserId};

/// A run's number within its store, from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct RunId(pub i64);

/// The kinds of run. Source: Vision help, GP Summary Bulk Uploads.
pub use spine_rules::selection::{Action, Kind as RunKind};

/// What opens a run or a leg.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewRun {
    /// Its kind.
    pub kind: RunKind,
    /// The action that opened it.
    pub action: Action,
    /// The operator.
    pub user: UserId,
    /// The operator's role.
    pub role_profile: RoleProfileId,
    /// The settings in force, as JSON, for the report.
    pub settings: String,
    /// Version of this software.
    pub build: String,
    /// When.
    pub at: Timestamp,
}

/// How a leg closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Closed {
    /// Nothing is unprocessed or sending.
    Finished,
    /// Stopped by the operator; can be resumed.
    Stopped,
    /// Halted by a condition that the operator must mend; can be resumed.
    Halted,
}

/// A run as the store knows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Run {
    /// Its number.
    pub id: RunId,
    /// Its kind.
    pub kind: RunKind,
    /// The action that opened it.
    pub action: Action,
    /// How many legs it has had, from 1.
    pub legs: u32,
    /// When it opened.
    pub opened_at: Timestamp,
    /// How its newest leg closed; `None` while it is open, or if its process died (interrupted).
    pub closed: Option<(Closed, Timestamp)>,
    /// Whether the newest leg is open and its holder is provably gone or its lease has ended.
    pub interrupted: bool,
    /// Patients in it.
    pub population: u64,
    /// Who opened the newest leg.
    pub user: UserId,
    /// The settings of the newest leg, as JSON.
    pub settings: String,
    /// Version that opened the newest leg.
    pub build: String,
}

/// The interaction whose live ids exclude each other (invariant J2): what uploads about a summary, or what sets a permission.
pub(crate) const fn interaction(kind: RunKind) -> &'static str {
    match kind {
        RunKind::InitialUpload
        | RunKind::BulkUpdate
        | RunKind::BulkDeregistration
        | RunKind::NoLongerContributing => "summary",
        RunKind::ConsentMigration => "permission",
    }
}
