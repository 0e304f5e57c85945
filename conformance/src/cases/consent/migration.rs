//! The Consent Migration, twice: what it sets on the ACS, what it adds to the practice's own record, and what it leaves alone.

use std::collections::BTreeMap;

use spine_fixtures::population::staff;

use crate::outcome::{Failure, Verdict, hold, same};
use crate::stage::{Exchange, Kind, Observation, Scenario, Step, Way};
use crate::wire::Sort;

const MIGRATION: Step = Step::Run(Kind::ConsentMigration, Way::Run);

/// Every row of the decision table, and who is kept from the ACS for other reasons.
pub(super) static MIGRATION_TWICE: Scenario = Scenario::new(
    "consent-migration",
    &[
        "ordinary-adult",
        "dissent",
        "dissent-with-summary",
        "dissent-with-spine-yes",
        "dissent-known-to-the-spine",
        "legacy-dissent",
        "legacy-dissent-with-summary",
        "legacy-dissent-known-to-the-spine",
        "legacy-dissent-in-ctv3",
        "already-migrated",
        "legacy-consent",
        "legacy-consent-with-summary",
        "legacy-consent-against-spine-dissent",
        "implied-consent",
        "implied-consent-against-spine-dissent",
        "express-core",
        "express-core-against-spine-dissent",
        "express-additional",
        "no-preference-with-summary",
        "no-preference-with-summary-and-spine-dissent",
        "no-preference-with-spine-yes",
        "spine-dissent-unknown-here",
        "fp69-with-dissent",
        "fp69-active",
        "pds-mismatch-with-dissent",
        "superseded-with-dissent",
        "deducted-with-dissent",
    ],
    &[MIGRATION, MIGRATION],
);

/// The settings about a person within a step.
fn settings<'a>(seen: &'a Observation, slug: &str, step: usize) -> Vec<&'a Exchange> {
    let (from, to) = seen.run(step).span;
    seen.about(slug, Sort::Setting).into_iter().filter(|one| (from..to).contains(&one.number)).collect()
}

fn set(seen: &Observation, slugs: &[&str], times: usize) -> Verdict {
    for slug in slugs {
        same(&format!("settings for {slug}"), &times, &settings(seen, slug, 0).len())?;
    }
    Ok(())
}

/// The codes that a client would add to a person's record, in the order of the file.
fn added(seen: &Observation, slug: &str) -> Result<Vec<String>, Failure> {
    let id = seen.people.rows(slug).map(|rows| rows.patient.patient_id.clone()).unwrap_or_default();
    let mut reader = csv::Reader::from_reader(seen.changes.as_bytes());
    let mut codes = Vec::new();
    for row in reader.deserialize() {
        let row: BTreeMap<String, String> =
            row.map_err(|error| Failure::new("a table of changes", error.to_string()))?;
        if row.get("patient_id") == Some(&id) {
            codes.push(row.get("code").cloned().unwrap_or_default());
        }
    }
    Ok(codes)
}

fn adds(seen: &Observation, expected: &[(&str, &[&str])]) -> Verdict {
    for (slug, codes) in expected {
        let codes: Vec<String> = codes.iter().map(|code| (*code).to_owned()).collect();
        same(&format!("codes added to the record of {slug}"), &codes, &added(seen, slug)?)?;
    }
    Ok(())
}

/// CON-028: the run counts everybody; whether a summary is due says nothing.
pub(super) fn everybody_active_is_scanned(seen: &Observation) -> Verdict {
    set(seen, &["fp69-with-dissent", "dissent"], 1)?;
    set(seen, &["deducted-with-dissent"], 0)?;
    // A patient who left is no part of the population.
    let mut expected: BTreeMap<String, u64> = BTreeMap::new();
    for slug in seen.people.slugs().filter(|slug| *slug != "deducted-with-dissent") {
        let reason = spine_oracle::expected(slug).map(|expected| expected.migration).unwrap_or_default();
        *expected.entry(reason).or_default() += 1;
    }
    let mut reported = seen.run(0).reasons;
    reported.remove("not-active");
    same("reasons", &expected, &reported)
}

/// CON-029.
pub(super) fn a_dissent_is_set(seen: &Observation) -> Verdict {
    let dissenters = [
        "dissent",
        "dissent-with-summary",
        "dissent-with-spine-yes",
        "legacy-dissent",
        "legacy-dissent-with-summary",
        "legacy-dissent-in-ctv3",
    ];
    for slug in dissenters {
        let sent = settings(seen, slug, 0);
        same(&format!("settings for {slug}"), &1, &sent.len())?;
        for setting in sent {
            let said = setting.payload().map(|document| document.all("permission")).unwrap_or_default();
            let refused = !said.is_empty() && said.iter().all(|permission| permission == "No");
            hold(refused, "No", said.join(", ")).map_err(|failure| failure.in_exchange(setting))?;
        }
    }
    same("sent", &Some(&7), &seen.run(0).counters.get("sent"))
}

/// CON-030.
pub(super) fn both_functions_are_set(seen: &Observation) -> Verdict {
    let sent = seen.of(Sort::Setting);
    hold(!sent.is_empty(), "settings", "none")?;
    for setting in sent {
        let document = setting.payload();
        let all = |place: &str| document.as_ref().map(|document| document.all(place)).unwrap_or_default();
        let mut functions = all("accessControlAssertion/function/code");
        functions.sort();
        let contexts = all("accessControlAssertion/function/context");
        let both = functions == ["Store", "View"] && contexts == ["Consent", "Consent"];
        hold(both, "Consent to store and consent to view", format!("{functions:?} of {contexts:?}"))
            .map_err(|failure| failure.in_exchange(setting))?;
    }
    Ok(())
}

/// CON-031.
pub(super) fn what_the_acs_holds_is_not_set(seen: &Observation) -> Verdict {
    set(seen, &["dissent-known-to-the-spine", "legacy-dissent-known-to-the-spine", "already-migrated"], 0)?;
    set(seen, &["dissent"], 1)?;
    same("acs-already-says-so", &Some(&3), &seen.run(0).reasons.get("acs-already-says-so"))
}

/// CON-032.
pub(super) fn consent_is_not_set(seen: &Observation) -> Verdict {
    set(seen, &["legacy-consent", "legacy-consent-with-summary", "implied-consent", "express-core"], 0)?;
    set(seen, &["express-additional", "ordinary-adult", "no-preference-with-spine-yes"], 0)?;
    set(seen, &["dissent"], 1)
}

/// CON-033.
pub(super) fn nothing_but_no_is_set(seen: &Observation) -> Verdict {
    let sent = seen.of(Sort::Setting);
    hold(!sent.is_empty(), "settings", "none")?;
    for setting in sent {
        let said = setting.payload().map(|document| document.all("permission")).unwrap_or_default();
        hold(
            !said.iter().any(|held| held == "Yes" || held == "Clear"),
            "neither Yes nor Clear",
            said.join(", "),
        )
        .map_err(|failure| failure.in_exchange(setting))?;
    }
    Ok(())
}

/// CON-034.
pub(super) fn an_unknown_dissent_is_left(seen: &Observation) -> Verdict {
    let mismatched = [
        "legacy-consent-against-spine-dissent",
        "implied-consent-against-spine-dissent",
        "express-core-against-spine-dissent",
        "no-preference-with-summary-and-spine-dissent",
        "spine-dissent-unknown-here",
    ];
    set(seen, &mismatched, 0)?;
    set(seen, &["dissent"], 1)?;
    same("acs-mismatch", &Some(&5), &seen.run(0).reasons.get("acs-mismatch"))
}

/// CON-035.
pub(super) fn a_legacy_dissent_is_brought_up_to_date(seen: &Observation) -> Verdict {
    adds(
        seen,
        &[
            ("legacy-dissent", &["9Ndo."]),
            ("legacy-dissent-with-summary", &["9Ndo."]),
            ("legacy-dissent-known-to-the-spine", &["9Ndo."]),
            ("legacy-dissent-in-ctv3", &["9Ndo."]),
            ("dissent", &[]),
            ("already-migrated", &[]),
        ],
    )
}

/// CON-036.
pub(super) fn a_legacy_consent_is_brought_up_to_date(seen: &Observation) -> Verdict {
    adds(
        seen,
        &[
            ("legacy-consent", &["9Ndn."]),
            ("legacy-consent-with-summary", &["9Ndn."]),
            ("legacy-consent-against-spine-dissent", &["9Ndn."]),
            ("express-additional", &[]),
        ],
    )
}

/// CON-037.
pub(super) fn implied_consent_is_added(seen: &Observation) -> Verdict {
    adds(seen, &[("no-preference-with-summary", &["9Ndl."])])
}

/// CON-038.
pub(super) fn no_summary_no_implied_consent(seen: &Observation) -> Verdict {
    adds(
        seen,
        &[
            ("ordinary-adult", &[]),
            ("no-preference-with-spine-yes", &[]),
            ("fp69-active", &[]),
            ("no-preference-with-summary", &["9Ndl."]),
        ],
    )
}

/// CON-039.
pub(super) fn no_implied_consent_over_a_dissent(seen: &Observation) -> Verdict {
    adds(
        seen,
        &[
            ("no-preference-with-summary-and-spine-dissent", &[]),
            ("spine-dissent-unknown-here", &[]),
            ("no-preference-with-summary", &["9Ndl."]),
        ],
    )
}

/// CON-040: the changes are those of both runs together.
pub(super) fn a_second_migration_does_nothing(seen: &Observation) -> Verdict {
    let again = seen.run(1);
    same("the state of the second", &"finished", &again.state.as_str())?;
    for slug in seen.people.slugs() {
        same(&format!("settings for {slug} in the second"), &0, &settings(seen, slug, 1).len())?;
        let decided = spine_oracle::expected(slug).and_then(|expected| expected.adds);
        let decided: Vec<String> = decided.into_iter().map(|code| format!("{code}.")).collect();
        same(&format!("codes added to the record of {slug} by both"), &decided, &added(seen, slug)?)?;
    }
    same("sent", &Some(&0), &again.counters.get("sent"))
}

/// CON-041.
pub(super) fn a_stranger_is_not_set(seen: &Observation) -> Verdict {
    set(seen, &["pds-mismatch-with-dissent", "superseded-with-dissent"], 0)?;
    let successor = spine_fixtures::persona("superseded-with-dissent").map(|persona| persona.successor());
    let of_successor = seen.of(Sort::Setting).into_iter().filter(|setting| setting.seen.patient == successor);
    same("settings for the number that superseded", &0, &of_successor.count())?;
    set(seen, &["dissent"], 1)?;
    let reasons = seen.run(0).reasons;
    same("pds-mismatch", &Some(&1), &reasons.get("pds-mismatch"))?;
    same("superseded-number", &Some(&1), &reasons.get("superseded-number"))
}

/// CON-042.
pub(super) fn the_operator_is_the_author(seen: &Observation) -> Verdict {
    let sent = seen.of(Sort::Setting);
    hold(!sent.is_empty(), "settings", "none")?;
    for setting in sent {
        let document = setting.payload();
        let at = |place: &str| document.as_ref().and_then(|document| document.first(place));
        let author = (
            at("ControlActEvent/author/AgentPersonSDS/id@extension"),
            at("ControlActEvent/author/AgentPersonSDS/agentPersonSDS/id@extension"),
        );
        let operator = (Some(staff::OPERATOR_ROLE.to_owned()), Some(staff::OPERATOR_USER_ID.to_owned()));
        same("role profile and user", &operator, &author).map_err(|failure| failure.in_exchange(setting))?;
    }
    Ok(())
}
