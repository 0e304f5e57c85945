//! One patient in one run, and many of them in a store: what no sequence of facts may do. Source: design decision (the states of an entry
//! and invariants J1 to J5).

pub(crate) mod migrated;
pub(crate) mod store;
pub(crate) mod walk;
