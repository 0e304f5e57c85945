//! What the control port and tests may see and set: people, permissions, events, the ledger.
//!
//! Nothing here is part of the protocol; a client never sees it.

use jiff::Timestamp;
use serde::Serialize;
use spine_vocabulary::{EventId, NhsNumber, OdsCode};

use super::Spine;
use crate::ledger::{Ledger, SummaryKind};
use crate::scenario::{Permission, Person};
use crate::state::{EventAuthor, EventStatus};

/// One patient's permission as the ACS holds it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct PermissionView {
    /// Whose it is.
    pub nhs_number: NhsNumber,
    /// What is held.
    #[serde(flatten)]
    pub permission: Permission,
}

/// One event as the PSIS holds it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct EventView {
    /// Whose it is.
    pub nhs_number: NhsNumber,
    /// The event.
    pub event_id: EventId,
    /// Whether it stands.
    pub status: EventStatus,
    /// When it was stored.
    pub persisted_at: Timestamp,
    /// What it is; `None` for one that stood before the Spine started.
    pub kind: Option<SummaryKind>,
    /// The organisation, where the Spine itself put the event there.
    pub ods: Option<OdsCode>,
}

impl Spine {
    /// Everything that passed; uploads that are due by now are processed first.
    #[must_use]
    pub fn ledger(&self) -> &Ledger {
        self.settle();
        self.book()
    }

    /// One person of the PDS.
    #[must_use]
    pub fn person(&self, number: NhsNumber) -> Option<Person> {
        self.memory().patients.part(&number).get(&number).map(|patient| patient.person.clone())
    }

    /// Everybody in the PDS, by NHS number.
    #[must_use]
    pub fn people(&self) -> Vec<Person> {
        let mut people = Vec::new();
        self.memory()
            .patients
            .each(|part| people.extend(part.values().map(|patient| patient.person.clone())));
        people.sort_by_key(|person| person.nhs_number);
        people
    }

    /// One patient's permission; `None` when nobody has this number.
    #[must_use]
    pub fn permission(&self, number: NhsNumber) -> Option<Permission> {
        self.memory().patients.part(&number).get(&number).map(|patient| patient.permission)
    }

    /// Every permission that is not the default, by NHS number.
    #[must_use]
    pub fn permissions(&self) -> Vec<PermissionView> {
        let mut views = Vec::new();
        self.memory().patients.each(|part| {
            let held = part.iter().filter(|(_, patient)| patient.permission != Permission::default());
            views.extend(held.map(|(number, patient)| PermissionView {
                nhs_number: *number,
                permission: patient.permission,
            }));
        });
        views.sort_by_key(|view| view.nhs_number);
        views
    }

    /// The events of one patient, oldest first; uploads that are due by now are processed first.
    #[must_use]
    pub fn events(&self, number: NhsNumber) -> Vec<EventView> {
        self.settle();
        let part = self.memory().patients.part(&number);
        let Some(patient) = part.get(&number) else { return Vec::new() };
        patient
            .chain
            .events()
            .iter()
            .map(|event| EventView {
                nhs_number: number,
                event_id: event.id,
                status: event.status,
                persisted_at: event.persisted_at,
                kind: event.kind,
                ods: match &event.author {
                    EventAuthor::Organisation(ods, _) => Some(ods.clone()),
                    EventAuthor::AsSent(_) => None,
                },
            })
            .collect()
    }
}
