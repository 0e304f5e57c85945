//! The rules through their public interface: tables first.
#![expect(clippy::unwrap_used, reason = "tests")]

mod consent;
mod content;
mod dissent;
mod eligibility;
mod lifecycle;
mod matching;
mod migration;
mod permission;
mod sample;
