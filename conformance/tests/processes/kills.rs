//! The client and the fake Spine as programs, killed at random moments: nothing is lost, nothing doubled, nobody's verdict changes.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::SUITE;

const TIMES: usize = 25;

/// A program beside the suite's own: a build of the whole workspace puts it there.
fn beside(name: &str) -> Option<PathBuf> {
    let program = Path::new(SUITE).with_file_name(format!("{name}{}", std::env::consts::EXE_SUFFIX));
    if program.is_file() {
        return Some(program);
    }
    assert!(std::env::var_os("CI").is_none(), "{} was not built", program.display());
    let _ = writeln!(std::io::stderr(), "skipped: {} was not built (cargo build --bins)", program.display());
    None
}

#[test]
fn no_kill_loses_or_doubles_anything() {
    let (Some(scr), Some(simulator)) = (beside("scr"), beside("spine-simulator")) else { return };
    let output = Command::new(SUITE)
        .args(["kills", "--times", &TIMES.to_string(), "--seed", "1"])
        .args([Path::new("--scr"), &scr, Path::new("--simulator"), &simulator])
        .output()
        .unwrap();
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert_eq!(output.status.code(), Some(0), "{out}{err}");
    assert!(out.contains("seed 1."), "the seed is not printed: {out}");
    assert!(out.contains(&format!("{TIMES} kills struck")), "{out}");
    // The machine decides the moments, and so which victims; that one of the two was spared 25 times is no chance.
    for victim in [": scr", ": the fake Spine"] {
        let met = err.lines().any(|line| line.contains(victim) || line.contains(": both"));
        assert!(met, "{victim} was never killed: {err}");
    }
}

#[test]
fn what_is_no_program_is_said_before_anything_starts() {
    let output = Command::new(SUITE)
        .args(["kills", "--scr", "no-such-program", "--simulator", "no-such-program"])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(70));
    assert!(String::from_utf8_lossy(&output.stderr).contains("no-such-program"));
}
