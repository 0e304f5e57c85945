//! What people and programs are shown.

pub(crate) mod listing;
pub(crate) mod output;
pub(crate) mod progress;
pub(crate) mod table;
pub(crate) mod writer;
