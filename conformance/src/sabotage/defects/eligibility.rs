//! Defects that the cases of `eligibility` must find.

use crate::sabotage::Sabotage;

/// The defects.
pub(super) const DEFECTS: &[Sabotage] = &[];
