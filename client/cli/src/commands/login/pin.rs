//! The PIN: typed without echo, or one line from standard input. Never an argument, never the environment.

use std::io::{self, IsTerminal as _, Read};

use spine_client::session::Pin;
use zeroize::Zeroizing;

use crate::exit::Exit;
use crate::failure::CliError;

/// Longest line that is read: more is no PIN.
const LONGEST: usize = 64;

/// Asks for the PIN on the terminal, or reads it from standard input. Blocks.
/// Requirement: SES-014.
pub(super) fn read(from_stdin: bool) -> Result<Pin, CliError> {
    let typed = if from_stdin { line(io::stdin().lock())? } else { prompt()? };
    Pin::read(typed).map_err(|problem| {
        CliError::new(Exit::NotPermitted, format!("Not logged in: {problem}. The smartcard was not asked."))
    })
}

fn prompt() -> Result<Zeroizing<String>, CliError> {
    if !io::stdin().is_terminal() {
        return Err(CliError::new(Exit::Usage, "There is no terminal to ask for the PIN on.")
            .advise("Log in at a terminal, or send the PIN as one line to scr login --pin-stdin."));
    }
    rpassword::prompt_password("PIN: ").map(Zeroizing::new).map_err(|error| unreadable(&error))
}

/// One line, wiped when dropped; read byte by byte so that no buffer keeps a copy of it.
fn line(mut from: impl Read) -> Result<Zeroizing<String>, CliError> {
    let mut line = Zeroizing::new(Vec::with_capacity(LONGEST));
    let mut byte = Zeroizing::new([0_u8]);
    while line.len() < LONGEST {
        match from.read(&mut *byte) {
            Ok(0) => break,
            Ok(_) if byte[0] == b'\n' => break,
            Ok(_) => line.push(byte[0]),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(unreadable(&error)),
        }
    }
    if line.last() == Some(&b'\r') {
        line.pop();
    }
    // What is no text is no PIN either, which the PIN's own reader says.
    Ok(Zeroizing::new(std::str::from_utf8(&line).unwrap_or_default().to_owned()))
}

fn unreadable(error: &io::Error) -> CliError {
    CliError::new(Exit::Usage, format!("The PIN cannot be read: {error}. The smartcard was not asked."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_line_is_read_and_no_more() {
        for (given, wanted) in [
            (&b"123456\n"[..], "123456"),
            (b"123456\r\nand more", "123456"),
            (b"123456", "123456"),
            (b"", ""),
            (b"\xFF\xFE\n", ""),
        ] {
            assert_eq!(*line(given).unwrap(), wanted);
        }
        assert_eq!(line(io::repeat(b'1')).unwrap().len(), LONGEST);
    }
}
