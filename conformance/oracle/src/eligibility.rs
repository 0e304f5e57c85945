//! Who is due for an upload, and what stops a migration: the order of the rules, each with the reason it gives.

use std::sync::LazyLock;

use crate::facts::written::quality;
use crate::facts::{Patient, Person, Practice};
use crate::table;
use crate::table::decision::{Decisions, Fact, Line, yes};
use crate::{consent, matching};

const TABLE: &str = include_str!("../tables/eligibility.csv");
const STOPS: &str = include_str!("../tables/stops.csv");
const STANDING: &str = include_str!("../tables/standing.csv");

/// What both tables may ask, in the order of [`Known::facts`].
const FACTS: [&str; 23] = [
    "incomplete",
    "status",
    "kind",
    "since",
    "left",
    "number",
    "shared",
    "fp69",
    "fp69_expires",
    "sensitive",
    "in_use",
    "died",
    "decoupled",
    "pds",
    "restricted",
    "pds_died",
    "superseded",
    "match",
    "pds_practice",
    "acs_dissent",
    "dissent",
    "summary",
    "standing_allergy",
];

pub(crate) static ELIGIBILITY: LazyLock<Decisions> =
    LazyLock::new(|| Decisions::read(TABLE, &FACTS, |_| true));
pub(crate) static MIGRATION_STOPS: LazyLock<Decisions> =
    LazyLock::new(|| Decisions::read(STOPS, &FACTS, |_| true));

/// What decides of an upload: the verdict `send`, or the reason for which nothing is sent.
pub(crate) fn upload(patient: &Patient, practice: &Practice) -> Option<&'static Line> {
    ELIGIBILITY.first(&facts(patient, practice), practice)
}

/// What stops a migration; the last row, without a reason, where nothing does.
pub(crate) fn stop(patient: &Patient, practice: &Practice) -> Option<&'static Line> {
    MIGRATION_STOPS.first(&facts(patient, practice), practice)
}

/// Whether the ACS holds a dissent: a No in either permission. Source: design decision; SCR FHIR API specification.
pub(crate) fn acs_dissents(patient: &Patient) -> bool {
    [&patient.store, &patient.view].into_iter().any(|permission| permission == "No")
}

fn facts<'a>(patient: &'a Patient, practice: &Practice) -> [Fact<'a>; FACTS.len()] {
    let nobody = Person::default();
    let person = patient.pds.as_ref().unwrap_or(&nobody);
    // Source: MIM 6.3, PDS (S is sensitive, Y a stop noted; B restricts nothing).
    let restricted = ["S", "Y"].contains(&person.sensitivity.as_str());
    let dissents = consent::dissents(&patient.codes, practice.today);
    // Who dissents on the ACS is not told what stands, but then no row asks for it.
    let summary = match &patient.summary_of {
        None => "none",
        Some(ods) if *ods == practice.ods => "own",
        Some(_) => "other",
    };
    let elsewhere = match person.practice.as_str() {
        "" => "none",
        ods if ods == practice.ods => "own",
        _ => "other",
    };
    let agree = matching::agree(patient, person, restricted);
    [
        yes(patient.incomplete),
        Fact::Word(&patient.status),
        Fact::Word(&patient.kind),
        Fact::Day(patient.since),
        Fact::Day(patient.left),
        Fact::Word(quality(&patient.number)),
        yes(patient.number_shared),
        yes(patient.fp69),
        Fact::Day(patient.fp69_expires),
        yes(patient.sensitive),
        yes(patient.in_use),
        yes(patient.death.is_some()),
        yes(patient.decoupled),
        Fact::Word(match &patient.pds {
            None => "not-found",
            Some(person) if person.invalidated => "invalidated",
            Some(_) => "found",
        }),
        yes(restricted),
        yes(!restricted && (person.death.is_some() || ["1", "2"].contains(&person.death_status.as_str()))),
        yes(person.superseded),
        Fact::Word(if agree { "match" } else { "mismatch" }),
        Fact::Word(elsewhere),
        yes(acs_dissents(patient)),
        yes(dissents),
        Fact::Word(summary),
        Fact::Word(if knows_every_allergy(patient) { "known" } else { "unknown" }),
    ]
}

/// Whether the record has every allergy that the standing summary tells of: under the same SNOMED CT code or in the same words. An
/// entry that denies an allergy is none. Source: design decision.
fn knows_every_allergy(patient: &Patient) -> bool {
    let plain = |words: &str| -> String {
        words.to_lowercase().chars().filter(|letter| letter.is_alphanumeric()).collect()
    };
    let known: Vec<_> = patient.allergies.iter().filter(|allergy| !allergy.negative).collect();
    patient.standing_allergies.iter().all(|(code, words)| {
        known.iter().any(|allergy| {
            !code.is_empty() && allergy.scheme == "snomed" && allergy.code == *code
                || !plain(words).is_empty() && plain(&allergy.term) == plain(words)
        })
    })
}

/// One case of a standing summary of another practice, and the days of a registration here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// The practice's nn days.
    pub nn_days: i64,
    /// Whole days since the registration began.
    pub registered_days: i64,
    /// Whether the summary is replaced.
    pub replaced: bool,
}

/// The cases of a standing summary at the edges of the nn days.
#[must_use]
pub fn standings() -> Vec<Standing> {
    let number = |row: &table::Row, column| row.text(column).parse().unwrap_or_default();
    let case = |row: table::Row| Standing {
        nn_days: number(&row, "nn"),
        registered_days: number(&row, "registered_days"),
        replaced: row.text("verdict") == "send",
    };
    table::rows(STANDING).into_iter().map(case).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::decision::assert_readable;

    #[test]
    fn the_tables_are_whole() {
        table::assert_well_formed(
            TABLE,
            &["rule", "when", "verdict", "replaces", "warns", "source", "decided"],
        );
        table::assert_well_formed(STOPS, &["rule", "when", "reason", "local", "source", "decided"]);
        table::assert_well_formed(STANDING, &["nn", "registered_days", "verdict", "source"]);
        assert_readable(&ELIGIBILITY);
        assert_readable(&MIGRATION_STOPS);
        for line in ELIGIBILITY.lines() {
            assert_eq!(line.cell("verdict") == "send", !line.cell("replaces").is_empty(), "{line:?}");
        }
        for line in MIGRATION_STOPS.lines() {
            assert_eq!(line.cell("reason").is_empty(), line.cell("local").is_empty(), "{line:?}");
            assert!(["kept", "converted", ""].contains(&line.cell("local")), "{line:?}");
        }
        for row in table::rows(STANDING) {
            assert!(["send", "existing-summary"].contains(&row.text("verdict")), "{row:?}");
        }
        for edge in [0, 13, 14, 15, 99] {
            assert!(standings().iter().any(|case| case.nn_days == edge && case.registered_days == edge));
        }
    }

    #[test]
    fn whatever_is_decided_by_design_says_why() {
        for row in table::rows(TABLE).iter().chain(&table::rows(STOPS)) {
            let by_design = row.text("source") == "design decision";
            assert!(!by_design || !row.text("decided").is_empty(), "{row:?}");
        }
    }
}
