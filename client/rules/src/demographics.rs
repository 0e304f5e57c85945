//! The PDS match: does the record mean the same person as the national demographics service?

pub mod comparison;
pub mod matching;

use std::fmt;

use jiff::civil::Date;
use spine_vocabulary::{DeathNotification, Gender, NhsNumber, OdsCode};

/// What the PDS answered to a retrieval by NHS number.
#[derive(Clone, PartialEq, Eq)]
pub enum PdsAnswer {
    /// A record; under another number if ours was superseded.
    Found(Box<PdsRecord>),
    /// No such number, or one that was invalidated.
    NotFound,
}

impl fmt::Debug for PdsAnswer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Found(_) => "Found(masked)",
            Self::NotFound => "NotFound",
        })
    }
}

/// A patient as the PDS holds them.
#[derive(Clone, PartialEq, Eq)]
pub struct PdsRecord {
    /// The number under which the record is held now.
    pub number: NhsNumber,
    /// Whether the answer says that the number asked for was superseded.
    pub superseded: bool,
    /// Restricted (S-flag): the answer is limited by sensitivity.
    pub sensitive: bool,
    /// Usual name, surname; blank if withheld.
    pub family_name: String,
    /// Usual name, forenames.
    pub given_names: Vec<String>,
    /// Gender.
    pub gender: Option<Gender>,
    /// Date of birth, if the PDS has a whole date.
    pub birth_date: Option<Date>,
    /// Usual address, postcode; blank if withheld.
    pub postcode: String,
    /// Death, if any.
    pub death: Option<PdsDeath>,
    /// The practice at which the PDS has the patient registered.
    pub practice: Option<OdsCode>,
}

impl fmt::Debug for PdsRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PdsRecord(masked)")
    }
}

/// A death that the PDS knows of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PdsDeath {
    /// Date of death, if it is known whole.
    pub date: Option<Date>,
    /// How the PDS was told.
    pub notification: Option<DeathNotification>,
}
