//! Defects that the cases of `summary` must find.

use crate::sabotage::Sabotage;

/// The defects.
pub(super) const DEFECTS: &[Sabotage] = &[];
