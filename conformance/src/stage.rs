//! Where a test takes place: a client before a scripted Spine, or a Spine before a raw requester.
//!
//! A [`Scenario`] says who is in the practice, what the operator does and where the scripted Spine departs from a faultless one. It is
//! played by the client's library in virtual time ([`library`]) or by any program that understands the adapter's command line
//! ([`command`]); what arrived and what was reported is an [`Observation`], and cases judge nothing else.

pub mod command;
mod extract;
pub mod ground;
pub mod library;
mod observation;
mod people;
mod recorder;
mod scenario;
pub mod served;

pub use extract::{Row, edit_rows};
pub use observation::{Exchange, Observation, RunOutcome};
pub use people::{AS_OF, People};
pub use recorder::Recorder;
pub use scenario::{Forward, Kind, Need, Scenario, Script, Step, Turn, Way};

/// Why a stage could not be set up: the test says nothing about anybody then.
#[derive(Debug, thiserror::Error)]
#[error("the stage cannot be set up: {0}")]
pub struct StageError(String);

impl StageError {
    pub(crate) fn new(why: impl std::fmt::Display) -> Self {
        Self(why.to_string())
    }
}
