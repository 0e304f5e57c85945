//! The skeleton of a summary: its codes, ids, author and patient, and what is coded how.

use std::collections::BTreeSet;

use spine_fixtures::population::staff;

use super::content::WITH_CONTENT;
use super::said::{ALLERGIES, MEDICATION, PREFERENCES, Said};
use crate::outcome::{Failure, Verdict, hold, same};
use crate::stage::{Exchange, Observation};
use crate::wire::{Document, Sort};

/// The code system of SNOMED CT in messages of this generation. Source: MIM 4.2, OIDs.
const SNOMED: &str = "2.16.840.1.113883.2.1.3.2.4.15";

/// Judges every upload; there must be one about everybody.
fn each(seen: &Observation, judge: impl Fn(&str, &Document) -> Verdict) -> Verdict {
    for slug in seen.people.slugs() {
        let exchanges = seen.about(slug, Sort::Upload);
        hold(!exchanges.is_empty(), &format!("an upload about {slug}"), "none")?;
        for exchange in exchanges {
            let missing = || Failure::new("a payload", "none").in_exchange(exchange);
            let document = exchange.payload().ok_or_else(missing)?;
            judge(slug, &document).map_err(|failure| failure.in_exchange(exchange))?;
        }
    }
    Ok(())
}

fn one(document: &Document, place: &str, expected: &str) -> Verdict {
    same(place, &vec![expected.to_owned()], &document.all(place))
}

/// SUM-035.
pub(super) fn the_document_is_coded(seen: &Observation) -> Verdict {
    each(seen, |_, document| one(document, "GPSummary/code@code", "196981000000101"))
}

/// SUM-036.
pub(super) fn one_root(seen: &Observation) -> Verdict {
    each(seen, |_, document| {
        same("pertinentInformation1", &1, &document.count("GPSummary/pertinentInformation1"))?;
        let place = "GPSummary/pertinentInformation1/pertinentRootCREType/code@code";
        one(document, place, "163171000000105")
    })
}

/// SUM-037.
pub(super) fn at_least_one_category(seen: &Observation) -> Verdict {
    each(seen, |_, document| {
        let categories = document.count("GPSummary/pertinentInformation2");
        hold(categories > 0, "pertinentInformation2", "none")?;
        let filled: BTreeSet<String> =
            Said::of(document).entries.into_iter().map(|entry| entry.category).collect();
        same("categories with an entry", &categories, &filled.len())
    })
}

/// SUM-038.
pub(super) fn entries_have_their_categories(seen: &Observation) -> Verdict {
    let (mut allergies, mut medication) = (0, 0);
    for slug in WITH_CONTENT {
        for entry in Said::about(seen, slug)?.entries {
            let category = match entry.kind.as_str() {
                "Allergy" => ALLERGIES,
                "PersonalPreference" => PREFERENCES,
                kind if kind.ends_with("Medication") => MEDICATION,
                kind => return Err(Failure::new("allergies, medication, preferences", kind)),
            };
            same(&format!("the category of {}", entry.term), &category, &entry.category.as_str())?;
            allergies += usize::from(category == ALLERGIES);
            medication += usize::from(category == MEDICATION);
        }
    }
    hold(allergies > 4 && medication > 4, "allergies and medication", format!("{allergies}, {medication}"))
}

/// SUM-039.
pub(super) fn every_entry_has_an_id(seen: &Observation) -> Verdict {
    let mut ids = BTreeSet::new();
    let mut count = 0;
    each(seen, |_, document| {
        for entry in Said::of(document).entries {
            let is_id =
                uuid::Uuid::parse_str(&entry.id).is_ok_and(|id| id.to_string().to_uppercase() == entry.id);
            hold(is_id, "a UUID in capital letters", &entry.id)?;
        }
        Ok(())
    })?;
    for document in seen.of(Sort::Upload).into_iter().filter_map(Exchange::payload) {
        ids.extend(document.first("GPSummary/id@root"));
        count += 1;
        for entry in Said::of(&document).entries {
            ids.insert(entry.id);
            count += 1;
        }
    }
    same("different ids", &count, &ids.len())
}

/// SUM-040: what is sent as a code of SNOMED CT stands as one in the record.
pub(super) fn other_schemes_are_not_snomed(seen: &Observation) -> Verdict {
    let mut sent = BTreeSet::new();
    for slug in WITH_CONTENT {
        let Some(rows) = seen.people.rows(slug) else { continue };
        let held = rows.medications.iter().map(|row| (&row.scheme, &row.code));
        let held = held.chain(rows.allergies.iter().map(|row| (&row.scheme, &row.code)));
        let snomed: BTreeSet<&String> =
            held.filter(|(scheme, _)| *scheme == "snomed").map(|(_, code)| code).collect();
        let entries = Said::about(seen, slug)?.entries;
        let clinical = entries.iter().filter(|entry| entry.category != PREFERENCES);
        for entry in clinical.filter(|entry| entry.system == SNOMED) {
            hold(snomed.contains(&entry.code), &format!("a code of {slug}'s record"), format!("{entry:?}"))?;
            sent.insert(entry.code.clone());
        }
        for entry in entries.iter().filter(|entry| entry.category == PREFERENCES && entry.system == SNOMED) {
            hold(entry.code.bytes().all(|byte| byte.is_ascii_digit()), "a concept id", &entry.code)?;
        }
    }
    hold(
        sent.contains("318353009") && sent.contains("91936005"),
        "the codes that are of SNOMED CT",
        format!("{sent:?}"),
    )
}

/// SUM-041.
pub(super) fn the_operator_is_the_author(seen: &Observation) -> Verdict {
    each(seen, |_, document| {
        one(document, "GPSummary/author/*/id@extension", staff::OPERATOR_ROLE)?;
        one(document, "GPSummary/author/*/agentPersonSDS/id@extension", staff::OPERATOR_USER_ID)
    })
}

/// SUM-042.
pub(super) fn the_patient_is_named(seen: &Observation) -> Verdict {
    each(seen, |slug, document| {
        same("recordTarget", &1, &document.count("GPSummary/recordTarget"))?;
        one(document, "GPSummary/recordTarget/patient/id@extension", &seen.people.number(slug))
    })
}
