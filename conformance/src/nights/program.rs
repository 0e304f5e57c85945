//! The fake Spine of the nights: this program, executed again.

use std::ffi::OsString;
use std::process::ExitCode;

/// The first argument with which this program is the fake Spine instead.
pub const SPINE: &str = "__spine";

/// Is the fake Spine; the arguments are its own, without the program's name.
#[must_use]
pub fn spine(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let name = OsString::from("spine-simulator");
    spine_simulator::program::main_with(std::iter::once(name).chain(arguments))
}
