//! The seam `Store`: everything the client remembers, as one object-safe trait.
//!
//! Two implementations pass one contract suite: SQLite for practices, memory (with a crash model) for simulation. A store
//! knows records, runs and facts; frozen bytes are opaque to it, and it never talks to anybody.

use async_trait::async_trait;
use jiff::Timestamp;
use spine_rules::Reason;
use spine_rules::import::{ImportFailure, ImportItem, Operator, Practice, RowError};
use spine_rules::record::{Candidate, PatientKey};
use spine_vocabulary::{NhsNumber, UserId};

use crate::entry::{CodeChange, Cursor, Entry, History, Mark, Switch, Tally, Waiting, Write};
use crate::error::StoreError;
use crate::lease::{Fence, Holder, Lease};
use crate::run::{Closed, LegRecord, NewRun, Run, RunId, RunKind, Selection};

/// Result of a store call.
pub type Result<T> = std::result::Result<T, StoreError>;

/// The items of an import; an `Err` gives the whole import up.
pub type ImportItems<'i> =
    &'i mut (dyn Iterator<Item = std::result::Result<ImportItem, ImportFailure>> + Send);

/// What the client remembers.
#[async_trait]
pub trait Store: Send + Sync + 'static {
    // ---- The practice and its records -------------------------------------------------------------------------

    /// Replaces the practice and all its records by the import's, in one transaction: all of it or nothing.
    ///
    /// Kept across imports: what the Spine acknowledged, local code changes that the new extract does not show yet, runs. A
    /// patient who is in an older import and not in this one counts as deducted. Refused while a lease is held, and holds it itself for
    /// as long as it lasts (the fence rises). Refused for another practice's extract: ids of patients are one practice's own.
    /// Requirement: RUN-017.
    async fn import(
        &self,
        practice: &Practice,
        items: ImportItems<'_>,
        now: Timestamp,
    ) -> Result<ImportReceipt>;

    /// The practice, once something was imported; what SCR was switched to here outranks what the extract says.
    async fn practice(&self) -> Result<Option<Practice>>;

    /// Adds an operator, or replaces the one with the same user id. Survives later imports that do not name the person.
    async fn add_operator(&self, operator: &Operator) -> Result<()>;

    /// The operator with this user id.
    async fn operator(&self, user: &UserId) -> Result<Option<Operator>>;

    /// What the last import left out or held.
    async fn last_import(&self) -> Result<Option<ImportReceipt>>;

    /// Every patient who holds this number (more than one: duplicated), as candidates. Patients who left the extract are told of
    /// only where nobody else holds it.
    async fn holders(&self, number: NhsNumber) -> Result<Vec<Candidate>>;

    /// The members of a patient group of the last import, in key order; empty where there is no such group.
    async fn members(&self, group: &str) -> Result<Vec<PatientKey>>;

    /// Switches SCR on or off. Refused while a lease is held, for a run's rules must not change under it; takes none itself. Refused
    /// for more than 99 nn days.
    async fn switch_scr(&self, switch: &Switch) -> Result<()>;

    /// Every switch, oldest first.
    async fn switches(&self) -> Result<Vec<Switch>>;

    // ---- Worklists --------------------------------------------------------------------------------------------

    /// Patients who wait for a person, by key and run after `after`: of one run, or (`None`) of the newest run of each interaction that
    /// took the patient. `reasons` narrows it; none means every reason that counts as Failed.
    async fn waiting(
        &self,
        run: Option<RunId>,
        reasons: &[Reason],
        after: Option<(&PatientKey, RunId)>,
        limit: usize,
    ) -> Result<Vec<Waiting>>;

    /// Marks patients, all of them or none, at any time. Refused where one of them is on no record.
    async fn mark(&self, marks: &[Mark]) -> Result<()>;

    // ---- Exclusion --------------------------------------------------------------------------------------------

    /// Takes the practice's lease: the fence rises by one. On one host an operating-system lock tells at once that an
    /// earlier holder is gone; another host's lease is respected until `now` is past its end.
    async fn take_lease(&self, holder: &Holder, now: Timestamp) -> Result<Lease>;

    /// Prolongs the lease; refused if the fence is stale.
    async fn renew_lease(&self, fence: Fence, now: Timestamp) -> Result<Lease>;

    /// Gives the lease back.
    async fn release_lease(&self, fence: Fence) -> Result<()>;

    // ---- Runs -------------------------------------------------------------------------------------------------

    /// Opens a run with its first leg: one `Listed` entry per patient whom the selection takes, all in one transaction. A patient
    /// whose message an earlier run of the same interaction (uploads; permissions) left unresolved starts `Uncertain` under that id, with
    /// its bytes, and with the local changes that still wait for it.
    async fn open_run(&self, fence: Fence, run: &NewRun, selection: Selection<'_>) -> Result<Run>;

    /// Up to `limit` patients whom the selection takes, in key order after `after`: what a run over it would decide, without a run.
    async fn candidates(
        &self,
        selection: Selection<'_>,
        after: Option<&PatientKey>,
        limit: usize,
    ) -> Result<Vec<Candidate>>;

    /// How many patients Failed of this kind would take: by [`Earlier::of`](crate::Earlier::of).
    async fn failed(&self, kind: RunKind) -> Result<u64>;

    /// The legs of a run, oldest first.
    async fn legs(&self, run: RunId) -> Result<Vec<LegRecord>>;

    /// Opens a further leg of a run: everything `Sending` or `Accepted` becomes `Uncertain` (`Interrupted`), in one transaction.
    async fn open_leg(&self, fence: Fence, run: RunId, leg: &NewRun) -> Result<Run>;

    /// Closes the current leg, and the run if it is finished.
    async fn close_leg(&self, fence: Fence, run: RunId, how: Closed, now: Timestamp) -> Result<Run>;

    /// The newest run of a kind, or of any.
    async fn newest_run(&self, kind: Option<RunKind>) -> Result<Option<Run>>;

    /// Every run, oldest first.
    async fn runs(&self) -> Result<Vec<Run>>;

    /// How the run's entries stand: by counter and by reason.
    async fn tally(&self, run: RunId) -> Result<Tally>;

    // ---- Entries ----------------------------------------------------------------------------------------------

    /// Up to `limit` entries that the cursor selects, in key order after `after`, each with its candidate. This is stage 1:
    /// the only place where the pipeline reads the store.
    async fn page(
        &self,
        run: RunId,
        cursor: Cursor,
        after: Option<&PatientKey>,
        limit: usize,
    ) -> Result<Vec<(Entry, Candidate)>>;

    /// One entry with its candidate.
    async fn entry(&self, run: RunId, key: &PatientKey) -> Result<Option<(Entry, Candidate)>>;

    /// Records a group of facts durably in one transaction: intent and bytes before any byte leaves; a local code change
    /// with the fact that settles the patient. A fact that does not fit its entry's state, or a stale fence, refuses the whole group.
    ///
    /// Several facts of one patient apply in their order. A dispatch needs its bytes, and they its digest; a second live id of one
    /// patient and interaction is refused as an illegal fact (invariant J2); `Inherited` is the store's own, where a run opens. The
    /// leg must be open.
    async fn record(&self, fence: Fence, run: RunId, group: &[Write]) -> Result<()>;

    /// The frozen bytes of an entry that is not settled (or is unresolved).
    async fn frozen(&self, run: RunId, key: &PatientKey) -> Result<Option<Vec<u8>>>;

    /// Every fact of one patient, oldest first, across runs.
    async fn history(&self, key: &PatientKey) -> Result<Vec<History>>;

    /// Up to `limit` local code changes after the given one, for the practice to take back into its system.
    async fn code_changes(&self, after: Option<i64>, limit: usize) -> Result<Vec<CodeChange>>;
}

/// What an import brought in.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct ImportReceipt {
    /// When.
    pub at: Timestamp,
    /// Patients now on record from this extract.
    pub patients: u64,
    /// Patients held because a row of theirs could not be read.
    pub incomplete: u64,
    /// Patients of an older extract who are in this one no more.
    pub departed: u64,
    /// Rows that belong to no patient and stayed out: every run report repeats this count.
    pub stray_rows: u64,
    /// Every row that could not be read, for the error file (bounded: the first 10,000).
    pub errors: Vec<RowError>,
}
