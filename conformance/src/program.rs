//! The program `spine-conformance`: what is asked on its command line, and how it ends.
//!
//! Exit codes: 0 everything that was tested holds; 1 something does not; 2 the command line is wrong; 70 the suite itself failed.

mod arguments;
mod coverage;
mod kills;
mod nights;
mod run;
mod simulate;
mod wrong;

use std::ffi::OsString;
use std::io::Write as _;
use std::process::ExitCode;

use clap::Parser as _;

use crate::stage::StageError;
use crate::stage::ground::Town;
use arguments::{Arguments, Command};

/// How many patients a deep comparison judges.
const DEEP: u64 = 900_000;

/// How it ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Exit {
    /// Everything holds.
    Holds,
    /// Something does not.
    Fails,
    /// As another process ended.
    Other(u8),
}

/// Runs the program with these arguments, its name first.
#[must_use]
pub fn main_with(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let mut arguments = arguments.into_iter().peekable();
    let name = arguments.next();
    let is = |first: Option<&OsString>, name: &str| first.is_some_and(|first| first == name);
    if is(arguments.peek(), crate::nights::SPINE) {
        return crate::nights::spine(arguments.skip(1));
    }
    if is(arguments.peek(), crate::nights::CLIENT) {
        return crate::nights::client(arguments.skip(1));
    }
    let arguments = name.into_iter().chain(arguments);
    let arguments = match Arguments::try_parse_from(arguments) {
        Ok(arguments) => arguments,
        Err(error) => {
            let _ = error.print();
            return ExitCode::from(if error.use_stderr() { 2 } else { 0 });
        }
    };
    let ended = match arguments.command {
        Command::Run(wanted) => run::run(&wanted),
        Command::Requirements { what } => coverage::run(&what),
        Command::Agree(wanted) => agree(&wanted),
        Command::Population { out } => Town::write(&out).map(|spine| {
            say(&format!("Load the Spine with {}", spine.display()));
            Exit::Holds
        }),
        Command::WrongClient(wanted) => wrong::client(&wanted),
        Command::WrongSpine(wanted) => wrong::spine(&wanted),
        Command::Kills(wanted) => kills::run(&wanted),
        Command::Nights(wanted) => nights::run(&wanted),
        Command::Simulate(wanted) => simulate::run(&wanted),
    };
    match ended {
        Ok(Exit::Holds) => ExitCode::SUCCESS,
        Ok(Exit::Fails) => ExitCode::from(1),
        Ok(Exit::Other(code)) => ExitCode::from(code),
        Err(error) => {
            tell(&format!("The suite failed: {error}."));
            ExitCode::from(70)
        }
    }
}

/// `spine-conformance agree`.
fn agree(wanted: &arguments::Agree) -> Result<Exit, StageError> {
    let patients = if wanted.deep { DEEP } else { wanted.patients };
    let agreement = crate::agreement::compare(patients, wanted.seed).map_err(failed)?;
    say(agreement.to_string().trim_end());
    Ok(if agreement.disagreeing == 0 { Exit::Holds } else { Exit::Fails })
}

/// A line of what was asked for. A reader who has gone away is no failure of the suite.
fn say(text: &str) {
    let _ = writeln!(std::io::stdout(), "{text}");
}

/// A line beside it.
fn tell(text: &str) {
    let _ = writeln!(std::io::stderr(), "{text}");
}

fn failed(error: impl std::fmt::Display) -> StageError {
    StageError::new(error)
}
