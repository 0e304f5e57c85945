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
    nobody_else(seen)?;
    unsent(seen, &["number-missing"])
}

pub(super) fn old_style(seen: &Observation) -> Verdict {
    nobody_else(seen)?;
    unsent(seen, &["number-old-style"])
}

pub(super) fn check_digit(seen: &Observation) -> Verdict {
    nobody_else(seen)?;
    untouched(seen, &["number-wrong-check-digit", "number-check-digit-ten"])?;
    let written = ["number-wrong-check-digit", "number-check-digit-ten"].map(|slug| as_written(seen, slug));
    let under = |number: &String| {
        seen.exchanges.iter().filter(|one| one.request.text().contains(number.as_str())).count()
    };
    same("requests that hold the invalid numbers", &[0, 0], &[under(&written[0]), under(&written[1])])
}

pub(super) fn spaced(seen: &Observation) -> Verdict {
    sent(seen, &["number-with-spaces"])
}

pub(super) fn duplicated(seen: &Observation) -> Verdict {
    sent(seen, &["ordinary-adult"])?;
    // The second holder of each pair is written down under the number of the first.
    unsent(seen, &["duplicate-a", "duplicate-b", "duplicate-written-apart-a", "duplicate-written-apart-b"])
}

/// Uploads are about the two patients whose number is valid and their own, and about nobody else.
fn nobody_else(seen: &Observation) -> Verdict {
    sent(seen, &["ordinary-adult", "number-with-spaces"])?;
    let expected = ["ordinary-adult", "number-with-spaces", "duplicate-a", "duplicate-written-apart-a"]
        .map(|slug| seen.people.number(slug));
    let about = seen.of(Sort::Upload).into_iter().map(|one| one.seen.patient.clone().unwrap_or_default());
    let others: Vec<String> = about.filter(|number| !expected.contains(number)).collect();
    same("uploads for other numbers", &Vec::<String>::new(), &others)
}

fn as_written(seen: &Observation, slug: &str) -> String {
    seen.people.rows(slug).map(|rows| rows.patient.nhs_number.clone()).unwrap_or_default()
}
