//! Defects that the cases of `acknowledgement` must find.

use crate::sabotage::Sabotage;

/// The defects.
pub(super) const DEFECTS: &[Sabotage] = &[];
