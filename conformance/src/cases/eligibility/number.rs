//! The NHS number as the practice wrote it.

use super::{UPLOAD, sent, unsent, untouched};
use crate::outcome::{Verdict, same};
use crate::stage::{Observation, Scenario};
use crate::wire::Sort;

/// Numbers of every kind. Behind each stands a person on PDS who agrees in everything else.
pub(super) static NUMBERS: Scenario = Scenario::new(
    "numbers",
    &[
        "ordinary-adult",
        "number-missing",
        "number-old-style",
        "number-wrong-check-digit",
        "number-check-digit-ten",
        "number-with-spaces",
        "duplicate-a",
        "duplicate-b",
        "duplicate-written-apart-a",
        "duplicate-written-apart-b",
    ],
    UPLOAD,
);

pub(super) fn missing(seen: &Observation) -> Verdict {
    sent(seen, &["ordinary-adult"])?;
    unsent(seen, &["number-missing"])?;
    let without = seen.of(Sort::Upload).into_iter().filter(|one| one.seen.patient.is_none()).count();
    same("uploads without an NHS number", &0, &without)
}

pub(super) fn old_style(seen: &Observation) -> Verdict {
    sent(seen, &["ordinary-adult"])?;
    unsent(seen, &["number-old-style"])?;
    unmentioned(seen, "number-old-style")
}

pub(super) fn check_digit(seen: &Observation) -> Verdict {
    sent(seen, &["ordinary-adult"])?;
    for slug in ["number-wrong-check-digit", "number-check-digit-ten"] {
        // Neither under the number as it is written nor under the one that it should have been.
        untouched(seen, &[slug])?;
        unmentioned(seen, slug)?;
    }
    Ok(())
}

pub(super) fn spaced(seen: &Observation) -> Verdict {
    sent(seen, &["number-with-spaces"])
}

pub(super) fn duplicated(seen: &Observation) -> Verdict {
    sent(seen, &["ordinary-adult"])?;
    // The second holder of each pair is written down under the number of the first.
    unsent(seen, &["duplicate-a", "duplicate-b", "duplicate-written-apart-a", "duplicate-written-apart-b"])
}

/// No request holds the number as the practice wrote it.
fn unmentioned(seen: &Observation, slug: &str) -> Verdict {
    let rows = seen.people.rows(slug);
    let written = rows.map(|rows| rows.patient.nhs_number.clone()).unwrap_or_default();
    let holding = seen.exchanges.iter().filter(|one| one.request.text().contains(written.as_str()));
    same(&format!("requests that hold the number of {slug}"), &0, &holding.count())
}
