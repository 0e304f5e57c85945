//! Eligibility: of whom a summary is sent, and of whom nothing.
//!
//! Whoever must not be sent is judged beside somebody who must: a client that sends nothing keeps no requirement.

mod flags;
mod national;
mod number;
mod practice;
mod registration;
mod standing;

use crate::case::Case;
use crate::outcome::{Verdict, hold, same};
use crate::stage::{Kind, Observation, Step, Way};
use crate::wire::Sort;

/// One Initial Upload.
pub(super) const UPLOAD: &[Step] = &[Step::Run(Kind::InitialUpload, Way::Run)];
/// The kinds of run in the order in which a practice takes them.
pub(super) const MIGRATION_THEN_UPLOAD: &[Step] =
    &[Step::Run(Kind::ConsentMigration, Way::Run), Step::Run(Kind::InitialUpload, Way::Run)];

/// The cases.
pub(super) const CASES: &[Case] = &[
    Case::client(
        "eligibility/everybody-eligible-gets-one-summary",
        &["ELI-001"],
        &registration::REGISTRATIONS,
        registration::everybody_eligible,
    ),
    Case::client(
        "eligibility/registered-when-scr-was-enabled",
        &["ELI-003"],
        &registration::REGISTRATIONS,
        registration::registered_at_enabling,
    ),
    Case::client(
        "eligibility/a-registration-that-ended",
        &["ELI-004"],
        &registration::REGISTRATIONS,
        registration::ended,
    ),
    Case::client(
        "eligibility/an-applicant",
        &["ELI-005"],
        &registration::REGISTRATIONS,
        registration::applied,
    ),
    Case::client(
        "eligibility/other-kinds-of-registration",
        &["ELI-006"],
        &registration::REGISTRATIONS,
        registration::other_kinds,
    ),
    Case::client("eligibility/no-number", &["ELI-007"], &number::NUMBERS, number::missing),
    Case::client("eligibility/an-old-number", &["ELI-008"], &number::NUMBERS, number::old_style),
    Case::client("eligibility/a-wrong-check-digit", &["ELI-009"], &number::NUMBERS, number::check_digit),
    Case::client("eligibility/a-number-with-spaces", &["ELI-010"], &number::NUMBERS, number::spaced),
    Case::client("eligibility/holders-of-one-number", &["ELI-011"], &number::NUMBERS, number::duplicated),
    Case::client("eligibility/an-active-fp69-flag", &["ELI-012"], &flags::FLAGS, flags::fp69),
    Case::client("eligibility/an-expired-fp69-flag", &["ELI-013"], &flags::FLAGS, flags::fp69_expired),
    Case::client(
        "eligibility/the-last-day-of-an-fp69-flag",
        &["ELI-014"],
        &flags::FLAGS,
        flags::fp69_last_day,
    ),
    Case::client("eligibility/sensitive-at-the-practice", &["ELI-020"], &flags::FLAGS, flags::sensitive),
    Case::client("eligibility/a-record-in-use", &["ELI-022"], &flags::FLAGS, flags::in_use),
    Case::client("eligibility/dead-at-the-practice", &["ELI-024"], &flags::FLAGS, flags::dead),
    Case::client("eligibility/a-decoupled-record", &["ELI-026"], &flags::FLAGS, flags::decoupled),
    Case::client("eligibility/nothing-is-asked-in-vain", &["ELI-027"], &flags::FLAGS, flags::asked_in_vain),
    Case::client(
        "eligibility/a-summary-stands-and-the-patient-is-new",
        &["ELI-015"],
        &standing::STANDING,
        standing::new_patient,
    ),
    Case::client(
        "eligibility/a-summary-stands-and-the-patient-is-known",
        &["ELI-016"],
        &standing::STANDING,
        standing::known_patient,
    ),
    Case::client("eligibility/exactly-nn-days", &["ELI-017"], &standing::STANDING, standing::exactly_nn),
    Case::client("eligibility/nn-unless-set", &["ELI-018"], &standing::NN_NOT_SET, standing::nn_not_set),
    Case::client("eligibility/nn-out-of-range", &["ELI-019"], &standing::NN_SET, standing::nn_out_of_range),
    Case::client(
        "eligibility/nn-at-both-ends",
        &["ELI-015", "ELI-016", "ELI-019"],
        &standing::NN_SET,
        standing::nn_at_both_ends,
    ),
    Case::client("eligibility/restricted-on-pds", &["ELI-021"], &national::ON_PDS, national::restricted),
    Case::client("eligibility/dead-on-pds", &["ELI-025"], &national::ON_PDS, national::dead),
    Case::client(
        "eligibility/registered-elsewhere-on-pds",
        &["ELI-030"],
        &national::ON_PDS,
        national::elsewhere_fails,
    ),
    Case::client(
        "eligibility/registered-elsewhere-and-sent",
        &["ELI-031"],
        &national::ELSEWHERE_SENT,
        national::elsewhere_is_sent,
    ),
    Case::client("eligibility/scr-not-enabled", &["ELI-002"], &practice::NOT_ENABLED, practice::not_enabled),
    Case::client("eligibility/a-row-unread", &["ELI-028"], &practice::UNREADABLE, practice::unreadable),
    Case::client("eligibility/rules-afresh-on-resume", &["ELI-029"], &practice::RESUMED, practice::afresh),
];

/// One summary of each was uploaded.
pub(super) fn sent(seen: &Observation, slugs: &[&str]) -> Verdict {
    slugs.iter().try_for_each(|slug| {
        same(&format!("uploads for {slug}"), &1, &seen.about(slug, Sort::Upload).len())?;
        hold(seen.events(slug).iter().any(|(_, stands)| *stands), "a summary that stands", slug)
    })
}

/// No summary of any was uploaded.
pub(super) fn unsent(seen: &Observation, slugs: &[&str]) -> Verdict {
    slugs.iter().try_for_each(|slug| none_of(seen, slug, Sort::Upload, "uploads"))
}

/// Nothing at all was said or asked about any.
fn untouched(seen: &Observation, slugs: &[&str]) -> Verdict {
    for slug in slugs {
        let number = seen.people.number(slug);
        let about = seen.exchanges.iter().find(|one| one.seen.patient.as_deref() == Some(number.as_str()));
        hold(about.is_none(), &format!("no message about {slug}"), "there is one")
            .map_err(|failure| about.map_or(failure.clone(), |one| failure.in_exchange(one)))?;
    }
    Ok(())
}

fn none_of(seen: &Observation, slug: &str, sort: Sort, what: &str) -> Verdict {
    let about = seen.about(slug, sort);
    same(&format!("{what} for {slug}"), &0, &about.len())
        .map_err(|failure| about.first().map_or(failure.clone(), |one| failure.in_exchange(one)))
}
