//! What stands on the Spine for a patient: the ACS permission and the newest summary, as far as the Spine tells.

use jiff::civil::DateTime;
use spine_vocabulary::{AcsPermission, EventId, OdsCode};

/// The Spine's answer to the event list query.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Told in full.
    Told {
        /// Consent to store; the absence of an assertion is `Ask`.
        store: AcsPermission,
        /// Consent to view; the absence of an assertion is `Ask`.
        view: AcsPermission,
        /// The newest summary, if any stands.
        newest: Option<StandingSummary>,
    },
    /// 420/30418: the patient dissents, and nothing more is told.
    Refused,
}

/// A summary that stands on the Spine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StandingSummary {
    /// Its event id.
    pub event: EventId,
    /// The organisation that its author represents, if the Spine tells.
    pub author: Option<OdsCode>,
    /// When it was stored, UK local time.
    pub persisted_at: Option<DateTime>,
}

/// What a standing summary says, as far as the overwrite guard asks.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct StandingContent {
    /// Its allergies and adverse reactions.
    pub allergies: Vec<StandingAllergy>,
}

masked!(StandingContent);

/// An allergy that a standing summary tells of.
#[derive(Clone, PartialEq, Eq)]
pub struct StandingAllergy {
    /// Its SNOMED CT code, if it travels under one.
    pub snomed: Option<String>,
    /// Its words: the display name, the original text, or the text's own row where there is no coded entry.
    pub term: String,
}

masked!(StandingAllergy);

impl Standing {
    /// Whether the Spine holds a dissent: refused, or No in either permission.
    /// Requirements: CON-018, CON-019, CON-020.
    #[must_use]
    pub fn dissent(&self) -> bool {
        match self {
            Self::Refused => true,
            Self::Told { store, view, .. } => *store == AcsPermission::No || *view == AcsPermission::No,
        }
    }
}
