//! Where there is no interrupt signal a process is ended as a closed window ends it. Never run so far.

use std::process::Command;

/// Ends a process. One that has ended meanwhile needs no asking.
pub(super) fn interrupt(process: u32) {
    let _ = Command::new("taskkill").args(["/PID", &process.to_string()]).status();
}

/// Kills a process: it can do nothing about it.
pub(super) fn kill(process: u32) {
    let _ = Command::new("taskkill").args(["/F", "/PID", &process.to_string()]).status();
}
