//! XML: writing it so that every value is escaped by construction, reading it within bounds.

pub(crate) mod escape;
pub(crate) mod names;
pub(crate) mod tree;
pub(crate) mod writer;
