//! An independent reading of the specification: decision tables and expected verdicts, importing nothing of ours.
//!
//! What the rules should say is written here a second time, by another reading of the same public documents, as literal tables in
//! `tables/`. Every row names its source. Where the sources are silent, the row's `decided` cell says what a user would expect and why;
//! `design decision` as a source means that the documents contradict each other or stop short, and the project chose.
//!
//! [`judge`] is an implementation written from the tables alone: it turns the plain facts of a patient into what the rows ask, and
//! the first row that fits gives the verdict. What a table cannot list (how a name is written, where a month ends, which of
//! several consent codes is the latest) is code, with its source beside it, and the tables hold it to their cases. The verdicts of
//! the named patients ([`personas`]) are written down one by one and computed from nothing.

pub mod consent;
pub mod content;
pub mod eligibility;
pub mod facts;
pub mod judge;
pub mod matching;
pub mod migration;
mod personas;
mod table;

pub use facts::number;
pub use personas::{Expected, expected, personas};
