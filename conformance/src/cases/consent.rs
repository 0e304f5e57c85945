//! Consent: codes and their precedence, the ACS, the migration, and what a dissent does to an upload.

mod codes;
mod migration;
mod pause;
mod requests;
mod settings;
mod standing;

use crate::case::Case;

/// The cases.
pub(super) const CASES: &[Case] = &[
    Case::client(
        "consent/express-dissent-is-read",
        &["CON-001"],
        &codes::CODES,
        codes::express_dissent_is_read,
    ),
    Case::client(
        "consent/legacy-dissent-is-read",
        &["CON-002"],
        &codes::CODES,
        codes::legacy_dissent_is_read,
    ),
    Case::client(
        "consent/dissent-is-read-in-other-schemes",
        &["CON-003"],
        &codes::CODES,
        codes::dissent_is_read_in_other_schemes,
    ),
    Case::client(
        "consent/look-alikes-are-no-preferences",
        &["CON-004"],
        &codes::CODES,
        codes::look_alikes_are_no_preferences,
    ),
    Case::client(
        "consent/no-preference-is-implied-consent",
        &["CON-011"],
        &codes::CODES,
        codes::no_preference_is_implied_consent,
    ),
    Case::client(
        "consent/the-latest-date-holds",
        &["CON-005"],
        &codes::PRECEDENCE,
        codes::the_latest_date_holds,
    ),
    Case::client(
        "consent/the-latest-recorded-of-a-day-holds",
        &["CON-006"],
        &codes::PRECEDENCE,
        codes::the_latest_recorded_of_a_day_holds,
    ),
    Case::client(
        "consent/the-most-restrictive-holds",
        &["CON-007"],
        &codes::PRECEDENCE,
        codes::the_most_restrictive_holds,
    ),
    Case::client(
        "consent/what-is-dated-after-today-does-not-count",
        &["CON-008"],
        &codes::PRECEDENCE,
        codes::what_is_dated_after_today_does_not_count,
    ),
    Case::client(
        "consent/implied-consent-outranks-nothing",
        &["CON-009"],
        &codes::PRECEDENCE,
        codes::implied_consent_outranks_nothing,
    ),
    Case::client(
        "consent/nothing-clinical-of-a-dissenter",
        &["CON-012"],
        &standing::STANDING,
        standing::nothing_clinical_of_a_dissenter,
    ),
    Case::client(
        "consent/a-dissent-summary-is-sent",
        &["CON-013", "CON-022"],
        &standing::STANDING,
        standing::a_dissent_summary_is_sent,
    ),
    Case::client(
        "consent/the-spine-is-asked-first",
        &["CON-016"],
        &standing::STANDING,
        standing::the_spine_is_asked_first,
    ),
    Case::client(
        "consent/an-unknown-dissent-fails-the-patient",
        &["CON-017"],
        &standing::STANDING,
        standing::an_unknown_dissent_fails_the_patient,
    ),
    Case::client(
        "consent/a-refused-list-is-a-dissent",
        &["CON-021"],
        &standing::STANDING,
        standing::a_refused_list_is_a_dissent,
    ),
    Case::client(
        "consent/nothing-is-withdrawn",
        &["CON-027"],
        &standing::STANDING,
        standing::nothing_is_withdrawn,
    ),
    Case::client("consent/one-no-is-a-dissent", &["CON-018"], &standing::TOLD, standing::one_no_is_a_dissent),
    Case::client(
        "consent/no-permission-is-ask",
        &["CON-019"],
        &standing::TOLD,
        standing::no_permission_is_ask,
    ),
    Case::client("consent/yes-is-ask", &["CON-020"], &standing::TOLD, standing::yes_is_ask),
    Case::client(
        "consent/nothing-is-sent-of-a-dissenter",
        &["CON-014"],
        &settings::NOT_SENT,
        settings::nothing_is_sent_of_a_dissenter,
    ),
    Case::client(
        "consent/an-own-summary-is-replaced-by-the-dissent",
        &["CON-015"],
        &settings::LATER,
        settings::an_own_summary_is_replaced_by_the_dissent,
    ),
    Case::client(
        "consent/a-dissent-that-the-acs-lacks-is-a-mismatch",
        &["CON-023"],
        &settings::MISMATCH,
        settings::a_dissent_that_the_acs_lacks_is_a_mismatch,
    ),
    Case::client(
        "consent/a-refused-dissent-is-not-required",
        &["CON-024"],
        &settings::REFUSED,
        settings::a_refused_dissent_is_not_required,
    ),
    Case::client(
        "consent/a-refused-summary-is-a-mismatch",
        &["CON-025"],
        &settings::OVERTAKEN,
        settings::a_refused_summary_is_a_mismatch,
    ),
    Case::client(
        "consent/nothing-clinical-after-the-pause",
        &["CON-026"],
        &pause::PAUSED,
        pause::nothing_clinical_after_the_pause,
    ),
    Case::client(
        "consent/everybody-active-is-scanned",
        &["CON-028"],
        &migration::MIGRATION_TWICE,
        migration::everybody_active_is_scanned,
    ),
    Case::client(
        "consent/a-dissent-is-set-on-the-acs",
        &["CON-029"],
        &migration::MIGRATION_TWICE,
        migration::a_dissent_is_set,
    ),
    Case::client(
        "consent/both-functions-are-set",
        &["CON-030"],
        &migration::MIGRATION_TWICE,
        migration::both_functions_are_set,
    ),
    Case::client(
        "consent/what-the-acs-holds-is-not-set",
        &["CON-031"],
        &migration::MIGRATION_TWICE,
        migration::what_the_acs_holds_is_not_set,
    ),
    Case::client(
        "consent/consent-is-not-set",
        &["CON-032"],
        &migration::MIGRATION_TWICE,
        migration::consent_is_not_set,
    ),
    Case::client(
        "consent/nothing-but-no-is-set",
        &["CON-033"],
        &migration::MIGRATION_TWICE,
        migration::nothing_but_no_is_set,
    ),
    Case::client(
        "consent/an-unknown-dissent-is-left",
        &["CON-034"],
        &migration::MIGRATION_TWICE,
        migration::an_unknown_dissent_is_left,
    ),
    Case::client(
        "consent/a-legacy-dissent-is-brought-up-to-date",
        &["CON-035"],
        &migration::MIGRATION_TWICE,
        migration::a_legacy_dissent_is_brought_up_to_date,
    ),
    Case::client(
        "consent/a-legacy-consent-is-brought-up-to-date",
        &["CON-036"],
        &migration::MIGRATION_TWICE,
        migration::a_legacy_consent_is_brought_up_to_date,
    ),
    Case::client(
        "consent/implied-consent-is-added",
        &["CON-037"],
        &migration::MIGRATION_TWICE,
        migration::implied_consent_is_added,
    ),
    Case::client(
        "consent/no-summary-no-implied-consent",
        &["CON-038"],
        &migration::MIGRATION_TWICE,
        migration::no_summary_no_implied_consent,
    ),
    Case::client(
        "consent/no-implied-consent-over-a-dissent",
        &["CON-039"],
        &migration::MIGRATION_TWICE,
        migration::no_implied_consent_over_a_dissent,
    ),
    Case::client(
        "consent/a-second-migration-does-nothing",
        &["CON-040"],
        &migration::MIGRATION_TWICE,
        migration::a_second_migration_does_nothing,
    ),
    Case::client(
        "consent/a-stranger-is-not-set",
        &["CON-041"],
        &migration::MIGRATION_TWICE,
        migration::a_stranger_is_not_set,
    ),
    Case::client(
        "consent/the-operator-is-the-author",
        &["CON-042"],
        &migration::MIGRATION_TWICE,
        migration::the_operator_is_the_author,
    ),
    Case::spine("consent/a-setting-has-one-context", &["CON-043"], requests::one_context),
    Case::spine("consent/a-setting-is-about-one-patient", &["CON-044"], requests::the_same_patient),
    Case::spine("consent/a-setting-has-one-or-two-assertions", &["CON-045"], requests::one_or_two_assertions),
    Case::spine("consent/a-function-is-set-once", &["CON-046"], requests::each_function_once),
    Case::spine("consent/two-assertions-agree", &["CON-047"], requests::assertions_agree),
    Case::spine("consent/everyone-is-the-accessor", &["CON-048"], requests::everyone_is_the_accessor),
    Case::spine("consent/one-assertion-sets-both", &["CON-049"], requests::one_assertion_sets_both),
    Case::spine("consent/clear-forgets", &["CON-050"], requests::clear_forgets),
    Case::spine(
        "consent/an-accepted-setting-is-answered",
        &["CON-051"],
        requests::an_accepted_setting_is_answered,
    ),
    Case::spine("consent/a-dissenters-list-is-refused", &["CON-052"], requests::a_dissenters_list_is_refused),
];
