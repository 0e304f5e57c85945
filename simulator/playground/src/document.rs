//! What `--json` says, and the same for people.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde::Serialize;
use spine_client::{Counters, Report};

use crate::journey::Travelled;

/// The one document of `--json`.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Document {
    /// Patients of the practice.
    pub population: u64,
    /// The runs in their order.
    pub runs: Vec<RunFigures>,
    /// What the reconciliation found.
    pub ledger: LedgerFigures,
    /// Peak memory of the client's own process in MiB; null where the operating system does not say.
    pub client_peak_mib: Option<f64>,
}

/// One run.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RunFigures {
    /// `consent-migration`, `initial-upload`.
    pub kind: String,
    /// Patients in it.
    pub population: u64,
    /// The five counters.
    pub counters: Counters,
    /// Settled patients by reason.
    pub reasons: BTreeMap<String, u64>,
    /// Patients by warning.
    pub warnings: BTreeMap<String, u64>,
    /// How long it took, in seconds.
    pub seconds: f64,
    /// Patients settled per second.
    pub patients_per_second: f64,
}

/// The reconciliation's figures.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct LedgerFigures {
    /// Events that the fake Spine accepted.
    pub stored: u64,
    /// Patients lost.
    pub lost: u64,
    /// Patients doubled.
    pub doubled: u64,
    /// Dissenters of whom clinical content is stored.
    pub content_for_dissenters: u64,
}

impl Document {
    /// The document of a journey.
    #[must_use]
    pub fn of(travelled: &Travelled) -> Self {
        let found = &travelled.reconciled;
        Self {
            population: travelled.population,
            runs: travelled.runs.iter().map(RunFigures::of).collect(),
            ledger: LedgerFigures {
                stored: found.stored,
                lost: found.lost,
                doubled: found.doubled,
                content_for_dissenters: found.content_for_dissenters,
            },
            client_peak_mib: travelled.peak_mib,
        }
    }
}

impl RunFigures {
    fn of(report: &Report) -> Self {
        Self {
            kind: report.kind.clone(),
            population: report.population,
            counters: report.counters,
            reasons: report.reasons.clone(),
            warnings: report.warnings.clone(),
            seconds: report.seconds,
            patients_per_second: report.patients_per_second,
        }
    }
}

/// The same for people.
pub(crate) fn table(travelled: &Travelled) -> String {
    let mut text = String::new();
    // Writing to a string cannot fail.
    for report in &travelled.runs {
        let _ = write!(
            text,
            "\n{}{}\n{}{}  {:.1} s, {:.0} patients per second\n",
            spine_cli::headline(report),
            spine_cli::counters(report),
            spine_cli::reasons(report),
            spine_cli::warnings(report),
            report.seconds,
            report.patients_per_second
        );
    }
    let found = &travelled.reconciled;
    let _ = write!(
        text,
        "\nWhat the fake Spine holds, against what the client says\n  stored {}, lost {}, doubled {}, content for dissenters {}\n",
        found.stored, found.lost, found.doubled, found.content_for_dissenters
    );
    if let Some(peak) = travelled.peak_mib {
        let _ = writeln!(text, "  peak memory of the client: {peak} MiB");
    }
    let verdict = if travelled.reconciles() {
        "Everything reconciles.".to_owned()
    } else {
        format!("It does NOT reconcile: {} differences.", travelled.differences().len())
    };
    let _ = writeln!(text, "{verdict}");
    text
}
