//! Which codes are preferences about the summary, and which of several holds: read off what an Initial Upload says.

use crate::cases::summary::said::{PREFERENCES, Said, stances};
use crate::outcome::{Verdict, hold, same};
use crate::stage::{Kind, Observation, Scenario, Step, Way};

const UPLOAD: &[Step] = &[Step::Run(Kind::InitialUpload, Way::Run)];

pub(super) static CODES: Scenario = Scenario::new(
    "consent-codes",
    &[
        "ordinary-adult",
        "dissent",
        "legacy-dissent",
        "already-migrated",
        "dissent-in-ctv3",
        "legacy-dissent-in-ctv3",
        "legacy-dissent-in-snomed",
        "look-alike-local-refusal",
        "look-alike-sharing-refusal",
        "look-alike-objections",
        "look-alike-second-objection",
        "look-alike-beside-dissent",
        "look-alike-local-consent-beside-dissent",
    ],
    UPLOAD,
);

pub(super) static PRECEDENCE: Scenario = Scenario::new(
    "consent-precedence",
    &[
        "dissent-then-consent",
        "consent-then-dissent",
        "old-date-recorded-late",
        "legacy-consent-then-legacy-dissent",
        "same-day-consent-recorded-last",
        "same-day-dissent-recorded-last",
        "same-minute-consent-and-dissent",
        "same-minute-legacy-pair",
        "same-minute-core-and-additional",
        "dissent-dated-tomorrow",
        "dissent-then-future-consent",
        "dissent-today",
        "implied-after-express-core",
        "implied-after-dissent",
    ],
    UPLOAD,
);

/// CON-001.
pub(super) fn express_dissent_is_read(seen: &Observation) -> Verdict {
    stances(seen, &[("dissent", "dissent"), ("ordinary-adult", "clinical")])
}

/// CON-002.
pub(super) fn legacy_dissent_is_read(seen: &Observation) -> Verdict {
    stances(
        seen,
        &[("legacy-dissent", "dissent"), ("already-migrated", "dissent"), ("ordinary-adult", "clinical")],
    )
}

/// CON-003.
pub(super) fn dissent_is_read_in_other_schemes(seen: &Observation) -> Verdict {
    stances(
        seen,
        &[
            ("dissent-in-ctv3", "dissent"),
            ("legacy-dissent-in-ctv3", "dissent"),
            ("legacy-dissent-in-snomed", "dissent"),
            ("ordinary-adult", "clinical"),
        ],
    )
}

/// CON-004.
pub(super) fn look_alikes_are_no_preferences(seen: &Observation) -> Verdict {
    stances(
        seen,
        &[
            ("look-alike-local-refusal", "clinical"),
            ("look-alike-sharing-refusal", "clinical"),
            ("look-alike-objections", "clinical"),
            ("look-alike-second-objection", "clinical"),
            ("look-alike-beside-dissent", "dissent"),
            ("look-alike-local-consent-beside-dissent", "dissent"),
        ],
    )
}

/// CON-011.
pub(super) fn no_preference_is_implied_consent(seen: &Observation) -> Verdict {
    stances(seen, &[("ordinary-adult", "clinical"), ("dissent", "dissent")])?;
    let said = Said::about(seen, "ordinary-adult")?;
    hold(said.entries.len() > 1, "the patient's content", format!("{} entries", said.entries.len()))
}

/// CON-005.
pub(super) fn the_latest_date_holds(seen: &Observation) -> Verdict {
    stances(
        seen,
        &[
            ("dissent-then-consent", "clinical"),
            ("consent-then-dissent", "dissent"),
            ("old-date-recorded-late", "clinical"),
            ("legacy-consent-then-legacy-dissent", "dissent"),
        ],
    )
}

/// CON-006.
pub(super) fn the_latest_recorded_of_a_day_holds(seen: &Observation) -> Verdict {
    stances(
        seen,
        &[("same-day-consent-recorded-last", "clinical"), ("same-day-dissent-recorded-last", "dissent")],
    )
}

/// CON-007.
pub(super) fn the_most_restrictive_holds(seen: &Observation) -> Verdict {
    stances(
        seen,
        &[
            ("same-minute-consent-and-dissent", "dissent"),
            ("same-minute-legacy-pair", "dissent"),
            ("same-minute-core-and-additional", "clinical"),
        ],
    )?;
    is_core("same-minute-core-and-additional", seen)
}

/// CON-010.
pub(super) fn a_contradiction_is_told(seen: &Observation) -> Verdict {
    let report: serde_json::Value = serde_json::from_str(&seen.run(0).report).unwrap_or_default();
    let told = report.get("warnings").and_then(|warnings| warnings.get("ambiguous-consent"));
    same("ambiguous-consent", &Some(3), &told.and_then(serde_json::Value::as_u64))
}

/// CON-008.
pub(super) fn what_is_dated_after_today_does_not_count(seen: &Observation) -> Verdict {
    stances(
        seen,
        &[
            ("dissent-dated-tomorrow", "clinical"),
            ("dissent-then-future-consent", "dissent"),
            ("dissent-today", "dissent"),
        ],
    )
}

/// CON-009.
pub(super) fn implied_consent_outranks_nothing(seen: &Observation) -> Verdict {
    stances(seen, &[("implied-after-dissent", "dissent"), ("implied-after-express-core", "clinical")])?;
    is_core("implied-after-express-core", seen)
}

/// That the preference which a summary carries is the express one for core data: 9Ndm has no identifier in SNOMED CT, so that its
/// words tell.
fn is_core(slug: &str, seen: &Observation) -> Verdict {
    let said = Said::about(seen, slug)?;
    let terms: Vec<String> = said.under(PREFERENCES).iter().map(|entry| entry.term.to_lowercase()).collect();
    let core = |term: &String| term.contains("express consent for core") && !term.contains("additional");
    hold(
        terms.len() == 1 && terms.iter().all(core),
        &format!("of {slug}: express consent for core data"),
        terms.join(", "),
    )
}
