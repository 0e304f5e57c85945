//! Eligibility: who is uploaded and who is not, and under which reason.

use crate::case::Case;

/// The cases.
pub(super) const CASES: &[Case] = &[];
