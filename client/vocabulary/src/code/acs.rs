//! What the Access Control Service (ACS) holds about a patient, in its three spellings.

use serde::{Deserialize, Serialize};

use super::consent::ConsentCode;

/// The patient's permission as the ACS holds it.
///
/// Source: SCR FHIR API, `SCR-ACSPermission` and its mapping to the Spine's values.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AcsPermission {
    /// Legacy: need not be asked. Treated as [`Self::Ask`] when read.
    Yes,
    /// The patient opted out.
    No,
    /// Permission to view must be asked; also what the absence of any assertion means.
    Ask,
}

impl AcsPermission {
    /// Every permission.
    pub const ALL: [Self; 3] = [Self::Yes, Self::No, Self::Ask];

    /// The local code that asserts it: only dissent is sent from local codes. Source: Vision help, SCR Consent Migration.
    #[must_use]
    pub const fn local(self) -> Option<ConsentCode> {
        match self {
            Self::No => Some(ConsentCode::ExpressDissent),
            Self::Yes | Self::Ask => None,
        }
    }

    /// The value of the FHIR code system. Source: SCR FHIR API.
    #[must_use]
    pub const fn fhir(self) -> &'static str {
        match self {
            Self::Yes => "Yes",
            Self::No => "No",
            Self::Ask => "Ask",
        }
    }

    /// The value that is *set* on the Spine: Ask is set by clearing. Source: SCR FHIR API adaptor.
    #[must_use]
    pub const fn spine(self) -> &'static str {
        match self {
            Self::Yes => "Yes",
            Self::No => "No",
            Self::Ask => "Clear",
        }
    }

    /// Reads a value that the Spine *shows*: `Yes`, `No` or `Ask`.
    #[must_use]
    pub fn from_shown(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|permission| permission.fhir() == text.trim())
    }

    /// Reads a value that a request *sets*: `Yes`, `No` or `Clear`.
    #[must_use]
    pub fn from_set(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|permission| permission.spine() == text.trim())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_set_and_what_is_shown_differ_for_ask() {
        assert_eq!(AcsPermission::from_set("Clear"), Some(AcsPermission::Ask));
        assert_eq!(AcsPermission::from_set("Ask"), None);
        assert_eq!(AcsPermission::from_shown("Ask"), Some(AcsPermission::Ask));
        assert_eq!(AcsPermission::from_shown("Clear"), None);
        assert_eq!(AcsPermission::from_shown("no"), None);
    }
}
