//! What a run came to, for people and for programs: counts and codes, never a patient's data.

use std::collections::BTreeMap;

use serde::Serialize;
use spine_rules::{Counter, Reason};
use spine_store::{Closed, ImportReceipt, Run, RunId, Tally};

use crate::bulk::Prediction;
use crate::clock::elapsed;

/// A run's report. Its JSON form is stable.
/// Requirements: RUN-001, RUN-015.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Report {
    /// The run's number in this store; 0 of a dry run.
    pub run: i64,
    /// `initial-upload`, `consent-migration`, ..
    pub kind: String,
    /// The action that opened it.
    pub action: String,
    /// `finished`, `stopped`, `halted`, `interrupted` or `running`; of a dry run that saw everybody `predicted`.
    pub state: &'static str,
    /// How many legs it took.
    pub legs: u32,
    /// Patients in it.
    pub population: u64,
    /// The five counters; they sum to the population.
    pub counters: Counters,
    /// Settled entries by reason code.
    pub reasons: BTreeMap<String, u64>,
    /// Entries by warning code: what a person should know although nothing stops.
    pub warnings: BTreeMap<String, u64>,
    /// When the first of those falls due who wait for a later attempt.
    pub next_due: Option<jiff::Timestamp>,
    /// Local code changes applied.
    pub local_changes: u64,
    /// Rows of the last import that belong to no patient and stayed out.
    pub stray_rows: u64,
    /// Patients whom the last import holds as incomplete.
    pub incomplete: u64,
    /// Seconds from the opening to the close of the newest leg.
    pub seconds: f64,
    /// Patients settled per second over that time.
    pub patients_per_second: f64,
    /// The settings that were used.
    pub settings: serde_json::Value,
    /// The version that opened the newest leg.
    pub build: String,
}

/// The five counters, in the users' own words.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Counters {
    /// No processing attempted.
    pub unprocessed: u64,
    /// On its way, or in doubt.
    pub sending: u64,
    /// Acknowledged.
    pub sent: u64,
    /// A person must act.
    pub failed: u64,
    /// Nobody need act.
    pub not_required: u64,
}

impl Counters {
    /// The counters of a tally.
    #[must_use]
    pub fn of(tally: &Tally) -> Self {
        let count = |counter| tally.counters.get(&counter).copied().unwrap_or(0);
        Self {
            unprocessed: count(Counter::Unprocessed),
            sending: count(Counter::Sending),
            sent: count(Counter::Sent),
            failed: count(Counter::Failed),
            not_required: count(Counter::NotRequired),
        }
    }

    /// Their sum: the population (invariant J4).
    #[must_use]
    pub const fn sum(&self) -> u64 {
        self.unprocessed + self.sending + self.sent + self.failed + self.not_required
    }
}

impl Report {
    /// Puts a report together. `now` closes a run that is still open.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "a rate for people needs no more than 52 bits")]
    pub fn new(run: &Run, tally: &Tally, import: Option<&ImportReceipt>, now: jiff::Timestamp) -> Self {
        let counters = Counters::of(tally);
        let end = run.closed.map_or(now, |(_, at)| at);
        let seconds = elapsed(run.opened_at, end).as_secs_f64();
        let settled = counters.sent + counters.failed + counters.not_required;
        Self {
            run: run.id.0,
            kind: run.kind.code().to_owned(),
            action: run.action.code().to_owned(),
            state: state(run),
            legs: run.legs,
            population: tally.population,
            counters,
            reasons: tally.reasons.iter().map(|(reason, count)| (reason.code().to_owned(), *count)).collect(),
            warnings: tally
                .warnings
                .iter()
                .map(|(warning, count)| (warning.code().to_owned(), *count))
                .collect(),
            next_due: tally.next_due,
            local_changes: tally.local_changes,
            stray_rows: import.map_or(0, |import| import.stray_rows),
            incomplete: import.map_or(0, |import| import.incomplete),
            seconds,
            patients_per_second: if seconds > 0.0 { settled as f64 / seconds } else { 0.0 },
            settings: serde_json::from_str(&run.settings).unwrap_or_default(),
            build: run.build.clone(),
        }
    }

    /// The report of a dry run: what the run would have come to.
    #[must_use]
    pub(crate) fn predicted(
        prediction: &Prediction,
        import: Option<&ImportReceipt>,
        now: jiff::Timestamp,
    ) -> Self {
        let Prediction { tally, closed, new, .. } = prediction;
        let run = Run {
            id: RunId(0),
            kind: new.kind,
            action: new.action,
            legs: 0,
            opened_at: new.at,
            closed: Some((*closed, now)),
            interrupted: false,
            population: tally.population,
            group: new.group.clone(),
            user: new.user.clone(),
            role_profile: new.role_profile.clone(),
            settings: new.settings.clone(),
            build: new.build.clone(),
        };
        let whole = *closed == Closed::Finished;
        let report = Self::new(&run, tally, import, now);
        Self { state: if whole { "predicted" } else { report.state }, ..report }
    }

    /// Patients of whom nobody knows any more whether the Spine has their summary.
    #[must_use]
    pub fn in_doubt(&self) -> u64 {
        self.reasons.get(Reason::InDoubt.code()).copied().unwrap_or(0)
    }
}

/// How a run stands, as a stable code.
pub(crate) fn state(run: &Run) -> &'static str {
    match run.closed {
        Some((Closed::Finished, _)) => "finished",
        Some((Closed::Stopped, _)) => "stopped",
        Some((Closed::Halted, _)) => "halted",
        None if run.interrupted => "interrupted",
        None => "running",
    }
}
