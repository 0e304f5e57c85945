//! Coded demographic values.

use serde::{Deserialize, Serialize};

/// Administrative gender. Source: MIM, PDS, `administrativeGenderCode`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Gender {
    /// `0`.
    NotKnown,
    /// `1`.
    Male,
    /// `2`.
    Female,
    /// `9`.
    NotSpecified,
}

impl Gender {
    /// Every gender.
    pub const ALL: [Self; 4] = [Self::NotKnown, Self::Male, Self::Female, Self::NotSpecified];

    /// The national code.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::NotKnown => "0",
            Self::Male => "1",
            Self::Female => "2",
            Self::NotSpecified => "9",
        }
    }

    /// Reads the national code.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|gender| gender.code() == code.trim())
    }
}

/// How the PDS was told of a death. Source: MIM, PDS, code system `..16.5`; PDS FHIR, death status.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DeathNotification {
    /// `1`: informal, for example from a relative.
    Informal,
    /// `2`: formal, a medical certificate of cause of death.
    Formal,
}

impl DeathNotification {
    /// Every kind of notification.
    pub const ALL: [Self; 2] = [Self::Informal, Self::Formal];

    /// The national code.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Informal => "1",
            Self::Formal => "2",
        }
    }

    /// Reads the national code.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|notification| notification.code() == code.trim())
    }
}
