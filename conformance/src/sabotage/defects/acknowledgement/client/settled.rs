//! Answers that settle a message, heard wrongly.

use super::{is_ae, is_of_upload, word_after};
use crate::sabotage::{rewriting_answers, rewriting_requests};
use crate::stage::library::Seams;
use crate::wire::{Answer, Reply, Request, Seen, Sort};

pub(super) fn warnings_are_errors() -> Seams {
    hearing!(|_, seen, answer| {
        if is_of_upload(seen) && answer.text().contains("code=\"WG\"") {
            answer.rewrite(|text| {
                text.replace("typeCode=\"AA\"", "typeCode=\"AE\"").replace("\"WG\"", "\"ER\"")
            });
        }
    })
}

pub(super) fn everything_is_well() -> Seams {
    hearing!(|_, seen, answer| {
        if is_of_upload(seen) {
            answer.rewrite(|text| {
                text.replace("typeCode=\"AE\"", "typeCode=\"AA\"")
                    .replace("typeCode=\"AR\"", "typeCode=\"AA\"")
            });
        }
    })
}

pub(super) fn refused_is_silence() -> Seams {
    hearing!(|_, seen, answer| {
        if seen.sort == Sort::Upload && (is_ae(answer) || answer.text().contains("typeCode=\"AR\"")) {
            *answer = Answer::bare(504);
        }
    })
}

pub(super) fn unread_400() -> Seams {
    hearing!(|_, _, answer| {
        if answer.status == 400 {
            *answer = Answer::bare(504);
        }
    })
}

pub(super) fn one_ends_all() -> Seams {
    hearing!(|_, seen, answer| {
        if seen.sort == Sort::Upload && is_ae(answer) {
            *answer = Answer::bare(401);
        }
    })
}

pub(super) fn unread_413() -> Seams {
    hearing!(|_, _, answer| {
        if answer.status == 413 {
            *answer = Answer::bare(504);
        }
    })
}

pub(super) fn one_prefix() -> Seams {
    hearing!(|_, seen, answer| {
        let text = answer.text().into_owned();
        if seen.sort == Sort::Poll && text.contains("MCCI") && !text.contains("<hl7:MCCI") {
            *answer = Answer::bare(504);
        }
    })
}

pub(super) fn one_line() -> Seams {
    hearing!(|_, seen, answer| {
        let text = answer.text().into_owned();
        if seen.sort == Sort::Poll && text.contains("MCCI_IN010000UK13 xmlns:hl7=\"urn:hl7-org:v3\">\r\n") {
            *answer = Answer::bare(504);
        }
    })
}

pub(super) fn no_words() -> Seams {
    hearing!(|_, seen, answer| {
        if seen.sort == Sort::Poll && answer.text().contains("extension=\"None\"") {
            *answer = Answer::bare(504);
        }
    })
}

pub(super) fn empty_is_something() -> Seams {
    Seams {
        tamper: || {
            rewriting_requests(|request, seen| {
                if seen.sort == Sort::Upload {
                    request.rewrite(|text| {
                        text.replace(
                            "</GPSummary>",
                            "<replacementOf typeCode=\"RPLC\"><priorMessageRef classCode=\"COMPOSITION\" moodCode=\"EVN\"><id root=\"0F0F0F0F-0000-4000-8000-00000000000A\"/></priorMessageRef></replacementOf></GPSummary>",
                        )
                    });
                }
            })
        },
        ..Seams::default()
    }
}

/// Makes a foreign list pass for one about the patient who was asked for.
pub(super) fn believes_lists() -> Seams {
    hearing!(|request, seen, answer| {
        let asked = Seen::of(request).patient.unwrap_or_default();
        if seen.sort == Sort::EventList && !answer.text().contains(&asked) {
            answer.rewrite(|text| match word_after(text, "2.16.840.1.113883.2.1.4.1\" extension=") {
                Some(_) => {
                    let at = "2.16.840.1.113883.2.1.4.1\" extension=\"";
                    let (before, after) = text.split_once(at).unwrap_or((text, ""));
                    format!("{before}{at}{asked}{}", after.get(10..).unwrap_or_default())
                }
                None => text.to_owned(),
            });
        }
    })
}
