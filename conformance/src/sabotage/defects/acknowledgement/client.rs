//! What a client gets wrong about answers, planted on its side of the wire, in its settings and its records.

use crate::sabotage::Sabotage;
use crate::wire::{Answer, Request, Seen, Sort};

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

mod faults;
mod settled;
mod unknown;

pub(in crate::sabotage::defects) const DEFECTS: &[Sabotage] = &[
    Sabotage::of_client(
        "acknowledgement/warnings-are-errors",
        "The client takes AA with warnings for AE.",
        settled::warnings_are_errors,
        &["ack-warned"],
    ),
    Sabotage::of_client(
        "acknowledgement/every-answer-is-success",
        "The client takes AE and AR for AA.",
        settled::everything_is_well,
        &["ack-refused"],
    ),
    Sabotage::of_client(
        "acknowledgement/refused-is-sent-again",
        "The client takes a refusal for silence.",
        settled::refused_is_silence,
        &["ack-refused"],
    ),
    Sabotage::of_client(
        "acknowledgement/400-is-silence",
        "The client does not read the body of a 400.",
        settled::unread_400,
        &["ack-refused"],
    ),
    Sabotage::of_client(
        "acknowledgement/one-refusal-ends-the-run",
        "The client stops the run when one patient is refused.",
        settled::one_ends_all,
        &["ack-refused"],
    ),
    Sabotage::of_client(
        "acknowledgement/413-is-silence",
        "The client sends again what was too large.",
        settled::unread_413,
        &["ack-too-large"],
    ),
    Sabotage::of_client(
        "acknowledgement/one-prefix-only",
        "The client reads answers with the prefix hl7: only.",
        settled::one_prefix,
        &["ack-rendered"],
    ),
    Sabotage::of_client(
        "acknowledgement/one-line-only",
        "The client reads answers on one line only.",
        settled::one_line,
        &["ack-rendered"],
    ),
    Sabotage::of_client(
        "acknowledgement/no-words",
        "The client chokes on ids that are words.",
        settled::no_words,
        &["ack-rendered"],
    ),
    Sabotage::of_client(
        "acknowledgement/empty-list-is-a-summary",
        "The client takes a list without events for one with an event.",
        settled::empty_is_something,
        &["ack-no-events", "ack-warned"],
    ),
    Sabotage::of_client(
        "acknowledgement/believes-any-list",
        "The client believes a list about another patient.",
        settled::believes_lists,
        &["ack-foreign-list"],
    ),
    Sabotage::of_client(
        "acknowledgement/at-once-again",
        "The client sends again without waiting.",
        unknown::at_once,
        &["ack-lost"],
    ),
    Sabotage::of_client(
        "acknowledgement/other-bytes-again",
        "The client composes anew what it sends again.",
        unknown::other_bytes,
        &["ack-lost", "ack-mute", "ack-faults"],
    ),
    Sabotage::of_client(
        "acknowledgement/new-id-again",
        "The client sends again under a new id.",
        unknown::new_id,
        &["ack-lost", "ack-mute", "ack-nonsense", "ack-polls", "ack-duplicates"],
    ),
    Sabotage::of_client(
        "acknowledgement/ten-retries",
        "The client sends ten times before it asks.",
        unknown::ten_retries,
        &["ack-mute"],
    ),
    Sabotage::of_client(
        "acknowledgement/never-asks",
        "The client takes a list that holds its event for one that does not.",
        unknown::never_finds,
        &["ack-mute"],
    ),
    Sabotage::of_client(
        "acknowledgement/5xx-is-refused",
        "The client takes a 5xx for a refusal.",
        unknown::refuses_5xx,
        &["ack-nonsense"],
    ),
    Sabotage::of_client(
        "acknowledgement/nonsense-is-refused",
        "The client takes what it cannot read for a refusal.",
        unknown::refuses_nonsense,
        &["ack-nonsense"],
    ),
    Sabotage::of_client(
        "acknowledgement/no-place-is-refused",
        "The client takes a 202 without a place to poll for a refusal.",
        unknown::refuses_no_place,
        &["ack-nonsense"],
    ),
    Sabotage::of_client(
        "acknowledgement/404-is-refused",
        "The client takes a poll of 404 for a refusal.",
        unknown::refuses_404,
        &["ack-polls"],
    ),
    Sabotage::of_client(
        "acknowledgement/empty-poll-is-final",
        "The client takes an empty poll for the end.",
        unknown::empty_is_final,
        &["ack-polls"],
    ),
    Sabotage::of_client(
        "acknowledgement/poll-500-is-final",
        "The client takes a poll of 500 for the end.",
        unknown::poll_500_is_final,
        &["ack-polls"],
    ),
    Sabotage::of_client(
        "acknowledgement/reads-document-types",
        "The client reads answers with a document type.",
        unknown::reads_document_types,
        &["ack-polls"],
    ),
    Sabotage::of_client(
        "acknowledgement/believes-any-answer",
        "The client believes an answer that refers to another message.",
        unknown::believes_answers,
        &["ack-foreign"],
    ),
    Sabotage::of_client(
        "acknowledgement/receipt-is-success",
        "The client takes an ebXML Acknowledgment for success.",
        unknown::believes_receipts,
        &["ack-foreign"],
    ),
    Sabotage::of_client(
        "acknowledgement/own-duplicate-is-failed",
        "The client takes a duplicate of its own for a refusal.",
        unknown::duplicates_fail,
        &["ack-duplicates"],
    ),
    Sabotage::of_client(
        "acknowledgement/never-in-doubt",
        "The client calls Sent what nobody acknowledged.",
        unknown::never_in_doubt,
        &["ack-never-known"],
    ),
    Sabotage::of_client(
        "acknowledgement/deaf-to-dissent",
        "The client does not see a dissent that came meanwhile.",
        unknown::deaf_to_dissent,
        &["ack-dissent-meanwhile"],
    ),
    Sabotage::of_client(
        "acknowledgement/fault-206-is-final",
        "The client gives up after fault 206.",
        faults::gives_up,
        &["ack-faults"],
    ),
    Sabotage::of_client(
        "acknowledgement/one-retriable-is-enough",
        "The client tries again when one code of several is retriable.",
        faults::one_is_enough,
        &["ack-faults"],
    ),
    Sabotage::of_client(
        "acknowledgement/carries-on",
        "The client carries on after errors that would meet every message.",
        faults::carries_on,
        &["ack-unsupported", "ack-unknown-cpa", "ack-unauthorised", "ack-no-session"],
    ),
    Sabotage::of_client(
        "acknowledgement/ebxml-warning-is-refusal",
        "The client takes an ebXML warning for a refusal.",
        faults::warnings_refuse,
        &["ack-ebxml-warning"],
    ),
    Sabotage::of_client(
        "acknowledgement/stale-is-failed",
        "The client gives up where another summary came between.",
        faults::stale_is_failed,
        &["ack-stale"],
    ),
    Sabotage::of_client(
        "acknowledgement/502-is-failed",
        "The client gives up after AE 502.",
        faults::busy_is_failed,
        &["ack-busy"],
    ),
    Sabotage::of_client(
        "acknowledgement/ignores-retry-after",
        "The client sends again before Retry-After.",
        faults::impatient,
        &["ack-busy"],
    ),
    Sabotage::of_client(
        "acknowledgement/nobody-is-everybody",
        "The client sets every patient aside when nobody answers.",
        faults::nobody_is_everybody,
        &["ack-gone"],
    ),
];

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
