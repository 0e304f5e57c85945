//! The events of one patient, oldest first, and which of them stands.

use std::sync::Arc;

use jiff::Timestamp;
use serde::Serialize;
use spine_vocabulary::{EventId, OdsCode};

use super::content::Content;
use crate::ledger::SummaryKind;

/// The status of an event. Source: MIM, PSIS query, code system `..17.59`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum EventStatus {
    /// `1`: it stands.
    Current,
    /// `2`: it was withdrawn.
    Withdrawn,
    /// `3`: a later one took its place.
    Replaced,
}

impl EventStatus {
    /// Code and display name.
    /// Requirement: MSG-047.
    pub(crate) const fn coded(self) -> (&'static str, &'static str) {
        match self {
            Self::Current => ("1", "Normal"),
            Self::Withdrawn => ("2", "Withdrawn"),
            Self::Replaced => ("3", "Replaced"),
        }
    }
}

/// Whose an event is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum EventAuthor {
    /// It stood before the Spine started: an organisation, and its name where the Spine knows it.
    Organisation(OdsCode, Option<String>),
    /// The author element as it was sent, written again without prefixes.
    AsSent(Arc<str>),
}

/// One event.
#[derive(Clone, Debug)]
pub(crate) struct Event {
    pub(crate) id: EventId,
    pub(crate) status: EventStatus,
    pub(crate) persisted_at: Timestamp,
    /// `None` for one that stood before the Spine started.
    pub(crate) kind: Option<SummaryKind>,
    pub(crate) author: EventAuthor,
    pub(crate) content: Content,
}

/// Why an upload does not fit onto the chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Staleness {
    /// It names an event that this patient never had.
    Unknown,
    /// It names an event that is not the standing one.
    NotNewest,
    /// A summary stands and the upload does not name it.
    Unnamed,
}

/// The events of one patient, oldest first.
#[derive(Clone, Debug, Default)]
pub(crate) struct Chain(Vec<Event>);

impl Chain {
    /// The events, oldest first.
    pub(crate) fn events(&self) -> &[Event] {
        &self.0
    }

    /// The event that stands: the newest one, unless it was withdrawn.
    pub(crate) fn standing(&self) -> Option<&Event> {
        self.0.last().filter(|event| event.status == EventStatus::Current)
    }

    /// Whether an upload that replaces `prior` fits. With `may_be_silent` it need not name what stands.
    /// Requirement: SIM-008.
    pub(crate) fn fits(&self, prior: Option<EventId>, may_be_silent: bool) -> Result<(), Staleness> {
        match (prior, self.standing()) {
            (None, Some(_)) if !may_be_silent => Err(Staleness::Unnamed),
            (None, _) => Ok(()),
            (Some(prior), Some(standing)) if standing.id == prior => Ok(()),
            (Some(prior), _) if self.0.iter().any(|event| event.id == prior) => Err(Staleness::NotNewest),
            (Some(_), _) => Err(Staleness::Unknown),
        }
    }

    /// Adds an event, which takes the place of the standing one; tells which that was.
    /// Requirement: SIM-007.
    pub(crate) fn push(&mut self, event: Event) -> Option<EventId> {
        let standing = self.0.last_mut().filter(|event| event.status == EventStatus::Current);
        let replaced = standing.map(|standing| {
            standing.status = EventStatus::Replaced;
            standing.id
        });
        self.0.push(event);
        replaced
    }

    /// Withdraws the standing event; `false` when it is not this one.
    pub(crate) fn withdraw(&mut self, id: EventId) -> bool {
        match self.0.last_mut().filter(|event| event.status == EventStatus::Current && event.id == id) {
            Some(standing) => {
                standing.status = EventStatus::Withdrawn;
                true
            }
            None => false,
        }
    }
}
