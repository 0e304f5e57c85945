//! Demographics: the match with PDS, and the PDS itself.

mod fields;
mod numbers;
pub(super) mod pds;
mod spine;
mod writing;

use crate::case::Case;

/// The cases.
pub(super) const CASES: &[Case] = &[
    Case::client(
        "demographics/asked-in-the-same-run",
        &["PDS-001"],
        &fields::DISSENTERS,
        fields::asked_in_the_same_run,
    ),
    Case::client("demographics/by-number-alone", &["PDS-002"], &fields::DIFFERENCES, fields::by_number_alone),
    Case::client("demographics/surname-differs", &["PDS-003"], &fields::DIFFERENCES, fields::surname),
    Case::client(
        "demographics/surname-of-a-dissenter-differs",
        &["PDS-003"],
        &fields::DISSENTERS,
        fields::surname_of_a_dissenter,
    ),
    Case::client(
        "demographics/mismatches-are-reported-in-a-migration",
        &["PDS-010"],
        &fields::DISSENTERS,
        fields::reported_in_a_migration,
    ),
    Case::client("demographics/gender-differs", &["PDS-004"], &fields::DIFFERENCES, fields::gender),
    Case::client("demographics/birth-date-differs", &["PDS-005"], &fields::DIFFERENCES, fields::birth_date),
    Case::client(
        "demographics/forename-and-postcode-differ",
        &["PDS-006"],
        &fields::DIFFERENCES,
        fields::forename_and_postcode,
    ),
    Case::client(
        "demographics/forename-alone-differs",
        &["PDS-007"],
        &fields::DIFFERENCES,
        fields::forename_alone,
    ),
    Case::client(
        "demographics/postcode-alone-differs",
        &["PDS-008"],
        &fields::DIFFERENCES,
        fields::postcode_alone,
    ),
    Case::client(
        "demographics/further-forenames-differ",
        &["PDS-009"],
        &fields::DIFFERENCES,
        fields::further_forenames,
    ),
    Case::client(
        "demographics/address-and-telephone-differ",
        &["PDS-009"],
        &fields::SEVERAL,
        fields::other_details,
    ),
    Case::client(
        "demographics/mismatches-are-reported",
        &["PDS-010"],
        &fields::DIFFERENCES,
        fields::reported,
    ),
    Case::client(
        "demographics/a-mandatory-field-is-blank",
        &["PDS-011"],
        &writing::BLANKS,
        writing::mandatory_blank,
    ),
    Case::client("demographics/blank-on-both-sides", &["PDS-012"], &writing::BLANKS, writing::both_blank),
    Case::client(
        "demographics/blank-on-both-sides-matches",
        &["PDS-013"],
        &writing::BLANKS_MATCH,
        writing::both_blank_match,
    ),
    Case::client("demographics/capitals", &["PDS-014"], &writing::WRITTEN, writing::capitals),
    Case::client(
        "demographics/written-differently-altogether",
        &["PDS-014", "PDS-015", "PDS-016"],
        &writing::WRITTEN,
        writing::all_at_once,
    ),
    Case::client(
        "demographics/punctuation-at-the-end",
        &["PDS-015"],
        &writing::WRITTEN,
        writing::punctuation_at_the_end,
    ),
    Case::client(
        "demographics/white-space-within",
        &["PDS-016"],
        &writing::WRITTEN,
        writing::runs_of_white_space,
    ),
    Case::client(
        "demographics/apostrophe-and-hyphen",
        &["PDS-017"],
        &writing::WRITTEN,
        writing::punctuation_within,
    ),
    Case::client("demographics/postcodes-as-written", &["PDS-018"], &writing::WRITTEN, writing::postcodes),
    Case::client("demographics/the-first-forename", &["PDS-019"], &writing::WRITTEN, writing::first_forename),
    Case::client("demographics/the-name-in-use", &["PDS-020"], &fields::SEVERAL, fields::name_in_use),
    Case::client("demographics/the-usual-address", &["PDS-021"], &fields::SEVERAL, fields::usual_address),
    Case::client("demographics/half-a-birth-date", &["PDS-022"], &fields::SEVERAL, fields::partial_date),
    Case::client(
        "demographics/a-superseded-number",
        &["PDS-023"],
        &numbers::NUMBERS_ON_PDS,
        numbers::superseded,
    ),
    Case::client(
        "demographics/an-answer-about-another-number",
        &["PDS-024"],
        &numbers::NUMBERS_ON_PDS,
        numbers::another_number,
    ),
    Case::client(
        "demographics/a-number-that-pds-does-not-have",
        &["PDS-025"],
        &numbers::NUMBERS_ON_PDS,
        numbers::unknown,
    ),
    Case::client("demographics/the-business-flag", &["PDS-026"], &fields::SEVERAL, fields::business_flag),
    Case::client(
        "demographics/no-answer-is-no-mismatch",
        &["PDS-027"],
        &numbers::NO_ANSWER,
        numbers::no_answer,
    ),
    Case::spine("demographics/a-known-number", &["PDS-030"], spine::known),
    Case::spine("demographics/the-serial-change-number", &["PDS-031"], spine::serial_number),
    Case::spine("demographics/a-sensitive-record", &["PDS-032"], spine::sensitive),
    Case::spine("demographics/the-number-that-superseded", &["PDS-033"], spine::superseded),
    Case::spine("demographics/a-number-of-nobody", &["PDS-034"], spine::nobody),
    Case::spine("demographics/a-death", &["PDS-035"], spine::death),
    Case::spine("demographics/the-registered-practice", &["PDS-036"], spine::practice),
    Case::spine("demographics/parameters-in-either-order", &["PDS-037"], spine::either_order),
    Case::spine("demographics/another-root", &["PDS-038"], spine::other_root),
    Case::spine("demographics/the-historic-data-indicator", &["PDS-039"], spine::history_indicator),
    Case::spine("demographics/the-serial-change-number-alone", &["PDS-040"], spine::serial_number_only),
];
