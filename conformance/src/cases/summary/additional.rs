//! Additional information, with a small invented terminology, and what the settings make of it.

use spine_rules::rules::settings::WithoutPreference;

use super::said::Said;
use crate::outcome::{Verdict, hold, same};
use crate::stage::{Kind, Observation, Scenario, Step, Way};

const UPLOAD: &[Step] = &[Step::Run(Kind::InitialUpload, Way::Run)];

pub(super) static ADDITIONAL: Scenario = Scenario::new(
    "summary-additional",
    &[
        "ordinary-adult",
        "express-core",
        "express-additional",
        "priorities-0-and-1",
        "sensitive-history",
        "procedures-by-chapter",
    ],
    UPLOAD,
)
.knowing(LISTS);

pub(super) static BY_SETTING: Scenario =
    Scenario::new("summary-additional-by-setting", &["ordinary-adult", "express-core"], UPLOAD)
        .knowing(LISTS)
        .with(|settings| settings.rules.without_preference = WithoutPreference::CoreAndAdditional);

/// The lists are licensed: these are invented, like the codes on them.
const LISTS: &[(&str, &str)] = &[
    (
        "inclusion.csv",
        "scheme,code,category\nlocal,LH0001,Problems and Issues\nlocal,LH0009,Problems and Issues\n",
    ),
    ("exclusion.csv", "scheme,code\nlocal,LH0009\n"),
];

/// Whether something is coded, and whether it is in the text.
fn told(seen: &Observation, slug: &str, words: &str) -> Result<(bool, bool), crate::outcome::Failure> {
    let said = Said::about(seen, slug)?;
    Ok((said.entries.iter().any(|entry| entry.whole.contains(words)), said.says(words)))
}

fn shared(seen: &Observation, slug: &str, words: &str) -> Verdict {
    same(&format!("of {slug}, {words}: coded, shown"), &(true, true), &told(seen, slug, words)?)
}

fn kept_back(seen: &Observation, slug: &str, words: &str) -> Verdict {
    same(&format!("of {slug}, {words}: coded, shown"), &(false, false), &told(seen, slug, words)?)
}

/// SUM-011.
pub(super) fn core_only_without_a_preference(seen: &Observation) -> Verdict {
    kept_back(seen, "ordinary-adult", "Hip operation")?;
    shared(seen, "ordinary-adult", "Propranolol 40mg tablets")?;
    shared(seen, "express-additional", "Invented chronic condition")
}

/// SUM-012.
pub(super) fn additional_by_setting(seen: &Observation) -> Verdict {
    shared(seen, "ordinary-adult", "Hip operation")?;
    shared(seen, "ordinary-adult", "Propranolol 40mg tablets")
}

/// SUM-013.
pub(super) fn core_only_where_it_was_said(seen: &Observation) -> Verdict {
    kept_back(seen, "express-core", "Invented chronic condition")?;
    shared(seen, "express-core", "Propranolol 40mg tablets")
}

/// SUM-014.
pub(super) fn additional_where_it_was_said(seen: &Observation) -> Verdict {
    shared(seen, "express-additional", "Invented chronic condition")?;
    shared(seen, "express-additional", "Aspirin 300mg tablets")
}

/// SUM-016.
pub(super) fn priority_0_is_never_shared(seen: &Observation) -> Verdict {
    kept_back(seen, "priorities-0-and-1", "Invented chronic condition")?;
    kept_back(seen, "priorities-0-and-1", "never included")?;
    shared(seen, "priorities-0-and-1", "Knee joint operations")
}

/// SUM-017.
pub(super) fn chapters_of_procedures(seen: &Observation) -> Verdict {
    let slug = "procedures-by-chapter";
    shared(seen, slug, "Invented procedure of the seventh chapter")?;
    shared(seen, slug, "Invented immunisation")?;
    for part in ["7L1", "7M", "7N", "7P", "7Q"] {
        kept_back(seen, slug, &format!("Invented procedure of part {part}"))?;
    }
    kept_back(seen, slug, "Invented entry of another chapter")
}

/// SUM-018.
pub(super) fn free_text_goes_along(seen: &Observation) -> Verdict {
    shared(seen, "express-additional", "Under review at the clinic")
}

/// SUM-019.
pub(super) fn the_sensitive_is_withheld(seen: &Observation) -> Verdict {
    kept_back(seen, "sensitive-history", "Invented sensitive item")?;
    kept_back(seen, "sensitive-history", "not for the summary")?;
    shared(seen, "sensitive-history", "Hip operation")
}

/// SUM-020.
pub(super) fn what_is_withheld_is_said(seen: &Observation) -> Verdict {
    const STATEMENT: &str = "One or more entries have been deliberately withheld from this GP Summary.";
    let said = Said::about(seen, "sensitive-history")?;
    let text = said.block("WithheldCREItemsHeaderStatement").map(|block| block.text.clone());
    same("of somebody with a sensitive entry", &Some(STATEMENT.to_owned()), &text)?;
    let said = Said::about(seen, "express-additional")?;
    hold(!said.says("deliberately withheld"), "nothing of the kind where nothing was", "the statement")
}
