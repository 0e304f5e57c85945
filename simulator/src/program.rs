//! The program `spine-simulator`: reads its command line, starts the fake Spine, says what it is, and ends when told to.
//!
//! A function rather than a program, so that the playground can start its own executable as the simulator.

mod arguments;
mod ending;
#[cfg(unix)]
mod unix;

use std::ffi::OsString;
use std::io::{self, Write as _};
use std::path::Path;
use std::process::ExitCode;

use clap::Parser as _;

use crate::server::{FakeSpine, ReadyFile, StartError};
use arguments::Arguments;

/// Why the program ended badly.
#[derive(Debug, thiserror::Error)]
enum ProgramError {
    #[error(transparent)]
    Start(#[from] StartError),
    #[error("the ready file {file} cannot be written: {source}")]
    ReadyFile { file: String, source: io::Error },
    #[error("signals cannot be caught: {0}")]
    Signals(io::Error),
}

/// Runs the program with `arguments`, the program's name first. Exit codes: 0 ended as told, 1 could not start, 2 the
/// command line is wrong.
#[must_use]
pub fn main_with(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let arguments = match Arguments::try_parse_from(arguments) {
        Ok(arguments) => arguments,
        Err(error) => {
            // Help and version are no errors, and clap knows where each belongs.
            let _ = error.print();
            return if error.use_stderr() { ExitCode::from(2) } else { ExitCode::SUCCESS };
        }
    };
    match run(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            say(&format!("spine-simulator: {error}"));
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &Arguments) -> Result<(), ProgramError> {
    let options = arguments.options()?;
    let people = options.scenario.population.people.len();
    let seed = options.scenario.settings.seed;
    let rules = options.faults.rules.len();
    let fake = FakeSpine::start(options)?;
    // Before the ready file exists: whoever has read it may send a signal at once.
    for ending in
        fake.within(|| ending::endings(arguments.until_stdin_closes)).map_err(ProgramError::Signals)?
    {
        fake.stop_when(ending);
    }
    let file = arguments.ready_file.as_deref().map(|path| {
        ReadyFile::write(fake.ready(), path)
            .map_err(|source| ProgramError::ReadyFile { file: path.display().to_string(), source })
    });
    let file = file.transpose()?;
    let state = arguments.state.as_deref();
    say(&greeting(&fake, people, seed, state));
    if rules > 0 {
        say(&format!("  faults   {rules} rules: what goes wrong is on purpose"));
    }
    fake.wait();
    drop(file);
    let kept = if state.is_some() { "What it remembers is kept." } else { "Nothing of it was kept." };
    say(&format!("Fake Spine: ended. {kept}"));
    Ok(())
}

fn greeting(fake: &FakeSpine, people: usize, seed: u64, state: Option<&Path>) -> String {
    let kept =
        state.map_or_else(|| "in memory only".to_owned(), |state| format!("kept in {}", state.display()));
    let ready = fake.ready();
    format!(
        "Fake Spine: a simulator for developers and tests, not the NHS Spine. {people} invented patients, {kept} \
         (seed {seed}).\n  \
         clinical {}  (mutual TLS)\n  identity {}  (mutual TLS)\n  control  {}\n  card     {}\n  keys     {} and beside it",
        ready.spine, ready.identity, ready.control, ready.card, ready.client_key
    )
}

/// Tells the person who watches; when nobody does, nothing is lost.
fn say(text: &str) {
    let _ = writeln!(io::stderr(), "{text}");
}
