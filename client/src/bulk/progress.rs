//! What is shown to people while a run goes on.

use jiff::Timestamp;
use spine_store::{Closed, Run, Tally};

use crate::fault::Halt;

/// Something shown to people. Holds counts and codes, never a patient's data.
#[derive(Clone, Debug)]
pub enum RunEvent {
    /// The leg that is about to open goes on under other circumstances than the run's last one.
    Differs(Difference),
    /// A leg opened.
    Opened(Box<Run>),
    /// How the entries stand now.
    Progress(Box<Tally>),
    /// The operator asked to stop; what is on its way is being settled.
    Stopping,
    /// The time came that was set for the leg's end; what is on its way is being settled.
    Pausing,
    /// Nobody is left but who waits for a later attempt: the leg goes on at this time.
    WaitsToRetry(Timestamp),
    /// The run stopped by itself.
    Halted(Halt),
    /// The leg closed.
    Closed(Closed, Box<Tally>),
    /// The session ends at this time, while the run may still go on.
    SessionEndsFirst(Timestamp),
    /// The run waits for its time to start or to go on.
    Waiting(Timestamp),
    /// The time to go on came, and somebody else had gone on with the run.
    TakenUpElsewhere,
    /// The time to go on came and nobody was logged in: the run stays paused.
    StaysPaused,
}

/// What is other in a leg than in the one before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Difference {
    /// The settings.
    Settings,
    /// What the terminology files say, or whether there are any.
    Terminology,
}

/// Takes what is to be shown. Must not block.
pub trait Reporter: Send + Sync {
    /// Takes one event.
    fn report(&self, event: RunEvent);
}

/// Shows nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct Silent;

impl Reporter for Silent {
    fn report(&self, _event: RunEvent) {}
}
