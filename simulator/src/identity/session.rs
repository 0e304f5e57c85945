//! Who is logged in: tickets, their sessions, and when each ends.
//!
//! Knows no certificate and no markup. A session ends ten hours after its login by the simulator's clock, or at log-out.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::{SignedDuration, Timestamp};
use spine_vocabulary::{RoleProfileId, UserId};

use super::user::{User, Users};
use crate::state::{Journal, Record};

/// How long a session lasts from its login: ten hours. Source: project requirement (no public page states it).
pub const SESSION: SignedDuration = SignedDuration::from_hours(10);

/// Whether the author of a request is logged in; the clinical services ask before they accept an upload or a setting.
pub trait LiveSessions: fmt::Debug + Send + Sync {
    /// Whether `user` has a session with the role `role_profile` that has neither ended nor been logged out at `now`.
    fn is_live(&self, role_profile: &RoleProfileId, user: &UserId, now: Timestamp) -> bool;

    /// Ends every session of `user` with the role `role_profile`, as if somebody had revoked them. Does nothing where no
    /// sessions are kept.
    fn revoke(&self, role_profile: &RoleProfileId, user: &UserId) {
        let _ = (role_profile, user);
    }
}

/// Takes every author for logged in: for tests of the clinical services without an identity service.
#[derive(Clone, Copy, Debug, Default)]
pub struct EverybodyIsIn;

impl LiveSessions for EverybodyIsIn {
    fn is_live(&self, _: &RoleProfileId, _: &UserId, _: Timestamp) -> bool {
        true
    }
}

/// The bearer's proof of a session: 32 random bytes as text. `Debug` does not show it.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Ticket(String);

impl Ticket {
    /// A ticket of random bytes, which the caller draws.
    #[must_use]
    pub fn new(random: [u8; 32]) -> Self {
        Self(URL_SAFE_NO_PAD.encode(random))
    }

    /// The ticket a request presents; whether it opens anything is for [`Sessions`] to say.
    #[must_use]
    pub fn presented(text: &str) -> Self {
        Self(text.to_owned())
    }

    /// The text, for the one answer that hands it out.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Ticket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Ticket(..)")
    }
}

/// One login of one user, with all of the user's roles.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// Who logged in.
    pub user: User,
    /// When.
    pub since: Timestamp,
    /// The first moment at which it no longer holds.
    pub until: Timestamp,
}

/// Every session that was opened and not logged out.
#[derive(Debug, Default)]
pub struct Sessions {
    by_ticket: Mutex<HashMap<Ticket, Session>>,
    /// Where openings and log-outs are written down, if they are to outlive the process.
    journal: OnceLock<Arc<Journal>>,
}

impl Sessions {
    /// Opens a session; sessions that ended meanwhile are forgotten.
    pub fn open(&self, ticket: Ticket, user: User, now: Timestamp) -> Session {
        self.keep(|| Record::Opened { ticket: ticket.0.clone(), user: user.id.clone(), at: now });
        self.enter(ticket, user, now)
    }

    fn enter(&self, ticket: Ticket, user: User, now: Timestamp) -> Session {
        let until = now.checked_add(SESSION).unwrap_or(Timestamp::MAX);
        let session = Session { user, since: now, until };
        let mut sessions = self.by_ticket.lock().unwrap_or_else(PoisonError::into_inner);
        sessions.retain(|_, session| session.until > now);
        sessions.insert(ticket, session.clone());
        session
    }

    /// The session that a ticket opens at `now`, if it has neither ended nor been logged out.
    #[must_use]
    pub fn find(&self, ticket: &Ticket, now: Timestamp) -> Option<Session> {
        let sessions = self.by_ticket.lock().unwrap_or_else(PoisonError::into_inner);
        sessions.get(ticket).filter(|session| session.until > now).cloned()
    }

    /// Ends the session of a ticket; whether there was one.
    pub fn close(&self, ticket: &Ticket) -> bool {
        self.keep(|| Record::Closed { ticket: ticket.0.clone() });
        self.leave(ticket)
    }

    fn leave(&self, ticket: &Ticket) -> bool {
        self.by_ticket.lock().unwrap_or_else(PoisonError::into_inner).remove(ticket).is_some()
    }

    /// Does again what a record says; a user who is not among `users` has no session any more.
    pub(crate) fn again(&self, record: &Record, users: &Users) {
        match record {
            Record::Opened { ticket, user, at } => {
                if let Some(user) = users.find(user) {
                    self.enter(Ticket(ticket.clone()), user.clone(), *at);
                }
            }
            Record::Closed { ticket } => {
                self.leave(&Ticket(ticket.clone()));
            }
            Record::Forgotten => self.by_ticket.lock().unwrap_or_else(PoisonError::into_inner).clear(),
            Record::Exchange(_)
            | Record::Settled { .. }
            | Record::Permitted { .. }
            | Record::Withdrawn { .. } => {}
        }
    }

    /// Writes down in `journal` from now on who comes and goes.
    pub(crate) fn keep_in(&self, journal: Arc<Journal>) {
        // A second journal would be a mistake of the only caller; the first one stays.
        let _ = self.journal.set(journal);
    }

    /// Written before it is so. A journal that cannot be written makes the clinical services refuse everything; here nothing depends
    /// on it.
    fn keep(&self, record: impl FnOnce() -> Record) {
        if let Some(journal) = self.journal.get() {
            let _ = journal.hold().append(&record(), &[]);
        }
    }
}

impl LiveSessions for Sessions {
    fn is_live(&self, role_profile: &RoleProfileId, user: &UserId, now: Timestamp) -> bool {
        let sessions = self.by_ticket.lock().unwrap_or_else(PoisonError::into_inner);
        sessions.values().any(|session| {
            session.until > now
                && session.user.id == *user
                && session.user.roles.iter().any(|role| role.profile == *role_profile)
        })
    }

    fn revoke(&self, role_profile: &RoleProfileId, user: &UserId) {
        let mut sessions = self.by_ticket.lock().unwrap_or_else(PoisonError::into_inner);
        sessions.retain(|_, session| {
            session.user.id != *user || session.user.roles.iter().all(|role| role.profile != *role_profile)
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::identity::user::Role;

    fn user(id: &str, profiles: &[&str]) -> User {
        let roles = profiles
            .iter()
            .map(|profile| Role {
                profile: RoleProfileId::parse(profile).unwrap(),
                ods: spine_vocabulary::OdsCode::parse("Y90001").unwrap(),
                organisation: "Invented Surgery".into(),
                job_role: "S8000:G8000:R8000".into(),
                activities: vec![spine_vocabulary::ActivityCode::bulk_uploads()],
            })
            .collect();
        User { id: UserId::parse(id).unwrap(), name: "Invented Operator".into(), roles }
    }

    #[test]
    fn a_session_lives_ten_hours_for_each_of_its_roles_and_for_nobody_else() {
        let (sessions, start) = (Sessions::default(), Timestamp::from_second(1_800_000_000).unwrap());
        let profiles = ["555000000001", "555000000002"];
        let ticket = Ticket::new([7; 32]);
        sessions.open(ticket.clone(), user("555100000001", &profiles), start);
        let live = |profile: &str, id: &str, hours: i64, seconds: i64| {
            let now = start + SignedDuration::from_hours(hours) + SignedDuration::from_secs(seconds);
            sessions.is_live(&RoleProfileId::parse(profile).unwrap(), &UserId::parse(id).unwrap(), now)
        };
        for profile in profiles {
            assert!(live(profile, "555100000001", 0, 0));
            assert!(live(profile, "555100000001", 10, -1));
            assert!(!live(profile, "555100000001", 10, 0));
        }
        assert!(!live("555000000003", "555100000001", 0, 0));
        assert!(!live("555000000001", "555100000002", 0, 0));
        assert!(sessions.find(&ticket, start + SESSION).is_none());
        assert!(sessions.close(&ticket));
        assert!(!live("555000000001", "555100000001", 0, 0));
        assert!(!sessions.close(&ticket));
    }

    #[test]
    fn a_revoked_session_ends_and_no_other_does() {
        let (sessions, start) = (Sessions::default(), Timestamp::from_second(1_800_000_000).unwrap());
        let profile = RoleProfileId::parse("555000000001").unwrap();
        let ids = ["555100000001", "555100000002"].map(|id| UserId::parse(id).unwrap());
        for (place, id) in [7, 8].into_iter().zip(&ids) {
            sessions.open(Ticket::new([place; 32]), user(id.as_str(), &[profile.as_str()]), start);
        }
        let live = || [0, 1].map(|place| sessions.is_live(&profile, &ids[place], start));
        sessions.revoke(&RoleProfileId::parse("555000000009").unwrap(), &ids[0]);
        assert_eq!(live(), [true, true]);
        sessions.revoke(&profile, &ids[0]);
        assert_eq!(live(), [false, true]);
    }

    #[test]
    fn no_debug_shows_a_ticket() {
        let ticket = Ticket::new([7; 32]);
        assert!(!format!("{ticket:?}").contains(ticket.reveal()));
    }
}
