//! Demographics: the retrieval from PDS and what counts as the same person.

use crate::case::Case;

/// The cases.
pub(super) const CASES: &[Case] = &[];
