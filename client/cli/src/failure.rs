//! A command that came to nothing: what happened, what was done, what to do; and the exit code.

use std::fmt;

use miette::Diagnostic;
use spine_client::session::SessionFileError;
use spine_client::{AddressesError, ClientError};

use crate::exit::Exit;

/// A command that came to nothing. Never holds a patient's data.
#[derive(Debug, thiserror::Error)]
#[error("{what}")]
pub struct CliError {
    what: String,
    advice: Option<String>,
    exit: Exit,
}

impl CliError {
    /// What happened and how the program ends.
    #[must_use]
    pub fn new(exit: Exit, what: impl Into<String>) -> Self {
        Self { what: what.into(), advice: None, exit }
    }

    /// The same with what to do about it.
    #[must_use]
    pub fn advise(mut self, advice: impl Into<String>) -> Self {
        self.advice = Some(advice.into());
        self
    }

    /// How the program ends.
    #[must_use]
    pub const fn exit(&self) -> Exit {
        self.exit
    }
}

impl Diagnostic for CliError {
    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.advice.as_ref().map(|advice| Box::new(advice) as Box<dyn fmt::Display>)
    }
}

impl From<ClientError> for CliError {
    fn from(error: ClientError) -> Self {
        Self::new(Exit::of_error(&error), error.to_string())
    }
}

impl From<AddressesError> for CliError {
    fn from(error: AddressesError) -> Self {
        ClientError::from(error).into()
    }
}

impl From<SessionFileError> for CliError {
    fn from(error: SessionFileError) -> Self {
        let exit = match &error {
            SessionFileError::Io { .. } => Exit::Store,
            SessionFileError::Exposed { .. } | SessionFileError::Unreadable { .. } => Exit::NotPermitted,
        };
        let why = std::error::Error::source(&error).map(|source| format!(": {source}")).unwrap_or_default();
        Self::new(exit, format!("{error}{why}"))
    }
}
