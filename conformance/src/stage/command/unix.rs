//! Asks a process to stop as an operator at a terminal would: with the interrupt signal, sent by the system's own program.

use std::process::Command;

/// Interrupts a process. One that has ended meanwhile needs no asking.
pub(super) fn interrupt(process: u32) {
    let _ = Command::new("kill").args(["-INT", &process.to_string()]).status();
}
