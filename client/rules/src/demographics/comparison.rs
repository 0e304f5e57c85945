//! The five fields: how two renderings of one person are compared.
//!
//! Normalisation belongs here and nowhere else. Source: Vision help, SCR PDS Synchronisation (which fields) and
//! PDS Comparison (trailing punctuation and white space dropped, other white space collapsed).

use unicode_normalization::UnicodeNormalization;

use super::PdsRecord;
use crate::record::PatientRecord;
use crate::rules::settings::BothBlank;

/// A field of the match. The NHS number is not among them: another number is a supersession, judged before.
/// Requirement: PDS-009.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Field {
    /// Surname.
    Surname,
    /// First forename.
    Forename,
    /// Postcode.
    Postcode,
    /// Gender.
    Gender,
    /// Date of birth.
    BirthDate,
}

impl Field {
    /// Every field, in the order of reports.
    pub const ALL: [Self; 5] = [Self::Surname, Self::Forename, Self::Postcode, Self::Gender, Self::BirthDate];

    /// The stable code, for the worklist.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Surname => "surname",
            Self::Forename => "forename",
            Self::Postcode => "postcode",
            Self::Gender => "gender",
            Self::BirthDate => "birth-date",
        }
    }
}

/// The fields that do not match, in the order of [`Field::ALL`].
/// Requirements: PDS-011, PDS-012, PDS-013.
#[must_use]
pub fn differences(record: &PatientRecord, pds: &PdsRecord, both_blank: BothBlank) -> Vec<Field> {
    let optional = |ours: &str, theirs: &str| match (ours.is_empty(), theirs.is_empty()) {
        (true, true) => both_blank == BothBlank::Matches,
        (false, false) => ours == theirs,
        _ => false,
    };
    let matches = |field: &Field| match field {
        Field::Surname => {
            let ours = name(&record.family_name);
            !ours.is_empty() && ours == name(&pds.family_name)
        }
        Field::Forename => optional(&forename(&record.given_names), &forename(&pds.given_names.join(" "))),
        Field::Postcode => optional(&postcode(&record.postcode), &postcode(&pds.postcode)),
        Field::Gender => record.gender.is_some() && record.gender == pds.gender,
        Field::BirthDate => record.birth_date.is_some() && record.birth_date == pds.birth_date,
    };
    Field::ALL.into_iter().filter(|field| !matches(field)).collect()
}

/// Whether these differences stop the patient: surname, gender and date of birth must match, and forename or postcode.
/// Requirements: PDS-003, PDS-004, PDS-005, PDS-006, PDS-007, PDS-008.
#[must_use]
pub fn stops(differences: &[Field]) -> bool {
    let differs = |field| differences.contains(&field);
    let mandatory = [Field::Surname, Field::Gender, Field::BirthDate];
    mandatory.into_iter().any(differs) || differs(Field::Forename) && differs(Field::Postcode)
}

/// A name for comparison: upper case (surnames are stored so), composed characters, single spaces, no punctuation or
/// white space at its end. Accents and punctuation within a name count: no source lets them go.
/// Requirements: PDS-014, PDS-015, PDS-016, PDS-017.
fn name(text: &str) -> String {
    let collapsed = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let trimmed = collapsed.trim_end_matches(|c: char| c.is_whitespace() || is_punctuation(c));
    trimmed.to_uppercase().nfc().collect()
}

/// The first forename for comparison.
/// Requirement: PDS-019.
fn forename(text: &str) -> String {
    text.split_whitespace().map(name).find(|word| !word.is_empty()).unwrap_or_default()
}

/// A postcode for comparison: without any white space, so that `sw83qj` is `SW8 3QJ`.
/// Requirement: PDS-018.
fn postcode(text: &str) -> String {
    name(text).split_whitespace().collect()
}

/// Punctuation of ASCII, and the typographic marks that word processors make of it.
fn is_punctuation(character: char) -> bool {
    character.is_ascii_punctuation() || matches!(character, '\u{2010}'..='\u{2027}')
}
