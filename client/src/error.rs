//! What a user of the client is told when something cannot be done: what happened, what was done, what to do.

use jiff::Timestamp;
use spine_practice::{ChangesError, ColumnMapError, ExportError, ExtractError, TerminologyError};
use spine_rules::schedule::ScheduleError;
use spine_rules::selection::Refusal;
use spine_store::{Holder, Marking, StoreError};

use crate::client::SettingsError;
use crate::fault::{Halt, SpineFault};
use crate::login::LoginError;
use crate::spine::addresses::AddressesError;

/// A call to the client that came to nothing.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// Nothing was imported yet.
    #[error("No practice is in this store yet. Import an extract first: scr import DIR")]
    NoPractice,
    /// The extract cannot be imported.
    #[error("Nothing was imported. {0}.")]
    Extract(#[from] ExtractError),
    /// The column map cannot be used.
    #[error("Nothing was imported. {0}.")]
    ColumnMap(#[from] ColumnMapError),
    /// The settings cannot be used.
    #[error("Nothing was sent. {0}.")]
    Settings(#[from] SettingsError),
    /// The terminology files cannot be used.
    #[error("Nothing was sent. The terminology files cannot be used: {0}.")]
    Terminology(#[from] TerminologyError),
    /// The Spine's addresses cannot be used.
    #[error(transparent)]
    Addresses(#[from] AddressesError),
    /// Nobody is logged in, or may not do this.
    #[error(transparent)]
    Login(#[from] LoginError),
    /// The action is not open now; says which one is.
    #[error("{0}.")]
    NotOpen(Refusal),
    /// The schedule cannot be kept.
    #[error("Nothing was sent. The schedule cannot be kept: {0}.")]
    Schedule(#[from] ScheduleError),
    /// The session ends before the run would start.
    #[error("Nothing was sent. The session ends at {}, before the run would start at {}. Log in later, or start earlier.", shown(*.ends_at), shown(*.starts_at))]
    SessionEndsFirst {
        /// When the session ends.
        ends_at: Timestamp,
        /// When the run would start.
        starts_at: Timestamp,
    },
    /// The operator stopped it while it waited for its start.
    #[error("Stopped before the start. Nothing was sent.")]
    StoppedBeforeTheStart,
    /// There is no such patient group, or nobody is in it.
    #[error("Nothing was sent. The patient group {0:?} is not in the last import, or has no members.")]
    NoGroup(String),
    /// Resume goes on with the run's own patients.
    #[error("Nothing was sent. Resume goes on with the run's own patients ({}); leave the group out.", .0.as_ref().map_or_else(|| "no group".to_owned(), |group| format!("group {group:?}")))]
    OtherGroup(Option<String>),
    /// The nn days cannot be set.
    #[error("Nothing was changed. {0} days cannot be set: 0 to 99 can.")]
    NnDays(u8),
    /// Another process holds the practice's run.
    #[error("A run is going on at this practice: {} holds it on {} (process {}). Wait for its end, or stop it there.", .0.operator, .0.host, .0.pid)]
    Held(Box<Holder>),
    /// The store fails.
    #[error("{0}. Nothing was changed.")]
    Store(StoreError),
    /// The run stopped by itself before it began.
    #[error(transparent)]
    Halted(#[from] Halt),
    /// The Spine did not answer a question.
    #[error(transparent)]
    Spine(#[from] SpineFault),
    /// A list cannot be written.
    #[error(transparent)]
    Export(#[from] ExportError),
    /// Whoever is marked must be on a worklist; whoever is released must be held.
    #[error("Nothing was marked. {}", match .0 { Marking::Seen => "One of these NHS numbers is on no worklist.", Marking::Release => "One of these NHS numbers is not held: only whom the overwrite guard held can be released." })]
    NotWaiting(Marking),
    /// The changes cannot be written.
    #[error(transparent)]
    Changes(#[from] ChangesError),
    /// There is no such run.
    #[error("There is no run yet.")]
    NoRun,
    /// No patient has this number.
    #[error("No patient of this practice has that NHS number.")]
    NoPatient,
}

impl ClientError {
    /// An output that cannot be written.
    #[must_use]
    pub fn output(error: std::io::Error) -> Self {
        Self::Export(error.into())
    }
}

impl From<StoreError> for ClientError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Held(holder) => Self::Held(holder),
            other => Self::Store(other),
        }
    }
}

/// A moment as the practice's wall shows it.
fn shown(at: Timestamp) -> impl std::fmt::Display {
    crate::clock::uk_local(at).strftime("%d %b %Y %H:%M")
}
