//! Defects that the cases of `message` must find.

use crate::sabotage::Sabotage;

/// The defects.
pub(super) const DEFECTS: &[Sabotage] = &[];
