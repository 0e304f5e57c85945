//! Bulk runs in processes of their own: killed, and over several nights.

#![expect(clippy::unwrap_used, reason = "tests")]

mod kills;
mod nights;

/// The suite's own program.
const SUITE: &str = env!("CARGO_BIN_EXE_spine-conformance");
