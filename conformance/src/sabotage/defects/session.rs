//! Defects that the cases of `session` must find.

mod client;
mod spine;

use crate::sabotage::{Aim, Sabotage};

/// The defects.
pub(super) const DEFECTS: &[Sabotage] = &[
    Sabotage {
        name: "session/runs-in-the-name-of-whoever-came-before",
        what: "A run of nobody goes on under a session that the client still remembers.",
        aim: Aim::Client(client::remembers_sessions, &["wrong-pin", "logged-out"]),
    },
    Sabotage {
        name: "session/counts-activities-of-another-practice",
        what: "The client counts an activity that the user holds at another practice.",
        aim: Aim::Client(client::counts_activities_elsewhere, &["activity-elsewhere"]),
    },
    Sabotage {
        name: "session/takes-everybody-for-an-administrator",
        what: "The client takes every operator for a System Administrator.",
        aim: Aim::Client(client::everybody_administers, &["not-administrator"]),
    },
    Sabotage {
        name: "session/knows-no-other-policy",
        what: "The client asks for B0062 under the setting that does not.",
        aim: Aim::Client(client::knows_no_other_policy, &["clinical-activities"]),
    },
    Sabotage {
        name: "session/speaks-in-the-first-role",
        what: "The client writes the first of the user's roles into its messages, wherever it is held.",
        aim: Aim::Client(client::speaks_in_the_first_role, &["two-roles"]),
    },
    Sabotage {
        name: "session/does-not-look-where-a-role-is-held",
        what: "The client uses a role at another practice.",
        aim: Aim::Client(client::does_not_look_where, &["role-elsewhere"]),
    },
    Sabotage {
        name: "session/chooses-a-role-by-itself",
        what: "Of several roles here the client takes one without asking.",
        aim: Aim::Client(client::chooses_by_itself, &["several-roles"]),
    },
    Sabotage {
        name: "session/adds-what-a-job-role-may-have",
        what: "The client counts B0062 as part of the job role of an administrator.",
        aim: Aim::Client(client::adds_activities, &["no-activity"]),
    },
    Sabotage {
        name: "session/does-not-compare-user-and-card",
        what: "The client does not compare the user of the assertion with the holder of the card.",
        aim: Aim::Client(client::does_not_compare, &["another-user"]),
    },
    Sabotage {
        name: "session/does-not-read-the-status",
        what: "The client does not read the status of a role assertion.",
        aim: Aim::Client(client::does_not_read_the_status, &["assertion-not-success"]),
    },
    Sabotage {
        name: "session/does-not-read-the-end",
        what: "The client does not read when the identity service ends the session.",
        aim: Aim::Client(client::does_not_read_the_end, &["short-session"]),
    },
    Sabotage {
        name: "session/counts-hours-too-slowly",
        what: "The client's ten hours are twenty.",
        aim: Aim::Client(client::counts_slowly, &["ten-hours"]),
    },
    Sabotage {
        name: "session/begins-anew-after-a-login",
        what: "After a login the client begins a run where the last one was to go on.",
        aim: Aim::Client(client::begins_anew, &["ten-hours"]),
    },
    Sabotage {
        name: "session/keeps-its-ticket",
        what: "The client gives back another ticket than its own.",
        aim: Aim::Client(client::keeps_its_ticket, &["logged-out"]),
    },
    Sabotage {
        name: "session/says-the-pin",
        what: "The client repeats a PIN that was refused.",
        aim: Aim::Client(client::says_the_pin, &["wrong-pin"]),
    },
    Sabotage {
        name: "session/does-not-count-tries",
        what: "The client does not say how many tries are left.",
        aim: Aim::Client(client::does_not_count_tries, &["wrong-pin"]),
    },
    Sabotage {
        name: "session/does-not-look-at-a-cards-dates",
        what: "The client does not see that a card is out of date.",
        aim: Aim::Client(client::does_not_look_at_dates, &["expired-card"]),
    },
    Sabotage {
        name: "session/pauses-without-the-card",
        what: "The client pauses a run when the card is pulled, under the policy that goes on.",
        aim: Aim::Client(client::pauses_without_the_card, &["card-pulled"]),
    },
    Sabotage {
        name: "session/a-spine-does-not-know-who-is-logged-in",
        what: "The Spine takes an author who is not logged in for the one who is.",
        aim: Aim::Spine(spine::takes_strangers),
    },
    Sabotage {
        name: "session/a-spine-does-not-read-the-asid-header",
        what: "The Spine does not compare the nhsd-asid header with the sender.",
        aim: Aim::Spine(spine::does_not_compare_systems),
    },
    Sabotage {
        name: "session/a-spine-names-one-activity-only",
        what: "The role assertion leaves out all activities but the first.",
        aim: Aim::Spine(spine::names_one_activity),
    },
    Sabotage {
        name: "session/a-spine-forgets-a-logout",
        what: "A ticket that was given back still opens its session.",
        aim: Aim::Spine(spine::forgets_a_logout),
    },
    Sabotage {
        name: "session/a-spine-checks-no-signature",
        what: "The identity service lets in whoever sends any signature.",
        aim: Aim::Spine(spine::checks_no_signature),
    },
    Sabotage {
        name: "session/a-spine-takes-an-answer-again",
        what: "The identity service takes the same answer to a challenge again.",
        aim: Aim::Spine(spine::takes_an_answer_again),
    },
];
