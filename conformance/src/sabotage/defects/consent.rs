//! Defects that the cases of `consent` must find.

mod practice;
mod spine;
mod store;
mod wire;

use crate::sabotage::Sabotage;

/// The defects.
pub(super) const DEFECTS: &[Sabotage] = &[
    Sabotage::of_client(
        "consent/knows-no-express-dissent",
        "The client does not know 9Ndo.",
        practice::knows_no_express_dissent,
        &["consent-codes"],
    ),
    Sabotage::of_client(
        "consent/knows-no-legacy-dissent",
        "The client does not know 93C3.",
        practice::knows_no_legacy_dissent,
        &["consent-codes"],
    ),
    Sabotage::of_client(
        "consent/knows-no-ctv3",
        "The client does not know the CTV3 codes of dissent.",
        practice::knows_no_ctv3,
        &["consent-codes"],
    ),
    Sabotage::of_client(
        "consent/knows-no-snomed",
        "The client does not know the SNOMED CT code of dissent.",
        practice::knows_no_snomed,
        &["consent-codes"],
    ),
    Sabotage::of_client(
        "consent/takes-look-alikes-for-dissent",
        "The client takes objections to other records for dissent.",
        practice::takes_look_alikes_for_dissent,
        &["consent-codes"],
    ),
    Sabotage::of_client(
        "consent/takes-look-alikes-for-consent",
        "The client takes consent to other records for consent to the SCR.",
        practice::takes_look_alikes_for_consent,
        &["consent-codes"],
    ),
    Sabotage::of_client(
        "consent/takes-silence-for-dissent",
        "The client takes a patient without a preference for a dissenter.",
        practice::takes_silence_for_dissent,
        &["consent-codes"],
    ),
    Sabotage::of_client(
        "consent/takes-the-earliest-date",
        "The client takes the earliest of several preferences.",
        practice::takes_the_earliest_date,
        &["consent-precedence"],
    ),
    Sabotage::of_client(
        "consent/takes-the-first-recorded",
        "The client takes the first recorded of the preferences of one day.",
        practice::takes_the_first_recorded,
        &["consent-precedence"],
    ),
    Sabotage::of_client(
        "consent/takes-the-least-restrictive",
        "The client takes the least restrictive of preferences that nothing tells apart.",
        practice::takes_the_least_restrictive,
        &["consent-precedence"],
    ),
    Sabotage::of_client(
        "consent/tells-of-no-contradiction",
        "The client tells of no contradiction between preferences.",
        practice::tells_of_no_contradiction,
        &["consent-precedence"],
    ),
    Sabotage::of_client(
        "consent/counts-what-is-dated-after-today",
        "The client counts preferences dated after today.",
        practice::counts_what_is_dated_after_today,
        &["consent-precedence"],
    ),
    Sabotage::of_client(
        "consent/lets-implied-consent-outrank",
        "The client lets a later implied consent outrank an express preference.",
        practice::lets_implied_consent_outrank,
        &["consent-precedence"],
    ),
    Sabotage::of_client(
        "consent/sends-nothing-of-dissenters",
        "The client sends nothing of dissenters under the default setting.",
        practice::sends_nothing_of_dissenters,
        &["consent-standing"],
    ),
    Sabotage::of_client(
        "consent/takes-dissents-unknown-to-the-acs-for-mismatches",
        "The client takes every dissent that the ACS lacks for a mismatch under the default setting.",
        practice::takes_every_dissent_unknown_to_the_acs_for_a_mismatch,
        &["consent-standing"],
    ),
    Sabotage::of_client(
        "consent/sends-content-along-with-the-dissent",
        "The client sends an allergy along with a dissent.",
        wire::sends_content_along_with_the_dissent,
        &["consent-standing"],
    ),
    Sabotage::of_client(
        "consent/words-the-dissent-otherwise",
        "The client words the dissent in a way that the Spine does not recognise.",
        wire::words_the_dissent_otherwise,
        &["consent-standing"],
    ),
    Sabotage::of_client(
        "consent/withdraws-instead",
        "The client expresses a dissent by withdrawing the summary.",
        wire::withdraws_instead,
        &["consent-standing"],
    ),
    Sabotage::of_client(
        "consent/asks-for-no-list",
        "The client does not ask for the list of events.",
        wire::asks_for_no_list,
        &["consent-standing"],
    ),
    Sabotage::of_client(
        "consent/takes-a-refused-list-for-an-empty-one",
        "The client takes a refused list of events for an empty one.",
        wire::takes_a_refused_list_for_an_empty_one,
        &["consent-standing"],
    ),
    Sabotage::of_client(
        "consent/reads-the-permission-to-store-only",
        "The client reads the permission to store only.",
        wire::reads_the_permission_to_store_only,
        &["consent-told"],
    ),
    Sabotage::of_client(
        "consent/reads-the-permission-to-view-only",
        "The client reads the permission to view only.",
        wire::reads_the_permission_to_view_only,
        &["consent-told"],
    ),
    Sabotage::of_client(
        "consent/takes-no-permission-for-a-no",
        "The client takes the absence of a permission for a No.",
        wire::takes_no_permission_for_a_no,
        &["consent-told"],
    ),
    Sabotage::of_client(
        "consent/takes-yes-for-a-no",
        "The client takes the legacy Yes for a No.",
        wire::takes_yes_for_a_no,
        &["consent-told"],
    ),
    Sabotage::of_client(
        "consent/does-not-know-the-setting-not-sent",
        "The client sends dissent summaries under the setting that says nothing is sent.",
        practice::does_not_know_the_setting_not_sent,
        &["consent-not-sent"],
    ),
    Sabotage::of_client(
        "consent/does-not-know-the-setting-mismatch",
        "The client sends dissent summaries under the setting that makes them mismatches.",
        practice::does_not_know_the_setting_mismatch,
        &["consent-mismatch"],
    ),
    Sabotage::of_client(
        "consent/hears-another-refusal",
        "The client takes a refusal for a dissent for one for the number.",
        wire::hears_another_refusal,
        &["consent-refused", "consent-overtaken"],
    ),
    Sabotage::of_client(
        "consent/names-nothing-that-it-replaces",
        "The client names nothing that a dissent summary replaces.",
        wire::names_nothing_that_it_replaces,
        &["consent-later"],
    ),
    Sabotage::of_client(
        "consent/does-not-read-preferences-again",
        "The client does not read preferences again when the practice is imported again.",
        practice::does_not_read_preferences_again,
        &["consent-later", "consent-paused"],
    ),
    Sabotage::of_client(
        "consent/passes-over-whom-no-summary-is-due",
        "The migration passes over patients of whom no summary is due.",
        practice::passes_over_whom_no_summary_is_due,
        &["consent-migration"],
    ),
    Sabotage::of_client(
        "consent/takes-consent-for-dissent",
        "The migration takes codes of consent for dissent.",
        practice::takes_consent_for_dissent,
        &["consent-migration"],
    ),
    Sabotage::of_client(
        "consent/sets-yes",
        "The migration sets Yes where the patient refused.",
        wire::sets_yes,
        &["consent-migration"],
    ),
    Sabotage::of_client(
        "consent/clears",
        "The migration clears the permission where the patient refused.",
        wire::clears,
        &["consent-migration"],
    ),
    Sabotage::of_client(
        "consent/sets-one-function",
        "The migration sets one function only.",
        wire::sets_one_function,
        &["consent-migration"],
    ),
    Sabotage::of_client(
        "consent/names-another-author",
        "The migration names a user without a session as author.",
        wire::names_another_author,
        &["consent-migration"],
    ),
    Sabotage::of_client(
        "consent/migrates-in-spite-of-a-refused-list",
        "The migration takes a refused list of events for an empty one.",
        wire::takes_a_refused_list_for_an_empty_one,
        &["consent-migration"],
    ),
    Sabotage::of_client(
        "consent/does-not-compare-with-pds",
        "The migration does not compare the surname with PDS.",
        wire::does_not_compare_with_pds,
        &["consent-migration"],
    ),
    Sabotage::of_client(
        "consent/takes-whoever-pds-answers-with",
        "The migration takes a record of PDS under another number for the patient's.",
        wire::takes_whoever_pds_answers_with,
        &["consent-migration"],
    ),
    Sabotage::of_client(
        "consent/leaves-legacy-dissents",
        "The migration adds no 9Ndo. beside 93C3.",
        store::leaves_legacy_dissents,
        &["consent-migration"],
    ),
    Sabotage::of_client(
        "consent/takes-legacy-consent-for-core-only",
        "The migration adds 9Ndm. beside 93C2.",
        store::takes_legacy_consent_for_core_only,
        &["consent-migration"],
    ),
    Sabotage::of_client(
        "consent/adds-no-implied-consent",
        "The migration adds no 9Ndl.",
        store::adds_no_implied_consent,
        &["consent-migration"],
    ),
    Sabotage::of_client(
        "consent/implies-consent-of-everybody",
        "The migration adds 9Ndl. where no summary stands.",
        store::implies_consent_of_everybody,
        &["consent-migration"],
    ),
    Sabotage::of_client(
        "consent/implies-consent-over-a-dissent",
        "The migration adds 9Ndl. over a dissent on the ACS.",
        store::implies_consent_over_a_dissent,
        &["consent-migration"],
    ),
    Sabotage::of_client(
        "consent/forgets-what-it-added",
        "A second migration does not see what the first one added.",
        store::forgets_what_it_added,
        &["consent-migration"],
    ),
    Sabotage::of_spine(
        "consent/refuses-with-another-number",
        "The ACS refuses a setting without a context under another number.",
        spine::refuses_with_another_number,
    ),
    Sabotage::of_spine(
        "consent/takes-another-patient",
        "The ACS takes a setting for another patient's resource.",
        spine::takes_another_patient,
    ),
    Sabotage::of_spine(
        "consent/takes-no-assertion",
        "The ACS takes a setting that asserts nothing.",
        spine::takes_no_assertion,
    ),
    Sabotage::of_spine(
        "consent/takes-three-assertions",
        "The ACS takes a setting with three assertions.",
        spine::takes_three_assertions,
    ),
    Sabotage::of_spine(
        "consent/takes-a-function-twice",
        "The ACS takes a setting that asserts one function twice.",
        spine::takes_a_function_twice,
    ),
    Sabotage::of_spine(
        "consent/takes-assertions-that-disagree",
        "The ACS takes a setting whose assertions disagree.",
        spine::takes_assertions_that_disagree,
    ),
    Sabotage::of_spine(
        "consent/takes-any-accessor",
        "The ACS takes a setting for somebody else than everyone.",
        spine::takes_any_accessor,
    ),
    Sabotage::of_spine(
        "consent/acs-sets-one-function",
        "The ACS sets only the function that is asserted.",
        spine::sets_one_function,
    ),
    Sabotage::of_spine(
        "consent/clears-nothing",
        "The ACS holds something after Clear.",
        spine::clears_nothing,
    ),
    Sabotage::of_spine(
        "consent/answers-bare",
        "The ACS answers a setting in another element than its own.",
        spine::answers_bare,
    ),
    Sabotage::of_spine(
        "consent/refuses-lists-with-another-number",
        "The Spine refuses a dissenter's list under another number.",
        spine::refuses_lists_with_another_number,
    ),
];
