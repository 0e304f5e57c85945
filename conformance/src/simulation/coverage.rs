//! What was met: the faults that fired and the situations that are promised. A suite that never met one has proven nothing about it.

use std::collections::BTreeMap;

/// Counts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Coverage {
    /// Faults by their number in the menu.
    pub faults: BTreeMap<String, u64>,
    /// Situations by their words.
    pub situations: BTreeMap<&'static str, u64>,
}

impl Coverage {
    /// A fault of the menu had an effect.
    pub fn fired(&mut self, fault: &str) {
        *self.faults.entry(fault.to_owned()).or_default() += 1;
    }

    /// A situation came about.
    pub fn met(&mut self, what: &'static str) {
        *self.situations.entry(what).or_default() += 1;
    }

    /// Adds what another simulation met.
    pub fn add(&mut self, other: &Self) {
        for (fault, count) in &other.faults {
            *self.faults.entry(fault.clone()).or_default() += count;
        }
        for (what, count) in &other.situations {
            *self.situations.entry(what).or_default() += count;
        }
    }
}
