//! Demographics: the match with PDS, and the PDS itself.

pub(super) mod pds;

use crate::case::Case;

/// The cases.
pub(super) const CASES: &[Case] = &[];
