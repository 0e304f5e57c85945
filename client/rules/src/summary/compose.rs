//! From a patient who may be sent to the summary that says so: full, empty or dissent.
//!
//! It decides content alone. Whether anything may be sent has been decided by whoever made the [`Consented`].

use spine_vocabulary::ConsentCode;

use super::additional::Additional;
use super::core_data::CoreData;
use super::layout::{self, Ending, Head};
use super::terminology::Terminology;
use super::window::shown;
use super::{Block, Content, Entry, Summary, SummaryKind, fixed};
use crate::consent::permit::{Consented, days_between};
use crate::lifecycle::warning::Warning;
use crate::record::PatientRecord;
use crate::rules::settings::WithoutPreference;
use crate::rules::{Intent, Rules};

/// For how many days of a registration the summary says that it is recent. Source: Vision help, registration accepted.
/// Requirement: SUM-022.
const RECENT_DAYS: i64 = 60;

impl Consented {
    /// Makes the summary. `terminology` is what the user's own files say about additional information; without it a patient
    /// who agreed to additional information is sent core data, and the summary says so to the report.
    ///
    /// For a patient who dissents it is a dissent summary, whatever else the record holds.
    /// Requirement: CON-012.
    #[must_use]
    pub fn summarise(&self, terminology: Option<&Terminology>) -> Summary {
        match self.status.effective {
            Some(code) if code.is_dissent() => {
                self.summary(SummaryKind::Dissent, fixed::dissent(code, self.status))
            }
            _ => self.summarise_content(terminology),
        }
    }

    /// Requirements: SUM-015, SUM-026.
    fn summarise_content(&self, terminology: Option<&Terminology>) -> Summary {
        let (record, rules) = (self.record(), self.rules());
        let today = rules.today();
        let core = CoreData::of(record, rules.settings().medication_windows, today);
        let agreed = self.additional_agreed();
        let additional = terminology
            .filter(|_| agreed)
            .map(|terminology| Additional::of(record, terminology, today))
            .unwrap_or_default();
        let additional_withheld = agreed && terminology.is_none() && Additional::may_exist(record, today);
        let nothing = core.entries.is_empty() && additional.entries.is_empty();
        // Only a summary that leaves nothing out may say that there is nothing.
        let summary = if nothing && additional.withheld == 0 && !additional_withheld {
            self.summary(SummaryKind::Empty, fixed::empty(self.preference(), &self.head(false)))
        } else {
            self.summary(SummaryKind::Full, self.full(core, &additional))
        };
        let mut warnings = summary.warnings;
        if additional_withheld {
            warnings.push(Warning::AdditionalWithheld);
        }
        Summary { warnings, entries_withheld: additional.withheld, ..summary }
    }

    fn full(&self, core: CoreData, additional: &Additional) -> Content {
        let mut text = self.head(additional.withheld > 0).blocks();
        text.extend(core.text);
        text.extend(additional.text.iter().cloned());
        let mut entries = core.entries;
        entries.extend(additional.entries.iter().cloned());
        if let Some(code) = self.status.effective {
            let date = self.status.date.map(shown).unwrap_or_default();
            let row = vec![date, code.term().to_owned(), String::new()];
            text.extend(layout::PREFERENCES.blocks(None, false, vec![row]));
        }
        // A summary needs a coded entry, and one without clinical entries has only the preference to give.
        if self.status.effective.is_some() || entries.is_empty() {
            entries.push(self.preference());
        }
        text.push(Block::SendTime);
        Content { text, entries }
    }

    /// The preference that holds; where none was expressed, the consent that is implied since SCR was enabled here.
    /// Requirement: SUM-021.
    fn preference(&self) -> Entry {
        match self.status.effective {
            Some(code) => fixed::preference(code, self.status.date),
            None => fixed::preference(ConsentCode::ImpliedCore, self.rules().practice().scr_enabled_on),
        }
    }

    /// Whether additional information may be sent: with the express consent to it, or where the setting takes silence for
    /// it. A legacy consent says nothing about additional information until the migration has brought it up to date.
    /// Requirements: CON-011, SUM-011, SUM-012, SUM-013, SUM-014.
    fn additional_agreed(&self) -> bool {
        let by_setting = self.rules().settings().without_preference == WithoutPreference::CoreAndAdditional;
        match self.status.effective {
            Some(ConsentCode::ExpressAdditional) => true,
            None | Some(ConsentCode::ImpliedCore | ConsentCode::LegacyConsent) => by_setting,
            Some(ConsentCode::ExpressCore | ConsentCode::ExpressDissent | ConsentCode::LegacyDissent) => {
                false
            }
        }
    }

    fn head(&self, withheld: bool) -> Head {
        let recently_registered = self.recently_registered();
        Head { disclaimer: true, recently_registered, ending: self.ending(), withheld }
    }

    /// Whether this is the last summary, and why. A registration whose last day is not recorded ends today.
    fn ending(&self) -> Option<Ending> {
        match self.rules().intent() {
            Intent::Deregistration => {
                let last = self.record().registration.until;
                Some(Ending::Registration(last.unwrap_or(self.rules().today())))
            }
            Intent::NoLongerContributing => Some(Ending::Contribution),
            Intent::FirstUpload | Intent::Resend | Intent::Update => None,
        }
    }

    fn recently_registered(&self) -> bool {
        let today = self.rules().today();
        self.record().registration.since.is_some_and(|since| days_between(since, today) <= RECENT_DAYS)
    }

    fn summary(&self, kind: SummaryKind, content: Content) -> Summary {
        Summary {
            kind,
            number: self.number(),
            replaces: self.replaces,
            content,
            warnings: self.warnings.clone(),
            entries_withheld: 0,
        }
    }

    fn record(&self) -> &PatientRecord {
        &self.matched.0.candidate.record
    }

    fn rules(&self) -> &Rules {
        &self.matched.0.rules
    }
}
