//! The fake Spine as such: what it keeps, how it tells the same message again, what it refuses and in which order, what it writes down.

mod chain;
mod duplicates;
mod guard;
mod ledger;
mod order;

use spine_simulator::Spine;
use spine_simulator::scenario::Settings;

use crate::case::Case;
use crate::outcome::{Failure, Verdict, hold, same};
use crate::stage::ground::{Ground, Heard, Voice};

/// The cases.
pub(super) const CASES: &[Case] = &[
    Case::spine("simulator/what-is-uploaded-stands", &["SIM-001"], chain::what_is_uploaded_stands),
    Case::spine("simulator/an-event-is-stored-once", &["SIM-002"], duplicates::an_event_is_stored_once),
    Case::spine_with(
        "simulator/a-repeated-message-has-the-same-answer",
        &["SIM-003"],
        ordinary,
        duplicates::a_repeated_message_has_the_same_answer,
    ),
    Case::spine_with(
        "simulator/a-repeated-message-is-rejected",
        &["SIM-004"],
        duplicates::rejecting,
        duplicates::a_repeated_message_is_rejected,
    ),
    Case::spine_with(
        "simulator/a-repeated-message-is-a-duplicate-event",
        &["SIM-005"],
        duplicates::calling_it_an_event,
        duplicates::a_repeated_message_is_a_duplicate_event,
    ),
    Case::spine_with("simulator/an-id-has-one-body", &["SIM-006"], ordinary, duplicates::an_id_has_one_body),
    Case::spine(
        "simulator/a-later-event-takes-its-place",
        &["SIM-007"],
        chain::a_later_event_takes_its_place,
    ),
    Case::spine("simulator/only-the-newest-is-replaced", &["SIM-008"], chain::only_the_newest_is_replaced),
    Case::spine(
        "simulator/an-unknown-event-is-not-replaced",
        &["SIM-009"],
        chain::an_unknown_event_is_not_replaced,
    ),
    Case::spine_with(
        "simulator/a-dissenter-may-have-a-dissent-summary",
        &["SIM-010"],
        ordinary,
        chain::a_dissenter_may_have_a_dissent_summary,
    ),
    Case::spine_with(
        "simulator/a-dissenter-may-have-nothing",
        &["SIM-011"],
        chain::refusing_all,
        chain::a_dissenter_may_have_nothing,
    ),
    Case::spine_with(
        "simulator/an-empty-list-is-a-list",
        &["SIM-012"],
        chain::listing_nothing,
        chain::an_empty_list_is_a_list,
    ),
    Case::spine_with(
        "simulator/dissent-is-told-by-its-phrases",
        &["SIM-013"],
        ordinary,
        chain::dissent_is_told_by_its_phrases,
    ),
    Case::spine_with(
        "simulator/real-numbers-are-refused-and-forgotten",
        &["SIM-014"],
        ordinary,
        guard::real_numbers_are_refused_and_forgotten,
    ),
    Case::spine_with(
        "simulator/every-exchange-is-written-down",
        &["SIM-016"],
        ordinary,
        ledger::every_exchange_is_written_down,
    ),
    Case::spine_with(
        "simulator/every-event-is-written-down",
        &["SIM-017"],
        ordinary,
        ledger::every_event_is_written_down,
    ),
    Case::spine_with(
        "simulator/nobody-sends-without-a-session",
        &["SIM-018"],
        ordinary,
        ledger::nobody_sends_without_a_session,
    ),
    Case::spine_with(
        "simulator/a-permission-holds-at-once",
        &["SIM-019"],
        ordinary,
        ledger::a_permission_holds_at_once,
    ),
    Case::server(
        "simulator/the-control-port-sets-permissions",
        &["SIM-019"],
        ledger::the_control_port_sets_permissions,
    ),
    Case::spine("simulator/a-wrong-envelope-is-a-fault", &["SIM-020"], order::a_wrong_envelope_is_a_fault),
    Case::spine(
        "simulator/a-wrong-header-is-an-ebxml-error",
        &["SIM-020"],
        order::a_wrong_header_is_an_ebxml_error,
    ),
    Case::spine("simulator/a-wrong-wrapper-is-rejected", &["SIM-020"], order::a_wrong_wrapper_is_rejected),
    Case::spine(
        "simulator/a-wrong-soap-header-is-rejected",
        &["SIM-020"],
        order::a_wrong_soap_header_is_rejected,
    ),
    Case::spine("simulator/inconsistency-is-rejected", &["SIM-020"], order::inconsistency_is_rejected),
    Case::spine("simulator/the-first-stage-speaks", &["SIM-020"], order::the_first_stage_speaks),
    Case::spine("simulator/a-queued-upload-is-processed", &["SIM-021"], chain::a_queued_upload_is_processed),
    Case::spine_with(
        "simulator/long-bodies-are-refused",
        &["SIM-022"],
        guard::narrow,
        guard::long_bodies_are_refused,
    ),
    Case::spine(
        "simulator/hostile-documents-are-refused",
        &["SIM-023"],
        guard::hostile_documents_are_refused,
    ),
];

/// The default: for cases that look into the simulator, or that a Spine may well decide otherwise.
fn ordinary(_: &mut Settings) {}

/// The simulator behind a ground.
fn simulator<'a>(ground: &'a Ground<'_>) -> Result<&'a Spine, Failure> {
    ground.spine().ok_or_else(|| Failure::new("a simulator in this process", "another Spine"))
}

fn speaks(heard: &Heard, voice: Voice) -> Verdict {
    hold(heard.voice == voice, &format!("{voice:?}"), heard.line())
        .map_err(|failure| failure.in_exchange(&heard.exchange))
}

fn codes(heard: &Heard, wanted: &[&str]) -> Verdict {
    same("codes", &wanted.to_vec(), &heard.bare_codes())
        .map_err(|failure| failure.in_exchange(&heard.exchange))
}

/// An answer as it came.
fn answered(heard: &Heard) -> (u16, String) {
    let text = heard.exchange.reply.heard().map(|answer| answer.text().into_owned());
    (heard.status, text.unwrap_or_default())
}
