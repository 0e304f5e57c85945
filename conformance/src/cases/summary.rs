//! The summary: what it holds, and how it is laid out.

use crate::case::Case;

/// The cases.
pub(super) const CASES: &[Case] = &[];
