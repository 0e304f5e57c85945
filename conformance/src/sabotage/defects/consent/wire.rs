//! Defects in what a client says and hears: its requests and the answers are changed on its side of the wire.

use spine_fixtures::population::staff;

use crate::sabotage::{rewriting_answers, rewriting_requests};
use crate::stage::library::Seams;
use crate::wire::{Reply, Request, Sort};

/// Says something else in requests of a sort.
fn change(request: &mut Request, is: bool, change: impl FnOnce(&str) -> String) {
    if is {
        request.rewrite(change);
    }
}

/// Hears something else.
fn hear(reply: &mut Reply, change: impl FnOnce(&str) -> String) {
    if let Reply::Answer(answer) = reply {
        answer.rewrite(change);
    }
}

/// A text without what stands from one mark up to the end of another, the first time they do.
fn without(text: &str, from: &str, to: &str) -> String {
    let Some((before, rest)) = text.split_once(from) else { return text.to_owned() };
    let Some((_, after)) = rest.split_once(to) else { return text.to_owned() };
    format!("{before}{after}")
}

const PHRASE: &str = "this patient has chosen not to have a Summary Care Record";

pub(super) fn sends_content_along_with_the_dissent() -> Seams {
    const ENTRY: &str = "<pertinentInformation2 typeCode=\"PERT\"><pertinentCREType classCode=\"CATEGORY\" moodCode=\"EVN\">\
        <code code=\"163221000000102\" codeSystem=\"2.16.840.1.113883.2.1.3.2.4.15\"/><component typeCode=\"COMP\">\
        <UKCT_MT144053UK02.Allergy classCode=\"OBS\" moodCode=\"EVN\"><id root=\"6D0A4E20-1111-4C11-9A11-0000000000D1\"/>\
        <code code=\"91936005\" codeSystem=\"2.16.840.1.113883.2.1.3.2.4.15\"/></UKCT_MT144053UK02.Allergy></component>\
        </pertinentCREType></pertinentInformation2><recordTarget";
    Seams {
        tamper: || {
            rewriting_requests(|request, seen| {
                let is = seen.sort == Sort::Upload && request.text().contains(PHRASE);
                change(request, is, |text| text.replacen("<recordTarget", ENTRY, 1));
            })
        },
        ..Seams::default()
    }
}

pub(super) fn words_the_dissent_otherwise() -> Seams {
    Seams {
        tamper: || {
            rewriting_requests(|request, seen| {
                change(request, seen.sort == Sort::Upload, |text| {
                    text.replace(PHRASE, "this patient would rather have none")
                });
            })
        },
        ..Seams::default()
    }
}

pub(super) fn withdraws_instead() -> Seams {
    Seams {
        tamper: || {
            rewriting_requests(|request, seen| {
                let is = seen.sort == Sort::Upload && request.text().contains(PHRASE);
                change(request, is, |text| {
                    // The payload alone: what the envelope says is no matter of consent.
                    let opened = text.replace("<REPC_IN150016SM05", "<REPC_IN150018UK02");
                    opened.replace("</REPC_IN150016SM05", "</REPC_IN150018UK02")
                });
            })
        },
        ..Seams::default()
    }
}

pub(super) fn asks_for_no_list() -> Seams {
    Seams {
        tamper: || {
            rewriting_requests(|request, seen| {
                let is = seen.sort == Sort::EventList;
                change(request, is, |text| text.replace("QUPC_IN180000SM04", "QUPC_IN190000UK04"));
            })
        },
        ..Seams::default()
    }
}

/// A list that is refused is heard as one that nobody has.
pub(super) fn takes_a_refused_list_for_an_empty_one() -> Seams {
    Seams {
        tamper: || {
            rewriting_answers(|_, seen, reply| {
                if seen.sort == Sort::EventList {
                    hear(reply, |text| {
                        if !text.contains("code=\"30418\"") {
                            return text.to_owned();
                        }
                        let codes = text
                            .replace("code=\"420\"", "code=\"210\"")
                            .replace("code=\"30418\"", "code=\"30312\"");
                        codes.replace("qualifier code=\"ER\"", "qualifier code=\"WG\"")
                    });
                }
            })
        },
        ..Seams::default()
    }
}

const ASSERTION: (&str, &str) = ("<accessControlAssertion>", "</accessControlAssertion>");

/// Leaves out the assertion about a function of an event list, as if nobody read it.
fn deaf(function: &'static str) -> std::sync::Arc<dyn crate::wire::Tamper> {
    rewriting_answers(move |_, seen, reply| {
        if seen.sort == Sort::EventList {
            hear(reply, |text| {
                let parts = text.split(ASSERTION.0).enumerate();
                let kept = parts.map(|(place, part)| match (place, part.split_once(ASSERTION.1)) {
                    (0, _) | (_, None) => part.to_owned(),
                    (_, Some((said, after))) if said.contains(&format!("<code>{function}</code>")) => {
                        after.to_owned()
                    }
                    (_, Some(_)) => format!("{}{part}", ASSERTION.0),
                });
                kept.collect()
            });
        }
    })
}

pub(super) fn reads_the_permission_to_store_only() -> Seams {
    Seams { tamper: || deaf("View"), ..Seams::default() }
}

pub(super) fn reads_the_permission_to_view_only() -> Seams {
    Seams { tamper: || deaf("Store"), ..Seams::default() }
}

pub(super) fn takes_no_permission_for_a_no() -> Seams {
    const NO: &str = "<accessControlAssertion><permission>No</permission><resource><type>SCR</type></resource><function>\
        <context>Consent</context><code>Store</code></function></accessControlAssertion></permissions>";
    Seams {
        tamper: || {
            rewriting_answers(|_, seen, reply| {
                if seen.sort == Sort::EventList {
                    hear(reply, |text| {
                        if text.contains(ASSERTION.0) {
                            text.to_owned()
                        } else {
                            text.replace("</permissions>", NO)
                        }
                    });
                }
            })
        },
        ..Seams::default()
    }
}

pub(super) fn takes_yes_for_a_no() -> Seams {
    Seams {
        tamper: || {
            rewriting_answers(|_, seen, reply| {
                if seen.sort == Sort::EventList {
                    hear(reply, |text| text.replace("<permission>Yes<", "<permission>No<"));
                }
            })
        },
        ..Seams::default()
    }
}

/// A summary refused for a dissent is heard as one refused for its number.
pub(super) fn hears_another_refusal() -> Seams {
    Seams {
        tamper: || {
            rewriting_answers(|_, seen, reply| {
                if seen.sort == Sort::Poll {
                    hear(reply, |text| {
                        text.replace("code=\"420\"", "code=\"400\"")
                            .replace("code=\"30418\"", "code=\"35160\"")
                    });
                }
            })
        },
        ..Seams::default()
    }
}

pub(super) fn sets_yes() -> Seams {
    Seams {
        tamper: || {
            rewriting_requests(|request, seen| {
                change(request, seen.sort == Sort::Setting, |text| text.replace(">No<", ">Yes<"));
            })
        },
        ..Seams::default()
    }
}

pub(super) fn clears() -> Seams {
    Seams {
        tamper: || {
            rewriting_requests(|request, seen| {
                change(request, seen.sort == Sort::Setting, |text| text.replace(">No<", ">Clear<"));
            })
        },
        ..Seams::default()
    }
}

pub(super) fn sets_one_function() -> Seams {
    Seams {
        tamper: || {
            rewriting_requests(|request, seen| {
                let (from, to) = ("<crs:accessControlAssertion>", "</crs:accessControlAssertion>");
                change(request, seen.sort == Sort::Setting, |text| without(text, from, to));
            })
        },
        ..Seams::default()
    }
}

pub(super) fn names_another_author() -> Seams {
    Seams {
        tamper: || {
            rewriting_requests(|request, seen| {
                let is = seen.sort == Sort::Setting;
                change(request, is, |text| text.replace(staff::OPERATOR_USER_ID, staff::CLINICIAN_USER_ID));
            })
        },
        ..Seams::default()
    }
}

pub(super) fn does_not_compare_with_pds() -> Seams {
    Seams {
        tamper: || {
            rewriting_answers(|_, seen, reply| {
                if seen.sort == Sort::Retrieval {
                    hear(reply, |text| text.replace("Secondly", "Firstly"));
                }
            })
        },
        ..Seams::default()
    }
}

pub(super) fn takes_whoever_pds_answers_with() -> Seams {
    Seams {
        tamper: || {
            rewriting_answers(|_, seen, reply| {
                let persona = spine_fixtures::persona("superseded-with-dissent");
                if let (Sort::Retrieval, Some(persona)) = (seen.sort, persona) {
                    hear(reply, |text| {
                        let matched = text.replace("code code=\"24\"", "code code=\"3\"");
                        matched.replace(&persona.successor(), &persona.nhs_number())
                    });
                }
            })
        },
        ..Seams::default()
    }
}

pub(super) fn names_nothing_that_it_replaces() -> Seams {
    Seams {
        tamper: || {
            rewriting_requests(|request, seen| {
                let is = seen.sort == Sort::Upload;
                change(request, is, |text| without(text, "<replacementOf", "</replacementOf>"));
            })
        },
        ..Seams::default()
    }
}
