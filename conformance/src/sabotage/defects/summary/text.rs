//! Defects in what a summary says: the client's uploads are rewritten on its side of the wire.

use spine_fixtures::population::staff;

use crate::sabotage::{rewriting_answers, rewriting_requests};
use crate::stage::library::Seams;
use crate::wire::{Reply, Sort};

/// A client whose uploads are rewritten.
macro_rules! uploading {
    ($(#[$said:meta])* $name:ident, |$text:ident| $change:expr) => {
        $(#[$said])*
        pub(super) fn $name() -> Seams {
            let tamper = || {
                rewriting_requests(|request, seen| {
                    if seen.sort == Sort::Upload {
                        request.rewrite(|$text| $change);
                    }
                })
            };
            Seams { tamper, ..Seams::default() }
        }
    };
}

const DISSENT: &str = "this patient has chosen not to have a Summary Care Record";
const NOTHING: &str = "<h3>The practice holds no significant data on this patient</h3>";

uploading!(prints_no_period, |text| text.replace(" month period ", " months "));

uploading!(sends_history_that_it_cannot_judge, |text| {
    text.replace(
        "<h2 id=\"PreferencesHeader\">",
        "<p>Invented chronic condition</p><h2 id=\"PreferencesHeader\">",
    )
});

uploading!(carries_another_preference, |text| text
    .replace("Express consent for core and additional", "Express consent for core"));

uploading!(never_says_recently_registered, |text| {
    let mark = "<p id=\"RegistrationStartedStatement\">";
    text.replace(&piece(text, mark, "</p>"), "")
});

uploading!(words_the_dissent_otherwise, |text| text.replace(DISSENT, "this patient would rather have none"));

uploading!(sends_medication_with_a_dissent, |text| {
    if text.contains(DISSENT) {
        let section = "<h2 id=\"RepeatMedsHeader\">Current Repeat Medications</h2><table id=\"RepeatMeds\"><tbody><tr>\
                       <td>Cetirizine 10mg capsules</td></tr></tbody></table><p id=\"SendTime\">";
        text.replace("<p id=\"SendTime\">", section)
    } else {
        text.to_owned()
    }
});

uploading!(dates_no_dissent, |text| {
    if text.contains(DISSENT) { text.replace("15 Sep 2025", "") } else { text.to_owned() }
});

uploading!(always_says_that_there_is_nothing, |text| {
    text.replace("<p id=\"SendTime\">", &format!("{NOTHING}<p id=\"SendTime\">"))
});

uploading!(says_in_a_paragraph_that_there_is_nothing, |text| {
    text.replace(NOTHING, &NOTHING.replace("h3>", "p>"))
});

uploading!(names_no_author_in_the_text, |text| text.replace(&piece(text, "<p id=\"Author\">", "</p>"), ""));

uploading!(does_not_end_with_the_time, |text| text.replace(&piece(text, "<p id=\"SendTime\">", "</p>"), ""));

uploading!(orders_sections_otherwise, |text| {
    let allergies = piece(text, "<h2 id=\"AllergiesHeader\">", "</table>");
    let acute = piece(text, "<h2 id=\"AcuteMedsHeader\">", "</table>");
    text.replace(&format!("{allergies}{acute}"), &format!("{acute}{allergies}"))
});

uploading!(gives_a_heading_another_id, |text| text.replace("\"AllergiesHeader\"", "\"AllergyHeader\""));

uploading!(leaves_empty_sections_bare, |text| {
    text.replace("No relevant information available for this category.", "No data of this type recorded")
});

uploading!(uses_a_heading_of_level_1, |text| {
    text.replace(
        "<h2 id=\"Title\">General Practice Summary</h2>",
        "<h1 id=\"Title\">General Practice Summary</h1>",
    )
});

uploading!(shows_less_than_it_codes, |text| text
    .replace("<td>Allergy to penicillin</td>", "<td>Allergy</td>"));

uploading!(loses_what_means_something_in_xml, |text| text.replace("&amp;", "and"));

uploading!(blanks_a_dose, |text| {
    let dose =
        piece(text, "<pertinentDosageInstructions classCode=\"OBS\" moodCode=\"EVN\"><value>", "</value>");
    text.replace(&dose, "<pertinentDosageInstructions classCode=\"OBS\" moodCode=\"EVN\"><value></value>")
});

uploading!(codes_the_document_otherwise, |text| text.replace("196981000000101", "196971000000103"));

uploading!(writes_two_roots, |text| {
    let root =
        piece(text, "<pertinentInformation1 typeCode=\"PERT\" inversionInd", "</pertinentInformation1>");
    text.replace(&root, &root.repeat(2))
});

uploading!(writes_no_category, |text| {
    text.replace(&piece(text, "<pertinentInformation2", "</pertinentInformation2>"), "")
});

uploading!(swaps_the_categories, |text| {
    let moved = text.replace("163221000000102", "(allergies)").replace("185361000000102", "163221000000102");
    moved.replace("(allergies)", "185361000000102")
});

uploading!(writes_ids_in_small_letters, |text| with_ids(text, str::to_lowercase));

uploading!(gives_all_entries_one_id, |text| {
    with_ids(text, |_| "6D0A4E20-1111-4C11-9A11-0000000000E1".to_owned())
});

uploading!(sends_any_code_as_snomed, |text| {
    let snomed = "<code code=\"LM0002\" codeSystem=\"2.16.840.1.113883.2.1.3.2.4.15\"><originalText>";
    text.replace("<code nullFlavor=\"OTH\"><originalText>", snomed)
});

uploading!(names_another_author, |text| text.replace(staff::OPERATOR_USER_ID, staff::CLINICIAN_USER_ID));

uploading!(names_two_patients, |text| {
    let second = "<id root=\"2.16.840.1.113883.2.1.4.1\" extension=\"9990000018\"/></patient></recordTarget>";
    text.replace("</patient></recordTarget>", second)
});

uploading!(does_not_say_what_is_withheld, |text| text
    .replace("have been deliberately withheld", "are elsewhere"));

uploading!(loses_free_text, |text| text.replace("Under review at the clinic", ""));

uploading!(replaces_nothing, |text| text.replace(&piece(text, "<replacementOf", "</replacementOf>"), ""));

/// Takes the event before the newest for the newest; where there is only one, it names none that anybody knows.
pub(super) fn replaces_the_oldest() -> Seams {
    let tamper = || {
        rewriting_answers(|_, seen, reply| {
            if let (Sort::EventList, Reply::Answer(answer)) = (seen.sort, reply) {
                answer.rewrite(|text| {
                    let newest = piece(text, "<psis:eventID", "/>");
                    let rest = text.replacen(&newest, "(newest)", 1);
                    let next = piece(&rest, "<psis:eventID", "/>");
                    rest.replacen(&next, &newest, 1).replacen("(newest)", &next, 1)
                });
            }
        })
    };
    Seams { tamper, ..Seams::default() }
}

/// Takes a withdrawn event for one that stands.
pub(super) fn replaces_what_was_withdrawn() -> Seams {
    let tamper = || {
        rewriting_answers(|_, seen, reply| {
            if let (Sort::EventList, Reply::Answer(answer)) = (seen.sort, reply) {
                let (withdrawn, normal) =
                    ("code=\"2\" displayName=\"Withdrawn\"", "code=\"1\" displayName=\"Normal\"");
                answer.rewrite(|text| text.replace(withdrawn, normal));
            }
        })
    };
    Seams { tamper, ..Seams::default() }
}

/// A text from one mark up to the end of another; something that stands nowhere if there is none.
fn piece(text: &str, from: &str, to: &str) -> String {
    let begun = text.find(from).and_then(|start| text.get(start..));
    let ended = begun.and_then(|rest| rest.find(to).and_then(|end| rest.get(..end + to.len())));
    ended.unwrap_or("(no such piece)").to_owned()
}

/// A text with other ids of its coded entries.
fn with_ids(text: &str, other: impl Fn(&str) -> String) -> String {
    let mut parts = text.split("<UKCT_MT144");
    let mut changed = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let id = piece(part, "<id root=\"", "\"/>");
        changed.push_str("<UKCT_MT144");
        changed.push_str(&part.replacen(&id, &other(&id).replace("<ID ROOT", "<id root"), 1));
    }
    changed
}
