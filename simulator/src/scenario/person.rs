//! A person as the PDS holds them.

use jiff::civil::Date;
use serde::Serialize;
use spine_vocabulary::{DeathNotification, Gender, NhsNumber, OdsCode};

/// What the confidentiality code of a PDS record says. Source: MIM, PDS, code system `..16.1`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Sensitivity {
    /// `Y`: a stop is noted; nothing about the person is shown.
    StopNoted,
    /// `B`: the record is under investigation; all is shown.
    Business,
    /// `S`: sensitive; nothing about the person is shown.
    Sensitive,
}

impl Sensitivity {
    /// The national code.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::StopNoted => "Y",
            Self::Business => "B",
            Self::Sensitive => "S",
        }
    }

    /// Whether the PDS hides the person behind it.
    #[must_use]
    pub const fn hides(self) -> bool {
        matches!(self, Self::StopNoted | Self::Sensitive)
    }

    /// Reads the national code.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        [Self::StopNoted, Self::Business, Self::Sensitive].into_iter().find(|one| one.code() == code)
    }
}

/// A person as the PDS holds them. Invented; `Debug` still shows no detail.
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct Person {
    /// The number under which the record is asked for.
    pub nhs_number: NhsNumber,
    /// Surname.
    pub family: String,
    /// Given names, in order.
    pub given: Vec<String>,
    /// Administrative gender.
    pub gender: Gender,
    /// Date of birth.
    pub birth_date: Option<Date>,
    /// Date of death.
    pub death_date: Option<Date>,
    /// How the death was notified.
    pub death: Option<DeathNotification>,
    /// Postcode.
    pub postcode: String,
    /// Address lines.
    pub address: Vec<String>,
    /// The practice where the person is registered.
    pub gp_practice: Option<OdsCode>,
    /// What the confidentiality code says.
    pub sensitivity: Option<Sensitivity>,
    /// The number that took this one's place.
    pub superseded_by: Option<NhsNumber>,
    /// Whether the record was made invalid without a successor.
    pub invalidated: bool,
    /// The serial change number, counted up with each change.
    pub serial_change: u32,
}

impl std::fmt::Debug for Person {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Person(masked)")
    }
}
