//! The session: smartcard, login, role, what it permits, and its end.

mod access;
mod card;
mod end;
mod identity;
mod scenes;
mod spine;

use crate::case::Case;
use scenes::{
    ACTIVITY_ELSEWHERE, ANOTHER_USER, CARD_PULLED, CLINICAL_ACTIVITIES, EXPIRED_CARD, LOGGED_OUT,
    NO_ACTIVITY, NO_PIN, NOT_ADMINISTRATOR, NOT_SUCCESS, ROLE_ELSEWHERE, SEVERAL_ROLES, SHORT_SESSION,
    TEN_HOURS, TWO_ROLES, WRONG_PIN,
};

/// The cases.
pub(super) const CASES: &[Case] = &[
    Case::client(
        "session/nothing-is-sent-before-a-login",
        &["SES-001"],
        &WRONG_PIN,
        card::nothing_before_a_login,
    ),
    Case::client(
        "session/nothing-is-sent-after-a-logout",
        &["SES-001"],
        &LOGGED_OUT,
        end::nothing_after_a_logout,
    ),
    Case::client(
        "session/a-run-needs-b0062-in-the-role-of-the-session",
        &["SES-002"],
        &ACTIVITY_ELSEWHERE,
        access::needs_the_activity_here,
    ),
    Case::client(
        "session/a-run-needs-a-system-administrator",
        &["SES-003"],
        &NOT_ADMINISTRATOR,
        access::needs_an_administrator,
    ),
    Case::client(
        "session/under-the-setting-clinical-activities-will-do",
        &["SES-004"],
        &CLINICAL_ACTIVITIES,
        access::clinical_activities_will_do,
    ),
    Case::client(
        "session/the-role-at-this-practice-is-used",
        &["SES-005"],
        &TWO_ROLES,
        access::the_role_here_is_used,
    ),
    Case::client(
        "session/a-role-elsewhere-is-not-used",
        &["SES-005"],
        &ROLE_ELSEWHERE,
        access::a_role_elsewhere_is_refused,
    ),
    Case::client(
        "session/of-several-roles-the-user-chooses",
        &["SES-006"],
        &SEVERAL_ROLES,
        access::the_user_chooses,
    ),
    Case::client(
        "session/a-job-role-alone-grants-no-activity",
        &["SES-007"],
        &NO_ACTIVITY,
        access::a_job_role_grants_nothing,
    ),
    Case::client(
        "session/an-assertion-about-another-user-is-refused",
        &["SES-008"],
        &ANOTHER_USER,
        access::another_user_is_refused,
    ),
    Case::client(
        "session/an-assertion-without-success-is-refused",
        &["SES-009"],
        &NOT_SUCCESS,
        access::without_success_is_refused,
    ),
    Case::client(
        "session/nothing-is-sent-after-the-end-that-the-identity-service-gave",
        &["SES-010"],
        &SHORT_SESSION,
        end::the_given_end_is_kept,
    ),
    Case::client(
        "session/a-session-ends-after-ten-hours-and-the-run-pauses",
        &["SES-011"],
        &TEN_HOURS,
        end::ten_hours_are_the_end,
    ),
    Case::client(
        "session/the-same-run-goes-on-under-a-new-session",
        &["SES-012"],
        &TEN_HOURS,
        end::the_run_goes_on,
    ),
    Case::client(
        "session/a-logout-gives-the-ticket-back",
        &["SES-013"],
        &LOGGED_OUT,
        end::the_ticket_is_given_back,
    ),
    Case::client("session/a-pin-is-typed-and-not-found", &["SES-014"], &NO_PIN, card::a_pin_is_typed),
    Case::client(
        "session/no-pin-and-no-ticket-is-shown",
        &["SES-015"],
        &WRONG_PIN,
        card::nothing_secret_is_said,
    ),
    Case::client(
        "session/a-wrong-pin-costs-one-try-and-says-what-is-left",
        &["SES-016"],
        &WRONG_PIN,
        card::tries_are_told,
    ),
    Case::client(
        "session/a-card-out-of-date-proves-nothing",
        &["SES-017"],
        &EXPIRED_CARD,
        card::out_of_date_is_refused,
    ),
    Case::client(
        "session/a-run-goes-on-without-the-card",
        &["SES-018"],
        &CARD_PULLED,
        card::a_run_needs_no_card,
    ),
    Case::spine(
        "session/a-spine-takes-an-upload-from-a-live-session-only",
        &["SES-025"],
        spine::an_upload_needs_a_session,
    ),
    Case::spine(
        "session/a-spine-takes-a-setting-from-a-live-session-only",
        &["SES-025"],
        spine::a_setting_needs_a_session,
    ),
    Case::spine(
        "session/a-spine-refuses-an-asid-that-is-not-the-sender",
        &["SES-026"],
        spine::the_asid_is_the_sender,
    ),
    Case::spine(
        "session/a-role-assertion-names-user-roles-and-activities",
        &["SES-027"],
        identity::an_assertion_names,
    ),
    Case::spine(
        "session/a-ticket-that-opens-nothing-gets-no-success",
        &["SES-028"],
        identity::a_worthless_ticket,
    ),
    Case::spine("session/a-signature-must-fit-its-challenge", &["SES-029"], identity::a_signature_must_fit),
    Case::spine("session/a-challenge-is-answered-once", &["SES-029"], identity::a_challenge_serves_once),
];
