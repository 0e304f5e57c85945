//! The session: card, role, activities, ten hours.

use crate::case::Case;

/// The cases.
pub(super) const CASES: &[Case] = &[];
