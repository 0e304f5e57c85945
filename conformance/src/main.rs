//! `spine-conformance`: the suite's program. All of it is in the library.

use std::process::ExitCode;

fn main() -> ExitCode {
    spine_conformance::program::main_with(std::env::args_os())
}
