//! What is known of one practice and one patient: plain facts, as files hold them, in types of the standard library.
//!
//! Words are those of the files (`permanent`, `registered`, `male`, ..). Nothing is judged here.

mod day;
pub(crate) mod written;

pub use day::Day;
pub use written::digits as number;

/// The practice, and the day on which it is looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Practice {
    /// Its ODS code.
    pub ods: String,
    /// The day SCR was enabled: not after today.
    pub enabled: Day,
    /// A summary of another origin is replaced for patients registered for more than so many days.
    pub nn_days: i64,
    /// The day on which everything is judged.
    pub today: Day,
    /// What counts as additional information and what is withheld, where the practice has the lists.
    pub terminology: Option<Terminology>,
}

/// The two lists of additional information: scheme and code of each entry.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Terminology {
    /// Codes that are additional information whatever their priority.
    pub included: Vec<(String, String)>,
    /// Codes that are withheld.
    pub sensitive: Vec<(String, String)>,
}

/// One patient: what the practice holds, and what the Spine holds of the same person.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "a record has as many flags as it has")]
pub struct Patient {
    /// Whether some row of the record could not be read.
    pub incomplete: bool,
    /// The NHS number as written.
    pub number: String,
    /// Whether another patient of the practice holds the same number.
    pub number_shared: bool,
    /// Surname as written.
    pub family: String,
    /// Forenames as written, parted by spaces.
    pub given: String,
    /// `male`, `female`, `not-known`, `not-specified` or blank.
    pub gender: String,
    /// Date of birth.
    pub birth: Option<Day>,
    /// Postcode as written.
    pub postcode: String,
    /// Date of death known to the practice.
    pub death: Option<Day>,
    /// `permanent`, `temporary`, `private` or `other`.
    pub kind: String,
    /// `registered`, `applied` or `deducted`.
    pub status: String,
    /// First day of the registration.
    pub since: Option<Day>,
    /// Last day of the registration.
    pub left: Option<Day>,
    /// Whether there is an FP69 flag.
    pub fp69: bool,
    /// The flag's last day.
    pub fp69_expires: Option<Day>,
    /// Marked sensitive by the practice.
    pub sensitive: bool,
    /// Decoupled from PDS by the practice.
    pub decoupled: bool,
    /// Open at a workstation.
    pub in_use: bool,
    /// Coded entries, consent codes included.
    pub codes: Vec<Code>,
    /// Medication.
    pub medications: Vec<Medication>,
    /// Allergies and adverse reactions.
    pub allergies: Vec<Allergy>,
    /// What PDS answers to a retrieval by the number; `None` where it has no such number.
    pub pds: Option<Person>,
    /// What the ACS holds of storing: `Yes`, `No` or blank.
    pub store: String,
    /// What the ACS holds of viewing: `Yes`, `No` or blank.
    pub view: String,
    /// The ODS code of the practice whose summary stands on the Spine; `None` where none stands.
    pub summary_of: Option<String>,
    /// The allergies that it tells of: a SNOMED CT code or nothing, and words.
    pub standing_allergies: Vec<(String, String)>,
}

/// A person as PDS holds them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Person {
    /// Whether the number asked for was replaced by another, which this is.
    pub superseded: bool,
    /// Whether the number was invalidated.
    pub invalidated: bool,
    /// Surname.
    pub family: String,
    /// Forenames, parted by spaces.
    pub given: String,
    /// 0, 1, 2 or 9.
    pub gender: String,
    /// Date of birth.
    pub birth: Option<Day>,
    /// Date of death.
    pub death: Option<Day>,
    /// 1 informal, 2 formal, or blank.
    pub death_status: String,
    /// Postcode.
    pub postcode: String,
    /// ODS code of the practice, or blank.
    pub practice: String,
    /// `S` sensitive, `Y` stop noted, `B` business, or blank.
    pub sensitivity: String,
}

/// One coded entry.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Code {
    /// `read2`, `ctv3`, `snomed` or `local`.
    pub scheme: String,
    /// The code as written.
    pub code: String,
    /// What it says.
    pub term: String,
    /// The day it is about.
    pub day: Option<Day>,
    /// When it was recorded, as `2026-11-21T09:00:00`; texts compare by time. Blank where nobody knows.
    pub recorded: String,
    /// 0 to 9, or blank.
    pub priority: String,
}

/// One medication.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Medication {
    /// The code as written.
    pub code: String,
    /// Its name.
    pub name: String,
    /// `acute` or `repeat`.
    pub kind: String,
    /// First prescribed.
    pub started: Option<Day>,
    /// Last issued.
    pub issued: Option<Day>,
    /// Discontinued, or course ended.
    pub ended: Option<Day>,
    /// Repeat until, or review date.
    pub review: Option<Day>,
    /// Whether it was bought or prescribed elsewhere.
    pub elsewhere: bool,
}

/// One allergy or adverse reaction.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Allergy {
    /// `snomed` or `local`.
    pub scheme: String,
    /// The code as written; blank where only text was typed.
    pub code: String,
    /// What the entry says.
    pub term: String,
    /// Whether it says that there is no allergy.
    pub negative: bool,
}
