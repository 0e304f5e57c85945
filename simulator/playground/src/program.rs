//! The program's frame: the command line, the steps in words, the ending. With a hidden first argument it is the fake Spine.

use std::ffi::OsString;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use clap::Parser as _;
use spine_cli::{Output, Progress, Signals};
use spine_client::{Stop, SystemClock};

use crate::arguments::Arguments;
use crate::child::{FakeSpineProcess, SPINE};
use crate::document::{Document, table};
use crate::journey::{Journey, JourneyError, Practice, Travelled};

/// At most so many differences are said; their number is always.
const SAID: usize = 20;

/// Something that keeps the program from beginning.
type Unable = Box<dyn std::error::Error + Send + Sync>;

/// Runs the program with these arguments, the program's name first. Exit codes: 0 everything reconciles, 1 it does not or
/// could not be done, 2 the command line is wrong.
#[must_use]
pub fn main_with(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let arguments: Vec<OsString> = arguments.into_iter().collect();
    if arguments.get(1).is_some_and(|first| first == SPINE) {
        let name = OsString::from("spine-simulator");
        return spine_simulator::program::main_with(
            std::iter::once(name).chain(arguments.into_iter().skip(2)),
        );
    }
    let arguments = match Arguments::try_parse_from(arguments) {
        Ok(arguments) => arguments,
        Err(error) => {
            // Help and version are no errors, and clap knows where each belongs.
            let _ = error.print();
            return if error.use_stderr() { ExitCode::from(2) } else { ExitCode::SUCCESS };
        }
    };
    let output = Output { json: arguments.json, plain: false };
    let done = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(Unable::from)
        .and_then(|runtime| runtime.block_on(play(&arguments, output)));
    match done {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            say(&format!("playground: {error}"));
            ExitCode::FAILURE
        }
    }
}

/// Everything, and whether it reconciles.
async fn play(arguments: &Arguments, output: Output) -> Result<bool, Unable> {
    let keys = tempfile::tempdir()?;
    let temporary;
    let folder = if let Some(folder) = &arguments.keep {
        folder.clone()
    } else {
        temporary = tempfile::tempdir()?;
        temporary.path().to_owned()
    };
    let patients = usize::try_from(arguments.patients)?;
    output.tell(&format!("1. A practice of {patients} invented patients (seed {}).", arguments.seed));
    let practice = Practice::invent(arguments.seed, patients, &folder, &SystemClock)?;
    output.tell("2. A fake Spine with mutual TLS, in a process of its own.");
    let spine = spine(&practice.written.spine, keys.path(), arguments.seed, output).await?;
    output.tell("3. The practice's extract is imported, and the operator logs in with a virtual smartcard.");
    let journey = Journey::begin(practice, spine.ready(), spine.ready_file()).await?;
    output.tell("4. The Consent Migration, then the Initial Upload.");
    let travelled = travel(&journey, output).await?;
    if output.json {
        output.document(&Document::of(&travelled))?;
    } else {
        output.data(&table(&travelled))?;
    }
    for difference in travelled.differences().iter().take(SAID) {
        say(difference);
    }
    if let Some(more) = travelled.differences().len().checked_sub(SAID + 1) {
        say(&format!("and {} more", more + 1));
    }
    if let Some(kept) = &arguments.keep {
        output.tell(&format!("Kept in {}: practice/, spine/ and the client's store.", kept.display()));
    }
    Ok(travelled.reconciles())
}

/// Starts this program again as the fake Spine.
async fn spine(
    population: &Path,
    keys: &Path,
    seed: u64,
    output: Output,
) -> Result<FakeSpineProcess, Unable> {
    let program: PathBuf = std::env::current_exe()?;
    let seed = [OsString::from("--seed"), OsString::from(seed.to_string())];
    Ok(FakeSpineProcess::start(&program, population, keys, &seed, output.json, &SystemClock).await?)
}

/// Both runs; an interrupt pauses them.
async fn travel(journey: &Journey, output: Output) -> Result<Travelled, JourneyError> {
    let progress = Progress::new(output, Arc::new(SystemClock));
    let stop = Stop::default();
    let travelling = journey.travel(&stop, &progress);
    tokio::pin!(travelling);
    let Ok(mut signals) = Signals::listen() else { return travelling.await };
    loop {
        tokio::select! {
            travelled = &mut travelling => return travelled,
            () = signals.next() => stop.ask(),
        }
    }
}

fn say(text: &str) {
    // Where nobody listens nothing is lost.
    let _ = writeln!(io::stderr(), "{text}");
}
