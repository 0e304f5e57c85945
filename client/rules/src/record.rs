//! A patient's record as the practice holds it: what every rule reads.
//!
//! Values are as the practice wrote them, parsed but not normalised: normalisation belongs to the rule that compares.

pub mod import;

use std::fmt;

use jiff::civil::{Date, DateTime};
use serde::{Deserialize, Serialize};
use spine_vocabulary::{CodeScheme, ConsentCode, Gender, NhsNumber};

/// The practice's own id of a patient: stable across imports; 1 to 64 printable characters.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PatientKey(String);

/// A text that is no patient key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a patient id has 1 to 64 printable characters")]
pub struct NotAPatientKey;

impl PatientKey {
    /// Reads a key; white space around it is dropped.
    pub fn parse(text: &str) -> Result<Self, NotAPatientKey> {
        let text = text.trim();
        let fits = (1..=64).contains(&text.chars().count()) && !text.chars().any(char::is_control);
        if fits { Ok(Self(text.to_owned())) } else { Err(NotAPatientKey) }
    }

    /// The key as the practice wrote it; it identifies a patient within the practice.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for PatientKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PatientKey(masked)")
    }
}

impl TryFrom<String> for PatientKey {
    type Error = NotAPatientKey;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text)
    }
}

impl From<PatientKey> for String {
    fn from(key: PatientKey) -> Self {
        key.0
    }
}

/// The NHS number as recorded. That two patients hold the same valid number is not known here but in [`Candidate`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RecordedNumber {
    /// New style, check digit right.
    Valid(NhsNumber),
    /// Blank.
    Missing,
    /// One of the old formats.
    OldStyle,
    /// Digits that are no NHS number.
    Invalid,
}

impl RecordedNumber {
    /// The number, if it is one.
    #[must_use]
    pub fn valid(self) -> Option<NhsNumber> {
        match self {
            Self::Valid(number) => Some(number),
            Self::Missing | Self::OldStyle | Self::Invalid => None,
        }
    }
}

/// One patient of the practice, with everything that a rule may read.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PatientRecord {
    /// The practice's id of the patient.
    pub key: PatientKey,
    /// The NHS number as recorded.
    pub number: RecordedNumber,
    /// Surname.
    pub family_name: String,
    /// Forenames, parted by spaces; the first one is the forename that is compared.
    pub given_names: String,
    /// Gender; `None` where the cell was blank.
    pub gender: Option<Gender>,
    /// Date of birth; `None` where the cell was blank.
    pub birth_date: Option<Date>,
    /// Postcode as written.
    pub postcode: String,
    /// Date of death known to the practice.
    pub death_date: Option<Date>,
    /// Registration with this practice.
    pub registration: Registration,
    /// Flags of the local record.
    pub flags: LocalFlags,
    /// Every coded history entry, consent codes included, in the order of the extract.
    pub codes: Vec<CodedEntry>,
    /// Medication, in the order of the extract.
    pub medications: Vec<Medication>,
    /// Allergies and adverse reactions, in the order of the extract.
    pub allergies: Vec<Allergy>,
    /// Whether a row of this patient could not be read: the record is then incomplete and nothing may be sent of it.
    pub incomplete: bool,
}

impl fmt::Debug for PatientRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PatientRecord(masked)")
    }
}

/// Kind of registration. Source: Vision help, patient registration.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RegistrationKind {
    /// Fully registered.
    Permanent,
    /// Temporary resident.
    Temporary,
    /// Private patient.
    Private,
    /// Any other (immediately necessary, emergency, walk-in, ..).
    Other,
}

/// How far a registration has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RegistrationStatus {
    /// In force.
    Registered,
    /// Applied for, not yet accepted.
    Applied,
    /// Ended: transferred out, died, removed.
    Deducted,
}

/// Registration with this practice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Registration {
    /// Its kind.
    pub kind: RegistrationKind,
    /// How far it has come.
    pub status: RegistrationStatus,
    /// First day in force.
    pub since: Option<Date>,
    /// Last day in force, once it has ended.
    pub until: Option<Date>,
}

/// Flags of the local record that keep it from the Spine.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LocalFlags {
    /// FP69: the health authority doubts that the patient still lives here.
    pub fp69: Option<Fp69>,
    /// Marked Sensitive by the practice.
    pub sensitive: bool,
    /// Decoupled from PDS by the practice.
    pub decoupled: bool,
    /// Open at a workstation when the extract was made.
    pub in_use: bool,
}

/// An FP69 flag, valid for six months. Source: Vision help, registration.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fp69 {
    /// Last day of the flag; without one it stays active.
    pub expires: Option<Date>,
}

/// One coded entry of the history.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CodedEntry {
    /// The coding scheme.
    pub scheme: CodeScheme,
    /// The code as written.
    pub code: String,
    /// The preference that the code expresses, if it is a consent code (by the scheme, or by the practice's own code map).
    pub consent: Option<ConsentCode>,
    /// The term as written.
    pub term: String,
    /// When it happened; `None` where the cell was blank.
    pub date: Option<Date>,
    /// When it was entered, local time.
    pub recorded_at: Option<DateTime>,
    /// The practice's priority, 0 to 9; 1 is the highest, 0 is never shared.
    pub priority: Option<u8>,
    /// Free text with the entry.
    pub free_text: String,
}

/// Kind of medication.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum MedicationKind {
    /// Prescribed once.
    Acute,
    /// Prescribed repeatedly.
    Repeat,
}

/// One medication.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Medication {
    /// The coding scheme.
    pub scheme: CodeScheme,
    /// The code as written.
    pub code: String,
    /// Name, strength and form as written.
    pub name: String,
    /// Dosage instructions.
    pub dose: String,
    /// Quantity with its unit.
    pub quantity: String,
    /// Acute or repeat.
    pub kind: MedicationKind,
    /// First prescribed.
    pub started_on: Option<Date>,
    /// Last issued.
    pub last_issued_on: Option<Date>,
    /// Discontinued, or course ended.
    pub ended_on: Option<Date>,
    /// Repeat until, or review date.
    pub review_on: Option<Date>,
    /// Over the counter, or prescribed elsewhere.
    pub elsewhere: bool,
}

/// What an allergy is to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AllergyKind {
    /// A drug.
    Drug,
    /// A food.
    Food,
    /// Another substance.
    Other,
}

/// One allergy or adverse reaction.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Allergy {
    /// The coding scheme.
    pub scheme: CodeScheme,
    /// The code as written.
    pub code: String,
    /// The term as written.
    pub term: String,
    /// What it is to.
    pub kind: AllergyKind,
    /// When it was noted.
    pub noted_on: Option<Date>,
    /// The reaction, free text.
    pub reaction: String,
    /// A negative entry ("no known allergies"): never sent. Source: Vision help, SCR Core Data.
    pub negative: bool,
}

masked!(CodedEntry, Medication, Allergy);

/// What stage 1 hands to the rules: a record and what the store knows beside it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// The record.
    pub record: PatientRecord,
    /// Whether another patient of the practice holds the same NHS number.
    pub number_shared: bool,
    /// What the Spine last acknowledged of this patient to us.
    pub acknowledged: Option<LastAcknowledged>,
    /// Whether a person released what the overwrite guard held; ends with the next acknowledgement.
    pub released: bool,
}

/// The last upload of a patient that the Spine acknowledged to this practice's store.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LastAcknowledged {
    /// Its event id.
    pub event: spine_vocabulary::EventId,
    /// SHA-256 of what it says ([`crate::summary::Content::lasting`]).
    pub content_sha256: [u8; 32],
    /// Whether it was a dissent summary.
    pub dissent: bool,
}

/// A coded entry that the Consent Migration adds to the local record. The legacy entry stays.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LocalChange {
    /// The code to add.
    pub code: ConsentCode,
    /// Its date: today.
    pub date: Date,
    /// The legacy code that it brings up to date; `None` for the implied consent of an existing summary.
    pub replaces: Option<ConsentCode>,
}
