//! Defects that the cases of `simulator` must find: a fake Spine that forgets, forgives, or tells it wrongly.

mod forgetful;
mod forgiving;

use std::sync::Arc;

use crate::sabotage::{Sabotage, rewriting_answers, rewriting_requests};
use crate::wire::{Reply, Sort, Tamper};

/// The defects.
pub(super) const DEFECTS: &[Sabotage] = &[
    Sabotage::of_spine(
        "simulator/uploads-vanish",
        "The Spine acknowledges uploads and forgets them.",
        forgetful::vanishing,
    ),
    Sabotage::of_spine(
        "simulator/repeated-messages-are-new",
        "The Spine takes a repeated message for a new one.",
        forgetful::taking_again,
    ),
    Sabotage::of_spine(
        "simulator/repeated-answers-are-new",
        "The Spine answers a repeated message with a new answer.",
        forgetful::answering_anew,
    ),
    Sabotage::of_spine("simulator/rejections-are-accepted", "The Spine says AA where it rejects.", || {
        swap(
            &[Sort::Poll, Sort::EventList, Sort::Retrieval, Sort::Setting],
            "typeCode=\"AR\"",
            "typeCode=\"AA\"",
        )
    }),
    Sabotage::of_spine(
        "simulator/refusals-are-accepted",
        "The Spine says AA where it refuses an upload.",
        || swap(&[Sort::Poll], "typeCode=\"AE\"", "typeCode=\"AA\""),
    ),
    Sabotage::of_spine(
        "simulator/duplicates-are-documents",
        "The Spine calls a duplicate event a duplicate document.",
        || swap(&[Sort::Poll], "\"30134\"", "\"30142\""),
    ),
    Sabotage::of_spine(
        "simulator/duplicates-without-their-code",
        "The Spine rejects a duplicate with a system failure.",
        || swap(&[Sort::Poll], "code=\"202\"", "code=\"200\""),
    ),
    Sabotage::of_spine("simulator/every-event-stands", "The Spine never marks an event replaced.", || {
        swap(&[Sort::EventList], "code=\"3\" displayName=\"Replaced\"", "code=\"1\" displayName=\"Normal\"")
    }),
    Sabotage::of_spine(
        "simulator/replaces-whatever-stands",
        "The Spine takes any replacement for one of the newest event.",
        forgiving::any_replacement,
    ),
    Sabotage::of_spine(
        "simulator/unknown-events-are-no-case",
        "The Spine answers a replacement of an unknown event with another code.",
        || swap(&[Sort::Poll], "\"30308\"", "\"30312\""),
    ),
    Sabotage::of_spine(
        "simulator/dissent-summaries-are-refused",
        "The Spine knows none of the phrases of dissent.",
        || {
            forgiving::rewriting(&[Sort::Upload], |text| {
                text.replace("staff this patient has chosen", "staff the patient chose")
            })
        },
    ),
    Sabotage::of_spine(
        "simulator/one-phrase-of-dissent",
        "The Spine does not know the code's own words as a phrase of dissent.",
        || {
            forgiving::rewriting(&[Sort::Upload], |text| {
                text.replace(">Refused consent for upload to national shared electronic record<", ">Refused<")
            })
        },
    ),
    Sabotage::of_spine(
        "simulator/dissent-is-told-by-its-code",
        "The Spine takes any coded dissent for a dissent summary.",
        forgiving::coded_dissent,
    ),
    Sabotage::of_spine(
        "simulator/permissions-are-forgotten",
        "The Spine acknowledges a permission and does not hold it.",
        || {
            forgiving::rewriting(&[Sort::Setting], |text| {
                text.replace(">No<", ">Clear<")
                    .replace("<crs:accessor>", "<!--")
                    .replace("</crs:accessor>", "-->")
            })
        },
    ),
    Sabotage::of_spine(
        "simulator/empty-lists-are-errors",
        "The Spine answers an empty list as a failure whatever is set.",
        || {
            rewriting_answers(|_, seen, reply| {
                if let (Reply::Answer(answer), Sort::EventList) = (reply, seen.sort)
                    && !answer.text().contains("psis:eventID")
                {
                    answer.rewrite(|text| text.replace("typeCode=\"AA\"", "typeCode=\"AE\""));
                }
            })
        },
    ),
    Sabotage::of_spine(
        "simulator/real-numbers-are-taken",
        "The Spine takes numbers that may be a real patient's.",
        forgiving::any_number,
    ),
    Sabotage::of_spine(
        "simulator/real-bodies-are-kept",
        "The Spine refuses numbers that may be a real patient's and keeps what it was sent.",
        forgiving::keeping_bodies,
    ),
    Sabotage::of_spine(
        "simulator/the-ledger-tidies-up",
        "The Spine writes requests down otherwise than they came.",
        || forgiving::rewriting(&[Sort::Upload, Sort::EventList], |text| text.replace(">\n<", "><")),
    ),
    Sabotage::of_spine(
        "simulator/anybody-has-a-session",
        "The Spine takes everybody for the operator who is logged in.",
        || {
            forgiving::rewriting(&[Sort::Upload, Sort::Setting], |text| {
                text.replace("\"990000000103\"", "\"990000000101\"")
            })
        },
    ),
    Sabotage::of_spine(
        "simulator/lists-from-a-cache",
        "The Spine lists events as it listed them the first time.",
        forgetful::listing_as_before,
    ),
    Sabotage::of_spine(
        "simulator/nothing-happens-unless-polled",
        "The Spine processes an upload only when somebody polls for it.",
        forgetful::only_when_polled,
    ),
    Sabotage::of_spine(
        "simulator/long-bodies-are-cut",
        "The Spine takes bodies of any length and leaves comments out.",
        forgiving::any_length,
    ),
    Sabotage::of_spine(
        "simulator/declarations-are-skipped",
        "The Spine skips document type declarations.",
        forgiving::declarations,
    ),
    Sabotage::of_spine(
        "simulator/the-time-stamp-is-optional",
        "The Spine does without a time stamp in the envelope.",
        || {
            forgiving::rewriting(&[Sort::Upload], |text| {
                text.replace(
                    "<eb:Timestamp></eb:Timestamp>",
                    "<eb:Timestamp>2026-09-15T08:30:00Z</eb:Timestamp>",
                )
            })
        },
    ),
    Sabotage::of_spine("simulator/any-agreement", "The Spine takes any CPA id.", || {
        forgiving::rewriting(&[Sort::Upload], |text| text.replace("S20001A999999", "S20001A000182"))
    }),
    Sabotage::of_spine("simulator/any-acknowledgement-wish", "The Spine takes any acceptAckCode.", || {
        forgiving::rewriting(forgiving::ALL, |text| {
            text.replace("<acceptAckCode code=\"AL\"/>", "<acceptAckCode code=\"NE\"/>")
        })
    }),
    Sabotage::of_spine("simulator/any-receiver", "The Spine takes messages for any system.", || {
        forgiving::rewriting(forgiving::ALL, |text| text.replace("000000000000", "227319907548"))
    }),
    Sabotage::of_spine("simulator/any-soap-id", "The Spine takes a wsa:MessageID without uuid:.", || {
        forgiving::rewriting(forgiving::ALL, |text| {
            text.replace("<wsa:MessageID>uuid:", "<wsa:MessageID>")
                .replace("<wsa:MessageID>", "<wsa:MessageID>uuid:")
        })
    }),
    Sabotage::of_spine(
        "simulator/two-references",
        "The Spine takes a manifest with several references.",
        || {
            forgiving::rewriting(&[Sort::Upload], |text| {
                text.replace("<eb:Reference xlink:href=\"cid:other@spine.nhs.uk\"/>", "")
            })
        },
    ),
];

/// Replaces a piece of the answers to requests of some sorts.
fn swap(sorts: &'static [Sort], from: &'static str, to: &'static str) -> Arc<dyn Tamper> {
    rewriting_answers(move |_, seen, reply| {
        if let Reply::Answer(answer) = reply
            && sorts.contains(&seen.sort)
        {
            answer.rewrite(|text| text.replace(from, to));
        }
    })
}

/// Rewrites the bodies of requests of some sorts on their way.
fn on_the_way(
    sorts: &'static [Sort],
    change: impl Fn(&str) -> String + Send + Sync + 'static,
) -> Arc<dyn Tamper> {
    rewriting_requests(move |request, seen| {
        if sorts.contains(&seen.sort) {
            request.rewrite(&change);
        }
    })
}
