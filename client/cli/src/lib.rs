//! The operator's command line: the program `scr`, as a library with a thin main.
//!
//! Data goes to standard output, everything else to standard error; every ending has a documented exit code ([`Exit`]).
//! What it does is the client's; here are only words, tables, progress and signals. No patient's data is printed but by
//! `scr explain`, the operator's own report, and `scr export-changes`.

mod arguments;
mod commands;
mod exit;
mod failure;
mod program;
mod show;
mod signals;

pub use commands::place::host_name;
pub use exit::{Exit, TABLE};
pub use failure::CliError;
pub use program::main_with;
pub use show::output::Output;
pub use show::progress::Progress;
pub use show::table::{counters, headline, notes, reasons, warnings};
pub use signals::Signals;
