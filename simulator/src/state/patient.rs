//! One patient: the PDS record, the permission, the events.

use jiff::Timestamp;
use spine_vocabulary::NhsNumber;

use super::chain::Chain;
use crate::scenario::{Permission, Person};

/// Everything about one NHS number.
#[derive(Clone, Debug)]
pub(crate) struct Patient {
    pub(crate) person: Person,
    pub(crate) permission: Permission,
    pub(crate) chain: Chain,
    /// What queries show instead of the permission, for a while.
    pub(crate) shown: Option<Shown>,
}

/// A permission that is no longer the true one and is still shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Shown {
    pub(crate) permission: Permission,
    /// The first moment at which it is not.
    pub(crate) until: Timestamp,
}

/// Whether a number is one that a service may act upon.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    /// It is.
    Valid,
    /// Another took its place.
    Superseded(NhsNumber),
    /// Its record was made invalid.
    Invalidated,
}

impl Patient {
    /// A patient without permission and events.
    pub(crate) fn new(person: Person) -> Self {
        Self { person, permission: Permission::default(), chain: Chain::default(), shown: None }
    }

    /// The permission that queries show at `now`.
    pub(crate) fn permission_shown(&self, now: Timestamp) -> Permission {
        self.shown.filter(|shown| now < shown.until).map_or(self.permission, |shown| shown.permission)
    }

    /// Whether the number may be acted upon.
    pub(crate) fn standing(&self) -> Standing {
        match self.person.superseded_by {
            Some(successor) => Standing::Superseded(successor),
            None if self.person.invalidated => Standing::Invalidated,
            None => Standing::Valid,
        }
    }
}
