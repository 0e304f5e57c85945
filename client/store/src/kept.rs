//! What both stores keep, and how it moves: pure, so that SQLite and memory cannot disagree about what a fact means.

pub(crate) mod candidate;
pub(crate) mod group;
pub(crate) mod ledger;
pub(crate) mod row;
pub(crate) mod switch;
