//! The settings of a run: what a settings file may say, what is refused, and what a run records of them.
//!
//! Every key with its default is in `cli/docs/settings.toml`.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use spine_rules::lifecycle::retry::{Ladder, RetryContract};
use spine_rules::{Schedule, Settings};
use spine_session::{AccessPolicy, CardPolicy};

use super::terminology::TerminologyUsed;
use crate::bulk::Limits;
use crate::spine::hl7::RetryAfterUnit;

/// Every setting of a run. `Default` is what the project decided.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct RunSettings {
    /// The unit of the polling route's `Retry-After`.
    pub poll_unit: RetryAfterUnit,
    /// The waits before a patient is tried again of whom the Spine could not be asked, or whose message it would not take.
    pub ladder_minutes: Ladder,
    /// The rules' settings.
    pub rules: Settings,
    /// Who may run it.
    pub access: AccessPolicy,
    /// The retry contract.
    pub contract: RetryContract,
    /// How much at a time.
    pub limits: Limits,
}

/// Why settings cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    /// The file cannot be read.
    #[error("{file} cannot be read: {why}", file = .file.display())]
    Unreadable {
        /// The file.
        file: PathBuf,
        /// Why.
        why: std::io::Error,
    },
    /// It is no TOML, has an unknown key, or a value of the wrong kind.
    #[error("{file}, line {line}: {why}", file = .file.display())]
    Malformed {
        /// The file.
        file: PathBuf,
        /// The line, from 1.
        line: usize,
        /// What is wrong, with the key's name.
        why: String,
    },
    /// A value that cannot be worked with.
    #[error("the setting {key} {why}")]
    Value {
        /// The key, with its table.
        key: &'static str,
        /// What is wrong with its value.
        why: &'static str,
    },
    /// What the run recorded cannot be read.
    #[error(
        "the settings that the run was opened with are those of another version of this software: name a file with --settings"
    )]
    Recorded,
}

impl RunSettings {
    /// Reads a settings file; what it does not say stays at its default.
    pub fn read(file: &Path) -> Result<Self, SettingsError> {
        let text = std::fs::read_to_string(file)
            .map_err(|why| SettingsError::Unreadable { file: file.to_owned(), why })?;
        let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
        let settings: Self = toml::from_str(text).map_err(|error| SettingsError::Malformed {
            file: file.to_owned(),
            line: error.span().map_or(1, |span| 1 + text[..span.start].matches('\n').count()),
            why: error.message().to_owned(),
        })?;
        settings.check()?;
        Ok(settings)
    }

    /// Refuses values with which a run could not work, or would not do what they say.
    pub fn check(&self) -> Result<(), SettingsError> {
        let Self { ladder_minutes, rules, access, contract, limits, .. } = self;
        let rungs = &ladder_minutes.minutes;
        refuse("ladder-minutes", "must have 16 rungs or fewer", rungs.len() > 16)?;
        let week = 7 * 24 * 60;
        let beyond = rungs.iter().any(|minutes| !(1..=week).contains(minutes));
        refuse("ladder-minutes", "must have rungs of 1 to 10,080 minutes", beyond)?;
        let windows = rules.medication_windows;
        let months = |key, months: u8| refuse(key, "must be 1 month or more", months == 0);
        months("rules.medication-windows.acute-months", windows.acute_months)?;
        months("rules.medication-windows.repeat-months", windows.repeat_months)?;
        months("rules.medication-windows.discontinued-months", windows.discontinued_months)?;
        let watched = access.card != CardPolicy::Continue;
        refuse(
            "access.card",
            "can only be \"continue\" so far: the card is not watched during a run",
            watched,
        )?;
        refuse("contract.retries", "must be 100 or fewer", contract.retries > 100)?;
        refuse("contract.interval", "must not be negative", contract.interval.is_negative())?;
        let short = contract.persist < contract.interval || contract.persist.is_zero();
        refuse(
            "contract.persist",
            "must be longer than nothing and no shorter than contract.interval",
            short,
        )?;
        let some = |key, number: usize, most: usize, why| refuse(key, why, number == 0 || number > most);
        some("limits.lanes", limits.lanes, 1_024, "must be 1 to 1,024")?;
        some("limits.in-flight", limits.in_flight, 65_536, "must be 1 to 65,536")?;
        some("limits.polls", limits.polls, 1_024, "must be 1 to 1,024")?;
        some("limits.page", limits.page, 65_536, "must be 1 to 65,536")?;
        let attempts = limits.question_attempts;
        refuse("limits.question-attempts", "must be 1 to 100", !(1..=100).contains(&attempts))?;
        let day = 24 * 60 * 60 * 1_000;
        refuse("limits.question-pause-ms", "must be a minute or less", limits.question_pause_ms > 60_000)?;
        refuse("limits.poll-budget-ms", "must be a day or less", limits.poll_budget_ms > day)?;
        refuse("limits.stop-grace-ms", "must be a day or less", limits.stop_grace_ms > day)?;
        refuse("limits.message-bytes", "must be 10,000 or more", limits.message_bytes < 10_000)
    }
}

fn refuse(key: &'static str, why: &'static str, wrong: bool) -> Result<(), SettingsError> {
    if wrong { Err(SettingsError::Value { key, why }) } else { Ok(()) }
}

/// What a leg records: the settings it ran with and what they were beside the practice's own.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) struct Recorded {
    /// Absent where the first version of this software opened the run: it knew the defaults only.
    #[serde(default)]
    pub(super) settings: RunSettings,
    pub(super) nn_days: Option<u8>,
    /// The patient group that narrows the run.
    #[serde(default)]
    pub(super) group: Option<String>,
    /// When the leg was to start, to pause and to go on.
    #[serde(default)]
    pub(super) schedule: Schedule,
    pub(super) terminology: Option<TerminologyUsed>,
}

impl Recorded {
    /// Reads what an earlier leg recorded.
    pub(super) fn read(text: &str) -> Result<Self, SettingsError> {
        serde_json::from_str(text).map_err(|_| SettingsError::Recorded)
    }
}
