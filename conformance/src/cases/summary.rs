//! The summary: what it holds, and how it is laid out.

mod additional;
mod content;
mod entries;
mod replacement;
mod requests;
pub(super) mod said;
mod windows;

use crate::case::Case;

/// The cases.
pub(super) const CASES: &[Case] = &[
    Case::client(
        "summary/acute-of-twelve-months",
        &["SUM-003"],
        &windows::WINDOWS,
        windows::acute_of_twelve_months,
    ),
    Case::client("summary/no-acute-before", &["SUM-004"], &windows::WINDOWS, windows::no_acute_before),
    Case::client("summary/current-repeats", &["SUM-006"], &windows::WINDOWS, windows::current_repeats),
    Case::client(
        "summary/no-repeats-long-past",
        &["SUM-007"],
        &windows::WINDOWS,
        windows::no_repeats_long_past,
    ),
    Case::client(
        "summary/discontinued-repeats",
        &["SUM-008"],
        &windows::WINDOWS,
        windows::discontinued_repeats,
    ),
    Case::client(
        "summary/nothing-discontinued-before",
        &["SUM-009"],
        &windows::WINDOWS,
        windows::nothing_discontinued_before,
    ),
    Case::client(
        "summary/medication-from-elsewhere",
        &["SUM-010"],
        &windows::WINDOWS,
        windows::medication_from_elsewhere,
    ),
    Case::client(
        "summary/the-period-is-printed",
        &["SUM-030"],
        &windows::WINDOWS,
        windows::the_period_is_printed,
    ),
    Case::client(
        "summary/acute-of-six-months",
        &["SUM-005"],
        &windows::SIX_MONTHS,
        windows::acute_of_six_months,
    ),
    Case::client("summary/every-allergy", &["SUM-001"], &content::CONTENT, content::every_allergy),
    Case::client(
        "summary/no-negative-allergy",
        &["SUM-002"],
        &content::CONTENT,
        content::no_negative_allergy,
    ),
    Case::client(
        "summary/core-without-terminology",
        &["SUM-015"],
        &content::CONTENT,
        content::core_without_terminology,
    ),
    Case::client(
        "summary/the-preference-is-carried",
        &["SUM-021"],
        &content::CONTENT,
        content::the_preference_is_carried,
    ),
    Case::client(
        "summary/recently-registered",
        &["SUM-022"],
        &content::CONTENT,
        content::recently_registered,
    ),
    Case::client(
        "summary/a-dissent-is-recognised",
        &["SUM-023"],
        &content::CONTENT,
        content::a_dissent_is_recognised,
    ),
    Case::client(
        "summary/a-dissent-has-no-content",
        &["SUM-024"],
        &content::CONTENT,
        content::a_dissent_has_no_content,
    ),
    Case::client("summary/a-dissent-is-dated", &["SUM-025"], &content::CONTENT, content::a_dissent_is_dated),
    Case::client(
        "summary/nothing-significant",
        &["SUM-026"],
        &content::CONTENT,
        content::nothing_significant,
    ),
    Case::client("summary/the-text-is-framed", &["SUM-027"], &content::CONTENT, content::the_text_is_framed),
    Case::client(
        "summary/sections-are-ordered",
        &["SUM-028"],
        &content::CONTENT,
        content::sections_are_ordered,
    ),
    Case::client(
        "summary/headings-have-their-ids",
        &["SUM-029"],
        &content::CONTENT,
        content::headings_have_their_ids,
    ),
    Case::client(
        "summary/an-empty-section-says-so",
        &["SUM-031"],
        &content::CONTENT,
        content::an_empty_section_says_so,
    ),
    Case::client(
        "summary/headings-are-of-their-levels",
        &["SUM-032"],
        &content::CONTENT,
        content::headings_are_of_their_levels,
    ),
    Case::client(
        "summary/what-is-coded-is-shown",
        &["SUM-033"],
        &content::CONTENT,
        content::what_is_coded_is_shown,
    ),
    Case::client("summary/letter-by-letter", &["SUM-034"], &content::CONTENT, content::letter_by_letter),
    Case::client(
        "summary/the-document-is-coded",
        &["SUM-035"],
        &content::CONTENT,
        entries::the_document_is_coded,
    ),
    Case::client("summary/one-root", &["SUM-036"], &content::CONTENT, entries::one_root),
    Case::client(
        "summary/at-least-one-category",
        &["SUM-037"],
        &content::CONTENT,
        entries::at_least_one_category,
    ),
    Case::client(
        "summary/entries-have-their-categories",
        &["SUM-038"],
        &content::CONTENT,
        entries::entries_have_their_categories,
    ),
    Case::client(
        "summary/every-entry-has-an-id",
        &["SUM-039"],
        &content::CONTENT,
        entries::every_entry_has_an_id,
    ),
    Case::client(
        "summary/other-schemes-are-not-snomed",
        &["SUM-040"],
        &content::CONTENT,
        entries::other_schemes_are_not_snomed,
    ),
    Case::client(
        "summary/the-operator-is-the-author",
        &["SUM-041"],
        &content::CONTENT,
        entries::the_operator_is_the_author,
    ),
    Case::client(
        "summary/the-patient-is-named",
        &["SUM-042"],
        &content::CONTENT,
        entries::the_patient_is_named,
    ),
    Case::client(
        "summary/core-only-without-a-preference",
        &["SUM-011"],
        &additional::ADDITIONAL,
        additional::core_only_without_a_preference,
    ),
    Case::client(
        "summary/additional-where-it-was-said",
        &["SUM-014"],
        &additional::ADDITIONAL,
        additional::additional_where_it_was_said,
    ),
    Case::client(
        "summary/priority-0-is-never-shared",
        &["SUM-016"],
        &additional::ADDITIONAL,
        additional::priority_0_is_never_shared,
    ),
    Case::client(
        "summary/chapters-of-procedures",
        &["SUM-017"],
        &additional::ADDITIONAL,
        additional::chapters_of_procedures,
    ),
    Case::client(
        "summary/free-text-goes-along",
        &["SUM-018"],
        &additional::ADDITIONAL,
        additional::free_text_goes_along,
    ),
    Case::client(
        "summary/the-sensitive-is-withheld",
        &["SUM-019"],
        &additional::ADDITIONAL,
        additional::the_sensitive_is_withheld,
    ),
    Case::client(
        "summary/what-is-withheld-is-said",
        &["SUM-020"],
        &additional::ADDITIONAL,
        additional::what_is_withheld_is_said,
    ),
    Case::client(
        "summary/additional-by-setting",
        &["SUM-012"],
        &additional::BY_SETTING,
        additional::additional_by_setting,
    ),
    Case::client(
        "summary/core-only-where-it-was-said",
        &["SUM-013"],
        &additional::BY_SETTING,
        additional::core_only_where_it_was_said,
    ),
    Case::client(
        "summary/the-newest-is-replaced",
        &["SUM-043"],
        &replacement::REPLACEMENT,
        replacement::the_newest_is_replaced,
    ),
    Case::client(
        "summary/a-withdrawn-event-is-not-replaced",
        &["SUM-044"],
        &replacement::REPLACEMENT,
        replacement::a_withdrawn_event_is_not_replaced,
    ),
    Case::spine("summary/the-id-is-the-message-id", &["SUM-045"], requests::the_id_is_the_message_id),
    Case::spine("summary/one-replacement-at-most", &["SUM-046"], requests::one_replacement_at_most),
    Case::spine("summary/a-spine-wants-a-category", &["SUM-047"], requests::at_least_one_category),
    Case::spine("summary/categories-are-of-the-list", &["SUM-048"], requests::categories_are_of_the_list),
    Case::spine("summary/the-text-has-its-elements", &["SUM-049"], requests::the_text_has_its_elements),
    Case::spine("summary/the-number-is-one", &["SUM-050"], requests::the_number_is_one),
];
