//! Acknowledgements, faults and errors, retries, and outcomes that nobody knows.

use crate::case::Case;

/// The cases.
pub(super) const CASES: &[Case] = &[];
