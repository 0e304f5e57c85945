//! `scr`: the operator's command line. All of it is in the library.

use std::process::ExitCode;

fn main() -> ExitCode {
    spine_cli::main_with(std::env::args_os())
}
