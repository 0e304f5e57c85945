//! Permission to send: what the recorded preference and what stands on the Spine mean together.
//!
//! It never asks the Spine itself, and it never decides content: only whether a summary may go, which of the two
//! stances it takes, and what it replaces.

use spine_vocabulary::{EventId, NhsNumber};

use super::ConsentStatus;
use super::standing::{Standing, StandingSummary};
use crate::demographics::matching::Matched;
use crate::lifecycle::reason::{Reason, SetAside};
use crate::lifecycle::warning::Warning;
use crate::record::PatientKey;
use crate::rules::Intent;
use crate::rules::explain::{Case, Rule, Verdict, first_refusal, shown};
use crate::rules::settings::{DissentNotInAcs, DissentUpload};

/// Proof that a summary of this patient may be sent. Only [`Matched::permit`] makes one.
#[derive(Clone)]
pub struct Consented {
    pub(crate) matched: Matched,
    pub(crate) status: ConsentStatus,
    pub(crate) replaces: Option<EventId>,
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
}

impl Matched {
    /// Applies the rules that read what stands on the Spine, in their order.
    /// Requirement: SUM-043.
    pub fn permit(self, standing: &Standing) -> Result<Consented, SetAside> {
        let Matched(eligible) = &self;
        let case = Case {
            rules: &eligible.rules,
            candidate: &eligible.candidate,
            pds: None,
            standing: Some(standing),
        };
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
        Ok(Consented { matched: self, status, replaces, warnings })
    }
}

/// The rules that read what stands on the Spine. E12 comes first, for a dissent on the Spine of which the practice does
/// not know fails the patient whatever else holds.
pub(crate) const STANDING_RULES: &[Rule] = &[
    Rule {
        // Requirement: CON-017.
        key: "E12",
        question: "Do the practice and the ACS agree about dissent?",
        input: |case| {
            let spine =
                case.standing.map_or("not asked", |s| if s.dissent() { "dissent" } else { "no dissent" });
            let here = if case.consent().dissents() { "dissent" } else { "no dissent" };
            format!("practice: {here}; Spine: {spine}")
        },
        judge: agreement,
    },
    Rule {
        // Requirement: RUN-012.
        key: "E7",
        question: "Has this practice sent no summary that stands already?",
        input: standing_shown,
        judge: already_sent,
    },
    Rule {
        // Requirements: ELI-015, ELI-016, ELI-017.
        key: "E7b",
        question: "Does no summary of another origin stand, or is the patient registered for more than nn days, or dissents?",
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
        question: "Is a summary sent under the recorded preference?",
        input: |case| {
            let ConsentStatus { effective, date, ambiguous } = case.consent();
            let code = effective.map_or("no preference expressed", spine_vocabulary::ConsentCode::term);
            let doubt = if ambiguous { ", ambiguous" } else { "" };
            format!("{code} ({}{doubt})", shown(date))
        },
        judge: |case| {
            let nothing = case.rules.settings().dissent == DissentUpload::NotSent;
            Verdict::declines_if(nothing && case.consent().dissents(), Reason::Dissent)
        },
    },
];

/// Rule E12. Source: Vision help, Selecting a Patient (ACS mismatch).
/// Requirements: CON-022, CON-023.
fn agreement(case: &Case<'_>) -> Verdict {
    let Some(standing) = case.standing else { return Verdict::NotAsked };
    let declines = match (case.consent().dissents(), standing.dissent()) {
        (false, true) => true,
        (true, false) => case.rules.settings().dissent_not_in_acs == DissentNotInAcs::AcsMismatch,
        (true, true) | (false, false) => false,
    };
    Verdict::declines_if(declines, Reason::AcsMismatch)
}

/// Rule E7, for a summary of our own: a first upload leaves it as it is.
///
/// One thing is not left: a summary of a patient who dissents, unless it is known to be a dissent summary. What tells of
/// somebody who refused is replaced.
/// Requirement: CON-015.
fn already_sent(case: &Case<'_>) -> Verdict {
    let Some(standing) = case.standing else { return Verdict::NotAsked };
    let last = case.candidate.acknowledged;
    let (ours, known) = match standing {
        Standing::Refused => (last.is_some(), last),
        Standing::Told { newest: None, .. } => (false, None),
        Standing::Told { newest: Some(summary), .. } => {
            (is_ours(case, summary), last.filter(|last| last.event == summary.event))
        }
    };
    let says_what_holds = !case.consent().dissents() || known.is_some_and(|last| last.dissent);
    let left = case.rules.intent() == Intent::FirstUpload && ours && says_what_holds;
    Verdict::declines_if(left, Reason::AlreadySent)
}

/// Rules E7 and E7b, for a summary of another origin: replaced only where the patient is registered for more than nn
/// days. Source: Vision help, enabling and disabling SCR.
///
/// The days keep a full summary from being replaced by one that is not complete yet; a dissent is never incomplete, so it is told
/// at once, as it is where the ACS holds it already and the Spine does not say what stands.
fn existing_summary(case: &Case<'_>) -> Verdict {
    match case.standing {
        None => Verdict::NotAsked,
        Some(Standing::Refused) => Verdict::Passes,
        Some(Standing::Told { newest, .. }) => {
            let foreign = newest.as_ref().is_some_and(|summary| !is_ours(case, summary));
            let nn_days = i64::from(case.rules.practice().nn_days);
            let replaced = registered_days(case).is_some_and(|days| days > nn_days);
            let left = foreign && !replaced && !case.consent().dissents();
            Verdict::declines_if(left, Reason::ExistingSummary)
        }
    }
}

/// A summary is ours if its event is the one last acknowledged to our store, or its author represents our practice.
fn is_ours(case: &Case<'_>, summary: &StandingSummary) -> bool {
    case.candidate.acknowledged.is_some_and(|last| last.event == summary.event)
        || summary.author.as_ref() == Some(&case.rules.practice().ods)
}

/// Whole days since the first day of the registration.
pub(crate) fn registered_days(case: &Case<'_>) -> Option<i64> {
    case.record().registration.since.map(|since| days_between(since, case.rules.today()))
}

/// Whole days from one date to another; negative if the other is earlier.
pub(crate) fn days_between(from: jiff::civil::Date, to: jiff::civil::Date) -> i64 {
    from.duration_until(to).as_hours() / 24
}

fn standing_shown(case: &Case<'_>) -> String {
    match case.standing {
        None => "not asked".into(),
        Some(Standing::Refused) => "the Spine tells nothing of a patient who dissents".into(),
        Some(Standing::Told { newest: None, .. }) => "none stands".into(),
        Some(Standing::Told { newest: Some(summary), .. }) => {
            let origin = if is_ours(case, summary) { "ours" } else { "of another origin" };
            let author = summary.author.as_ref().map_or("unknown", |author| author.as_str());
            format!("one stands, {origin} (author: {author})")
        }
    }
}
