//! Defects that the cases of `demographics` must find.

mod asking;
mod comparing;
mod spine;

use std::sync::Arc;

use spine_fixtures::persona;

use crate::sabotage::{Aim, Sabotage, rewriting_answers};
use crate::stage::library::Seams;
use crate::wire::{Reply, Sort, Tamper};

/// The defects.
pub(super) const DEFECTS: &[Sabotage] = &[
    client(
        "demographics/remembers-answers",
        "The client believes what PDS told it in an earlier run.",
        asking::remembers_answers,
        &["differences"],
    ),
    client(
        "demographics/asks-by-name-as-well",
        "The client gives the name beside the number.",
        asking::asks_by_name_as_well,
        &["differences"],
    ),
    client(
        "demographics/traces",
        "The client traces a patient whose number it has.",
        asking::traces,
        &["differences"],
    ),
    client(
        "demographics/compares-no-surname",
        "The client does not compare surnames.",
        comparing::compares_no_surname,
        &["differences"],
    ),
    client(
        "demographics/compares-no-surname-of-dissenters",
        "The client tells the ACS of a dissent without comparing the surname.",
        comparing::compares_no_surname_of_dissenters,
        &["differences"],
    ),
    client(
        "demographics/compares-no-gender",
        "The client does not compare the gender.",
        comparing::compares_no_gender,
        &["differences"],
    ),
    client(
        "demographics/takes-not-known-for-any-gender",
        "The client takes a gender not known for any.",
        comparing::takes_not_known_for_any_gender,
        &["differences"],
    ),
    client(
        "demographics/compares-no-birth-date",
        "The client takes day and month of birth in either order.",
        comparing::compares_no_birth_date,
        &["differences"],
    ),
    client(
        "demographics/compares-neither-forename-nor-postcode",
        "The client compares neither forename nor postcode.",
        comparing::compares_neither_forename_nor_postcode,
        &["differences"],
    ),
    client(
        "demographics/wants-the-forename",
        "The client wants the forename to agree, whatever the postcode.",
        comparing::wants_the_forename,
        &["differences"],
    ),
    client(
        "demographics/wants-the-postcode",
        "The client wants the postcode to agree, whatever the forename.",
        comparing::wants_the_postcode,
        &["differences"],
    ),
    client(
        "demographics/compares-all-forenames",
        "The client compares all forenames as one.",
        comparing::compares_all_forenames,
        &["differences", "written-in-two-ways"],
    ),
    client(
        "demographics/hushes-up-mismatches",
        "The client reports a mismatch as nobody's business.",
        comparing::hushes_up_mismatches,
        &["differences"],
    ),
    client(
        "demographics/compares-telephones",
        "The client takes a telephone that it does not have for a mismatch.",
        comparing::compares_telephones,
        &["several-names-and-addresses"],
    ),
    client(
        "demographics/compares-address-lines",
        "The client takes another house number for a mismatch.",
        comparing::compares_address_lines,
        &["several-names-and-addresses"],
    ),
    client(
        "demographics/takes-business-for-sensitive",
        "The client takes the business flag for a restriction.",
        comparing::takes_business_for_sensitive,
        &["several-names-and-addresses"],
    ),
    client(
        "demographics/believes-the-business-flag",
        "The client does not compare a record under investigation.",
        comparing::believes_the_business_flag,
        &["several-names-and-addresses"],
    ),
    client(
        "demographics/reads-no-period-of-names",
        "The client does not read until when a name was in use.",
        comparing::reads_no_period_of_names,
        &["several-names-and-addresses"],
    ),
    client(
        "demographics/takes-the-first-name",
        "The client takes the first name of several.",
        comparing::takes_the_first_name,
        &["several-names-and-addresses"],
    ),
    client(
        "demographics/reads-no-period-of-addresses",
        "The client does not read until when an address was in use.",
        comparing::reads_no_period_of_addresses,
        &["several-names-and-addresses"],
    ),
    client(
        "demographics/takes-the-first-address",
        "The client takes the first address of several, whatever its use.",
        comparing::takes_the_first_address,
        &["several-names-and-addresses"],
    ),
    client(
        "demographics/completes-the-year",
        "The client takes a year of birth for enough.",
        comparing::completes_the_year,
        &["several-names-and-addresses"],
    ),
    client(
        "demographics/completes-the-month",
        "The client takes a month of birth for enough.",
        comparing::completes_the_month,
        &["several-names-and-addresses"],
    ),
    client(
        "demographics/blank-surnames-match",
        "The client takes surnames that are blank on both sides for the same.",
        comparing::blank_surnames_match,
        &["blanks"],
    ),
    client(
        "demographics/blank-surname-on-pds-matches",
        "The client does not compare a surname that PDS does not tell.",
        comparing::blank_surname_on_pds_matches,
        &["blanks"],
    ),
    client(
        "demographics/blank-gender-on-pds-matches",
        "The client does not compare a gender that PDS does not tell.",
        comparing::blank_gender_on_pds_matches,
        &["blanks"],
    ),
    client(
        "demographics/blank-birth-date-on-pds-matches",
        "The client does not compare a birth date that PDS does not tell.",
        comparing::blank_birth_date_on_pds_matches,
        &["blanks"],
    ),
    client(
        "demographics/blank-gender-here-matches",
        "The client does not compare a gender that the practice left blank.",
        comparing::blank_gender_here_matches,
        &["blanks"],
    ),
    client(
        "demographics/blank-birth-date-here-matches",
        "The client does not compare a birth date that the practice left blank.",
        comparing::blank_birth_date_here_matches,
        &["blanks"],
    ),
    client(
        "demographics/takes-blanks-for-matched",
        "The client takes a forename or postcode that nobody has for the same.",
        comparing::takes_blanks_for_matched,
        &["blanks"],
    ),
    client(
        "demographics/knows-one-reading-of-blanks",
        "The client has no setting for blanks on both sides.",
        comparing::knows_one_reading_of_blanks,
        &["blanks-match"],
    ),
    client(
        "demographics/compares-capitals",
        "The client takes capitals for other letters.",
        comparing::compares_capitals,
        &["written-in-two-ways"],
    ),
    client(
        "demographics/takes-a-full-stop-for-a-letter",
        "The client takes a full stop behind a name for part of it.",
        comparing::takes_a_full_stop_for_a_letter,
        &["written-in-two-ways"],
    ),
    client(
        "demographics/counts-spaces",
        "The client counts the spaces within a name.",
        comparing::counts_spaces,
        &["written-in-two-ways"],
    ),
    client(
        "demographics/takes-a-hyphen-for-a-space",
        "The client takes a hyphen for a space.",
        comparing::takes_a_hyphen_for_a_space,
        &["written-in-two-ways"],
    ),
    client(
        "demographics/takes-apostrophes-for-one",
        "The client takes one apostrophe for another.",
        comparing::takes_apostrophes_for_one,
        &["written-in-two-ways"],
    ),
    client(
        "demographics/drops-apostrophes",
        "The client leaves the apostrophe out of its own side's name.",
        comparing::drops_apostrophes,
        &["written-in-two-ways"],
    ),
    client(
        "demographics/compares-postcodes-as-written",
        "The client compares postcodes as they are written.",
        comparing::compares_postcodes_as_written,
        &["written-in-two-ways"],
    ),
    client(
        "demographics/overlooks-supersession",
        "The client overlooks that a number was superseded.",
        asking::overlooks_supersession,
        &["numbers-on-pds"],
    ),
    client(
        "demographics/tells-of-a-dissent-under-an-old-number",
        "The client tells the ACS of a dissent under a number that was superseded.",
        asking::tells_of_a_dissent_under_an_old_number,
        &["numbers-on-pds"],
    ),
    client(
        "demographics/takes-over-the-new-number",
        "The client sends under the new number at once.",
        asking::takes_over_the_new_number,
        &["numbers-on-pds"],
    ),
    client(
        "demographics/heeds-only-the-warning",
        "The client does not look which number an answer is about.",
        asking::heeds_only_the_warning,
        &["numbers-on-pds"],
    ),
    client(
        "demographics/takes-no-match-for-a-match",
        "The client sends though PDS knows no such number.",
        asking::takes_no_match_for_a_match,
        &["numbers-on-pds"],
    ),
    client(
        "demographics/takes-invalid-for-valid",
        "The client sends under a number that PDS has made invalid.",
        asking::takes_invalid_for_valid,
        &["numbers-on-pds"],
    ),
    client(
        "demographics/takes-silence-for-a-mismatch",
        "The client reports a mismatch when PDS does not answer.",
        asking::takes_silence_for_a_mismatch,
        &["no-answer-of-pds"],
    ),
    client(
        "demographics/takes-nonsense-for-no-match",
        "The client reports that PDS does not know a number when it cannot read the answer.",
        asking::takes_nonsense_for_no_match,
        &["no-answer-of-pds"],
    ),
    of_spine(
        "demographics/answers-in-another-release",
        "The PDS answers in another release of its messages.",
        spine::answers_in_another_release,
    ),
    of_spine(
        "demographics/answers-without-the-wrapper",
        "The PDS answers outside retrievalQueryResponse.",
        spine::answers_without_the_wrapper,
    ),
    of_spine(
        "demographics/answers-about-somebody-else",
        "The PDS answers with details of somebody else.",
        spine::answers_about_somebody_else,
    ),
    of_spine(
        "demographics/keeps-the-serial-number-back",
        "The PDS keeps the serial change number of restricted records back.",
        spine::keeps_the_serial_number_back,
    ),
    of_spine(
        "demographics/shows-restricted-details",
        "The PDS shows the birth date of a restricted record.",
        spine::shows_restricted_details,
    ),
    of_spine(
        "demographics/restricts-without-a-warning",
        "The PDS restricts an answer without the warning 9.",
        spine::restricts_without_a_warning,
    ),
    of_spine(
        "demographics/calls-every-restriction-s",
        "The PDS calls a stop noted a restriction.",
        spine::calls_every_restriction_s,
    ),
    of_spine(
        "demographics/answers-under-the-old-number",
        "The PDS answers under the number that was superseded.",
        spine::answers_under_the_old_number,
    ),
    of_spine(
        "demographics/supersedes-without-a-warning",
        "The PDS answers under another number without the warning 24.",
        spine::supersedes_without_a_warning,
    ),
    of_spine(
        "demographics/tells-no-general-error",
        "The PDS tells no general error first.",
        spine::tells_no_general_error,
    ),
    of_spine(
        "demographics/tells-no-detail",
        "The PDS tells the general error alone.",
        spine::tells_no_detail,
    ),
    of_spine(
        "demographics/says-aa-to-nobody",
        "The PDS accepts a number of nobody.",
        spine::says_aa_to_nobody,
    ),
    of_spine(
        "demographics/calls-every-death-formal",
        "The PDS calls every notice of death formal.",
        spine::calls_every_death_formal,
    ),
    of_spine(
        "demographics/tells-no-date-of-death",
        "The PDS tells no date of death.",
        spine::tells_no_date_of_death,
    ),
    of_spine(
        "demographics/names-the-practice-under-another-root",
        "The PDS names the practice under the root of other messages.",
        spine::names_the_practice_under_another_root,
    ),
    of_spine(
        "demographics/has-everybody-at-one-practice",
        "The PDS has everybody registered at the practice that asks.",
        spine::has_everybody_at_one_practice,
    ),
    of_spine(
        "demographics/insists-on-an-order",
        "The PDS refuses a parameter whose value comes first.",
        spine::insists_on_an_order,
    ),
    of_spine(
        "demographics/forgives-another-root",
        "The PDS takes a number under any root.",
        spine::forgives_another_root,
    ),
    of_spine(
        "demographics/forgives-a-missing-root",
        "The PDS takes a number without a root.",
        spine::forgives_a_missing_root,
    ),
    of_spine(
        "demographics/forgives-any-indicator",
        "The PDS takes any historicDataIndicator.",
        spine::forgives_any_indicator,
    ),
    of_spine(
        "demographics/forgives-a-missing-indicator",
        "The PDS does without a historicDataIndicator.",
        spine::forgives_a_missing_indicator,
    ),
    of_spine(
        "demographics/shows-all-whatever-is-asked",
        "The PDS shows everything where the serial change number is asked for.",
        spine::shows_all_whatever_is_asked,
    ),
];

const fn client(
    name: &'static str,
    what: &'static str,
    seams: fn() -> Seams,
    scenarios: &'static [&'static str],
) -> Sabotage {
    Sabotage { name, what, aim: Aim::Client(seams, scenarios) }
}

const fn of_spine(name: &'static str, what: &'static str, tamper: fn() -> Arc<dyn Tamper>) -> Sabotage {
    Sabotage { name, what, aim: Aim::Spine(tamper) }
}

/// Reads something else in the answers of PDS about one persona.
pub(super) fn retelling(slug: &str, change: fn(&str) -> String) -> Arc<dyn Tamper> {
    let number = persona(slug).map(|persona| persona.nhs_number());
    rewriting_answers(move |_, seen, reply| {
        if let (Sort::Retrieval, Reply::Answer(answer)) = (seen.sort, reply)
            && seen.patient == number
        {
            answer.rewrite(change);
        }
    })
}

/// Reads something else in every answer of PDS.
pub(super) fn retelling_everybody(change: fn(&str) -> String) -> Arc<dyn Tamper> {
    rewriting_answers(move |_, seen, reply| {
        if let (Sort::Retrieval, Reply::Answer(answer)) = (seen.sort, reply) {
            answer.rewrite(change);
        }
    })
}
