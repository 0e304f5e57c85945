//! The scenarios: who logs in with which card, and what the identity service says of them.

use std::time::Duration;

use jiff::SignedDuration;
use spine_client::session::BulkPolicy;
use spine_fixtures::population::staff;

use crate::stage::{Kind, Need, Scenario, Script, Step, Turn, Way};
use crate::wire::{Reply, Service, Sort};

/// A PIN that no card has.
pub(super) const WRONG: &str = "900900";
/// How long the identity service lets a session last in [`SHORT_SESSION`].
pub(super) const SHORT: SignedDuration = SignedDuration::from_secs(100);
/// How long a session lasts at most.
pub(super) const TEN: SignedDuration = SignedDuration::from_hours(10);

const RUN: Step = Step::Run(Kind::InitialUpload, Way::Run);
const RESUME: Step = Step::Run(Kind::InitialUpload, Way::Resume);
const OPERATOR: Step = Step::Login { user: staff::OPERATOR_USER_ID, pin: staff::OPERATOR_PIN };
const OPERATOR_RUNS: &[Step] = &[OPERATOR, RUN];
const TESS: Step = Step::Login { user: staff::TWO_ROLES_USER_ID, pin: staff::TWO_ROLES_PIN };
const NOEL: Step = Step::Login { user: staff::NOT_ADMINISTRATOR_USER_ID, pin: staff::NOT_ADMINISTRATOR_PIN };

const fn scene(name: &'static str, steps: &'static [Step]) -> Scenario {
    Scenario::new(name, &["ordinary-adult"], steps)
}

/// B0062 is granted in the role at the other practice, something else in the one here.
pub(super) static ACTIVITY_ELSEWHERE: Scenario = scene("activity-elsewhere", &[TESS, RUN]).identified(|| {
    rewriting(|text| text.replace("B0062", "B9999").replace("B0370", "B0062").replace("B9999", "B0370"))
});

/// No activity is granted at all.
pub(super) static NO_ACTIVITY: Scenario = scene(
    "no-activity",
    &[Step::Login { user: staff::NO_ACTIVITY_USER_ID, pin: staff::NO_ACTIVITY_PIN }, RUN],
);

/// B0062, and no System Administrator.
pub(super) static NOT_ADMINISTRATOR: Scenario = scene("not-administrator", &[NOEL, RUN]);

/// Neither B0062 nor a System Administrator, under the setting that asks for neither.
pub(super) static CLINICAL_ACTIVITIES: Scenario = scene("clinical-activities", &[NOEL, RUN])
    .identified(|| rewriting(|text| text.replace("B0062", "B8028")))
    .with(|settings| settings.access.bulk = BulkPolicy::AnyOfB0380B8028B8029);

/// A role here and one elsewhere, which comes first.
pub(super) static TWO_ROLES: Scenario = scene("two-roles", &[TESS, RUN]);

/// Both roles are here.
pub(super) static SEVERAL_ROLES: Scenario = scene("several-roles", &[TESS, RUN])
    .identified(|| rewriting(|text| text.replace(staff::OTHER_ODS, staff::PRACTICE_ODS)));

/// The only role is elsewhere.
pub(super) static ROLE_ELSEWHERE: Scenario = scene("role-elsewhere", OPERATOR_RUNS)
    .identified(|| rewriting(|text| text.replace(staff::PRACTICE_ODS, staff::OTHER_ODS)));

/// The assertion names another user than the card, and one who may run.
pub(super) static ANOTHER_USER: Scenario = scene("another-user", &[NOEL, RUN])
    .identified(|| rewriting(|text| text.replace(staff::NOT_ADMINISTRATOR_USER_ID, staff::OPERATOR_USER_ID)));

/// The assertion is whole, and its status is none of success.
pub(super) static NOT_SUCCESS: Scenario = scene("assertion-not-success", OPERATOR_RUNS)
    .identified(|| rewriting(|text| text.replace("samlp:Success", "samlp:Responder")));

/// The session ends while an upload is sent again and again into silence.
pub(super) static SHORT_SESSION: Scenario = scene("short-session", OPERATOR_RUNS)
    .needs(Need::VirtualTime)
    .scripted(|| Box::new(deaf_at_first))
    .identified(|| ending_after(SHORT));

/// The identity service would let the session last for twenty hours; an upload is sent into silence when the tenth is nearly over.
pub(super) static TEN_HOURS: Scenario = scene(
    "ten-hours",
    &[
        OPERATOR,
        Step::Wait(Duration::from_secs(9 * 3600 + 58 * 60 + 30)),
        RUN,
        RUN,
        Step::Wait(Duration::from_hours(2)),
        OPERATOR,
        RESUME,
    ],
)
.needs(Need::VirtualTime)
.scripted(|| Box::new(deaf_at_first))
.identified(|| ending_after(SignedDuration::from_hours(20)));

/// The operator logs out, and somebody begins a run nevertheless.
pub(super) static LOGGED_OUT: Scenario =
    scene("logged-out", &[OPERATOR, RUN, Step::Logout, Step::Run(Kind::ConsentMigration, Way::Run)]);

/// The PIN is wrong twice, then right.
pub(super) static WRONG_PIN: Scenario = scene(
    "wrong-pin",
    &[
        Step::Login { user: staff::OPERATOR_USER_ID, pin: WRONG },
        RUN,
        Step::Login { user: staff::OPERATOR_USER_ID, pin: WRONG },
        OPERATOR,
        RUN,
    ],
);

/// Nobody types a PIN.
pub(super) static NO_PIN: Scenario =
    scene("no-pin", &[OPERATOR, Step::Logout, Step::Untyped(staff::OPERATOR_USER_ID), RUN])
        .needs(Need::Process);

/// A card that ended yesterday.
pub(super) static EXPIRED_CARD: Scenario = scene(
    "expired-card",
    &[Step::Login { user: staff::EXPIRED_CARD_USER_ID, pin: staff::EXPIRED_CARD_PIN }, RUN],
);

/// The card is pulled when a run has only begun.
pub(super) static CARD_PULLED: Scenario = Scenario::new(
    "card-pulled",
    &["ordinary-adult", "ordinary-child", "very-old"],
    &[
        OPERATOR,
        Step::Pulled(Kind::InitialUpload, Way::Run, 2),
        Step::Login { user: staff::OPERATOR_USER_ID, pin: WRONG },
    ],
);

/// Rewrites role assertions.
fn rewriting(change: fn(&str) -> String) -> Box<dyn Script> {
    Box::new(move |turn: &Turn<'_>, spine: &dyn Service| {
        let mut reply = spine.answer(turn.request);
        if turn.request.target.starts_with("/saml/")
            && let Reply::Answer(answer) = &mut reply
        {
            answer.rewrite(change);
        }
        reply
    })
}

/// Lets sessions last for so long from their role assertion on.
fn ending_after(span: SignedDuration) -> Box<dyn Script> {
    Box::new(move |turn: &Turn<'_>, spine: &dyn Service| {
        let mut reply = spine.answer(turn.request);
        if let Reply::Answer(answer) = &mut reply {
            let end = turn.at.checked_add(span).unwrap_or(turn.at).strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
            answer.rewrite(|text| ends_at(text, &end));
        }
        reply
    })
}

/// A role assertion with another end.
pub(crate) fn ends_at(text: &str, end: &str) -> String {
    let Some((before, rest)) = text.split_once("NotOnOrAfter=\"") else { return text.to_owned() };
    let after = rest.split_once('"').map_or("", |(_, after)| after);
    format!("{before}NotOnOrAfter=\"{end}\"{after}")
}

/// Leaves the first two uploads without an answer.
fn deaf_at_first(turn: &Turn<'_>, spine: &dyn Service) -> Reply {
    let silent = turn.seen.sort == Sort::Upload && turn.nth <= 2;
    if silent { Reply::Silence } else { spine.answer(turn.request) }
}
