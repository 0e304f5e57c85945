//! What a client gets wrong about answers, planted on its side of the wire, in its settings and its records.

use std::sync::{Arc, Mutex, PoisonError};

use crate::sabotage::{Aim, Sabotage, edit_column, rewriting_answers, rewriting_requests};
use crate::stage::library::Seams;
use crate::wire::{Answer, Reply, Request, Seen, Sort, Tamper};

const fn of(
    name: &'static str,
    what: &'static str,
    seams: fn() -> Seams,
    scenarios: &'static [&'static str],
) -> Sabotage {
    Sabotage { name, what, aim: Aim::Client(seams, scenarios) }
}

pub(in crate::sabotage::defects) const DEFECTS: &[Sabotage] = &[
    of(
        "acknowledgement/warnings-are-errors",
        "The client takes AA with warnings for AE.",
        warnings_are_errors,
        &["ack-warned"],
    ),
    of(
        "acknowledgement/every-answer-is-success",
        "The client takes AE and AR for AA.",
        everything_is_well,
        &["ack-refused"],
    ),
    of(
        "acknowledgement/refused-is-sent-again",
        "The client takes a refusal for silence.",
        refused_is_silence,
        &["ack-refused"],
    ),
    of(
        "acknowledgement/400-is-silence",
        "The client does not read the body of a 400.",
        unread_400,
        &["ack-refused"],
    ),
    of(
        "acknowledgement/one-refusal-ends-the-run",
        "The client stops the run when one patient is refused.",
        one_ends_all,
        &["ack-refused"],
    ),
    of(
        "acknowledgement/413-is-silence",
        "The client sends again what was too large.",
        unread_413,
        &["ack-too-large"],
    ),
    of(
        "acknowledgement/one-prefix-only",
        "The client reads answers with the prefix hl7: only.",
        one_prefix,
        &["ack-rendered"],
    ),
    of(
        "acknowledgement/one-line-only",
        "The client reads answers on one line only.",
        one_line,
        &["ack-rendered"],
    ),
    of("acknowledgement/no-words", "The client chokes on ids that are words.", no_words, &["ack-rendered"]),
    of(
        "acknowledgement/empty-list-is-a-summary",
        "The client takes a list without events for one with an event.",
        empty_is_something,
        &["ack-no-events", "ack-warned"],
    ),
    of(
        "acknowledgement/believes-any-list",
        "The client believes a list about another patient.",
        believes_lists,
        &["ack-foreign-list"],
    ),
    of("acknowledgement/at-once-again", "The client sends again without waiting.", at_once, &["ack-lost"]),
    of(
        "acknowledgement/other-bytes-again",
        "The client composes anew what it sends again.",
        other_bytes,
        &["ack-lost", "ack-mute", "ack-faults"],
    ),
    of(
        "acknowledgement/new-id-again",
        "The client sends again under a new id.",
        new_id,
        &["ack-lost", "ack-mute", "ack-nonsense", "ack-polls", "ack-duplicates"],
    ),
    of(
        "acknowledgement/ten-retries",
        "The client sends ten times before it asks.",
        ten_retries,
        &["ack-mute"],
    ),
    of(
        "acknowledgement/never-asks",
        "The client takes a list that holds its event for one that does not.",
        never_finds,
        &["ack-mute"],
    ),
    of(
        "acknowledgement/5xx-is-refused",
        "The client takes a 5xx for a refusal.",
        refuses_5xx,
        &["ack-nonsense"],
    ),
    of(
        "acknowledgement/nonsense-is-refused",
        "The client takes what it cannot read for a refusal.",
        refuses_nonsense,
        &["ack-nonsense"],
    ),
    of(
        "acknowledgement/no-place-is-refused",
        "The client takes a 202 without a place to poll for a refusal.",
        refuses_no_place,
        &["ack-nonsense"],
    ),
    of(
        "acknowledgement/404-is-refused",
        "The client takes a poll of 404 for a refusal.",
        refuses_404,
        &["ack-polls"],
    ),
    of(
        "acknowledgement/empty-poll-is-final",
        "The client takes an empty poll for the end.",
        empty_is_final,
        &["ack-polls"],
    ),
    of(
        "acknowledgement/poll-500-is-final",
        "The client takes a poll of 500 for the end.",
        poll_500_is_final,
        &["ack-polls"],
    ),
    of(
        "acknowledgement/reads-document-types",
        "The client reads answers with a document type.",
        reads_document_types,
        &["ack-polls"],
    ),
    of(
        "acknowledgement/believes-any-answer",
        "The client believes an answer that refers to another message.",
        believes_answers,
        &["ack-foreign"],
    ),
    of(
        "acknowledgement/receipt-is-success",
        "The client takes an ebXML Acknowledgment for success.",
        believes_receipts,
        &["ack-foreign"],
    ),
    of(
        "acknowledgement/own-duplicate-is-failed",
        "The client takes a duplicate of its own for a refusal.",
        duplicates_fail,
        &["ack-duplicates"],
    ),
    of(
        "acknowledgement/never-in-doubt",
        "The client calls Sent what nobody acknowledged.",
        never_in_doubt,
        &["ack-never-known"],
    ),
    of(
        "acknowledgement/deaf-to-dissent",
        "The client does not see a dissent that came meanwhile.",
        deaf_to_dissent,
        &["ack-dissent-meanwhile"],
    ),
    of(
        "acknowledgement/fault-206-is-final",
        "The client gives up after fault 206.",
        gives_up,
        &["ack-faults"],
    ),
    of(
        "acknowledgement/one-retriable-is-enough",
        "The client tries again when one code of several is retriable.",
        one_is_enough,
        &["ack-faults"],
    ),
    of(
        "acknowledgement/carries-on",
        "The client carries on after errors that would meet every message.",
        carries_on,
        &["ack-unsupported", "ack-unknown-cpa", "ack-unauthorised", "ack-no-session"],
    ),
    of(
        "acknowledgement/ebxml-warning-is-refusal",
        "The client takes an ebXML warning for a refusal.",
        warnings_refuse,
        &["ack-ebxml-warning"],
    ),
    of(
        "acknowledgement/stale-is-failed",
        "The client gives up where another summary came between.",
        stale_is_failed,
        &["ack-stale"],
    ),
    of("acknowledgement/502-is-failed", "The client gives up after AE 502.", busy_is_failed, &["ack-busy"]),
    of(
        "acknowledgement/ignores-retry-after",
        "The client sends again before Retry-After.",
        impatient,
        &["ack-busy"],
    ),
    of(
        "acknowledgement/nobody-is-everybody",
        "The client sets every patient aside when nobody answers.",
        nobody_is_everybody,
        &["ack-gone"],
    ),
];

/// A client that hears other answers than were given: `change` is told of the request, of what is known of it, and of the answer.
macro_rules! hearing {
    ($change:expr) => {
        Seams {
            tamper: || {
                rewriting_answers(|request, seen, reply| {
                    let change: fn(&Request, &Seen, &mut Answer) = $change;
                    if let Reply::Answer(answer) = reply {
                        change(request, seen, answer);
                    }
                })
            },
            ..Seams::default()
        }
    };
}

fn is_of_upload(seen: &Seen) -> bool {
    matches!(seen.sort, Sort::Upload | Sort::Poll)
}

/// An answer that refuses for good, as a client would have to read it to do wrong: AE 410/30112 in place of whatever came.
fn refuse(answer: &mut Answer) {
    let message = word_after(&answer.text(), "messageRef").unwrap_or_default();
    *answer = refusal(&message);
}

fn refusal(message: &str) -> Answer {
    let reason = |code: &str| {
        format!(
            "<reason typeCode=\"RSON\"><justifyingDetectedIssueEvent classCode=\"ALRT\" moodCode=\"EVN\"><code code=\"{code}\" \
             codeSystem=\"2.16.840.1.113883.2.1.3.2.4.17.33\" displayName=\"refused\"><qualifier code=\"ER\"/></code></justifyingDetectedIssueEvent></reason>"
        )
    };
    let body = format!(
        "<MCCI_IN010000UK13 xmlns=\"urn:hl7-org:v3\"><acknowledgement typeCode=\"AE\"><messageRef><id root=\"{message}\"/></messageRef></acknowledgement>\
         <ControlActEvent classCode=\"CACT\" moodCode=\"EVN\">{}{}</ControlActEvent></MCCI_IN010000UK13>",
        reason("410"),
        reason("30112")
    );
    Answer::new(200, "text/xml", body)
}

/// The id after a word, as in `messageRef><id root="ID"`.
fn word_after(text: &str, word: &str) -> Option<String> {
    let rest = text.split(word).nth(1)?;
    rest.split('"').nth(1).map(str::to_owned)
}

fn with_id_of(request: &Request, answer: Answer) -> Answer {
    let message = Seen::of(request).message.or_else(|| request.header("nhsd-request-id").map(str::to_owned));
    let mut answer = answer;
    answer.rewrite(|text| {
        text.replace(
            "messageRef><id root=\"\"",
            &format!("messageRef><id root=\"{}\"", message.unwrap_or_default()),
        )
    });
    answer
}

fn is_ae(answer: &Answer) -> bool {
    answer.text().contains("typeCode=\"AE\"")
}

fn warnings_are_errors() -> Seams {
    hearing!(|_, seen, answer| {
        if is_of_upload(seen) && answer.text().contains("code=\"WG\"") {
            answer.rewrite(|text| {
                text.replace("typeCode=\"AA\"", "typeCode=\"AE\"").replace("\"WG\"", "\"ER\"")
            });
        }
    })
}

fn everything_is_well() -> Seams {
    hearing!(|_, seen, answer| {
        if is_of_upload(seen) {
            answer.rewrite(|text| {
                text.replace("typeCode=\"AE\"", "typeCode=\"AA\"")
                    .replace("typeCode=\"AR\"", "typeCode=\"AA\"")
            });
        }
    })
}

fn refused_is_silence() -> Seams {
    hearing!(|_, seen, answer| {
        if seen.sort == Sort::Upload && (is_ae(answer) || answer.text().contains("typeCode=\"AR\"")) {
            *answer = Answer::bare(504);
        }
    })
}

fn unread_400() -> Seams {
    hearing!(|_, _, answer| {
        if answer.status == 400 {
            *answer = Answer::bare(504);
        }
    })
}

fn one_ends_all() -> Seams {
    hearing!(|_, seen, answer| {
        if seen.sort == Sort::Upload && is_ae(answer) {
            *answer = Answer::bare(401);
        }
    })
}

fn unread_413() -> Seams {
    hearing!(|_, _, answer| {
        if answer.status == 413 {
            *answer = Answer::bare(504);
        }
    })
}

fn one_prefix() -> Seams {
    hearing!(|_, seen, answer| {
        let text = answer.text().into_owned();
        if seen.sort == Sort::Poll && text.contains("MCCI") && !text.contains("<hl7:MCCI") {
            *answer = Answer::bare(504);
        }
    })
}

fn one_line() -> Seams {
    hearing!(|_, seen, answer| {
        let text = answer.text().into_owned();
        if seen.sort == Sort::Poll && text.contains("MCCI_IN010000UK13 xmlns:hl7=\"urn:hl7-org:v3\">\r\n") {
            *answer = Answer::bare(504);
        }
    })
}

fn no_words() -> Seams {
    hearing!(|_, seen, answer| {
        if seen.sort == Sort::Poll && answer.text().contains("extension=\"None\"") {
            *answer = Answer::bare(504);
        }
    })
}

fn empty_is_something() -> Seams {
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
fn believes_lists() -> Seams {
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

fn at_once() -> Seams {
    Seams { settings: |settings| settings.contract.interval = jiff::SignedDuration::ZERO, ..Seams::default() }
}

fn other_bytes() -> Seams {
    Seams {
        tamper: || {
            Arc::new(Again::new(|request, _| request.rewrite(|text| text.replace("</html>", " </html>"))))
        },
        ..Seams::default()
    }
}

fn new_id() -> Seams {
    Seams {
        tamper: || {
            Arc::new(Again::new(|request, seen| {
                if let Some(id) = &seen.message {
                    let other = format!("FFFFFFFF{}", id.get(8..).unwrap_or_default());
                    request.rewrite(|text| text.replace(id.as_str(), &other));
                }
            }))
        },
        ..Seams::default()
    }
}

fn ten_retries() -> Seams {
    Seams {
        settings: |settings| {
            settings.contract.retries = 10;
            settings.contract.persist = jiff::SignedDuration::from_secs(3_600);
        },
        ..Seams::default()
    }
}

fn never_finds() -> Seams {
    hearing!(|_, seen, answer| {
        if seen.sort == Sort::EventList {
            answer.rewrite(|text| text.replace("eventID root=\"0", "eventID root=\"E"));
        }
    })
}

fn refuses_5xx() -> Seams {
    hearing!(|request, seen, answer| {
        if seen.sort == Sort::Upload && answer.status >= 500 {
            *answer = with_id_of(request, refusal(""));
        }
    })
}

fn refuses_nonsense() -> Seams {
    hearing!(|request, seen, answer| {
        let text = answer.text().into_owned();
        let whole = text.contains("</hl7:MCCI") || text.contains("</MCCI") || text.is_empty();
        if seen.sort == Sort::Upload && answer.status == 200 && !whole {
            *answer = with_id_of(request, refusal(""));
        }
    })
}

fn refuses_no_place() -> Seams {
    hearing!(|request, seen, answer| {
        if seen.sort == Sort::Upload && answer.status == 202 && answer.header("content-location").is_none() {
            *answer = with_id_of(request, refusal(""));
        }
    })
}

fn refuses_404() -> Seams {
    hearing!(|request, _, answer| {
        if answer.status == 404 {
            *answer = with_id_of(request, refusal(""));
        }
    })
}

fn empty_is_final() -> Seams {
    hearing!(|request, seen, answer| {
        if seen.sort == Sort::Poll && answer.status == 200 && answer.body.is_empty() {
            *answer = with_id_of(request, refusal(""));
        }
    })
}

fn poll_500_is_final() -> Seams {
    hearing!(|request, seen, answer| {
        if seen.sort == Sort::Poll && answer.status == 500 {
            *answer = with_id_of(request, refusal(""));
        }
    })
}

fn reads_document_types() -> Seams {
    hearing!(|_, _, answer| answer.rewrite(|text| text.replace("<!DOCTYPE a [<!ENTITY b \"c\">]>", "")))
}

/// Makes an answer to another message pass for one to this.
fn believes_answers() -> Seams {
    hearing!(|request, seen, answer| {
        let mine = Seen::of(request).message.unwrap_or_default();
        if seen.sort == Sort::Upload {
            answer.rewrite(|text| text.replace("0F0F0F0F-0000-4000-8000-000000000009", &mine));
        }
    })
}

fn believes_receipts() -> Seams {
    hearing!(|request, seen, answer| {
        if seen.sort == Sort::Upload && answer.text().contains("eb:Acknowledgment") {
            let mut success = with_id_of(request, refusal(""));
            success.rewrite(|text| {
                text.replace("typeCode=\"AE\"", "typeCode=\"AA\"").replace("\"ER\"", "\"WG\"")
            });
            *answer = success;
        }
    })
}

fn duplicates_fail() -> Seams {
    hearing!(|_, seen, answer| {
        let text = answer.text().into_owned();
        let told = ["code=\"30134\"", "code=\"401\"", "code=\"202\""].iter().any(|code| text.contains(code));
        if seen.sort == Sort::Upload && told {
            refuse(answer);
        }
    })
}

fn never_in_doubt() -> Seams {
    Seams { tamper: || Arc::new(Hopeful), ..Seams::default() }
}

/// Takes silence for success.
struct Hopeful;

impl Tamper for Hopeful {
    fn reply(&self, request: &Request, seen: &Seen, reply: &mut Reply) {
        if seen.sort == Sort::Upload && *reply == Reply::Silence {
            let mut success = with_id_of(request, refusal(""));
            success.rewrite(|text| {
                text.replace("typeCode=\"AE\"", "typeCode=\"AA\"").replace("\"ER\"", "\"WG\"")
            });
            *reply = success.into();
        }
    }
}

fn deaf_to_dissent() -> Seams {
    Seams {
        practice: |folder| {
            edit_column(folder, "codes.csv", "code", |code| {
                Some(if code.starts_with("9Ndo") { "9Nd1." } else { code }.to_owned())
            });
        },
        ..Seams::default()
    }
}

fn gives_up() -> Seams {
    hearing!(|request, seen, answer| {
        if seen.sort == Sort::Upload && answer.text().contains("errorCode>200<") {
            *answer = with_id_of(request, refusal(""));
        }
    })
}

fn one_is_enough() -> Seams {
    hearing!(|_, _, answer| answer.rewrite(|text| text.replace("errorCode>201<", "errorCode>206<")))
}

fn carries_on() -> Seams {
    hearing!(|request, seen, answer| {
        let text = answer.text().into_owned();
        let grave = answer.status == 401
            || ["errorCode>101<", "errorCode>300<", "501319:"].iter().any(|word| text.contains(word));
        if seen.sort == Sort::Upload && grave {
            *answer = with_id_of(request, refusal(""));
        }
    })
}

fn warnings_refuse() -> Seams {
    hearing!(|request, _, answer| {
        if answer.text().contains("everity=\"Warning\"") {
            *answer = with_id_of(request, refusal(""));
        }
    })
}

fn stale_is_failed() -> Seams {
    hearing!(|_, seen, answer| {
        let text = answer.text().into_owned();
        if seen.sort == Sort::Upload && (text.contains("code=\"430\"") || text.contains("code=\"30308\"")) {
            refuse(answer);
        }
    })
}

fn busy_is_failed() -> Seams {
    hearing!(|_, seen, answer| {
        if seen.sort == Sort::Upload && answer.text().contains("code=\"502\"") {
            refuse(answer);
        }
    })
}

fn impatient() -> Seams {
    hearing!(|_, _, answer| {
        if answer.status == 429 {
            answer.set_header("Retry-After", "0");
        }
    })
}

fn nobody_is_everybody() -> Seams {
    Seams { tamper: || Arc::new(Deaf), ..Seams::default() }
}

/// Takes a Spine that cannot be reached for one that refuses everybody.
struct Deaf;

impl Tamper for Deaf {
    fn reply(&self, request: &Request, _: &Seen, reply: &mut Reply) {
        if *reply == Reply::Unreached {
            *reply = with_id_of(request, refusal("")).into();
        }
    }
}

/// Changes what is sent a second time under the same id.
struct Again<F> {
    seen: Mutex<Vec<String>>,
    change: F,
}

impl<F: Fn(&mut Request, &Seen) + Send + Sync> Again<F> {
    fn new(change: F) -> Self {
        Self { seen: Mutex::default(), change }
    }
}

impl<F: Fn(&mut Request, &Seen) + Send + Sync> Tamper for Again<F> {
    fn request(&self, request: &mut Request, seen: &Seen) {
        let (Sort::Upload, Some(message)) = (seen.sort, &seen.message) else { return };
        let mut known = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if known.contains(message) {
            (self.change)(request, seen);
        }
        known.push(message.clone());
    }
}
