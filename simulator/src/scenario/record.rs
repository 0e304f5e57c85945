//! The smaller records of a population: permissions, standing summaries, client systems.

use jiff::civil::DateTime;
use serde::{Deserialize, Serialize};
use spine_vocabulary::{AcsPermission, Asid, EventId, NhsNumber, OdsCode, PartyKey};

/// What the ACS holds about one patient; `None` is the absence of an assertion, which means Ask.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Permission {
    /// Whether a summary may be stored.
    pub store: Option<AcsPermission>,
    /// Whether the summary may be viewed.
    pub view: Option<AcsPermission>,
}

impl Permission {
    /// A No in either counts as dissent.
    #[must_use]
    pub fn is_dissent(self) -> bool {
        [self.store, self.view].contains(&Some(AcsPermission::No))
    }
}

/// A summary that stands before the Spine starts, of any origin.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StandingSummary {
    /// Whose it is.
    pub nhs_number: NhsNumber,
    /// Its event.
    pub event_id: EventId,
    /// The organisation that sent it.
    pub ods: OdsCode,
    /// When the PSIS stored it, UK local time.
    pub persisted_at: DateTime,
    /// What it says: one plain line.
    pub text: String,
    /// The allergies and adverse reactions that it tells of.
    pub allergies: Vec<StandingAllergy>,
}

/// An allergy of a standing summary.
#[derive(Clone, PartialEq, Eq)]
pub struct StandingAllergy {
    /// Its SNOMED CT code, if it has one.
    pub code: Option<String>,
    /// Its words.
    pub term: String,
}

impl std::fmt::Debug for StandingAllergy {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("StandingAllergy(masked)")
    }
}

/// A client system that the Spine knows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ClientSystem {
    /// The system.
    pub asid: Asid,
    /// The party that sends for it.
    pub party_key: PartyKey,
    /// The organisation that runs it.
    pub ods: OdsCode,
    /// That organisation's name.
    pub name: String,
}
