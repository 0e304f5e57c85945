//! Runs: counters, actions, stopping and going on, exclusion.

use crate::case::Case;

/// The cases.
pub(super) const CASES: &[Case] = &[];
