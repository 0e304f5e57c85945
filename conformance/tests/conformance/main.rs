//! What client and simulator say and decide, held against the oracle, the tables of codes, the messages we wrote and, where they are at
//! hand, the national schemas and published samples.

#![expect(clippy::unwrap_used, clippy::panic, reason = "tests")]

mod codes;
mod decisions;
mod exchanges;
mod golden;
mod personas;
mod samples;
mod schemas;
mod world;
