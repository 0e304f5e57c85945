//! Permission to send: what the recorded preference and what stands on the Spine mean together.
//!
//! It never asks the Spine itself, and it never decides content: only whether a summary may go, which of the two
//! stances it takes, and what it replaces.

use spine_vocabulary::{EventId, NhsNumber};

use super::origin::{Ours, is_ours, standing_shown};
use super::standing::Standing;
use super::{ConsentStatus, guard};
use crate::demographics::matching::Matched;
use crate::lifecycle::reason::{Reason, SetAside};
use crate::lifecycle::warning::Warning;
use crate::record::PatientKey;
use crate::rules::Intent;
use crate::rules::explain::{Case, Rule, Verdict, first_refusal, shown};
use crate::rules::settings::{DissentNotInAcs, DissentUpload, OverwriteGuard};

/// Proof that a summary of this patient may be sent. Only [`Matched::permit`] makes one.
#[derive(Clone)]
pub struct Consented {
    pub(crate) matched: Matched,
    pub(crate) status: ConsentStatus,
    pub(crate) replaces: Option<EventId>,
    pub(crate) guarded: Option<EventId>,
    pub(crate) warnings: Vec<Warning>,
}

masked!(Consented);

impl Consented {
    /// Whom the summary will be about.
    #[must_use]
    pub const fn number(&self) -> NhsNumber {
        self.matched.number()
    }

    /// Who it is at the practice.
    #[must_use]
    pub const fn key(&self) -> &PatientKey {
        self.matched.key()
    }

    /// Whether only a dissent summary may be sent.
    #[must_use]
    pub fn dissents(&self) -> bool {
        self.status.dissents()
    }

    /// Declines whom a Bulk Update would tell nothing new: the hash of what would be said ([`Content::lasting`]) is the one that the
    /// Spine acknowledged last, and that still stands. Where the Spine tells nothing of a dissenter, our own store says what stands.
    /// Requirement: RUN-023.
    ///
    /// [`Content::lasting`]: crate::summary::Content::lasting
    pub fn changed(&self, content_sha256: [u8; 32]) -> Result<(), SetAside> {
        let Matched(eligible) = &self.matched;
        let unchanged = eligible.rules.intent() == Intent::Update
            && eligible.candidate.acknowledged.is_some_and(|last| {
                self.replaces == Some(last.event)
                    && last.content_sha256 == content_sha256
                    && last.dissent == self.dissents()
            });
        if unchanged { Err(SetAside::because(Reason::Unchanged)) } else { Ok(()) }
    }
}

impl Matched {
    /// Applies the rules that read what stands on the Spine, in their order.
    /// Requirement: SUM-043.
    pub fn permit(self, standing: &Standing) -> Result<Consented, SetAside> {
        let Matched(eligible) = &self;
        let case = Case::with_standing(&eligible.rules, &eligible.candidate, standing);
        if let Some(set_aside) = first_refusal(STANDING_RULES, &case) {
            return Err(set_aside);
        }
        let status = case.consent();
        let replaces = match standing {
            Standing::Told { newest, .. } => newest.as_ref().map(|summary| summary.event),
            // The Spine does not tell a dissenter's events, so only our own store knows what the new one replaces.
            Standing::Refused => case.candidate.acknowledged.map(|last| last.event),
        };
        let mut warnings = Vec::new();
        if status.dissents() && !standing.dissent() {
            warnings.push(Warning::DissentNotInAcs);
        }
        if status.ambiguous {
            warnings.push(Warning::AmbiguousConsent);
        }
        let guarded = guard::looks_at(&case);
        Ok(Consented { matched: self, status, replaces, guarded, warnings })
    }
}

/// The rules that read what stands on the Spine. E12 comes first, for a dissent on the Spine of which the practice does
/// not know fails the patient whatever else holds.
pub(crate) const STANDING_RULES: &[Rule] = &[
    Rule {
        // Requirement: CON-017.
        key: "E12",
        question: |_| "Do the practice and the ACS agree about dissent?",
        input: |case| {
            let spine = case
                .answers
                .standing
                .map_or("not asked", |s| if s.dissent() { "dissent" } else { "no dissent" });
            let here = if case.consent().dissents() { "dissent" } else { "no dissent" };
            format!("practice: {here}; Spine: {spine}")
        },
        judge: agreement,
    },
    Rule {
        // Requirement: RUN-012.
        key: "E7",
        question: |rules| match rules.intent() {
            Intent::FirstUpload => "Has this practice sent no summary that stands already?",
            Intent::Resend | Intent::Update => {
                "Does no summary of this practice stand, or is it to be replaced?"
            }
            Intent::Deregistration | Intent::NoLongerContributing => {
                "Does a summary of this practice stand that can be brought up to date?"
            }
        },
        input: standing_shown,
        judge: ours,
    },
    Rule {
        // Requirements: ELI-015, ELI-016, ELI-017.
        key: "E7b",
        question: |rules| match rules.settings().overwrite_guard {
            OverwriteGuard::RecentAndAllergies => {
                "Does no summary of another origin stand, or is the patient registered for more than nn days, or dissents, \
                 or did a person release it?"
            }
            OverwriteGuard::Allergies | OverwriteGuard::Off => {
                "Does no summary of another origin stand, or is the patient registered for more than nn days, or dissents?"
            }
        },
        input: |case| {
            let days = registered_days(case).map_or("an unknown number of".into(), |days| days.to_string());
            let nn_days = case.rules.practice().nn_days;
            format!("{}; registered for {days} days, nn = {nn_days}", standing_shown(case))
        },
        judge: existing_summary,
    },
    Rule {
        // Requirements: CON-013, CON-014.
        key: "E13",
        question: |_| "Is a summary sent under the recorded preference?",
        input: |case| {
            let ConsentStatus { effective, date, ambiguous } = case.consent();
            let code = effective.map_or("no preference expressed", spine_vocabulary::ConsentCode::term);
            let doubt = if ambiguous { ", ambiguous" } else { "" };
            format!("{code} ({}{doubt})", shown(date))
        },
        judge: sent_under_preference,
    },
];

/// Rule E12. Source: Vision help, Selecting a Patient (ACS mismatch).
/// Requirements: CON-022, CON-023.
fn agreement(case: &Case<'_>) -> Verdict {
    let Some(standing) = case.answers.standing else { return Verdict::NotAsked };
    let declines = match (case.consent().dissents(), standing.dissent()) {
        (false, true) => true,
        (true, false) => case.rules.settings().dissent_not_in_acs == DissentNotInAcs::AcsMismatch,
        (true, true) | (false, false) => false,
    };
    Verdict::declines_if(declines, Reason::AcsMismatch)
}

/// Rule E7, for a summary of our own: a first upload leaves it as it is, a resend and an update replace it, and what says that
/// there will be no more is said of nothing else. Where the Spine tells of none of ours there is none that could say so.
///
/// One thing a first upload does not leave: a summary of a patient who dissents, unless it is known to be a dissent summary. What
/// tells of somebody who refused is replaced.
/// Requirement: CON-015.
fn ours(case: &Case<'_>) -> Verdict {
    let Some(standing) = case.answers.standing else { return Verdict::NotAsked };
    let ours = Ours::of(case, standing);
    match case.rules.intent() {
        Intent::FirstUpload => {
            let says_what_holds = !case.consent().dissents() || ours.is_dissent();
            Verdict::declines_if(ours != Ours::Nothing && says_what_holds, Reason::AlreadySent)
        }
        Intent::Resend | Intent::Update => Verdict::Passes,
        Intent::Deregistration | Intent::NoLongerContributing => {
            Verdict::declines_if(ours == Ours::Nothing, Reason::NothingOfOurs)
        }
    }
}

/// Rules E7 and E7b, for a summary of another origin: replaced only where the patient is registered for more than nn
/// days. Source: Vision help, enabling and disabling SCR.
///
/// The days keep a full summary from being replaced by one that is not complete yet; a dissent is never incomplete, so it is told
/// at once, as it is where the ACS holds it already and the Spine does not say what stands. Where the overwrite guard is about these
/// days, too, a person decides.
/// Requirement: RUN-031.
fn existing_summary(case: &Case<'_>) -> Verdict {
    match case.answers.standing {
        None => Verdict::NotAsked,
        Some(Standing::Refused) => Verdict::Passes,
        Some(Standing::Told { newest, .. }) => {
            let foreign = newest.as_ref().is_some_and(|summary| !is_ours(case, summary));
            let nn_days = i64::from(case.rules.practice().nn_days);
            let replaced = registered_days(case).is_some_and(|days| days > nn_days);
            let left = foreign && !replaced && !case.consent().dissents();
            if case.rules.settings().overwrite_guard == OverwriteGuard::RecentAndAllergies {
                guard::held_if(left && !case.candidate.released, guard::REGISTERED_RECENTLY)
            } else {
                Verdict::declines_if(left, Reason::ExistingSummary)
            }
        }
    }
}

/// Rule E13. Nothing is added to a dissent summary of ours that stands: it says already that there will be no more.
fn sent_under_preference(case: &Case<'_>) -> Verdict {
    if !case.consent().dissents() {
        return Verdict::Passes;
    }
    let ends = matches!(case.rules.intent(), Intent::Deregistration | Intent::NoLongerContributing);
    match (case.rules.settings().dissent, case.answers.standing) {
        (DissentUpload::NotSent, _) => Verdict::declines_if(true, Reason::Dissent),
        (DissentUpload::DissentSummary, _) if !ends => Verdict::Passes,
        (DissentUpload::DissentSummary, None) => Verdict::NotAsked,
        (DissentUpload::DissentSummary, Some(standing)) => {
            Verdict::declines_if(Ours::of(case, standing).is_dissent(), Reason::Dissent)
        }
    }
}

/// Whole days since the first day of the registration.
pub(crate) fn registered_days(case: &Case<'_>) -> Option<i64> {
    case.record().registration.since.map(|since| days_between(since, case.rules.today()))
}

/// Whole days from one date to another; negative if the other is earlier.
pub(crate) fn days_between(from: jiff::civil::Date, to: jiff::civil::Date) -> i64 {
    from.duration_until(to).as_hours() / 24
}
