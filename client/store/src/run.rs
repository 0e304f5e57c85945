//! Runs and legs.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use spine_vocabulary::{RoleProfileId, UserId};

/// A run's number within its store, from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct RunId(pub i64);

use spine_rules::Counter;
use spine_rules::record::PatientRecord;
/// The kinds of run. Source: Vision help, GP Summary Bulk Uploads.
pub use spine_rules::selection::{Action, Earlier, Kind as RunKind};

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
    /// The patient group that narrows the run, if one was named.
    pub group: Option<String>,
    /// Version of this software.
    pub build: String,
    /// When.
    pub at: Timestamp,
}

/// Whom a new run takes: asked of every patient, in key order.
#[derive(Clone, Copy)]
pub struct Selection<'s> {
    /// Only members of this group of the last import.
    pub group: Option<&'s str>,
    /// Which earlier entry of each patient is shown to `takes`, in runs of this kind; none where nobody looks at one.
    pub earlier: Option<(RunKind, Earlier)>,
    /// Whether a patient is taken.
    pub takes: &'s (dyn Fn(&Listing<'_>) -> bool + Send + Sync),
}

impl<'s> Selection<'s> {
    /// Every patient.
    #[must_use]
    pub const fn everybody() -> Selection<'static> {
        Selection { group: None, earlier: None, takes: &|_| true }
    }

    /// Whoever is taken, whatever earlier runs left.
    #[must_use]
    pub const fn whom(takes: &'s (dyn Fn(&Listing<'_>) -> bool + Send + Sync)) -> Self {
        Self { group: None, earlier: None, takes }
    }
}

/// A patient as a selection sees them.
#[derive(Clone, Copy)]
pub struct Listing<'l> {
    /// The record as it stands now.
    pub record: &'l PatientRecord,
    /// The counter of the earlier entry, if there is one.
    pub before: Option<Counter>,
}

/// One leg of a run, for the run's history.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LegRecord {
    /// Its number within the run, from 1.
    pub number: u32,
    /// The action that opened it.
    pub action: Action,
    /// Who opened it.
    pub user: UserId,
    /// In which role.
    pub role_profile: RoleProfileId,
    /// Its settings, as JSON.
    pub settings: String,
    /// Version that opened it.
    pub build: String,
    /// When it opened.
    pub opened_at: Timestamp,
    /// How and when it closed; `None` while it is open, or if its process died.
    pub closed: Option<(Closed, Timestamp)>,
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
    /// The patient group that narrows it, if one was named.
    pub group: Option<String>,
    /// Who opened the newest leg.
    pub user: UserId,
    /// In which role.
    pub role_profile: RoleProfileId,
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
