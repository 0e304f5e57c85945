//! The match with PDS: what the answer to a retrieval means for the upload.
//!
//! A sensitive, dead or superseded record is judged before its fields are compared, for such an answer leaves fields
//! out. It never asks PDS itself.

use spine_vocabulary::NhsNumber;

use super::PdsAnswer;
use super::comparison::{self, Field};
use crate::eligibility::Eligible;
use crate::lifecycle::reason::{Reason, SetAside};
use crate::record::PatientKey;
use crate::rules::explain::{Case, Rule, Verdict, first_refusal, shown};
use crate::rules::settings::RegisteredElsewhere;
use crate::rules::{Intent, Rules};

/// Proof that the record means the same person as PDS. Only [`Eligible::agree`] makes one.
#[derive(Clone)]
pub struct Matched(pub(crate) Eligible);

masked!(Matched);

impl Matched {
    /// The number under which to ask for what stands on the Spine.
    #[must_use]
    pub const fn number(&self) -> NhsNumber {
        self.0.number
    }

    /// Who it is at the practice.
    #[must_use]
    pub const fn key(&self) -> &PatientKey {
        self.0.key()
    }
}

impl Eligible {
    /// Applies the rules that read the answer of PDS, in their order.
    pub fn agree(self, pds: &PdsAnswer) -> Result<Matched, SetAside> {
        let case = Case::with_pds(&self.rules, &self.candidate, pds);
        match first_refusal(PDS_RULES, &case) {
            Some(set_aside) => Err(set_aside),
            None => Ok(Matched(self)),
        }
    }
}

/// The rules that read the answer of PDS.
pub(crate) const PDS_RULES: &[Rule] = &[
    Rule {
        // Requirement: PDS-025.
        key: "E11a",
        question: |_| "Does PDS hold a valid record with this number?",
        input: |case| match case.answers.pds {
            None => "not asked".into(),
            Some(PdsAnswer::Found(_)) => "found".into(),
            Some(PdsAnswer::NotFound) => "not found".into(),
        },
        judge: |case| match case.answers.pds {
            None => Verdict::NotAsked,
            Some(answer) => Verdict::declines_if(matches!(answer, PdsAnswer::NotFound), Reason::PdsNotFound),
        },
    },
    Rule {
        // Requirement: ELI-021.
        key: "E9",
        question: |_| "Is the PDS record not restricted (S-flag)?",
        input: |case| on_pds(case, |pds| if pds.sensitive { "restricted".into() } else { "open".into() }),
        judge: |case| {
            case.pds_record()
                .map_or(Verdict::NotAsked, |pds| Verdict::declines_if(pds.sensitive, Reason::Sensitive))
        },
    },
    Rule {
        // Requirement: ELI-025.
        key: "E14",
        question: |_| "Does PDS know of no death?",
        input: |case| on_pds(case, |pds| pds.death.map_or("alive".into(), |death| shown(death.date))),
        judge: |case| {
            case.pds_record()
                .map_or(Verdict::NotAsked, |pds| Verdict::declines_if(pds.death.is_some(), Reason::Deceased))
        },
    },
    Rule {
        // Requirements: PDS-023, PDS-024.
        key: "E11b",
        question: |_| "Is the NHS number still the one that PDS uses?",
        input: |case| on_pds(case, |pds| pds.number.reveal_grouped()),
        judge: superseded,
    },
    Rule {
        // Requirement: PDS-010.
        key: "E11",
        question: |_| "Do surname, gender and date of birth match PDS, and forename or postcode?",
        input: |case| {
            let differ = fields_that_differ(case);
            differ.map_or_else(|| "not asked".into(), |fields| format!("differ: {}", listed(&fields)))
        },
        judge: |case| match fields_that_differ(case) {
            None => Verdict::NotAsked,
            Some(fields) if comparison::stops(&fields) => {
                Verdict::Declines(SetAside { reason: Reason::PdsMismatch, details: codes(&fields) })
            }
            Some(_) => Verdict::Passes,
        },
    },
    Rule {
        // Requirements: ELI-030, ELI-031.
        key: "E11c",
        question: |rules| {
            if elsewhere_is_no_matter(rules) {
                "Does PDS have the patient registered at this practice, or is it no matter where?"
            } else {
                "Does PDS have the patient registered at this practice?"
            }
        },
        input: |case| {
            on_pds(case, |pds| pds.practice.as_ref().map_or("no practice".into(), ToString::to_string))
        },
        judge: registered_here,
    },
];

/// Whether PDS holds the person under another number. Rule E11 asks for the number itself too; this says more.
pub(crate) fn superseded(case: &Case<'_>) -> Verdict {
    case.pds_record().map_or(Verdict::NotAsked, |pds| {
        Verdict::declines_if(pds.superseded || case.number() != Some(pds.number), Reason::Superseded)
    })
}

/// The fields that differ; `None` without a PDS record.
pub(crate) fn fields_that_differ(case: &Case<'_>) -> Option<Vec<Field>> {
    let both_blank = case.rules.settings().both_blank;
    case.pds_record().map(|pds| comparison::differences(case.record(), pds, both_blank))
}

/// The codes of fields, for the worklist.
pub(crate) fn codes(fields: &[Field]) -> Vec<String> {
    fields.iter().map(|field| field.code().to_owned()).collect()
}

/// A practice that PDS does not tell is no evidence of another one.
fn registered_here(case: &Case<'_>) -> Verdict {
    let Some(pds) = case.pds_record() else { return Verdict::NotAsked };
    let elsewhere = pds.practice.as_ref().is_some_and(|practice| *practice != case.rules.practice().ods);
    Verdict::declines_if(elsewhere && !elsewhere_is_no_matter(case.rules), Reason::RegisteredElsewhere)
}

/// Whoever leaves is expected to be registered elsewhere: that is what a Bulk Deregistration tells of.
fn elsewhere_is_no_matter(rules: &Rules) -> bool {
    rules.intent() == Intent::Deregistration
        || rules.settings().registered_elsewhere == RegisteredElsewhere::Sent
}

fn on_pds(case: &Case<'_>, show: fn(&super::PdsRecord) -> String) -> String {
    case.pds_record().map_or_else(|| "not asked".into(), show)
}

fn listed(fields: &[Field]) -> String {
    if fields.is_empty() { "none".into() } else { codes(fields).join(", ") }
}
