//! Messages: wrapper, ebXML, SOAP, transport, as they are sent and as they are demanded.

mod answers;
mod delivery;
mod ebxml;
mod http;
mod mime;
mod soap;
mod tls;
mod tolerance;
mod wrapper;

use crate::case::Case;
use crate::outcome::{Failure, Verdict};
use crate::stage::{Exchange, Kind, Observation, Scenario, Step, Way};
use crate::wire::Sort;

use delivery::{HOSTILE, NEVER_READY, NEVER_TAKEN, POLLED, REDIRECTED, SECONDS, SILENT, TOO_LONG};

const MIGRATION_THEN_UPLOAD: &[Step] =
    &[Step::Run(Kind::ConsentMigration, Way::Run), Step::Run(Kind::InitialUpload, Way::Run)];
const UPLOAD: &[Step] = &[Step::Run(Kind::InitialUpload, Way::Run)];
const PEOPLE: &[&str] = &["ordinary-adult", "dissent", "standing-summary-long-registered"];

static ORDINARY: Scenario = Scenario::new("messages", PEOPLE, MIGRATION_THEN_UPLOAD);
static WINTER: Scenario = Scenario::new("messages-in-winter", PEOPLE, MIGRATION_THEN_UPLOAD).on("2026-12-15");

/// The `SOAPAction` of an upload. Source: SCR FHIR API adaptor, Upload.
const UPLOAD_ACTION: &str = "urn:nhs:names:services:psis/REPC_IN150016SM05";
/// The Spine as its directory describes it. Source: SDS, published values of a test environment.
const PSIS: &str = "227319907548";
const PDS: &str = "928942012545";
const SPINE_PARTY: &str = "YES-0000806";
const CPA: &str = "S20001A000182";

/// What is asked over the synchronous service.
const ASKED: [Sort; 3] = [Sort::EventList, Sort::Retrieval, Sort::Setting];
/// Everything that carries an HL7 message.
const ALL: [Sort; 4] = [Sort::Upload, Sort::EventList, Sort::Retrieval, Sort::Setting];

/// Judges every exchange of a sort, of which there must be one.
fn every(seen: &Observation, sort: Sort, judge: impl Fn(&Exchange) -> Verdict) -> Verdict {
    let exchanges = seen.of(sort);
    if exchanges.is_empty() {
        return Err(Failure::new(format!("an exchange of the sort {sort:?}"), "none"));
    }
    exchanges.into_iter().try_for_each(|one| judge(one).map_err(|failure| failure.in_exchange(one)))
}

/// Judges every exchange of several sorts, of each of which there must be one.
fn every_of(seen: &Observation, sorts: &[Sort], judge: impl Fn(&Exchange) -> Verdict) -> Verdict {
    sorts.iter().try_for_each(|sort| every(seen, *sort, &judge))
}

/// A UUID as the Spine wants it: with hyphens, in capital letters.
fn is_upper_uuid(text: &str) -> bool {
    text.len() == 36
        && uuid::Uuid::try_parse(text).is_ok()
        && !text.bytes().any(|byte| byte.is_ascii_lowercase())
}

/// The cases.
pub(super) const CASES: &[Case] = &[
    Case::client(
        "message/uploads-go-to-clinical",
        &["MSG-007"],
        &ORDINARY,
        http::uploads_are_posted_to_clinical,
    ),
    Case::client(
        "message/questions-go-to-the-synchronous-service",
        &["MSG-036"],
        &ORDINARY,
        http::questions_are_posted_to_the_synchronous_service,
    ),
    Case::client(
        "message/an-upload-is-multipart-related",
        &["MSG-009"],
        &ORDINARY,
        http::an_upload_is_multipart_related,
    ),
    Case::client(
        "message/the-manifest-names-the-second-part",
        &["MSG-010"],
        &ORDINARY,
        http::the_manifest_names_the_second_of_two_parts,
    ),
    Case::client(
        "message/hostile-texts-stay-texts",
        &["MSG-010"],
        &HOSTILE,
        delivery::hostile_texts_stay_texts,
    ),
    Case::client(
        "message/headers-name-user-and-session",
        &["MSG-011"],
        &ORDINARY,
        http::the_headers_of_user_and_session_are_there,
    ),
    Case::client("message/a-poll-is-a-bare-get", &["MSG-012"], &ORDINARY, http::a_poll_is_a_bare_get),
    Case::client("message/nothing-is-compressed", &["MSG-005"], &ORDINARY, http::nothing_is_compressed),
    Case::client(
        "message/the-message-header-must-be-understood",
        &["MSG-017"],
        &ORDINARY,
        ebxml::the_message_header_must_be_understood,
    ),
    Case::client(
        "message/the-parties-are-named",
        &["MSG-018"],
        &ORDINARY,
        ebxml::the_parties_are_ours_and_the_spines,
    ),
    Case::client("message/the-agreement-is-named", &["MSG-019"], &ORDINARY, ebxml::the_agreement_is_named),
    Case::client(
        "message/service-and-action-are-the-soap-action",
        &["MSG-020"],
        &ORDINARY,
        ebxml::service_and_action_are_those_of_the_soap_action,
    ),
    Case::client("message/the-time-stamp-is-utc", &["MSG-021"], &ORDINARY, ebxml::the_time_stamp_is_utc),
    Case::client("message/delivery-is-reliable", &["MSG-022"], &ORDINARY, ebxml::delivery_is_reliable),
    Case::client(
        "message/one-id-for-envelope-message-and-summary",
        &["MSG-023"],
        &ORDINARY,
        ebxml::one_id_names_message_payload_and_summary,
    ),
    Case::client("message/ids-are-capital-uuids", &["MSG-025"], &ORDINARY, wrapper::ids_are_capital_uuids),
    Case::client("message/times-in-summer", &["MSG-026"], &ORDINARY, wrapper::summer_time_is_an_hour_ahead),
    Case::client("message/times-in-winter", &["MSG-026"], &WINTER, wrapper::winter_time_is_universal_time),
    Case::client("message/time-stamps-in-winter", &["MSG-021"], &WINTER, ebxml::the_time_stamp_is_utc),
    Case::client(
        "message/the-interaction-is-the-root",
        &["MSG-027"],
        &ORDINARY,
        wrapper::the_interaction_is_the_roots_name,
    ),
    Case::client(
        "message/it-is-production",
        &["MSG-028"],
        &ORDINARY,
        wrapper::it_is_production_and_wants_no_acknowledgement,
    ),
    Case::client(
        "message/each-domain-has-its-version",
        &["MSG-029"],
        &ORDINARY,
        wrapper::each_domain_has_its_version,
    ),
    Case::client(
        "message/receiver-and-sender-are-named",
        &["MSG-030"],
        &ORDINARY,
        wrapper::receiver_and_sender_are_named,
    ),
    Case::client("message/the-user-is-the-author", &["MSG-031"], &ORDINARY, wrapper::the_user_is_the_author),
    Case::client(
        "message/the-soap-message-id-has-41-characters",
        &["MSG-032"],
        &ORDINARY,
        soap::the_message_id_has_41_characters,
    ),
    Case::client(
        "message/the-soap-action-is-repeated",
        &["MSG-033"],
        &ORDINARY,
        soap::the_action_is_the_soap_action,
    ),
    Case::client(
        "message/the-soap-addresses-are-there",
        &["MSG-034"],
        &ORDINARY,
        soap::the_addresses_are_there,
    ),
    Case::client(
        "message/header-and-body-name-the-same-systems",
        &["MSG-035"],
        &ORDINARY,
        soap::header_and_body_name_the_same_systems,
    ),
    Case::client(
        "message/an-event-list-query-writes-values-first",
        &["MSG-037"],
        &ORDINARY,
        soap::an_event_list_query_writes_values_first,
    ),
    Case::client(
        "message/dissent-is-never-overridden",
        &["MSG-038"],
        &ORDINARY,
        soap::dissent_is_never_overridden,
    ),
    Case::client(
        "message/a-retrieval-writes-semantics-first",
        &["MSG-039"],
        &ORDINARY,
        soap::a_retrieval_writes_semantics_first,
    ),
    Case::client(
        "message/a-retrieval-asks-for-current-data",
        &["MSG-040"],
        &ORDINARY,
        soap::a_retrieval_asks_for_current_data,
    ),
    Case::client(
        "message/polls-go-to-the-content-location",
        &["MSG-013"],
        &POLLED,
        delivery::polls_go_to_the_content_location,
    ),
    Case::client(
        "message/polls-wait-for-the-milliseconds-told",
        &["MSG-014"],
        &POLLED,
        delivery::polls_wait_for_the_milliseconds_told,
    ),
    Case::client(
        "message/a-long-wait-is-not-cut-short",
        &["MSG-014"],
        &NEVER_READY,
        delivery::a_long_wait_is_not_cut_short,
    ),
    Case::client(
        "message/polling-ends-after-50-seconds",
        &["MSG-016"],
        &NEVER_READY,
        delivery::polling_ends_after_50_seconds,
    ),
    Case::client(
        "message/seconds-where-set",
        &["MSG-015"],
        &SECONDS,
        delivery::seconds_are_seconds_where_set,
    ),
    Case::client(
        "message/redirects-are-not-followed",
        &["MSG-004"],
        &REDIRECTED,
        delivery::redirects_are_not_followed,
    ),
    Case::client(
        "message/one-id-never-has-two-bodies",
        &["MSG-024"],
        &SILENT,
        delivery::one_id_never_has_two_bodies,
    ),
    Case::client(
        "message/what-is-never-taken-is-given-up",
        &["ACK-014"],
        &NEVER_TAKEN,
        delivery::what_is_never_taken_is_given_up,
    ),
    Case::client(
        "message/what-is-too-long-is-not-sent",
        &["MSG-006"],
        &TOO_LONG,
        delivery::what_is_too_long_is_not_sent,
    ),
    Case::client(
        "message/what-arrives-came-with-a-certificate",
        &["MSG-001"],
        &tls::OVER_TLS,
        tls::what_arrived,
    ),
    Case::server(
        "message/nobody-is-let-in-without-a-certificate",
        &["MSG-041"],
        tls::nobody_without_a_certificate,
    ),
    Case::server("message/tls-below-1-2-is-refused", &["MSG-003"], tls::below_1_2),
    Case::spine("message/an-upload-is-queued", &["MSG-042"], answers::an_upload_is_queued),
    Case::spine_with(
        "message/an-early-poll-is-told-to-wait",
        &["MSG-042"],
        answers::slow,
        answers::an_early_poll_waits,
    ),
    Case::spine(
        "message/the-answer-comes-in-an-envelope",
        &["MSG-043"],
        answers::the_answer_comes_in_an_envelope,
    ),
    Case::spine("message/the-answer-names-its-upload", &["MSG-044"], answers::the_answer_names_its_upload),
    Case::spine(
        "message/a-synchronous-answer-names-its-request",
        &["MSG-045"],
        answers::a_synchronous_answer_names_its_request,
    ),
    Case::spine(
        "message/events-are-listed-newest-first",
        &["MSG-046"],
        answers::events_are_listed_newest_first,
    ),
    Case::spine(
        "message/a-replaced-event-has-status-3",
        &["MSG-047"],
        answers::a_replaced_event_has_status_3,
    ),
    Case::spine("message/line-feeds-alone-are-taken", &["MSG-048"], tolerance::line_feeds_alone),
    Case::spine(
        "message/quotes-around-the-soap-action-are-taken",
        &["MSG-049"],
        tolerance::quoted_soap_actions,
    ),
    Case::spine("message/both-payload-types-are-taken", &["MSG-050"], tolerance::both_payload_types),
    Case::spine("message/both-ebxml-spellings-are-taken", &["MSG-051"], tolerance::both_ebxml_spellings),
    Case::spine(
        "message/a-time-stamp-without-zone-is-taken",
        &["MSG-052"],
        tolerance::a_time_stamp_without_zone,
    ),
    Case::spine(
        "message/any-order-of-the-wrapper-is-taken",
        &["MSG-053"],
        tolerance::any_order_of_the_wrapper,
    ),
];
