//! What came of runs, patient by patient: worklists, outcomes, history, and the comparison with the Spine.
//!
//! Everything with patients in it is the operator's own report. It comes in pages, so that a practice of any size fits.

pub(super) mod foreseen;
pub(super) mod history;
pub(super) mod list;
pub(super) mod mark;
pub(super) mod outcome;
pub(super) mod reconcile;
pub(super) mod worklist;

use spine_rules::record::PatientRecord;
use spine_vocabulary::NhsNumber;

/// Some rows, and where the next page goes on.
#[derive(Clone, Debug)]
pub struct Page<T, P> {
    /// The rows; there may be fewer than asked for although others follow.
    pub rows: Vec<T>,
    /// Where the next page goes on; `None` after the last.
    pub next: Option<P>,
}

/// Who a row is about.
#[derive(Clone, PartialEq, Eq)]
pub struct Person {
    /// The practice's own id.
    pub key: spine_rules::record::PatientKey,
    /// The NHS number, if it is one.
    pub number: Option<NhsNumber>,
    /// Surname as recorded.
    pub family_name: String,
    /// Forenames as recorded.
    pub given_names: String,
}

impl std::fmt::Debug for Person {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Person(masked)")
    }
}

impl Person {
    fn of(record: PatientRecord) -> Self {
        Self {
            key: record.key,
            number: record.number.valid(),
            family_name: record.family_name,
            given_names: record.given_names,
        }
    }

    /// The first cells of every list.
    fn cells(&self) -> [String; 4] {
        let number = self.number.map(NhsNumber::reveal).unwrap_or_default();
        [self.key.as_str().to_owned(), number, self.family_name.clone(), self.given_names.clone()]
    }

    /// The same as a document.
    fn document(&self) -> serde_json::Value {
        let [patient_id, _, family_name, given_names] = self.cells();
        serde_json::json!({
            "patient_id": patient_id,
            "nhs_number": self.number.map(NhsNumber::reveal),
            "family_name": family_name,
            "given_names": given_names,
        })
    }
}
