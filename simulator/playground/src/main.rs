//! `playground`: the whole system with one command. All of it is in the library.

use std::process::ExitCode;

fn main() -> ExitCode {
    spine_playground::main_with(std::env::args_os())
}
