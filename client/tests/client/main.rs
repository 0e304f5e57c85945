//! The client against the fake Spine: over mutual TLS, and in one process with everything that can get lost.
#![expect(clippy::unwrap_used, clippy::panic, reason = "tests")]

mod answers;
mod bench;
mod bulk;
mod event;
mod faults;
mod schedule;
mod switching;
mod whole_job;
mod world;
