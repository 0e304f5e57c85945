//! Selection: which kinds of run there are, which action is open to the operator, and whom it takes.
//!
//! It knows what happened before only from [`History`]; it starts nothing. Source: Vision help, Bulk Transmission and
//! Running the Initial Upload.

use serde::{Deserialize, Serialize};

use crate::lifecycle::reason::Counter;
use crate::record::{PatientRecord, RegistrationStatus};
use crate::rules::Intent;

macro_rules! coded {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $code:literal, $text:literal;)+ }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum $name { $($(#[$variant_doc])* #[serde(rename = $code)] $variant,)+ }

        impl $name {
            /// Every one, in the order of the operator's screen.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// The stable code, for commands, reports and stores.
            #[must_use]
            pub const fn code(self) -> &'static str {
                match self { $(Self::$variant => $code,)+ }
            }

            /// The name that people read.
            #[must_use]
            pub const fn text(self) -> &'static str {
                match self { $(Self::$variant => $text,)+ }
            }

            /// Reads a stable code.
            #[must_use]
            pub fn from_code(code: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|one| one.code() == code)
            }
        }
    };
}

coded! {
    /// The five bulk transmissions. Source: Vision help, Bulk Transmission.
    Kind {
        /// One-off: an initial summary for each eligible patient.
        InitialUpload = "initial-upload", "Initial Upload";
        /// Refreshes the summaries of many patients.
        BulkUpdate = "bulk-update", "Bulk Update";
        /// Sends local dissent to the ACS and brings old codes up to date.
        ConsentMigration = "consent-migration", "Consent Migration";
        /// Tells of a group of patients who leave.
        BulkDeregistration = "bulk-deregistration", "Bulk Deregistration";
        /// Tells that the practice sends no more, after SCR was switched off.
        NoLongerContributing = "practice-no-longer-contributing", "Practice No Longer Contributing";
    }
}

coded! {
    /// What the operator may do with a kind. Source: Vision help, Running the Initial Upload.
    Action {
        /// Begin.
        Run = "run", "Run";
        /// Go on with a paused or interrupted run: a further leg of the same run.
        Resume = "resume", "Resume";
        /// Begin anew for everybody, where some were sent already.
        Rerun = "rerun", "Rerun";
        /// Reprocess those who failed in the last run.
        Failed = "failed", "Failed";
    }
}

impl Kind {
    /// Whether both kinds send the same sort of message, summaries or permissions, of which one patient has one live at most
    /// (invariant J2).
    #[must_use]
    pub const fn sends_like(self, other: Self) -> bool {
        matches!(self, Self::ConsentMigration) == matches!(other, Self::ConsentMigration)
    }
}

impl Intent {
    /// The intent of a run by the action that opened it; Resume keeps the intent of the run that it goes on with.
    ///
    /// Only an Initial Upload by Run leaves the patients alone to whom we sent before, and only a Bulk Update those of whom nothing
    /// changed.
    /// Requirements: RUN-012, RUN-019.
    #[must_use]
    pub const fn of_run(kind: Kind, opened_by: Action) -> Self {
        match (kind, opened_by) {
            (Kind::InitialUpload, Action::Run | Action::Resume) => Self::FirstUpload,
            (Kind::InitialUpload, Action::Rerun | Action::Failed) | (Kind::ConsentMigration, _) => {
                Self::Resend
            }
            (Kind::BulkUpdate, _) => Self::Update,
            (Kind::BulkDeregistration, _) => Self::Deregistration,
            (Kind::NoLongerContributing, _) => Self::NoLongerContributing,
        }
    }
}

/// What the store knows of the practice's earlier runs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct History {
    /// Whether SCR is enabled today (rule E1).
    pub scr_enabled: bool,
    /// The kind of the run that holds the practice's lease just now, if one does.
    pub running: Option<Kind>,
    /// The last run of the kind that is asked about.
    pub last: Option<PastRun>,
    /// The kind of any other run, of whatever age, that still has messages on their way or in doubt.
    pub outstanding_elsewhere: Option<Kind>,
}

/// How far the last run of a kind came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PastRun {
    /// Entries not settled: unprocessed or sending.
    pub outstanding: u64,
    /// Entries that failed.
    pub failed: u64,
}

/// Why an action is not open, with what to do instead.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Rule E1.
    #[error("SCR is not enabled at this practice; enable it first")]
    ScrOff,
    /// Only a practice whose SCR is switched off no longer contributes.
    #[error("SCR is still enabled at this practice; this opens once it is switched off")]
    ScrOn,
    /// One run at a time per practice.
    #[error("a run ({}) is going on at this practice; stop it, or wait for its end", .0.text())]
    Running(Kind),
    /// An earlier run is not finished.
    #[error("an earlier run ({}) is not finished; use Resume", .0.text())]
    UseResume(Kind),
    /// There is nothing to go on with, to repeat or to reprocess.
    #[error("there is no such run to go on with; use Run")]
    UseRun(Kind),
    /// Whoever leaves is named by a patient group.
    #[error("a {} takes a patient group; name it", .0.text())]
    GroupNeeded(Kind),
    /// Nobody failed in the last run.
    #[error("nobody failed in the last run ({}); there is nothing to reprocess", .0.text())]
    NothingFailed(Kind),
}

impl Refusal {
    /// What is open instead, if an action is.
    #[must_use]
    pub const fn instead(self) -> Option<(Kind, Action)> {
        match self {
            Self::UseResume(kind) => Some((kind, Action::Resume)),
            Self::UseRun(kind) => Some((kind, Action::Run)),
            Self::ScrOff | Self::ScrOn | Self::Running(_) | Self::GroupNeeded(_) | Self::NothingFailed(_) => {
                None
            }
        }
    }
}

/// Whether an action is open; `group` is the patient group that the operator named.
///
/// The gate of SCR comes first, then the lease, then what earlier runs left: nothing new begins while a message of an
/// older run is on its way or in doubt. Last comes what the operator can mend by asking again: whoever leaves is named by a group.
/// Resume keeps the group of its run, and Failed takes whoever failed, so neither needs one.
/// Requirements: ELI-002, RUN-011, RUN-013, RUN-024, RUN-025.
pub fn available(kind: Kind, action: Action, group: Option<&str>, history: &History) -> Result<(), Refusal> {
    match (kind, history.scr_enabled) {
        (Kind::NoLongerContributing, true) => return Err(Refusal::ScrOn),
        (Kind::NoLongerContributing, false) | (_, true) => {}
        (_, false) => return Err(Refusal::ScrOff),
    }
    if let Some(running) = history.running {
        return Err(Refusal::Running(running));
    }
    let unfinished = history.last.is_some_and(|last| last.outstanding > 0);
    match action {
        // A patient of both runs would have two live messages: the one that has some on their way goes first.
        Action::Resume if unfinished => match history.outstanding_elsewhere {
            Some(other) if kind.sends_like(other) => Err(Refusal::UseResume(other)),
            _ => Ok(()),
        },
        Action::Resume => Err(Refusal::UseRun(kind)),
        Action::Run | Action::Rerun | Action::Failed if unfinished => Err(Refusal::UseResume(kind)),
        Action::Run | Action::Rerun | Action::Failed => {
            history.outstanding_elsewhere.map_or(Ok(()), |other| Err(Refusal::UseResume(other)))?;
            opens(kind, action, history.last)?;
            let everybody = matches!(action, Action::Run | Action::Rerun) && group.is_none();
            if kind == Kind::BulkDeregistration && everybody {
                Err(Refusal::GroupNeeded(kind))
            } else {
                Ok(())
            }
        }
    }
}

/// Whom a kind of run takes, before any action or group narrows it: a migration every active patient, eligible or not; everything
/// else everybody, for the report says of each one why nothing was sent.
/// Requirements: ELI-001, CON-028.
#[must_use]
pub fn population(kind: Kind, record: &PatientRecord) -> bool {
    let active = record.registration.status != RegistrationStatus::Deducted && record.death_date.is_none();
    match kind {
        Kind::ConsentMigration => active,
        Kind::InitialUpload | Kind::BulkUpdate | Kind::BulkDeregistration | Kind::NoLongerContributing => {
            true
        }
    }
}

/// Whether an action takes a patient into its run, or goes on with them, given where they stand in the run before.
///
/// The operator's patient group, if any, narrows this further.
/// Requirements: RUN-007, RUN-020, RUN-021, RUN-022.
#[must_use]
pub fn takes(action: Action, before: Option<Counter>) -> bool {
    match action {
        Action::Run | Action::Rerun => true,
        Action::Resume => matches!(before, Some(Counter::Unprocessed | Counter::Sending)),
        Action::Failed => before == Some(Counter::Failed),
    }
}

/// Which earlier entry of a patient an action looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Earlier {
    /// The newest one in any run of the kind: who failed stays failed until a run of the kind settles them otherwise.
    NewestOfKind,
    /// The one in the kind's last run. Source: Vision help, SCR Consent Migration ("from the previous attempt").
    LastRun,
}

impl Earlier {
    /// The one that this kind's Failed looks at.
    #[must_use]
    pub const fn of(kind: Kind) -> Self {
        match kind {
            Kind::ConsentMigration => Self::LastRun,
            _ => Self::NewestOfKind,
        }
    }
}

fn opens(kind: Kind, action: Action, last: Option<PastRun>) -> Result<(), Refusal> {
    match (action, last) {
        (Action::Failed, Some(last)) if last.failed == 0 => Err(Refusal::NothingFailed(kind)),
        (Action::Run, _) | (Action::Rerun | Action::Failed, Some(_)) => Ok(()),
        (Action::Rerun | Action::Failed | Action::Resume, _) => Err(Refusal::UseRun(kind)),
    }
}

#[cfg(test)]
mod tests;
