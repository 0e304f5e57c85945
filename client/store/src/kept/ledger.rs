//! What an import leaves out: counted without bound, listed up to a bound.

use spine_rules::import::{PATIENTS, Practice, RowError};

use crate::error::StoreError;
use crate::seam::Result;

/// How many row errors a receipt lists.
pub(crate) const LISTED: usize = 10_000;

/// Rows that stayed out or could not be read.
#[derive(Debug, Default)]
pub(crate) struct Ledger {
    pub(crate) strays: u64,
    pub(crate) errors: Vec<RowError>,
}

impl Ledger {
    /// A row that could not be read.
    pub(crate) fn note(&mut self, error: RowError) {
        if self.errors.len() < LISTED {
            self.errors.push(error);
        }
    }

    /// A row that belongs to nobody.
    pub(crate) fn stray(&mut self, error: RowError) {
        self.strays += 1;
        self.note(error);
    }

    /// Rows of a file whose patient `patients.csv` does not have: how many, and on which lines, of which the first [`LISTED`] are
    /// enough.
    pub(crate) fn orphans(&mut self, file: &str, count: u64, lines: &[u64]) {
        self.out(file, count, lines, "patients.csv has no patient with this id");
    }

    /// Further rows of `patients.csv` for patients who have one already.
    pub(crate) fn duplicates(&mut self, count: u64, lines: &[u64]) {
        self.out(PATIENTS, count, lines, "another row of this file has the same patient id");
    }

    fn out(&mut self, file: &str, count: u64, lines: &[u64], reason: &str) {
        self.strays += count;
        let room = LISTED.saturating_sub(self.errors.len());
        self.errors.extend(lines.iter().take(room).map(|line| RowError {
            file: file.to_owned(),
            line: *line,
            column: Some("patient_id".to_owned()),
            reason: reason.to_owned(),
        }));
    }
}

/// Refuses the extract of another practice: ids of patients are unique within one practice only, so what was acknowledged of one
/// practice's patient would be held of another's.
pub(crate) fn same_practice(known: Option<&Practice>, next: &Practice) -> Result<()> {
    match known {
        Some(known) if known.ods != next.ods => Err(StoreError::Unusable(format!(
            "this store holds the records of practice {}, and the extract is of practice {}: use a store of its own for each",
            known.ods, next.ods
        ))),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_without_bound_and_lists_with_one() {
        let mut ledger = Ledger::default();
        ledger.orphans("codes.csv", 1_000_000, &(5..=10_100).collect::<Vec<_>>());
        ledger.duplicates(1, &[7]);
        assert_eq!(ledger.strays, 1_000_001);
        assert_eq!(ledger.errors.len(), LISTED);
        assert_eq!((ledger.errors[0].file.as_str(), ledger.errors[0].line), ("codes.csv", 5));
    }
}
