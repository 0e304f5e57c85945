//! An independent reading of the specification: decision tables and expected verdicts, importing nothing of ours.
//!
//! What the rules should say is written here a second time, by another reading of the same public documents, as literal tables in
//! `tables/`. Every row names its source. Where the sources are silent, the row's `decided` cell says what a user would expect and why;
//! `design decision` as a source means that the documents contradict each other or stop short, and the project chose.
//!
//! Nothing here computes a verdict: a table that is computed from a rule would only repeat the rule's mistakes.

pub mod consent;
pub mod matching;
pub mod migration;
mod personas;
mod table;

pub use personas::{Expected, expected, personas};
