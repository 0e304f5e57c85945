//! Entries of a run: what is read, what is written, how it adds up.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use spine_rules::lifecycle::{Fact, State};
use spine_rules::record::{LocalChange, PatientKey};
use spine_rules::{Counter, Reason, Warning};

use crate::run::RunId;

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
    /// When a byte of the live id may last have left.
    pub last_sent_at: Option<Timestamp>,
    /// The leg in which it was last sent, from 1.
    pub sent_in_leg: Option<u32>,
    /// SHA-256 of the content under the live id, for the comparison when today's rules are run again.
    pub content_sha256: Option<[u8; 32]>,
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
