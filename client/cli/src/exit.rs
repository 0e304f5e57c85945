//! How the program ends: every exit code, what it means, and which error leads to it.
//!
//! Source: sysexits where it has a fitting code; 1, 3 and 130 are ours.

use spine_client::fault::SpineFault;
use spine_client::session::{AssertionError, SignInError};
use spine_client::spine::identity::IdentityError;
use spine_client::{ClientError, Closed, Counters, Ended, Halt, LoginError, Prediction, Reason, StoreError};

/// How the program ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Exit {
    /// Everything is Sent or Not Required, the Spine holds what it acknowledged, or the command did what it was told.
    Done = 0,
    /// The run finished and somebody is Failed, or the Spine does not hold what it acknowledged.
    SomeFailed = 1,
    /// The command line is wrong, or the action, the group or the schedule is not open now.
    Usage = 2,
    /// The run finished and of somebody nobody knows whether the Spine stored the message.
    InDoubt = 3,
    /// Addresses, certificates, column map, settings or terminology are wrong, or nothing is set up yet.
    Config = 64,
    /// The extract cannot be used, or what was asked for is not there.
    Input = 65,
    /// The Spine cannot be reached or does not answer.
    Unavailable = 69,
    /// A mistake of this software.
    Bug = 70,
    /// The store or an output file cannot be written, or another process holds the practice.
    Store = 73,
    /// The run is paused and can be resumed.
    Paused = 75,
    /// What came back is nothing that the specification knows.
    Protocol = 76,
    /// Nobody is logged in, the session is over, or it is not permitted.
    NotPermitted = 77,
    /// Interrupted before anything was done, or before a reconciliation was complete.
    Interrupted = 130,
}

/// Every exit code with its meaning, in the order of the codes.
pub const TABLE: &[(Exit, &str)] = &[
    (
        Exit::Done,
        "done; after a run: everybody is Sent or Not Required; after a reconciliation: everything is as it should be",
    ),
    (
        Exit::SomeFailed,
        "the run finished, and somebody is Failed; after a reconciliation: something is not as it should be",
    ),
    (
        Exit::Usage,
        "the command line is wrong, the action is not open now, the group is not there, or the schedule cannot be kept",
    ),
    (Exit::InDoubt, "the run finished, and of somebody it is in doubt whether the Spine has the message"),
    (
        Exit::Config,
        "something is not set up: addresses, certificates, column map, settings, terminology, or no practice yet",
    ),
    (Exit::Input, "the extract cannot be used (nothing was imported), or what was asked for is not there"),
    (Exit::Unavailable, "the Spine cannot be reached or does not answer; a run can be resumed"),
    (Exit::Bug, "a mistake in this software; a run can be resumed"),
    (Exit::Store, "the store or an output file cannot be written, or another process works on this practice"),
    (Exit::Paused, "the run is paused; it can be resumed any number of times"),
    (Exit::Protocol, "the Spine's answer is nothing that the specification knows; a run can be resumed"),
    (Exit::NotPermitted, "nobody is logged in, the session is over, or it is not permitted"),
    (
        Exit::Interrupted,
        "interrupted or declined before anything was done, or before a reconciliation was complete",
    ),
];

/// The table as the help shows it.
pub(crate) fn help() -> String {
    let line = |(exit, meaning): &(Exit, &str)| format!("  {:>3}  {meaning}", exit.code());
    let lines: Vec<String> = TABLE.iter().map(line).collect();
    format!("Exit codes:\n{}", lines.join("\n"))
}

impl Exit {
    /// The number that the operating system is given.
    #[must_use]
    pub const fn code(self) -> u8 {
        self as u8
    }

    /// How a run's leg ended.
    /// Requirements: RUN-005, RUN-035.
    #[must_use]
    pub fn of_run(ended: &Ended) -> Self {
        let in_doubt = ended.tally.reasons.get(&Reason::InDoubt).copied().unwrap_or(0);
        match (&ended.halt, ended.closed) {
            (Some(halt), _) => Self::of_halt(halt),
            (None, Closed::Stopped | Closed::Halted) => Self::Paused,
            (None, Closed::Finished) if in_doubt > 0 => Self::InDoubt,
            (None, Closed::Finished) if Counters::of(&ended.tally).failed > 0 => Self::SomeFailed,
            (None, Closed::Finished) => Self::Done,
        }
    }

    /// How a dry run ended: as the run would have. One that was stopped predicts nothing.
    #[must_use]
    pub fn of_prediction(prediction: &Prediction) -> Self {
        match (&prediction.halt, prediction.closed) {
            (Some(halt), _) => Self::of_halt(halt),
            (None, Closed::Stopped | Closed::Halted) => Self::Interrupted,
            (None, Closed::Finished) => {
                let counters = Counters::of(&prediction.tally);
                match (counters.unprocessed + counters.sending, counters.failed) {
                    (0, 0) => Self::Done,
                    (0, _) => Self::SomeFailed,
                    // Whoever could not be asked about would wait for a later attempt.
                    _ => Self::Paused,
                }
            }
        }
    }

    /// Why a run stopped by itself.
    #[must_use]
    pub const fn of_halt(halt: &Halt) -> Self {
        match halt {
            Halt::SpineUnavailable(_) => Self::Unavailable,
            Halt::SpineMisbehaved(_) => Self::Protocol,
            Halt::Misconfigured(_) => Self::Config,
            Halt::SessionOver(_) => Self::NotPermitted,
            Halt::TakenOver | Halt::Store(_) => Self::Store,
            Halt::Bug(_) => Self::Bug,
        }
    }

    /// What a call to the client came to.
    #[must_use]
    pub fn of_error(error: &ClientError) -> Self {
        match error {
            ClientError::NoPractice
            | ClientError::ColumnMap(_)
            | ClientError::Settings(_)
            | ClientError::Terminology(_)
            | ClientError::Addresses(_) => Self::Config,
            ClientError::Extract(_)
            | ClientError::Store(StoreError::Import(_))
            | ClientError::NoRun
            | ClientError::NoPatient
            | ClientError::NotWaiting(_) => Self::Input,
            ClientError::Login(error) => Self::of_login(error),
            ClientError::NotOpen(_)
            | ClientError::Schedule(_)
            | ClientError::NoGroup(_)
            | ClientError::OtherGroup(_)
            | ClientError::NnDays(_) => Self::Usage,
            ClientError::SessionEndsFirst { .. } => Self::NotPermitted,
            ClientError::StoppedBeforeTheStart => Self::Interrupted,
            ClientError::Store(StoreError::IllegalFact(_) | StoreError::Missing(_)) => Self::Bug,
            ClientError::Held(_)
            | ClientError::Store(_)
            | ClientError::Changes(_)
            | ClientError::Export(_) => Self::Store,
            ClientError::Halted(halt) => Self::of_halt(halt),
            ClientError::Spine(fault) => Self::of_fault(fault),
        }
    }

    fn of_fault(fault: &SpineFault) -> Self {
        match fault {
            SpineFault::SpineUnavailable(_) | SpineFault::AskedToWait(_) => Self::Unavailable,
            SpineFault::SpineMisbehaved(_) => Self::Protocol,
            SpineFault::Misconfigured(_) => Self::Config,
            SpineFault::Refused(_) | SpineFault::SessionOver(_) => Self::NotPermitted,
            SpineFault::Bug(_) => Self::Bug,
        }
    }

    fn of_login(error: &LoginError) -> Self {
        match error {
            LoginError::Identity(error) => Self::of_identity(error),
            LoginError::Reader => Self::Bug,
            LoginError::NoSession
            | LoginError::SessionOver(_)
            | LoginError::NotAnOperator(_)
            | LoginError::NotPermitted(_)
            | LoginError::NoJobRole
            | LoginError::Card(_)
            | LoginError::Proof(_)
            | LoginError::Role(_)
            | LoginError::Open(_) => Self::NotPermitted,
        }
    }

    fn of_identity(error: &IdentityError) -> Self {
        match error {
            IdentityError::Unreachable(failure) if failure.is_lasting() => Self::Config,
            IdentityError::Unreachable(_) | IdentityError::Misbehaved(500..) => Self::Unavailable,
            IdentityError::SignIn(SignInError::Refused(_))
            | IdentityError::Assertion(
                AssertionError::NotGranted { .. }
                | AssertionError::Over { .. }
                | AssertionError::NotYetValid { .. },
            ) => Self::NotPermitted,
            IdentityError::Misbehaved(_)
            | IdentityError::SignIn(SignInError::Misbehaved(_))
            | IdentityError::Assertion(_) => Self::Protocol,
        }
    }
}

impl From<Exit> for std::process::ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_is_in_the_table_once_and_the_help_shows_it() {
        let documented = [0, 1, 2, 3, 64, 65, 69, 70, 73, 75, 76, 77, 130];
        assert_eq!(TABLE.iter().map(|(exit, _)| exit.code()).collect::<Vec<_>>(), documented);
        let help = help();
        let page = include_str!("../docs/runs.md");
        for (exit, meaning) in TABLE {
            assert!(page.contains(&format!("\n| {} | {meaning} |\n", exit.code())), "{exit:?} in runs.md");
        }
        for (exit, meaning) in TABLE {
            assert!(help.contains(&format!("{:>3}  {meaning}", exit.code())), "{exit:?}");
        }
    }

    #[test]
    fn every_halt_has_its_code() {
        let why = || "why".to_owned();
        for (halt, code) in [
            (Halt::SpineUnavailable(why()), 69),
            (Halt::SpineMisbehaved(why()), 76),
            (Halt::Misconfigured(why()), 64),
            (Halt::SessionOver(why()), 77),
            (Halt::TakenOver, 73),
            (Halt::Store(why()), 73),
            (Halt::Bug(why()), 70),
        ] {
            assert_eq!(Exit::of_halt(&halt).code(), code, "{halt}");
        }
    }
}
