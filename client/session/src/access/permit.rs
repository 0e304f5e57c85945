//! From session, operator and action to a permit, or to a refusal that says everything that is missing.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use spine_vocabulary::identifier::person::{
    BULK_UPLOADS, CHANGE_SHARING_CONSENT, UPDATE_SUMMARIES, UPDATE_SUMMARIES_8028, WITHDRAW_SUMMARIES,
};
use spine_vocabulary::{ActivityCode, RoleProfileId, UserId};

use super::policy::{AccessPolicy, BulkPolicy};
use crate::session::Session;

/// Any of these lets somebody work on summaries. Source: Vision help, SCR RBAC roles.
const SUMMARY_WORK: &[&str] = &[UPDATE_SUMMARIES, UPDATE_SUMMARIES_8028, WITHDRAW_SUMMARIES];

/// Something that needs permission.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// Start, resume or stop a bulk run of any kind.
    BulkRun,
    /// Switch SCR on or off at the practice.
    SwitchScr,
    /// Record a patient's dissent, as a person tells it.
    RecordDissent,
}

/// A user of the practice's own system: the Spine does not know who administers it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Operator {
    /// The user id on their card.
    pub user_id: UserId,
    /// Their name, for people to read.
    pub name: String,
    /// Whether they are a System Administrator here.
    pub system_administrator: bool,
}

/// Proof that an action was permitted: who, in which role, until when. Only [`authorise`] makes one.
#[derive(Debug)]
pub struct Permit {
    action: Action,
    user: UserId,
    role_profile: RoleProfileId,
    ends_at: Timestamp,
}

impl Permit {
    /// What is permitted.
    #[must_use]
    pub fn action(&self) -> Action {
        self.action
    }

    /// To whom.
    #[must_use]
    pub fn user(&self) -> &UserId {
        &self.user
    }

    /// In which role.
    #[must_use]
    pub fn role_profile(&self) -> &RoleProfileId {
        &self.role_profile
    }

    /// When the session behind it ends: nothing may start from then on.
    #[must_use]
    pub fn ends_at(&self) -> Timestamp {
        self.ends_at
    }
}

/// The action is not permitted. Its text names everything that is missing and what to do about each.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{} is not permitted: {}", doing(*.action), sentences(.missing))]
pub struct Refusal {
    /// What was asked for.
    pub action: Action,
    /// Everything that is missing, never empty.
    pub missing: Vec<Missing>,
}

/// One thing that is missing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Missing {
    /// The session is over.
    #[error("the session ended at {ended_at}; log in again with your smartcard")]
    LiveSession {
        /// When it ended.
        ended_at: Timestamp,
    },
    /// The clock lies before the login, so nobody can tell whether the session is over.
    #[error("this computer's clock is behind the login at {started_at}; correct the clock, or log in again")]
    Clock {
        /// When the session began.
        started_at: Timestamp,
    },
    /// The session is somebody else's.
    #[error("the session belongs to user {session} and not to {operator}; log in with your own smartcard")]
    OwnSession {
        /// Whose session it is.
        session: UserId,
        /// Who is acting.
        operator: UserId,
    },
    /// Not a System Administrator.
    #[error(
        "user {operator} is not a System Administrator of this practice's system; have an administrator make them one"
    )]
    SystemAdministrator {
        /// Who is acting.
        operator: UserId,
    },
    /// The role holds none of the activities that would do.
    #[error(
        "role profile {role_profile} lacks {}; have your Registration Authority grant it, or log in with a role that has it",
        .any_of.join(" or ")
    )]
    Activity {
        /// The role in use.
        role_profile: RoleProfileId,
        /// Any one of these would do.
        any_of: &'static [&'static str],
    },
}

/// Decides whether `operator` may take `action` in `session` at `now`.
pub fn authorise(
    session: &Session,
    operator: &Operator,
    action: Action,
    policy: &AccessPolicy,
    now: Timestamp,
) -> Result<Permit, Refusal> {
    let mut missing = Vec::new();
    if session.is_before_login(now) {
        missing.push(Missing::Clock { started_at: session.started_at() });
    } else if !session.is_live(now) {
        missing.push(Missing::LiveSession { ended_at: session.ends_at() });
    }
    if operator.user_id != *session.user() {
        missing.push(Missing::OwnSession {
            session: session.user().clone(),
            operator: operator.user_id.clone(),
        });
    }
    let needs = needs(action, policy.bulk);
    if needs.administrator && !operator.system_administrator {
        missing.push(Missing::SystemAdministrator { operator: operator.user_id.clone() });
    }
    for any_of in needs.activities {
        if !holds_any(session, any_of) {
            missing.push(Missing::Activity { role_profile: session.role_profile().clone(), any_of });
        }
    }
    if !missing.is_empty() {
        return Err(Refusal { action, missing });
    }
    Ok(Permit {
        action,
        user: session.user().clone(),
        role_profile: session.role_profile().clone(),
        ends_at: session.ends_at(),
    })
}

/// What an action needs: every group of activities must be met by at least one of its members.
struct Needs {
    administrator: bool,
    activities: &'static [&'static [&'static str]],
}

/// Requirements: SES-002, SES-003, SES-004, CON-053.
fn needs(action: Action, bulk: BulkPolicy) -> Needs {
    match (action, bulk) {
        // Both readings of the sources agree on who switches SCR on and off (Vision help, Enabling or Disabling SCR; SCR RBAC roles).
        (Action::BulkRun, BulkPolicy::AdministratorAndB0062) | (Action::SwitchScr, _) => {
            Needs { administrator: true, activities: &[&[BULK_UPLOADS]] }
        }
        (Action::BulkRun, BulkPolicy::AnyOfB0380B8028B8029) => {
            Needs { administrator: false, activities: &[SUMMARY_WORK] }
        }
        (Action::RecordDissent, _) => {
            Needs { administrator: false, activities: &[&[CHANGE_SHARING_CONSENT], SUMMARY_WORK] }
        }
    }
}

fn holds_any(session: &Session, any_of: &[&str]) -> bool {
    session.role().activities.iter().map(ActivityCode::as_str).any(|held| any_of.contains(&held))
}

fn doing(action: Action) -> &'static str {
    match action {
        Action::BulkRun => "running bulk uploads",
        Action::SwitchScr => "switching SCR on or off",
        Action::RecordDissent => "recording dissent",
    }
}

fn sentences(missing: &[Missing]) -> String {
    missing.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
}
