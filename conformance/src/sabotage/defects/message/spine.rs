//! A Spine that answers uploads, polls and synchronous requests wrongly, or takes less than it should.

use std::sync::Arc;

use crate::sabotage::{Sabotage, rewriting_answers};
use crate::wire::{Answer, Reply, Sort, Tamper, payload_of};

pub(super) const DEFECTS: &[Sabotage] = &[
    Sabotage::of_spine("message/retry-after-in-seconds", "The Spine tells Retry-After in seconds.", || {
        at_waiting(|answer| {
            let told =
                answer.header("retry-after").and_then(|told| told.parse::<u64>().ok()).unwrap_or_default();
            answer.set_header("retry-after", &(told / 1000).to_string());
        })
    }),
    Sabotage::of_spine(
        "message/no-content-location",
        "The Spine does not say where the answer to an upload will be.",
        || at_waiting(|answer| answer.remove_header("content-location")),
    ),
    Sabotage::of_spine(
        "message/answers-without-an-envelope",
        "The Spine answers a poll with the bare HL7 message.",
        || at_polls(payload_of),
    ),
    Sabotage::of_spine(
        "message/answers-of-another-interaction",
        "The Spine answers an upload with another interaction.",
        || at_polls(|text| text.replace("MCCI_IN010000UK13", "MCCI_IN020000UK13")),
    ),
    Sabotage::of_spine(
        "message/no-ref-to-message-id",
        "The Spine does not say in the envelope which message it answers.",
        || at_polls(|text| cut(text, "RefToMessageId")),
    ),
    Sabotage::of_spine(
        "message/another-conversation",
        "The Spine begins a conversation of its own with its answer.",
        || {
            at_polls(|text| {
                text.replace("ConversationId>", "ConversationId>\u{1}")
                    .replace("\u{1}5C0F", "FFFF")
                    .replace('\u{1}', "")
            })
        },
    ),
    Sabotage::of_spine(
        "message/small-letters-in-message-ref",
        "The Spine names the upload's id in small letters.",
        || at_polls(|text| text.replace("5C0F0", "5c0f0")),
    ),
    Sabotage::of_spine(
        "message/relates-to-nothing",
        "The Spine does not say which synchronous request it answers.",
        || at_questions(|text| cut(text, "wsa:RelatesTo")),
    ),
    Sabotage::of_spine(
        "message/errors-as-http-500",
        "The Spine answers synchronous requests with 500 whatever they come to.",
        || {
            rewriting_answers(|_, seen, reply| {
                if let (Reply::Answer(answer), true) = (reply, is_question(seen.sort)) {
                    answer.status = 500;
                }
            })
        },
    ),
    Sabotage::of_spine("message/oldest-event-first", "The Spine lists events oldest first.", || {
        at_questions(turned)
    }),
    Sabotage::of_spine(
        "message/no-permissions-in-the-list",
        "The Spine leaves the permissions out of the event list.",
        || at_questions(|text| text.replace(">Yes<", "><")),
    ),
    Sabotage::of_spine(
        "message/replaced-events-stand",
        "The Spine shows replaced events as current.",
        || {
            at_questions(|text| {
                text.replace("code=\"3\" displayName=\"Replaced\"", "code=\"1\" displayName=\"Normal\"")
            })
        },
    ),
    Sabotage::of_spine(
        "message/carriage-returns-are-needed",
        "The Spine takes no body whose lines end with LF alone.",
        || refusing(|text, _| text.starts_with("--") && !text.contains("\r\n")),
    ),
    Sabotage::of_spine(
        "message/no-quotes-around-the-action",
        "The Spine takes no SOAPAction in quotes.",
        || refusing(|_, action| action.starts_with('"')),
    ),
    Sabotage::of_spine(
        "message/payloads-are-application-xml",
        "The Spine takes no payload of type text/xml.",
        || refusing(|text, _| text.matches("Content-Type: text/xml").count() > 1),
    ),
    Sabotage::of_spine(
        "message/one-spelling-of-the-namespace",
        "The Spine takes only one spelling of the HL7 ebXML namespace.",
        || refusing(|text, _| text.contains("transport/ebxml/")),
    ),
    Sabotage::of_spine(
        "message/time-stamps-need-a-zone",
        "The Spine takes no time stamp without a zone.",
        || refusing(|text, _| text.contains("<eb:Timestamp>") && !text.contains("Z</eb:Timestamp>")),
    ),
    Sabotage::of_spine(
        "message/the-wrapper-has-one-order",
        "The Spine takes the author's system only behind the author.",
        || {
            refusing(|text, _| {
                let place = |what: &str| text.find(what).unwrap_or_default();
                place("<author1 ") < place("<author ")
            })
        },
    ),
];

const fn is_question(sort: Sort) -> bool {
    matches!(sort, Sort::EventList | Sort::Retrieval | Sort::Setting)
}

/// Changes every 202.
fn at_waiting(change: fn(&mut Answer)) -> Arc<dyn Tamper> {
    rewriting_answers(move |_, _, reply| {
        if let Reply::Answer(answer) = reply
            && answer.status == 202
        {
            change(answer);
        }
    })
}

/// Changes the text of what polls bring.
fn at_polls(change: fn(&str) -> String) -> Arc<dyn Tamper> {
    rewriting_answers(move |_, seen, reply| {
        if let (Reply::Answer(answer), Sort::Poll) = (reply, seen.sort) {
            answer.rewrite(change);
        }
    })
}

/// Changes the text of what synchronous requests bring.
fn at_questions(change: fn(&str) -> String) -> Arc<dyn Tamper> {
    rewriting_answers(move |_, seen, reply| {
        if let (Reply::Answer(answer), true) = (reply, is_question(seen.sort)) {
            answer.rewrite(change);
        }
    })
}

/// Refuses requests by their body and `SOAPAction`.
fn refusing(wrong: fn(&str, &str) -> bool) -> Arc<dyn Tamper> {
    rewriting_answers(move |request, _, reply| {
        if wrong(&request.text(), request.header("soapaction").unwrap_or_default()) {
            *reply = Answer::new(400, "text/plain", "refused").into();
        }
    })
}

/// Without the first element of this name, whatever its prefix.
fn cut(text: &str, name: &str) -> String {
    let Some(middle) = text.find(&format!("{name}>")) else { return text.to_owned() };
    let start = text[..middle].rfind('<').unwrap_or(middle);
    let closing = format!("{name}>");
    let behind = text[middle + closing.len()..].find(&closing).map(|end| middle + 2 * closing.len() + end);
    behind.map_or_else(|| text.to_owned(), |end| format!("{}{}", &text[..start], &text[end..]))
}

/// The events in the other order.
fn turned(text: &str) -> String {
    let (start, end) = ("<psis:event>", "</psis:event>");
    let (Some(from), Some(to)) = (text.find(start), text.rfind(end)) else { return text.to_owned() };
    let to = to + end.len();
    let events: Vec<&str> = text[from..to].split_inclusive(end).collect();
    let events: String = events.into_iter().rev().collect();
    format!("{}{events}{}", &text[..from], &text[to..])
}
