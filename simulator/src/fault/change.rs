//! What somebody else changes about a patient while a client is busy: in the PDS, the ACS or the PSIS.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};
use spine_vocabulary::{AcsPermission, DeathNotification, EventId, NhsNumber, OdsCode};

use crate::scenario::{Permission, Sensitivity};
use crate::spine::Spine;
use crate::state::{Content, Event, EventAuthor, EventStatus, Patient};

/// One change of what the Spine holds about a patient.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Change {
    /// The PDS: another number takes the place of this one.
    #[serde(rename_all = "kebab-case")]
    Superseded {
        /// Which; without it an invented one of which there is no record.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        by: Option<NhsNumber>,
    },
    /// The PDS: the record becomes sensitive, and shows nothing about the person.
    Sensitive,
    /// The PDS: the record becomes invalid, and nothing takes its place.
    Invalidated,
    /// The PDS: a death is notified, formally, of today.
    Deceased,
    /// The PDS: the patient registers with another practice.
    #[serde(rename_all = "kebab-case")]
    OtherPractice {
        /// Which.
        ods: OdsCode,
    },
    /// The ACS: No to both.
    Dissent,
    /// The ACS: Yes to both.
    Consent,
    /// The PSIS: another organisation's event takes the place of the standing one.
    #[serde(rename_all = "kebab-case")]
    OtherSummary {
        /// Which organisation.
        ods: OdsCode,
    },
    /// The PSIS: the standing event is withdrawn.
    Withdrawn,
}

impl Change {
    /// Makes the change; `false` when it would change nothing, or there is no such patient. `invented` is a number that
    /// nobody has, and `event` an id that no event has.
    pub(super) fn make(
        &self,
        spine: &Spine,
        number: NhsNumber,
        now: Timestamp,
        invented: NhsNumber,
        event: EventId,
    ) -> bool {
        let mut part = spine.memory().patients.part(&number);
        let Some(patient) = part.get_mut(&number) else { return false };
        match self {
            Self::Dissent => assert_both(patient, AcsPermission::No),
            Self::Consent => assert_both(patient, AcsPermission::Yes),
            Self::OtherSummary { ods } => {
                let author = EventAuthor::Organisation(ods.clone(), None);
                let persisted_at = now;
                let id = event;
                patient.chain.push(Event {
                    id,
                    status: EventStatus::Current,
                    persisted_at,
                    kind: None,
                    author,
                    content: Content::Stood {
                        text: "A summary of another practice.".to_owned(),
                        allergies: Vec::new(),
                    },
                });
                spine.memory().events.part(&id).insert(id, number);
                true
            }
            Self::Withdrawn => {
                let standing = patient.chain.standing().map(|event| event.id);
                standing.is_some_and(|standing| patient.chain.withdraw(standing))
            }
            Self::Superseded { .. }
            | Self::Sensitive
            | Self::Invalidated
            | Self::Deceased
            | Self::OtherPractice { .. } => self.rewrite(patient, now, invented),
        }
    }

    /// Changes the record of the PDS, which then counts one change more.
    fn rewrite(&self, patient: &mut Patient, now: Timestamp, invented: NhsNumber) -> bool {
        let before = patient.person.clone();
        let person = &mut patient.person;
        match self {
            Self::Superseded { by } => person.superseded_by = Some(by.unwrap_or(invented)),
            Self::Sensitive => person.sensitivity = Some(Sensitivity::Sensitive),
            Self::Invalidated => person.invalidated = true,
            Self::Deceased => {
                let london = TimeZone::get("Europe/London").unwrap_or(TimeZone::UTC);
                person.death_date = Some(now.to_zoned(london).date());
                person.death = Some(DeathNotification::Formal);
            }
            Self::OtherPractice { ods } => person.gp_practice = Some(ods.clone()),
            Self::Dissent | Self::Consent | Self::OtherSummary { .. } | Self::Withdrawn => {}
        }
        if *person == before {
            return false;
        }
        person.serial_change = person.serial_change.saturating_add(1);
        true
    }
}

fn assert_both(patient: &mut Patient, permission: AcsPermission) -> bool {
    let wanted = Permission { store: Some(permission), view: Some(permission) };
    let changes = patient.permission != wanted;
    patient.permission = wanted;
    changes
}
