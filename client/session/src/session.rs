//! The session: one user in one role, from login until ten hours later or the broker's own end, whichever is first.
//!
//! Pure values: every instant comes in. The broker enforces the end too; what is judged here is whether to try at all.

pub(crate) mod choice;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use spine_vocabulary::{RoleProfileId, UserId};

use crate::assertion::Role;
use crate::card::identity::CardIdentity;
use crate::ticket::Ticket;
use choice::ChosenRole;

/// How far the clock may have been set back since login before the session counts as over: network time corrects by
/// seconds, and a clock that runs further back would stretch the ten hours.
const CLOCK_CORRECTION: SignedDuration = SignedDuration::from_mins(2);

/// How long a session may last. Setting, in whole hours; 10 by default.
///
/// Source: Vision help, SCR bulk uploads: automatic shut-down after ten hours. No public national page says so, hence a
/// setting.
/// Requirement: SES-011.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "u8", into = "u8")]
pub struct SessionLength(u8);

impl SessionLength {
    /// So many hours; 1 to 24.
    #[must_use]
    pub fn hours(hours: u8) -> Option<Self> {
        (1..=24).contains(&hours).then_some(Self(hours))
    }

    fn duration(self) -> SignedDuration {
        SignedDuration::from_hours(i64::from(self.0))
    }
}

impl Default for SessionLength {
    fn default() -> Self {
        Self(10)
    }
}

impl TryFrom<u8> for SessionLength {
    type Error = &'static str;

    fn try_from(hours: u8) -> Result<Self, Self::Error> {
        Self::hours(hours).ok_or("a session lasts 1 to 24 hours")
    }
}

impl From<SessionLength> for u8 {
    fn from(length: SessionLength) -> Self {
        length.0
    }
}

/// One user, signed in, in one role. `Debug` does not show the ticket.
#[derive(Clone, Debug)]
pub struct Session {
    pub(crate) user: UserId,
    pub(crate) name: String,
    pub(crate) ticket: Ticket,
    pub(crate) roles: Vec<Role>,
    pub(crate) role: Role,
    pub(crate) started_at: Timestamp,
    pub(crate) ends_at: Timestamp,
}

/// The session cannot be opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OpenError {
    /// The assertion speaks of somebody else than the card.
    #[error("the identity service answered for another user than the smartcard's: log in again")]
    AnotherUser,
    /// The assertion ended meanwhile.
    #[error("the session ended at {0} already: log in again")]
    Over(Timestamp),
}

impl Session {
    /// Opens the session of the card's holder in the chosen role, at `now`, the moment of login.
    /// Requirement: SES-008.
    pub fn open(
        chosen: ChosenRole,
        ticket: Ticket,
        card: &CardIdentity,
        length: SessionLength,
        now: Timestamp,
    ) -> Result<Self, OpenError> {
        let ChosenRole { assertion, role } = chosen;
        if assertion.user != *card.user_id() {
            return Err(OpenError::AnotherUser);
        }
        // Only a clock near the end of time could overflow, and then the assertion's end is earlier anyway.
        let ours = now.checked_add(length.duration()).unwrap_or(assertion.ends_at);
        let ends_at = ours.min(assertion.ends_at);
        if now >= ends_at {
            return Err(OpenError::Over(ends_at));
        }
        Ok(Self {
            user: assertion.user,
            name: assertion.name,
            ticket,
            roles: assertion.roles,
            role,
            started_at: now,
            ends_at,
        })
    }

    /// Whether requests may still be made at `now`.
    /// Requirement: SES-010.
    #[must_use]
    pub fn is_live(&self, now: Timestamp) -> bool {
        !self.remaining(now).is_zero()
    }

    /// How long requests may still be made; zero when the session is over or the clock was set back behind its start.
    #[must_use]
    pub fn remaining(&self, now: Timestamp) -> SignedDuration {
        if self.is_before_login(now) {
            return SignedDuration::ZERO;
        }
        now.duration_until(self.ends_at).max(SignedDuration::ZERO)
    }

    /// Whether `now` lies before the login by more than a correction of the clock: somebody set it back.
    #[must_use]
    pub fn is_before_login(&self, now: Timestamp) -> bool {
        now.duration_until(self.started_at) > CLOCK_CORRECTION
    }

    /// The user.
    #[must_use]
    pub fn user(&self) -> &UserId {
        &self.user
    }

    /// The user's name, for people to read.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What proves the session to the identity service.
    #[must_use]
    pub fn ticket(&self) -> &Ticket {
        &self.ticket
    }

    /// The role in use.
    #[must_use]
    pub fn role(&self) -> &Role {
        &self.role
    }

    /// The role profile in use: what goes into messages.
    #[must_use]
    pub fn role_profile(&self) -> &RoleProfileId {
        &self.role.profile
    }

    /// Every role of the user, in use or not.
    #[must_use]
    pub fn roles(&self) -> &[Role] {
        &self.roles
    }

    /// When the user logged in.
    #[must_use]
    pub fn started_at(&self) -> Timestamp {
        self.started_at
    }

    /// When the session ends.
    #[must_use]
    pub fn ends_at(&self) -> Timestamp {
        self.ends_at
    }
}
