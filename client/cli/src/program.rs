//! The program's frame: reads the command line, runs one command, says what went wrong, and ends with the right code.

use std::ffi::OsString;
use std::process::ExitCode;

use clap::Parser as _;
use miette::{GraphicalReportHandler, GraphicalTheme};

use crate::arguments::Arguments;
use crate::commands;
use crate::exit::Exit;
use crate::failure::CliError;
use crate::show::output::{Output, say};

/// Runs `scr` with these arguments, the program's name first.
#[must_use]
pub fn main_with(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let arguments = match Arguments::try_parse_from(arguments) {
        Ok(arguments) => arguments,
        Err(error) => {
            // Help and version are no errors, and clap knows where each belongs.
            let _ = error.print();
            return if error.use_stderr() { Exit::Usage.into() } else { Exit::Done.into() };
        }
    };
    let output = Output { json: arguments.common.json, plain: arguments.common.plain };
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            say(&format!("scr cannot start: {error}."));
            return Exit::Bug.into();
        }
    };
    let exit = runtime.block_on(commands::run(arguments, output)).unwrap_or_else(|error| {
        explain(&error, output);
        error.exit()
    });
    // What is still on its way is recorded; waiting for it would make a second Ctrl-C useless.
    runtime.shutdown_background();
    exit.into()
}

/// Says an error with its advice.
fn explain(error: &CliError, output: Output) {
    let colours = output.is_rich() && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
    let theme = match (output.is_rich(), colours) {
        (true, true) => GraphicalTheme::unicode(),
        (true, false) => GraphicalTheme::unicode_nocolor(),
        (false, _) => GraphicalTheme::none(),
    };
    let mut text = String::new();
    let handler = GraphicalReportHandler::new_themed(theme).with_width(110);
    if handler.render_report(&mut text, error).is_err() {
        text = error.to_string();
    }
    say(text.trim_end());
}
