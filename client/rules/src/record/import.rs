//! What an import hands from the practice's files to the store: a stream of items, whose order the files determine.
//!
//! Rows of one patient may come in any order and from several files: the store brings them together by key.

use std::fmt;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use spine_vocabulary::{Asid, OdsCode, PartyKey, UserId};

use crate::record::{Allergy, CodedEntry, Medication, PatientKey, PatientRecord};

/// The file of the patients.
pub const PATIENTS: &str = "patients.csv";
/// The file of the coded entries.
pub const CODES: &str = "codes.csv";
/// The file of the medications.
pub const MEDICATIONS: &str = "medications.csv";
/// The file of the allergies.
pub const ALLERGIES: &str = "allergies.csv";
/// The file of the groups.
pub const GROUPS: &str = "groups.csv";

/// The practice, as `practice.toml` gives it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Practice {
    /// Its ODS code.
    pub ods: OdsCode,
    /// Its name.
    pub name: String,
    /// Its party key.
    pub party_key: PartyKey,
    /// Its system's ASID.
    pub asid: Asid,
    /// The day SCR was enabled; `None` while it is off.
    pub scr_enabled_on: Option<Date>,
    /// A standing summary is replaced for patients registered for more than this many days, 0 to 99.
    pub nn_days: u8,
    /// Who works the bulk uploads.
    pub operators: Vec<Operator>,
}

/// A person who may work the client. Being System Administrator is known to no Spine source, so it is kept here.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Operator {
    /// The user id of the person's smartcard.
    pub user_id: UserId,
    /// Name for reports.
    pub name: String,
    /// Whether the person is a System Administrator of the practice's system.
    pub system_administrator: bool,
}

/// One item of an import. A row that could be read brings the line on which it begins, counted from 1 (the header): who its patient is
/// shows only once every file was read, and whoever looks for a row of nobody must find it.
#[derive(Clone, PartialEq, Eq)]
pub enum ImportItem {
    /// A row of [`PATIENTS`]; its entry lists are empty, its `incomplete` is set where a cell could not be read.
    Patient(Box<PatientRecord>, u64),
    /// A row of [`CODES`].
    Code(PatientKey, CodedEntry, u64),
    /// A row of [`MEDICATIONS`].
    Medication(PatientKey, Medication, u64),
    /// A row of [`ALLERGIES`].
    Allergy(PatientKey, Allergy, u64),
    /// A row of [`GROUPS`]: name of the group, member.
    Group(String, PatientKey, u64),
    /// A row of this patient could not be read: the record is incomplete.
    Incomplete(PatientKey, RowError),
    /// A row that belongs to no patient, and stays out.
    Stray(RowError),
}

impl fmt::Debug for ImportItem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ImportItem(masked)")
    }
}

/// What is wrong with a row; holds no cell of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RowError {
    /// The file's name without its folder.
    pub file: String,
    /// The line on which the row begins, counted from 1 (the header).
    pub line: u64,
    /// The column's standard name, where one is to blame.
    pub column: Option<String>,
    /// The reason in plain words, without the cell's content.
    pub reason: String,
}

/// Why a whole import was given up: nothing of it is kept.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct ImportFailure(pub Box<dyn std::error::Error + Send + Sync>);
