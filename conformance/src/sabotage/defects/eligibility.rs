//! Defects that the cases of `eligibility` must find.

mod local;
mod practice;

use crate::sabotage::Sabotage;

/// The defects.
pub(super) const DEFECTS: &[Sabotage] = &[
    Sabotage::of_client(
        "eligibility/passes-over-children",
        "The client passes over children.",
        local::passes_over_children,
        &["registrations"],
    ),
    Sabotage::of_client(
        "eligibility/knows-no-enabling-day",
        "The client sends of whoever is registered today, since whenever.",
        local::knows_no_enabling_day,
        &["registrations"],
    ),
    Sabotage::of_client(
        "eligibility/enabling-day-is-too-late",
        "The client leaves out whoever was registered on the very day SCR was enabled.",
        local::enabling_day_is_too_late,
        &["registrations"],
    ),
    Sabotage::of_client(
        "eligibility/knows-no-end-of-registration",
        "The client does not see that a registration has ended.",
        local::knows_no_end_of_registration,
        &["registrations"],
    ),
    Sabotage::of_client(
        "eligibility/takes-applicants",
        "The client takes applicants for registered.",
        local::takes_applicants,
        &["registrations"],
    ),
    Sabotage::of_client(
        "eligibility/takes-temporary-residents",
        "The client takes temporary residents for permanent ones.",
        local::takes_temporary_residents,
        &["registrations"],
    ),
    Sabotage::of_client(
        "eligibility/takes-private-patients",
        "The client takes private patients for registered ones.",
        local::takes_private_patients,
        &["registrations"],
    ),
    Sabotage::of_client(
        "eligibility/finds-a-missing-number",
        "The client sends under a number that the practice does not hold.",
        local::finds_a_missing_number,
        &["numbers"],
    ),
    Sabotage::of_client(
        "eligibility/finds-the-number-behind-an-old-one",
        "The client sends under the new number behind an old one.",
        local::finds_the_number_behind_an_old_one,
        &["numbers"],
    ),
    Sabotage::of_client(
        "eligibility/repairs-check-digits",
        "The client corrects a wrong check digit.",
        local::repairs_check_digits,
        &["numbers"],
    ),
    Sabotage::of_client(
        "eligibility/takes-ten-for-zero",
        "The client takes a check digit of 10 for 0.",
        local::takes_ten_for_zero,
        &["numbers"],
    ),
    Sabotage::of_client(
        "eligibility/reads-no-spaces",
        "The client takes a number with spaces for none.",
        local::reads_no_spaces,
        &["numbers"],
    ),
    Sabotage::of_client(
        "eligibility/sends-every-holder",
        "The client does not look whether two patients hold one number.",
        local::sends_every_holder,
        &["numbers"],
    ),
    Sabotage::of_client(
        "eligibility/compares-numbers-as-written",
        "The client finds two holders of a number only where both write it alike.",
        local::compares_numbers_as_written,
        &["numbers"],
    ),
    Sabotage::of_client(
        "eligibility/knows-no-fp69",
        "The client does not know FP69 flags.",
        local::knows_no_fp69,
        &["flags"],
    ),
    Sabotage::of_client(
        "eligibility/fp69-never-expires",
        "The client takes an FP69 flag to hold for ever.",
        local::fp69_never_expires,
        &["flags"],
    ),
    Sabotage::of_client(
        "eligibility/fp69-ends-a-day-early",
        "The client takes an FP69 flag to end the day before its last.",
        local::fp69_ends_a_day_early,
        &["flags"],
    ),
    Sabotage::of_client(
        "eligibility/knows-no-sensitive-records",
        "The client does not know that the practice marked a record Sensitive.",
        local::knows_no_sensitive_records,
        &["flags"],
    ),
    Sabotage::of_client(
        "eligibility/sends-what-is-in-use",
        "The client sends of a record that somebody is writing in.",
        local::sends_what_is_in_use,
        &["flags"],
    ),
    Sabotage::of_client(
        "eligibility/knows-no-death-here",
        "The client does not read the date of death that the practice recorded.",
        local::knows_no_death_here,
        &["flags"],
    ),
    Sabotage::of_client(
        "eligibility/knows-no-decoupling",
        "The client does not know that a record was decoupled from PDS.",
        local::knows_no_decoupling,
        &["flags"],
    ),
    Sabotage::of_client(
        "eligibility/asks-about-the-decoupled",
        "The client asks PDS about a decoupled patient before it looks at the flag.",
        local::asks_about_the_decoupled,
        &["flags"],
    ),
    Sabotage::of_client(
        "eligibility/asks-first",
        "The client asks PDS first and its own record afterwards.",
        local::asks_first,
        &["flags"],
    ),
    Sabotage::of_client(
        "eligibility/replaces-whatever-stands",
        "The client replaces standing summaries whenever the patient came.",
        practice::replaces_whatever_stands,
        &["standing-summaries"],
    ),
    Sabotage::of_client(
        "eligibility/takes-every-summary-for-its-own",
        "The client takes the summary of another practice for its own, and leaves it.",
        practice::takes_every_summary_for_its_own,
        &["standing-summaries"],
    ),
    Sabotage::of_client(
        "eligibility/replaces-without-saying-so",
        "The client sends beside a standing summary without naming it as replaced.",
        practice::replaces_without_saying_so,
        &["standing-summaries"],
    ),
    Sabotage::of_client(
        "eligibility/nn-counts-from-the-day-itself",
        "The client takes exactly nn days for more than nn days.",
        practice::nn_counts_from_the_day_itself,
        &["standing-summaries"],
    ),
    Sabotage::of_client(
        "eligibility/nn-is-thirty-unless-set",
        "The client waits 30 days where the practice sets nothing.",
        practice::nn_is_thirty_unless_set,
        &["nn-not-set"],
    ),
    Sabotage::of_client(
        "eligibility/nn-is-nothing-unless-set",
        "The client waits for no day where the practice sets nothing.",
        practice::nn_is_nothing_unless_set,
        &["nn-not-set"],
    ),
    Sabotage::of_client(
        "eligibility/takes-any-nn",
        "The client takes the nearest nn where one is out of range.",
        practice::takes_any_nn,
        &["nn-set"],
    ),
    Sabotage::of_client(
        "eligibility/nn-is-always-fourteen",
        "The client does not read the practice's nn.",
        practice::nn_is_always_fourteen,
        &["nn-set"],
    ),
    Sabotage::of_client(
        "eligibility/refuses-the-largest-nn",
        "The client refuses the largest nn.",
        practice::refuses_the_largest_nn,
        &["nn-set"],
    ),
    Sabotage::of_client(
        "eligibility/sees-no-restriction",
        "The client does not read the confidentiality code S of PDS.",
        practice::sees_no_restriction,
        &["on-pds"],
    ),
    Sabotage::of_client(
        "eligibility/sees-no-stop",
        "The client does not read the confidentiality code Y of PDS.",
        practice::sees_no_stop,
        &["on-pds"],
    ),
    Sabotage::of_client(
        "eligibility/heeds-no-informal-death",
        "The client does not heed an informal notice of death.",
        practice::heeds_no_informal_death,
        &["on-pds"],
    ),
    Sabotage::of_client(
        "eligibility/heeds-no-formal-death",
        "The client does not heed a formal notice of death.",
        practice::heeds_no_formal_death,
        &["on-pds"],
    ),
    Sabotage::of_client(
        "eligibility/does-not-ask-where-else",
        "The client does not look at which practice PDS has the patient registered.",
        practice::does_not_ask_where_else,
        &["on-pds"],
    ),
    Sabotage::of_client(
        "eligibility/hushes-up-elsewhere",
        "The client reports a patient registered elsewhere as nobody's business.",
        practice::hushes_up_elsewhere,
        &["on-pds"],
    ),
    Sabotage::of_client(
        "eligibility/knows-one-reading-of-elsewhere",
        "The client has no setting for patients registered elsewhere.",
        practice::knows_one_reading_of_elsewhere,
        &["registered-elsewhere-and-sent"],
    ),
    Sabotage::of_client(
        "eligibility/runs-without-scr",
        "The client does not look whether SCR is enabled.",
        practice::runs_without_scr,
        &["scr-not-enabled"],
    ),
    Sabotage::of_client(
        "eligibility/runs-ahead-of-the-day",
        "The client takes SCR for enabled before the day.",
        practice::runs_ahead_of_the_day,
        &["scr-not-enabled"],
    ),
    Sabotage::of_client(
        "eligibility/leaves-out-rows",
        "The client leaves out the rows that it cannot read.",
        practice::leaves_out_rows,
        &["rows-unread"],
    ),
    Sabotage::of_client(
        "eligibility/takes-an-unreadable-flag-for-none",
        "The client takes a flag that it cannot read for one that is not set.",
        practice::takes_an_unreadable_flag_for_none,
        &["rows-unread"],
    ),
    Sabotage::of_client(
        "eligibility/decides-by-old-records",
        "The client decides after a pause by the records as they were before it.",
        local::decides_by_old_records,
        &["flagged-while-paused"],
    ),
];
