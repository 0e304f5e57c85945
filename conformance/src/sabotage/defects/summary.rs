//! Defects that the cases of `summary` must find.

mod choice;
mod spine;
mod text;

use std::sync::Arc;

use crate::sabotage::{Aim, Sabotage};
use crate::stage::library::Seams;
use crate::wire::Tamper;

/// The defects.
pub(super) const DEFECTS: &[Sabotage] = &[
    client(
        "summary/takes-six-months-of-acute",
        "The client takes acute medication of six months under the default setting.",
        choice::takes_six_months_of_acute,
        &["summary-windows"],
    ),
    client(
        "summary/takes-thirteen-months-of-acute",
        "The client takes acute medication of thirteen months.",
        choice::takes_thirteen_months_of_acute,
        &["summary-windows"],
    ),
    client(
        "summary/takes-twelve-months-in-spite-of-six",
        "The client takes acute medication of twelve months under the setting of six.",
        choice::takes_twelve_months_in_spite_of_six,
        &["summary-acute-six-months"],
    ),
    client(
        "summary/takes-five-months-of-repeats",
        "The client takes repeats of five months.",
        choice::takes_five_months_of_repeats,
        &["summary-windows"],
    ),
    client(
        "summary/takes-seven-months-of-repeats",
        "The client takes repeats of seven months.",
        choice::takes_seven_months_of_repeats,
        &["summary-windows"],
    ),
    client(
        "summary/forgets-when-repeats-are-reviewed",
        "The client judges repeats by their last issue alone.",
        choice::forgets_when_repeats_are_reviewed,
        &["summary-windows"],
    ),
    client(
        "summary/takes-discontinued-for-current",
        "The client takes discontinued repeats for current ones.",
        choice::takes_discontinued_for_current,
        &["summary-windows"],
    ),
    client(
        "summary/takes-five-months-of-discontinued",
        "The client takes repeats discontinued in the last five months.",
        choice::takes_five_months_of_discontinued,
        &["summary-windows"],
    ),
    client(
        "summary/takes-seven-months-of-discontinued",
        "The client takes repeats discontinued in the last seven months.",
        choice::takes_seven_months_of_discontinued,
        &["summary-windows"],
    ),
    client(
        "summary/leaves-out-medication-from-elsewhere",
        "The client leaves out medication from elsewhere.",
        choice::leaves_out_medication_from_elsewhere,
        &["summary-windows"],
    ),
    client(
        "summary/prints-no-period",
        "The client prints no period in its titles.",
        text::prints_no_period,
        &["summary-windows"],
    ),
    client(
        "summary/leaves-out-food",
        "The client leaves out allergies to food.",
        choice::leaves_out_food,
        &["summary-content"],
    ),
    client(
        "summary/sends-negative-allergies",
        "The client sends that there are no known allergies.",
        choice::sends_negative_allergies,
        &["summary-content"],
    ),
    client(
        "summary/sends-history-that-it-cannot-judge",
        "The client sends history without terminology to judge it by.",
        text::sends_history_that_it_cannot_judge,
        &["summary-content"],
    ),
    client(
        "summary/carries-another-preference",
        "The client carries another preference than the patient's.",
        text::carries_another_preference,
        &["summary-content"],
    ),
    client(
        "summary/never-says-recently-registered",
        "The client never says that a patient recently registered.",
        text::never_says_recently_registered,
        &["summary-content"],
    ),
    client(
        "summary/says-recently-registered-for-longer",
        "The client says for more than 60 days that a patient recently registered.",
        choice::says_recently_registered_for_longer,
        &["summary-content"],
    ),
    client(
        "summary/words-the-dissent-otherwise",
        "The client words the dissent in a way that the Spine does not recognise.",
        text::words_the_dissent_otherwise,
        &["summary-content"],
    ),
    client(
        "summary/sends-medication-with-a-dissent",
        "The client shows medication in a dissent summary.",
        text::sends_medication_with_a_dissent,
        &["summary-content"],
    ),
    client(
        "summary/dates-no-dissent",
        "The client does not date the dissent.",
        text::dates_no_dissent,
        &["summary-content"],
    ),
    client(
        "summary/always-says-that-there-is-nothing",
        "The client says beside clinical content that there is nothing significant.",
        text::always_says_that_there_is_nothing,
        &["summary-content"],
    ),
    client(
        "summary/says-in-a-paragraph-that-there-is-nothing",
        "The client says in a paragraph that there is nothing significant.",
        text::says_in_a_paragraph_that_there_is_nothing,
        &["summary-content"],
    ),
    client(
        "summary/names-no-author-in-the-text",
        "The client names no author in the text.",
        text::names_no_author_in_the_text,
        &["summary-content"],
    ),
    client(
        "summary/does-not-end-with-the-time",
        "The client does not end the text with the time of sending.",
        text::does_not_end_with_the_time,
        &["summary-content"],
    ),
    client(
        "summary/orders-sections-otherwise",
        "The client puts medication before allergies.",
        text::orders_sections_otherwise,
        &["summary-content"],
    ),
    client(
        "summary/gives-a-heading-another-id",
        "The client gives a heading another id than the national one.",
        text::gives_a_heading_another_id,
        &["summary-content"],
    ),
    client(
        "summary/leaves-empty-sections-bare",
        "The client says in words of its own that a section is empty.",
        text::leaves_empty_sections_bare,
        &["summary-content"],
    ),
    client(
        "summary/uses-a-heading-of-level-1",
        "The client uses a heading of level 1.",
        text::uses_a_heading_of_level_1,
        &["summary-content"],
    ),
    client(
        "summary/shows-less-than-it-codes",
        "The client does not show what an allergy is to.",
        text::shows_less_than_it_codes,
        &["summary-content"],
    ),
    client(
        "summary/loses-what-means-something-in-xml",
        "The client loses characters that mean something in XML.",
        text::loses_what_means_something_in_xml,
        &["summary-content"],
    ),
    client(
        "summary/blanks-a-dose",
        "The client blanks the dose of a medication.",
        text::blanks_a_dose,
        &["summary-content"],
    ),
    client(
        "summary/codes-the-document-otherwise",
        "The client codes the document as an initial summary.",
        text::codes_the_document_otherwise,
        &["summary-content"],
    ),
    client(
        "summary/writes-two-roots",
        "The client writes pertinentInformation1 twice.",
        text::writes_two_roots,
        &["summary-content"],
    ),
    client(
        "summary/writes-no-category",
        "The client leaves out the first category.",
        text::writes_no_category,
        &["summary-content"],
    ),
    client(
        "summary/swaps-the-categories",
        "The client puts allergies under medication and medication under allergies.",
        text::swaps_the_categories,
        &["summary-content"],
    ),
    client(
        "summary/writes-ids-in-small-letters",
        "The client writes the ids of entries in small letters.",
        text::writes_ids_in_small_letters,
        &["summary-content"],
    ),
    client(
        "summary/gives-all-entries-one-id",
        "The client gives all entries one id.",
        text::gives_all_entries_one_id,
        &["summary-content"],
    ),
    client(
        "summary/sends-any-code-as-snomed",
        "The client sends a code of the practice's own as one of SNOMED CT.",
        text::sends_any_code_as_snomed,
        &["summary-content"],
    ),
    client(
        "summary/names-another-author",
        "The client names somebody else as author.",
        text::names_another_author,
        &["summary-content"],
    ),
    client(
        "summary/names-two-patients",
        "The client names a second patient.",
        text::names_two_patients,
        &["summary-content"],
    ),
    client(
        "summary/shares-additional-of-everybody",
        "The client shares additional information of everybody under the default setting.",
        choice::shares_additional_of_everybody,
        &["summary-additional"],
    ),
    client(
        "summary/uses-no-terminology",
        "The client does not use the terminology that it has.",
        choice::uses_no_terminology,
        &["summary-additional"],
    ),
    client(
        "summary/shares-priority-0",
        "The client shares history of priority 0.",
        choice::shares_priority_0,
        &["summary-additional"],
    ),
    client(
        "summary/takes-every-part-of-chapter-7",
        "The client takes every part of chapter 7 for procedures.",
        choice::takes_every_part_of_chapter_7,
        &["summary-additional"],
    ),
    client(
        "summary/knows-no-immunisations",
        "The client does not know chapter 65.",
        choice::knows_no_immunisations,
        &["summary-additional"],
    ),
    client(
        "summary/loses-free-text",
        "The client loses the free text of additional information.",
        text::loses_free_text,
        &["summary-additional"],
    ),
    client(
        "summary/withholds-nothing",
        "The client withholds nothing.",
        choice::withholds_nothing,
        &["summary-additional"],
    ),
    client(
        "summary/does-not-say-what-is-withheld",
        "The client does not say that something was withheld.",
        text::does_not_say_what_is_withheld,
        &["summary-additional"],
    ),
    client(
        "summary/shares-additional-of-nobody-by-setting",
        "The client sends core data only under the setting that says more.",
        choice::shares_additional_of_nobody_by_setting,
        &["summary-additional-by-setting"],
    ),
    client(
        "summary/overrides-an-express-preference",
        "The client lets the setting override an express preference for core data.",
        choice::overrides_an_express_preference,
        &["summary-additional-by-setting"],
    ),
    client(
        "summary/replaces-nothing",
        "The client names nothing that a summary replaces.",
        text::replaces_nothing,
        &["summary-replacement"],
    ),
    client(
        "summary/replaces-the-oldest",
        "The client replaces the oldest event.",
        text::replaces_the_oldest,
        &["summary-replacement"],
    ),
    client(
        "summary/replaces-what-was-withdrawn",
        "The client replaces a withdrawn event.",
        text::replaces_what_was_withdrawn,
        &["summary-replacement"],
    ),
    psis(
        "summary/takes-an-id-of-its-own",
        "The Spine takes a summary whose id is not the message id.",
        spine::takes_an_id_of_its_own,
    ),
    psis(
        "summary/takes-many-replacements",
        "The Spine takes a summary with more than one replacement.",
        spine::takes_many_replacements,
    ),
    psis(
        "summary/takes-no-category",
        "The Spine takes a summary without a category.",
        spine::takes_no_category,
    ),
    psis(
        "summary/takes-any-category",
        "The Spine takes a summary with a category of no list.",
        spine::takes_any_category,
    ),
    psis(
        "summary/takes-any-element",
        "The Spine takes a text with a heading of level 1.",
        spine::takes_any_element,
    ),
    psis("summary/runs-scripts", "The Spine takes a text with a script.", spine::runs_scripts),
    psis(
        "summary/refuses-numbers-with-another-number",
        "The Spine refuses a wrong NHS number under another number.",
        spine::refuses_numbers_with_another_number,
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

const fn psis(name: &'static str, what: &'static str, tamper: fn() -> Arc<dyn Tamper>) -> Sabotage {
    Sabotage { name, what, aim: Aim::Spine(tamper) }
}
