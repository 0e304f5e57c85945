//! The practice as a whole: SCR not enabled, an extract with a row that nobody can read, records that change while a run is paused.

use std::path::Path;

use super::standing::edit_facts;
use super::{sent, unsent};
use crate::outcome::{Verdict, hold, same};
use crate::sabotage::edit_column;
use crate::stage::{Kind, Observation, Scenario, Step, Way};
use crate::wire::Sort;

/// SCR is disabled, then to be enabled on a day to come, then as it was.
pub(super) static NOT_ENABLED: Scenario = Scenario::new(
    "scr-not-enabled",
    &["ordinary-adult", "dissent"],
    &[
        Step::Change(disable),
        Step::Run(Kind::ConsentMigration, Way::Run),
        Step::Run(Kind::InitialUpload, Way::Run),
        Step::Change(enable_on_a_day_to_come),
        Step::Run(Kind::InitialUpload, Way::Run),
        Step::Change(enable_again),
        Step::Run(Kind::ConsentMigration, Way::Run),
        Step::Run(Kind::InitialUpload, Way::Run),
    ],
);

/// A medication, a code, an allergy and a flag that cannot be read, each of another patient.
pub(super) static UNREADABLE: Scenario = Scenario::new(
    "rows-unread",
    &["very-old", "ordinary-adult", "express-additional", "ordinary-child", "fp69-active"],
    &[Step::Change(spoil_rows), Step::Run(Kind::InitialUpload, Way::Run)],
);

const MANY: &[&str] = &[
    "ordinary-adult",
    "ordinary-child",
    "very-old",
    "leap-day-birthday",
    "registered-day-before-enabling",
    "registered-on-enabling-day",
    "twin-a",
    "twin-b",
    "forename-differs",
    "postcode-differs",
    "apostrophe",
    "no-fixed-abode",
    "name-of-35-letters",
    "business-flag",
    "registered-nowhere",
    "blank-flags",
];

/// The run is paused early; then everybody gets an FP69 flag, and the run is resumed.
pub(super) static RESUMED: Scenario = Scenario::new(
    "flagged-while-paused",
    MANY,
    &[
        Step::Stopped(Kind::InitialUpload, Way::Run, 1),
        Step::Change(flag_everybody),
        Step::Run(Kind::InitialUpload, Way::Resume),
    ],
);

pub(super) fn not_enabled(seen: &Observation) -> Verdict {
    for step in [1, 2, 4] {
        let run = seen.run(step);
        hold(run.state == "refused", "a run is refused", format!("{} {}", run.state, run.said))?;
        same("requests of a run that is refused", &0, &(run.span.1 - run.span.0))?;
    }
    // What was refused is done once SCR is enabled.
    same("settings", &1, &seen.about("dissent", Sort::Setting).len())?;
    sent(seen, &["ordinary-adult"])
}

pub(super) fn unreadable(seen: &Observation) -> Verdict {
    same("the extract is taken", &"finished".to_owned(), &seen.run(0).state)?;
    sent(seen, &["very-old"])?;
    unsent(seen, &["ordinary-adult", "express-additional", "ordinary-child", "fp69-active"])
}

pub(super) fn afresh(seen: &Observation) -> Verdict {
    let paused = seen.run(0);
    same("the first stretch", &"stopped".to_owned(), &paused.state)?;
    let (sent_before, later): (Vec<&str>, Vec<&str>) = MANY
        .iter()
        .partition(|slug| seen.about(slug, Sort::Upload).iter().any(|one| one.number < paused.span.1));
    hold(!later.is_empty(), "somebody of whom nothing was sent before the pause", "there is nobody")?;
    unsent(seen, &later)?;
    let resumed = seen.run(2);
    same("the second stretch", &"finished".to_owned(), &resumed.state)?;
    same("sent", &Some(sent_before.len() as u64), &resumed.counters.get("sent").copied())?;
    same("with an FP69 flag", &Some(later.len() as u64), &resumed.reasons.get("fp69").copied())
}

fn disable(practice: &Path) {
    edit_facts(practice, |line| {
        if line.starts_with("scr_enabled_on") { format!("# {line}") } else { line.to_owned() }
    });
}

fn enable_on_a_day_to_come(practice: &Path) {
    edit_facts(practice, |line| {
        if line.starts_with("# scr_enabled_on") {
            format!("{line}\nscr_enabled_on = \"2199-01-01\"")
        } else {
            line.to_owned()
        }
    });
}

fn enable_again(practice: &Path) {
    edit_facts(practice, |line| match line.strip_prefix("# ") {
        Some(enabled) if enabled.starts_with("scr_enabled_on") => enabled.to_owned(),
        _ if line.starts_with("scr_enabled_on") => String::new(),
        _ => line.to_owned(),
    });
}

fn spoil_rows(practice: &Path) {
    let once = |wanted: &'static str, spoilt: &'static str| {
        move |cell: &str| Some(if cell == wanted { spoilt.to_owned() } else { cell.to_owned() })
    };
    edit_column(practice, "medications.csv", "name", once("Amoxicillin 500mg capsules", ""));
    edit_column(practice, "codes.csv", "scheme", once("read2", "read9"));
    edit_column(practice, "allergies.csv", "kind", once("food", "weather"));
    edit_column(practice, "patients.csv", "fp69", once("yes", "perhaps"));
}

fn flag_everybody(practice: &Path) {
    edit_column(practice, "patients.csv", "fp69", |_| Some("yes".to_owned()));
}
