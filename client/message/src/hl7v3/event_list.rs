//! The answer to the event list query, `QUPC_IN200000SM04`.

use jiff::civil::DateTime;
use spine_rules::standing::Standing;
use spine_vocabulary::{EventId, OdsCode};

/// What stands on the Spine for a patient.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EventList {
    /// As the rules want it.
    pub standing: Standing,
    /// Every summary that is listed, newest first, replaced and withdrawn ones included.
    pub events: Vec<ListedEvent>,
}

/// One listed event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedEvent {
    /// Its id.
    pub event: EventId,
    /// Whether it is current.
    pub status: EventStatus,
    /// The organisation that its author represents, if the Spine tells.
    pub author: Option<OdsCode>,
    /// When it was stored, UK local time.
    pub persisted_at: Option<DateTime>,
}

/// Status of an event on the PSIS. Source: MIM, `..17.59`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum EventStatus {
    /// `1`, or not stated.
    Normal,
    /// `2`.
    Withdrawn,
    /// `3`.
    Replaced,
}
