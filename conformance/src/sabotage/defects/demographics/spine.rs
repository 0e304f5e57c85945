//! Defects of the PDS of a Spine.

use std::sync::Arc;

use spine_fixtures::persona;

use super::{retelling, retelling_everybody};
use crate::sabotage::{Sabotage, rewriting_requests};
use crate::wire::{Sort, Tamper};

/// The defects.
pub(super) const DEFECTS: &[Sabotage] = &[
    Sabotage::of_spine(
        "demographics/answers-in-another-release",
        "The PDS answers in another release of its messages.",
        answers_in_another_release,
    ),
    Sabotage::of_spine(
        "demographics/answers-without-the-wrapper",
        "The PDS answers outside retrievalQueryResponse.",
        answers_without_the_wrapper,
    ),
    Sabotage::of_spine(
        "demographics/answers-about-somebody-else",
        "The PDS answers with details of somebody else.",
        answers_about_somebody_else,
    ),
    Sabotage::of_spine(
        "demographics/keeps-the-serial-number-back",
        "The PDS keeps the serial change number of restricted records back.",
        keeps_the_serial_number_back,
    ),
    Sabotage::of_spine(
        "demographics/shows-restricted-details",
        "The PDS shows the birth date of a restricted record.",
        shows_restricted_details,
    ),
    Sabotage::of_spine(
        "demographics/restricts-without-a-warning",
        "The PDS restricts an answer without the warning 9.",
        restricts_without_a_warning,
    ),
    Sabotage::of_spine(
        "demographics/calls-every-restriction-s",
        "The PDS calls a stop noted a restriction.",
        calls_every_restriction_s,
    ),
    Sabotage::of_spine(
        "demographics/answers-under-the-old-number",
        "The PDS answers under the number that was superseded.",
        answers_under_the_old_number,
    ),
    Sabotage::of_spine(
        "demographics/supersedes-without-a-warning",
        "The PDS answers under another number without the warning 24.",
        supersedes_without_a_warning,
    ),
    Sabotage::of_spine(
        "demographics/tells-no-general-error",
        "The PDS tells no general error first.",
        tells_no_general_error,
    ),
    Sabotage::of_spine(
        "demographics/tells-no-detail",
        "The PDS tells the general error alone.",
        tells_no_detail,
    ),
    Sabotage::of_spine(
        "demographics/says-aa-to-nobody",
        "The PDS accepts a number of nobody.",
        says_aa_to_nobody,
    ),
    Sabotage::of_spine(
        "demographics/calls-every-death-formal",
        "The PDS calls every notice of death formal.",
        calls_every_death_formal,
    ),
    Sabotage::of_spine(
        "demographics/tells-no-date-of-death",
        "The PDS tells no date of death.",
        tells_no_date_of_death,
    ),
    Sabotage::of_spine(
        "demographics/names-the-practice-under-another-root",
        "The PDS names the practice under the root of other messages.",
        names_the_practice_under_another_root,
    ),
    Sabotage::of_spine(
        "demographics/has-everybody-at-one-practice",
        "The PDS has everybody registered at the practice that asks.",
        has_everybody_at_one_practice,
    ),
    Sabotage::of_spine(
        "demographics/insists-on-an-order",
        "The PDS refuses a parameter whose value comes first.",
        insists_on_an_order,
    ),
    Sabotage::of_spine(
        "demographics/forgives-another-root",
        "The PDS takes a number under any root.",
        forgives_another_root,
    ),
    Sabotage::of_spine(
        "demographics/forgives-a-missing-root",
        "The PDS takes a number without a root.",
        forgives_a_missing_root,
    ),
    Sabotage::of_spine(
        "demographics/forgives-any-indicator",
        "The PDS takes any historicDataIndicator.",
        forgives_any_indicator,
    ),
    Sabotage::of_spine(
        "demographics/forgives-a-missing-indicator",
        "The PDS does without a historicDataIndicator.",
        forgives_a_missing_indicator,
    ),
    Sabotage::of_spine(
        "demographics/shows-all-whatever-is-asked",
        "The PDS shows everything where the serial change number is asked for.",
        shows_all_whatever_is_asked,
    ),
];

type Planted = Arc<dyn Tamper>;

pub(super) fn answers_in_another_release() -> Planted {
    retelling_everybody(|text| text.replace("QUPA_IN000009UK03", "QUPA_IN000009UK06"))
}

pub(super) fn answers_without_the_wrapper() -> Planted {
    retelling_everybody(|text| {
        text.replace("<retrievalQueryResponse>", "").replace("</retrievalQueryResponse>", "")
    })
}

pub(super) fn answers_about_somebody_else() -> Planted {
    retelling("forename-differs", |text| text.replace("<given>Winston</given>", "<given>Alfred</given>"))
}

pub(super) fn keeps_the_serial_number_back() -> Planted {
    retelling_everybody(|text| {
        // Of restricted records alone.
        if text.contains("confidentialityCode") {
            text.replace("pertinentSerialChangeNumber", "was")
        } else {
            text.to_owned()
        }
    })
}

pub(super) fn shows_restricted_details() -> Planted {
    retelling_everybody(|text| {
        text.replace(
            "determinerCode=\"INSTANCE\"/></patientRole>",
            "determinerCode=\"INSTANCE\"><birthTime value=\"19780328\"/></patientPerson></patientRole>",
        )
    })
}

pub(super) fn restricts_without_a_warning() -> Planted {
    retelling_everybody(|text| text.replace("<code code=\"9\"", "<code code=\"5\""))
}

pub(super) fn calls_every_restriction_s() -> Planted {
    retelling_everybody(|text| {
        text.replace("confidentialityCode code=\"Y\"", "confidentialityCode code=\"S\"")
    })
}

pub(super) fn answers_under_the_old_number() -> Planted {
    retelling("superseded", |text| {
        let number = |of: fn(&spine_fixtures::Persona) -> String| persona("superseded").as_ref().map(of);
        let (own, new) =
            (number(spine_fixtures::Persona::nhs_number), number(spine_fixtures::Persona::successor));
        text.replace(&new.unwrap_or_default(), &own.unwrap_or_default())
    })
}

pub(super) fn supersedes_without_a_warning() -> Planted {
    retelling_everybody(|text| text.replace("<code code=\"24\"", "<code code=\"7\""))
}

const GENERAL: &str = "<code code=\"1\" codeSystem=\"2.16.840.1.113883.2.1.3.2.4.17.42\"";

pub(super) fn tells_no_general_error() -> Planted {
    retelling_everybody(|text| text.replace(GENERAL, &GENERAL.replace("\"1\"", "\"20\"")))
}

pub(super) fn tells_no_detail() -> Planted {
    retelling_everybody(|text| match (text.find("<reason "), text.rfind("<reason ")) {
        (Some(first), Some(last)) if first != last => {
            let end = text.get(last..).and_then(|rest| rest.find("</reason>")).unwrap_or_default();
            format!("{}{}", &text[..last], &text[last + end + "</reason>".len()..])
        }
        _ => text.to_owned(),
    })
}

pub(super) fn says_aa_to_nobody() -> Planted {
    retelling_everybody(|text| {
        if text.contains("QUQI_IN010000UK14") {
            text.replace("typeCode=\"AE\"", "typeCode=\"AA\"")
        } else {
            text.to_owned()
        }
    })
}

const NOTIFICATION: &str = "<value code=\"1\" codeSystem=\"2.16.840.1.113883.2.1.3.2.4.16.5\"/>";

pub(super) fn calls_every_death_formal() -> Planted {
    retelling_everybody(|text| text.replace(NOTIFICATION, &NOTIFICATION.replace("\"1\"", "\"2\"")))
}

pub(super) fn tells_no_date_of_death() -> Planted {
    retelling_everybody(|text| text.replace("deceasedTime", "was"))
}

pub(super) fn names_the_practice_under_another_root() -> Planted {
    retelling_everybody(|text| {
        text.replace("root=\"2.16.840.1.113883.2.1.4.3\"", "root=\"1.2.826.0.1285.0.1.10\"")
    })
}

pub(super) fn has_everybody_at_one_practice() -> Planted {
    retelling_everybody(|text| text.replace("Y90002", "Y90001"))
}

/// Takes a request for what it is not.
fn taking(change: fn(&str) -> String) -> Planted {
    rewriting_requests(move |request, seen| {
        if seen.sort == Sort::Retrieval {
            request.rewrite(change);
        }
    })
}

pub(super) fn insists_on_an_order() -> Planted {
    taking(|text| text.replace("<person.id><value", "<person.id><wrong"))
}

const NUMBER: &str = "<value root=\"2.16.840.1.113883.2.1.4.1\" extension=";

pub(super) fn forgives_another_root() -> Planted {
    taking(|text| {
        ["2.16.840.1.113883.2.1.3.2.4.18.24", "2.16.840.1.113883.2.1.4.3"]
            .iter()
            .fold(text.to_owned(), |text, root| {
                text.replace(&format!("<value root=\"{root}\" extension="), NUMBER)
            })
    })
}

pub(super) fn forgives_a_missing_root() -> Planted {
    taking(|text| text.replace("<value extension=", NUMBER))
}

const INDICATOR: &str = "<value code=\"0\" codeSystem=\"2.16.840.1.113883.2.1.3.2.4.17.36\"/>";

pub(super) fn forgives_any_indicator() -> Planted {
    taking(|text| {
        ["\"2\"", "\"\"", "\"true\""]
            .iter()
            .fold(text.to_owned(), |text, code| text.replace(&INDICATOR.replace("\"0\"", code), INDICATOR))
    })
}

pub(super) fn forgives_a_missing_indicator() -> Planted {
    taking(|text| {
        let whole = format!(
            "<historicDataIndicator><semanticsText>HistoricDataIndicator</semanticsText>{INDICATOR}</historicDataIndicator><person.id>"
        );
        if text.contains("<historicDataIndicator>") {
            text.to_owned()
        } else {
            text.replace("<person.id>", &whole)
        }
    })
}

pub(super) fn shows_all_whatever_is_asked() -> Planted {
    taking(|text| text.replace("person.scn", "person.allData"))
}
