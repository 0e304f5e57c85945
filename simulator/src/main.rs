//! `spine-simulator`: the fake Spine as a program of its own. All of it is in the library.

use std::process::ExitCode;

fn main() -> ExitCode {
    spine_simulator::program::main_with(std::env::args_os())
}
