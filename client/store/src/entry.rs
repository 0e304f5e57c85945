//! Entries of a run: what is read, what is written, how it adds up.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use spine_rules::lifecycle::{Fact, State};
use spine_rules::record::{Candidate, LocalChange, PatientKey};
use spine_rules::{Counter, Reason, Warning};
use spine_vocabulary::UserId;

use crate::run::{RunId, RunKind};

/// One patient in one run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The patient.
    pub key: PatientKey,
    /// Where the entry stands.
    pub state: State,
    /// Attempts under the live id (`Dispatched` and every `Resent`).
    pub attempts: u32,
    /// When the live id was first sent.
    pub first_sent_at: Option<Timestamp>,
    /// When a byte of the live id may last have left: at the latest when its answer came, or when its process was found gone.
    pub last_sent_at: Option<Timestamp>,
    /// The leg in which it was last sent, from 1.
    pub sent_in_leg: Option<u32>,
    /// SHA-256 of the content under the live id, for the comparison when today's rules are run again.
    pub content_sha256: Option<[u8; 32]>,
    /// How often it was deferred in this run: the rung of the ladder on which it stands.
    pub deferrals: u32,
    /// What a person should know of it although nothing stops.
    pub warnings: Vec<Warning>,
    /// Rises with every fact of the run.
    pub version: u64,
}

/// Which entries a page shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cursor {
    /// `Listed`, and `Deferred` that are due at the given time.
    Due(Timestamp),
    /// `Sending`, `Accepted`, `Uncertain`, `Unsent`.
    Outstanding,
    /// Every entry.
    All,
}

/// What is uploaded by a dispatch, remembered as the patient's last acknowledged summary once it is acknowledged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Uploaded {
    /// SHA-256 of the summary's content.
    pub content_sha256: [u8; 32],
    /// Whether it is a dissent summary.
    pub dissent: bool,
}

/// One fact to be recorded, with what belongs into the same transaction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Write {
    /// The patient.
    pub key: PatientKey,
    /// The fact.
    pub fact: Fact,
    /// When it happened.
    pub at: Timestamp,
    /// The frozen bytes, with `Dispatched` only.
    pub frozen: Option<FrozenBytes>,
    /// What the dispatch uploads; `None` for an ACS setting.
    pub uploaded: Option<Uploaded>,
    /// Local code changes: with a settling fact they are applied as given; with any other but `Dispatched` they are refused. With
    /// `Dispatched` they wait for the settling fact, whichever it is: Acknowledged, reconciled as stored and set aside apply all of
    /// them; Rejected and Unresolved only those that replace a legacy code, for those say what the patient said. What an unresolved
    /// message still waits with goes over to the run that takes it over; what an abandoned one waited with is forgotten.
    pub local: Vec<LocalChange>,
    /// What a person should know, with a decision (`Dispatched`, `SetAside`) only: it replaces what an earlier decision said. An abandoned
    /// message takes its warnings with it.
    pub warnings: Vec<Warning>,
    /// Codes of the Spine or a note for the report, never a patient's data.
    pub note: Option<String>,
}

impl Write {
    /// A fact without anything beside it.
    #[must_use]
    pub const fn new(key: PatientKey, fact: Fact, at: Timestamp) -> Self {
        Self {
            key,
            fact,
            at,
            frozen: None,
            uploaded: None,
            local: Vec::new(),
            warnings: Vec::new(),
            note: None,
        }
    }
}

/// Bytes that must not change: shown by length only.
#[derive(Clone, PartialEq, Eq)]
pub struct FrozenBytes(pub std::sync::Arc<[u8]>);

impl std::fmt::Debug for FrozenBytes {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "FrozenBytes({} bytes)", self.0.len())
    }
}

/// How the entries of a run stand.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tally {
    /// Entries in all; always the sum of the counters (invariant J4).
    pub population: u64,
    /// Entries by counter; every counter is present.
    pub counters: BTreeMap<Counter, u64>,
    /// Settled entries by reason; reasons without entries are absent.
    pub reasons: BTreeMap<Reason, u64>,
    /// Entries by warning; an entry with several counts under each. Warnings without entries are absent.
    pub warnings: BTreeMap<Warning, u64>,
    /// Local code changes applied by this run.
    pub local_changes: u64,
    /// Entries that still have a live id.
    pub outstanding: u64,
    /// The earliest time at which a deferred entry falls due.
    pub next_due: Option<Timestamp>,
}

/// SCR switched on or off at the practice. It outranks what the extracts say from then on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Switch {
    /// Whether it is on from then on.
    pub on: bool,
    /// The day of it at the practice: where it is switched on, the day on which SCR was enabled (rule E2).
    pub day: Date,
    /// The nn days from then on, 0 to 99.
    pub nn_days: u8,
    /// Who did it.
    pub user: UserId,
    /// When.
    pub at: Timestamp,
}

/// What a person noted about a patient on a worklist.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Marking {
    /// Seen to: whatever was to be done at the practice is done.
    Seen,
    /// What the overwrite guard held may be sent by Failed, until a summary of the patient is acknowledged (an ACS setting is none).
    Release,
}

/// A mark on a worklist. A later mark of a patient takes the place of an earlier one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mark {
    /// The patient.
    pub key: PatientKey,
    /// What is noted.
    pub marking: Marking,
    /// Who noted it.
    pub user: UserId,
    /// When.
    pub at: Timestamp,
}

/// A patient who waits for a person: failed in the newest run that took them, of all runs of its interaction, or in the run asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waiting {
    /// The run.
    pub run: RunId,
    /// Its kind.
    pub kind: RunKind,
    /// How the patient came out of it.
    pub entry: Entry,
    /// When the entry settled.
    pub since: Timestamp,
    /// The patient as the rules read them now.
    pub candidate: Candidate,
    /// The newest mark since the entry settled.
    pub mark: Option<Mark>,
}

/// A local code change that was applied, for `export-changes`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CodeChange {
    /// Its number in the store.
    pub seq: i64,
    /// The patient.
    pub key: PatientKey,
    /// The change.
    pub change: LocalChange,
    /// When it was applied.
    pub at: Timestamp,
    /// The run that applied it.
    pub run: RunId,
}

/// One fact of one patient.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct History {
    /// The run.
    pub run: RunId,
    /// The leg, from 1.
    pub leg: u32,
    /// When.
    pub at: Timestamp,
    /// The fact; `None` for the listing that opened the entry.
    pub fact: Option<Fact>,
    /// Codes of the Spine or a note.
    pub note: Option<String>,
}
