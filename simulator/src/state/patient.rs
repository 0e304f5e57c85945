//! One patient: the PDS record, the permission, the events.

use spine_vocabulary::NhsNumber;

use super::chain::Chain;
use crate::scenario::{Permission, Person};

/// Everything about one NHS number.
#[derive(Clone, Debug)]
pub(crate) struct Patient {
    pub(crate) person: Person,
    pub(crate) permission: Permission,
    pub(crate) chain: Chain,
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
        Self { person, permission: Permission::default(), chain: Chain::default() }
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
