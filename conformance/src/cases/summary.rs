//! The summary: what it holds, and how it is laid out.

pub(super) mod said;

use crate::case::Case;

/// The cases.
pub(super) const CASES: &[Case] = &[];
