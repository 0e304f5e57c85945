//! Asking a person on the terminal. Nobody is asked where there is none.

use std::io::{self, BufRead as _, IsTerminal as _};

use crate::exit::Exit;
use crate::failure::CliError;
use crate::show::output::say;

/// Refuses to go on where nobody could be asked.
pub(super) fn needs_a_terminal(nothing: &str, without: &str) -> Result<(), CliError> {
    if io::stdin().is_terminal() && io::stderr().is_terminal() {
        return Ok(());
    }
    let what = format!("{nothing} There is no terminal to confirm it on.");
    Err(CliError::new(Exit::Usage, what).advise(format!("Add --yes to {without}.")))
}

/// Asks on the terminal; blocks.
pub(super) fn ask(question: &str) -> String {
    say(question);
    let mut line = String::new();
    // Without an answer nobody agreed.
    let _ = io::stdin().lock().read_line(&mut line);
    line.trim().to_owned()
}

/// Whether an answer agrees.
pub(super) fn agrees(answer: &str) -> bool {
    matches!(answer.to_ascii_lowercase().as_str(), "y" | "yes")
}
