//! Defects that the cases of `demographics` must find.

use crate::sabotage::Sabotage;

/// The defects.
pub(super) const DEFECTS: &[Sabotage] = &[];
