//! The rules of one run: settings, the practice and today's date, brought together once.
//!
//! [`Rules`] decides nothing itself; each stage asks it. It holds no clock: *today* is given, and stays the same for
//! as long as the value lives.

pub mod explain;
pub mod settings;

use std::sync::Arc;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use spine_vocabulary::OdsCode;

use crate::consent::{self, ConsentStatus};
use crate::record::PatientRecord;
use crate::record::import::Practice;
use settings::Settings;

/// What the rules need to know about the practice.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PracticeProfile {
    /// Its ODS code: tells our own summaries and our own patients from others.
    pub ods: OdsCode,
    /// The day SCR was enabled; `None` while it is off. Source: Vision help, enabling and disabling SCR.
    pub scr_enabled_on: Option<Date>,
    /// A standing summary of another origin is replaced for patients registered for more than this many days, 0 to 99,
    /// national default 14 (rule E7b). Source: Vision help, enabling and disabling SCR.
    pub nn_days: u8,
}

impl From<&Practice> for PracticeProfile {
    fn from(practice: &Practice) -> Self {
        Self { ods: practice.ods.clone(), scr_enabled_on: practice.scr_enabled_on, nn_days: practice.nn_days }
    }
}

/// What a run is after: what it wants of patients for whom our own summary stands already, and what its summaries add.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Intent {
    /// Send to whom we have not sent yet: Run, and Resume of a Run.
    #[default]
    FirstUpload,
    /// Send again, replacing ours: Rerun and Failed, and Resume of either.
    Resend,
    /// Bring up to date what changed since it was acknowledged last: Bulk Update.
    Update,
    /// Say that the registration ended: Bulk Deregistration.
    Deregistration,
    /// Say that the practice sends no more: Practice No Longer Contributing.
    NoLongerContributing,
}

/// The rules of one run. Cloning is cheap.
#[derive(Clone, Debug)]
pub struct Rules(Arc<Inner>);

#[derive(Clone, Debug)]
struct Inner {
    settings: Settings,
    practice: PracticeProfile,
    today: Date,
    intent: Intent,
}

impl Rules {
    /// The rules for a practice on a day, for a first upload.
    #[must_use]
    pub fn new(settings: Settings, practice: PracticeProfile, today: Date) -> Self {
        Self(Arc::new(Inner { settings, practice, today, intent: Intent::FirstUpload }))
    }

    /// The same rules for another intent.
    #[must_use]
    pub fn with_intent(self, intent: Intent) -> Self {
        Self(Arc::new(Inner { intent, ..Arc::unwrap_or_clone(self.0) }))
    }

    /// The settings, to be recorded with the run.
    #[must_use]
    pub fn settings(&self) -> &Settings {
        &self.0.settings
    }

    /// The practice.
    #[must_use]
    pub fn practice(&self) -> &PracticeProfile {
        &self.0.practice
    }

    /// The day on which the rules judge.
    #[must_use]
    pub fn today(&self) -> Date {
        self.0.today
    }

    /// What is wanted of patients for whom our own summary stands.
    #[must_use]
    pub fn intent(&self) -> Intent {
        self.0.intent
    }

    /// Rule E1: whether SCR is enabled at the practice today.
    #[must_use]
    pub fn scr_enabled(&self) -> bool {
        self.practice().scr_enabled_on.is_some_and(|day| day <= self.today())
    }

    /// The patient's recorded preference as of today: read again before a resend, for a dissent ends resending.
    /// Requirements: CON-026, ACK-037.
    #[must_use]
    pub fn consent(&self, record: &PatientRecord) -> ConsentStatus {
        consent::effective(&record.codes, self.today())
    }
}
