//! The questions on which the public sources disagree: each a setting, named for what it means.
//!
//! The default is the project's decision; the other reading is implemented beside it. A run records the settings it
//! used, so every type here is serialisable and none has a hidden default.

use serde::{Deserialize, Serialize};

/// Every decision that concerns the rules. `Default` is what the project decided.
/// Requirement: RUN-015.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Settings {
    /// A dissenting patient in an Initial Upload (rule E13).
    pub dissent: DissentUpload,
    /// A local dissent that the ACS does not hold (rule E12).
    pub dissent_not_in_acs: DissentNotInAcs,
    /// How far back medication is taken.
    pub medication_windows: MedicationWindows,
    /// What is sent of a patient without an express preference.
    pub without_preference: WithoutPreference,
    /// Forename or postcode blank both in the record and on PDS (rule E11).
    pub both_blank: BothBlank,
    /// A patient whom PDS has registered at another practice.
    pub registered_elsewhere: RegisteredElsewhere,
    /// When a summary that would replace another one is held for a person.
    pub overwrite_guard: OverwriteGuard,
}

/// What an Initial Upload sends for a patient who dissents (rule E13).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DissentUpload {
    /// A summary that says the patient refused. Source: Vision help, Initial Upload FAQ.
    #[default]
    DissentSummary,
    /// Nothing: Not Required. Source: Vision help, Bulk Transmission (SCR 2.1: "eligible non-dissenting patients").
    NotSent,
}

/// What follows from a local dissent that the ACS does not hold (rule E12).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DissentNotInAcs {
    /// The dissent is honoured all the same, with the warning `dissent-not-in-acs`.
    #[default]
    DissentSummary,
    /// Failed: ACS mismatch. Source: Vision help, Selecting a Patient (a mismatch in either direction stops updates).
    AcsMismatch,
}

/// How far back medication is taken, in whole months; both ends of a window belong to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct MedicationWindows {
    /// Acute medication: 12 months (Vision help, SCR Core Data) or 6 (Vision help, Content of the Initial Upload).
    pub acute_months: u8,
    /// Current repeat medication: 6 months past its review date or last issue.
    pub repeat_months: u8,
    /// Discontinued repeat medication: 6 months.
    pub discontinued_months: u8,
}

impl Default for MedicationWindows {
    fn default() -> Self {
        Self { acute_months: 12, repeat_months: 6, discontinued_months: 6 }
    }
}

/// What is sent of a patient without an express preference.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum WithoutPreference {
    /// Core data. Source: Vision help, SCR Consent Migration.
    #[default]
    Core,
    /// Core data and additional information. Source: NHS, Control of Patient Information notice (since 2020).
    CoreAndAdditional,
}

/// What a forename or postcode that is blank on both sides proves (rule E11).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum BothBlank {
    /// Nothing: it satisfies neither side of the "or".
    #[default]
    NoEvidence,
    /// It counts as matched. Source: Vision help, SCR PDS Synchronisation (there of non-mandatory fields).
    Matches,
}

/// What follows when PDS has the patient registered at another practice.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RegisteredElsewhere {
    /// Failed: a person finds out where the patient belongs.
    #[default]
    Failed,
    /// The summary is sent.
    Sent,
}

/// When a summary that would replace the standing one is held for a person's decision (reason `held`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OverwriteGuard {
    /// Where the standing summary tells of an allergy that the new one lacks.
    #[default]
    Allergies,
    /// There, and where a summary of another origin stands of a patient who is not registered for more than nn days.
    RecentAndAllergies,
    /// Never.
    Off,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_defaults_are_the_decisions_taken() {
        let shown = serde_json::to_value(Settings::default()).unwrap();
        assert_eq!(
            shown,
            serde_json::json!({
                "dissent": "dissent-summary",
                "dissent-not-in-acs": "dissent-summary",
                "medication-windows": {"acute-months": 12, "repeat-months": 6, "discontinued-months": 6},
                "without-preference": "core",
                "both-blank": "no-evidence",
                "registered-elsewhere": "failed",
                "overwrite-guard": "allergies",
            })
        );
    }

    #[test]
    fn a_part_of_the_settings_leaves_the_rest_at_its_default() {
        let read: Settings = serde_json::from_str(r#"{"dissent": "not-sent"}"#).unwrap();
        assert_eq!(read, Settings { dissent: DissentUpload::NotSent, ..Settings::default() });
    }

    #[test]
    fn an_unknown_setting_is_refused() {
        assert!(serde_json::from_str::<Settings>(r#"{"disent": "not-sent"}"#).is_err());
    }
}
