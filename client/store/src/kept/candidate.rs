//! What stage 1 reads, put together: the extract's record, what we changed since, and what the Spine acknowledged.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use spine_rules::record::{
    Candidate, CodedEntry, LastAcknowledged, LocalChange, PatientRecord, RegistrationStatus,
};
use spine_vocabulary::{CodeScheme, NhsNumber};

/// The parts of a candidate as a store keeps them.
pub(crate) struct Parts {
    pub(crate) record: PatientRecord,
    /// Whether the patient is in an older extract only.
    pub(crate) departed: bool,
    pub(crate) number_shared: bool,
    /// Applied local changes, oldest first.
    pub(crate) local: Vec<(LocalChange, Timestamp)>,
    pub(crate) acknowledged: Option<(LastAcknowledged, Option<NhsNumber>)>,
    /// Whether a release is in force.
    pub(crate) released: bool,
}

impl Parts {
    /// The candidate that the rules read.
    pub(crate) fn candidate(self) -> Candidate {
        let mut record = self.record;
        if self.departed {
            record.registration.status = RegistrationStatus::Deducted;
        }
        for (change, at) in self.local {
            if !shows(&record, change) {
                record.codes.push(coded(change, at));
            }
        }
        // A summary that went out under another number stands under that one: of this number nothing was acknowledged.
        let acknowledged =
            self.acknowledged.filter(|(_, number)| *number == record.number.valid()).map(|(last, _)| last);
        Candidate { record, number_shared: self.number_shared, acknowledged, released: self.released }
    }
}

/// Whether the extract shows a change that we made: the same code under the same date, which is the one that is exported. An older entry
/// is none, for it did not have the last word then and would not have it now; a later one may lie in the future and have no word yet. Where
/// the practice took the change over under a later date, both stand and mean the same.
fn shows(record: &PatientRecord, change: LocalChange) -> bool {
    record.codes.iter().any(|entry| entry.consent == Some(change.code) && entry.date == Some(change.date))
}

fn coded(change: LocalChange, at: Timestamp) -> CodedEntry {
    let recorded_at = TimeZone::get("Europe/London").ok().map(|london| at.to_zoned(london).datetime());
    CodedEntry {
        scheme: CodeScheme::ReadV2,
        code: change.code.read_v2().to_owned(),
        consent: Some(change.code),
        term: change.code.term().to_owned(),
        date: Some(change.date),
        recorded_at,
        priority: None,
        free_text: String::new(),
    }
}
