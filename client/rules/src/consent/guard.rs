//! The overwrite guard: what keeps a summary from replacing one that says more, until a person has looked at both.
//!
//! It names neither the allergies nor the patient: whoever decides looks at the two summaries. Source: a design decision.

use spine_vocabulary::{CodeScheme, EventId};

use super::permit::Consented;
use super::standing::{Standing, StandingAllergy, StandingContent};
use crate::lifecycle::reason::{Reason, SetAside};
use crate::rules::explain::{Case, Rule, Told, Verdict};
use crate::rules::settings::OverwriteGuard;
use crate::summary::{EntryKind, Summary};

/// The detail of whoever is held for being registered for not more than nn days.
pub(crate) const REGISTERED_RECENTLY: &str = "registered-recently";

/// The detail of whoever is held because the Spine does not tell what stands.
const NOT_TOLD: &str = "standing-summary-not-told";

impl Consented {
    /// The standing event that the guard must look at before the summary may replace it; `None` where it holds nobody.
    #[must_use]
    pub const fn guarded(&self) -> Option<EventId> {
        self.guarded
    }

    /// Holds the summary if what it would replace tells of an allergy that it lacks, or if the Spine does not tell what that says.
    /// `standing` is the content of [`Self::guarded`].
    /// Requirement: RUN-031.
    pub fn guard(&self, summary: &Summary, standing: Option<&StandingContent>) -> Result<(), SetAside> {
        let allergies = summary.content().entries.iter().filter(|entry| entry.kind == EntryKind::Allergy);
        let new: Vec<_> =
            allergies.map(|entry| Known::of(entry.code.scheme, &entry.code.code, &entry.code.term)).collect();
        match self.guarded.and_then(|_| judge(&new, standing)) {
            Some(detail) => Err(held(detail)),
            None => Ok(()),
        }
    }
}

/// The rule of the guard, as far as an explanation can apply it: allergies are core data, and all that are not negative are sent.
pub(crate) const GUARD_RULES: &[Rule] = &[Rule {
    // Requirement: RUN-031.
    key: "E7c",
    question: |_| "Would the summary replace none that tells of an allergy that it lacks, or did a person release it?",
    input: |case| match (case.answers.standing, looks_at(case), case.answers.content) {
        (None, _, _) => "not asked".into(),
        (Some(_), None, _) => "nothing to look at".into(),
        (Some(_), Some(_), Told::NotAsked) => "a summary stands; what it says was not asked".into(),
        (Some(_), Some(_), Told::NotTold) => "a summary stands; the Spine does not tell what it says".into(),
        (Some(_), Some(_), Told::Content(content)) => {
            let missing = missing(&sent(case), content);
            format!("allergies on the standing summary: {}, missing here: {missing}", content.allergies.len())
        }
    },
    judge: |case| match (case.answers.standing, looks_at(case), case.answers.content) {
        (None, _, _) | (Some(_), Some(_), Told::NotAsked) => Verdict::NotAsked,
        (Some(_), None, _) => Verdict::Passes,
        (Some(_), Some(_), Told::NotTold) => declines(judge(&sent(case), None)),
        (Some(_), Some(_), Told::Content(content)) => declines(judge(&sent(case), Some(content))),
    },
}];

/// The standing event that must be looked at. A dissent summary says nothing that could be incomplete, and whoever was released has
/// been looked at.
pub(crate) fn looks_at(case: &Case<'_>) -> Option<EventId> {
    let off = case.rules.settings().overwrite_guard == OverwriteGuard::Off;
    if off || case.candidate.released || case.consent().dissents() {
        return None;
    }
    match case.answers.standing {
        Some(Standing::Told { newest, .. }) => newest.as_ref().map(|summary| summary.event),
        Some(Standing::Refused) | None => None,
    }
}

/// Declines for a person's decision.
pub(crate) fn held_if(holds: bool, detail: &str) -> Verdict {
    if holds { Verdict::Declines(held(detail.to_owned())) } else { Verdict::Passes }
}

fn declines(detail: Option<String>) -> Verdict {
    detail.map_or(Verdict::Passes, |detail| Verdict::Declines(held(detail)))
}

fn held(detail: String) -> SetAside {
    SetAside { reason: Reason::Held, details: vec![detail] }
}

/// Why a summary with these allergies is held, if it is.
fn judge(new: &[Known], standing: Option<&StandingContent>) -> Option<String> {
    let Some(standing) = standing else { return Some(NOT_TOLD.to_owned()) };
    let missing = missing(new, standing);
    (missing > 0).then(|| format!("allergies-missing: {missing}"))
}

/// How many of the standing allergies the new ones lack.
fn missing(new: &[Known], standing: &StandingContent) -> usize {
    let lacks = |allergy: &&StandingAllergy| !new.iter().any(|one| one.is(allergy));
    standing.allergies.iter().filter(lacks).count()
}

/// The allergies that the summary of this patient will have.
fn sent(case: &Case<'_>) -> Vec<Known> {
    let allergies = case.record().allergies.iter().filter(|allergy| !allergy.negative);
    allergies.map(|allergy| Known::of(allergy.scheme, &allergy.code, &allergy.term)).collect()
}

/// An allergy that the new summary has, as it is compared.
struct Known {
    snomed: Option<String>,
    term: String,
}

impl Known {
    fn of(scheme: CodeScheme, code: &str, term: &str) -> Self {
        let snomed = (scheme == CodeScheme::Snomed).then(|| code.trim().to_owned());
        Self { snomed, term: letters(term) }
    }

    /// Whether both are the same: the code, or else the words. Nothing is like what has neither.
    fn is(&self, standing: &StandingAllergy) -> bool {
        let code = standing.snomed.as_deref().map(str::trim).filter(|code| !code.is_empty());
        let term = letters(&standing.term);
        code.is_some_and(|code| self.snomed.as_deref() == Some(code)) || !term.is_empty() && term == self.term
    }
}

/// Words without case, white space and punctuation.
fn letters(term: &str) -> String {
    term.chars().filter(|letter| letter.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}
