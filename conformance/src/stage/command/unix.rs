//! Asks a process to stop as an operator at a terminal would, or kills it: with a signal, sent by the system's own program.

use std::process::Command;

/// Interrupts a process. One that has ended meanwhile needs no asking.
pub(super) fn interrupt(process: u32) {
    let _ = Command::new("kill").args(["-INT", &process.to_string()]).status();
}

/// Kills a process: it can do nothing about it.
pub(super) fn kill(process: u32) {
    let _ = Command::new("kill").args(["-KILL", &process.to_string()]).status();
}
