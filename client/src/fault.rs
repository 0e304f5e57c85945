//! Who is at fault, and what happens next.
//!
//! A rule that declines is no fault: it is a value with a reason. Nothing here shows a patient's data.

use std::time::Duration;

use spine_store::StoreError;

/// A question to the Spine that was not answered.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SpineFault {
    /// The Spine cannot be reached or does not answer, or says that it is not available.
    #[error("the Spine does not answer: {0}")]
    SpineUnavailable(String),
    /// The Spine asks to wait (429, 503 with a time).
    #[error("the Spine asks to wait")]
    AskedToWait(Option<Duration>),
    /// What came back is no answer that the specification knows.
    #[error("the Spine's answer cannot be understood: {0}")]
    SpineMisbehaved(String),
    /// The Spine refuses the question for this patient; the codes say why.
    #[error("the Spine refuses: {0}")]
    Refused(String),
    /// Certificate, trust or address are wrong: a person must mend the configuration.
    #[error("{0}")]
    Misconfigured(String),
    /// The session ended or the role is not permitted.
    #[error("{0}")]
    SessionOver(String),
    /// Our own mistake.
    #[error("{0} (bug)")]
    Bug(String),
}

/// What happens next after a fault.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Disposition {
    /// Wait, then the same again.
    Retry {
        /// How long the Spine asked to wait.
        after: Option<Duration>,
    },
    /// Inside the retry contract and the same leg the same bytes again; otherwise ask first.
    Reconcile,
    /// This patient stops, the run goes on.
    SetAside,
    /// The run stops, the operator must act.
    Halt(Halt),
}

impl SpineFault {
    /// What happens next, for a question that may be asked again without harm.
    /// Requirement: PDS-027.
    #[must_use]
    pub fn disposition(&self) -> Disposition {
        match self {
            Self::SpineUnavailable(_) | Self::SpineMisbehaved(_) => Disposition::Retry { after: None },
            Self::AskedToWait(after) => Disposition::Retry { after: *after },
            Self::Refused(_) => Disposition::SetAside,
            Self::Misconfigured(why) => Disposition::Halt(Halt::Misconfigured(why.clone())),
            Self::SessionOver(why) => Disposition::Halt(Halt::SessionOver(why.clone())),
            Self::Bug(why) => Disposition::Halt(Halt::Bug(why.clone())),
        }
    }
}

/// Why a run stopped by itself. Every halt tells the operator what to do.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Halt {
    /// The Spine cannot be reached, or does not answer.
    #[error(
        "The Spine cannot be worked with: {0}. Nothing is lost. Check the network and the Spine's address, then resume the run."
    )]
    SpineUnavailable(String),
    /// What answers in the Spine's place gives answers that the specification does not know, to everybody.
    #[error(
        "What answers is no Spine: {0}. Nothing is lost. Look whether the Spine's address leads to the Spine and nothing stands in between, such as a network that wants a sign-in; then resume the run."
    )]
    SpineMisbehaved(String),
    /// Certificate, trust or address are wrong.
    #[error(
        "The connection to the Spine is refused: {0}. Nothing was sent under it. Put the certificate or the address right, then resume the run."
    )]
    Misconfigured(String),
    /// The session ended or the role is not permitted.
    #[error("{0}. Log in again, then resume the run.")]
    SessionOver(String),
    /// Another process took the run over.
    #[error("Another process has taken this practice's run over, so this one stopped. Look there.")]
    TakenOver,
    /// The store cannot be written.
    #[error(
        "The store cannot be written: {0}. No message leaves that cannot be recorded. Make room or mend the disk, then resume the run."
    )]
    Store(String),
    /// Our own mistake.
    #[error("This is a mistake in the software: {0}. Please report it; the run can be resumed.")]
    Bug(String),
}

impl From<StoreError> for Halt {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::StaleFence | StoreError::Held(_) => Self::TakenOver,
            StoreError::IllegalFact(_) | StoreError::Missing(_) => Self::Bug(error.to_string()),
            other => Self::Store(other.to_string()),
        }
    }
}
