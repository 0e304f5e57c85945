//! Where words go: data to standard output, everything else to standard error.

use std::io::{self, IsTerminal as _, Write as _};

use serde::Serialize;

use crate::exit::Exit;
use crate::failure::CliError;

/// How words are shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Output {
    /// Only one JSON document, and nothing about how things go.
    pub json: bool,
    /// No colours, no bar, no boxes.
    pub plain: bool,
}

impl Output {
    /// Writes data to standard output. That nobody reads it any more is no error.
    pub fn data(self, text: &str) -> Result<(), CliError> {
        let mut out = io::stdout().lock();
        let written = out.write_all(text.as_bytes()).and_then(|()| out.flush());
        match written {
            Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
                Err(CliError::new(Exit::Store, format!("The output cannot be written: {error}.")))
            }
            _ => Ok(()),
        }
    }

    /// Writes one JSON document to standard output.
    pub fn document(self, document: &impl Serialize) -> Result<(), CliError> {
        let text = serde_json::to_string_pretty(document)
            .map_err(|error| CliError::new(Exit::Bug, format!("The document cannot be written: {error}.")))?;
        self.data(&format!("{text}\n"))
    }

    /// Tells the person who watches; with `--json` nobody does.
    pub fn tell(self, text: &str) {
        if !self.json {
            say(text);
        }
    }

    /// Whether colours, bars and boxes are welcome on standard error.
    #[must_use]
    pub fn is_rich(self) -> bool {
        !self.plain && !self.json && io::stderr().is_terminal()
    }
}

/// Says something on standard error, whatever the mode: errors and warnings.
pub(crate) fn say(text: &str) {
    // Where nobody listens nothing is lost.
    let _ = writeln!(io::stderr(), "{text}");
}
