//! The column map: other headings, other words for values, and the practice's own consent codes.
//!
//! A column that an extract does not have must be declared absent (`review_on = ""`): one that is merely missing is taken for a
//! wrong file.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;
use spine_vocabulary::{CodeScheme, ConsentCode};

/// How an extract differs from the standard headings and words.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ColumnMap {
    delimiter: Option<u8>,
    headings: BTreeMap<String, BTreeMap<String, String>>,
    values: BTreeMap<String, BTreeMap<String, String>>,
    consent: BTreeMap<String, ConsentCode>,
}

/// Why a column map cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ColumnMapError {
    /// It cannot be read.
    #[error("the column map cannot be read: {0}")]
    Unreadable(std::io::Error),
    /// It is no such file.
    #[error("the column map is not as it should be: {0}")]
    Malformed(String),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    delimiter: Option<String>,
    #[serde(default)]
    headings: BTreeMap<String, BTreeMap<String, String>>,
    #[serde(default)]
    values: BTreeMap<String, BTreeMap<String, String>>,
    #[serde(default)]
    consent_codes: BTreeMap<String, String>,
}

impl ColumnMap {
    /// Reads a column map:
    ///
    /// ```toml
    /// delimiter = ";"
    /// [headings.patients]
    /// family_name = "Surname"
    /// death_date = ""               # this extract has none
    /// [values.gender]
    /// M = "male"
    /// [consent_codes]
    /// "local:OPTOUT" = "9Ndo."
    /// ```
    pub fn read(file: &Path) -> Result<Self, ColumnMapError> {
        let text = std::fs::read_to_string(file).map_err(ColumnMapError::Unreadable)?;
        Self::parse(&text)
    }

    /// Reads the text of a column map.
    pub fn parse(text: &str) -> Result<Self, ColumnMapError> {
        let malformed = |why: &str| ColumnMapError::Malformed(why.to_owned());
        let file: File = toml::from_str(text).map_err(|error| malformed(error.message()))?;
        let delimiter = match file.delimiter.as_deref().map(str::as_bytes) {
            None => None,
            Some([one]) => Some(*one),
            Some(_) => return Err(malformed("a delimiter is one character")),
        };
        let mut consent = BTreeMap::new();
        for (own, national) in file.consent_codes {
            let known = own.split_once(':').is_some_and(|(scheme, _)| scheme_of(scheme).is_some());
            let code = ConsentCode::ALL.into_iter().find(|code| code.read_v2() == national);
            match code {
                Some(code) if known => consent.insert(own, code),
                Some(_) => {
                    return Err(malformed(
                        "an own consent code is written scheme:code, such as local:OPTOUT",
                    ));
                }
                None => return Err(malformed("consent codes map to 93C2. 93C3. 9Ndl. 9Ndm. 9Ndn. or 9Ndo.")),
            };
        }
        let known = |table: &String| crate::table::TABLES.iter().any(|(name, _)| name == table);
        if !file.headings.keys().all(known) {
            return Err(malformed(
                "headings are given per file: patients, codes, medications, allergies, groups",
            ));
        }
        Ok(Self { delimiter, headings: file.headings, values: file.values, consent })
    }

    /// The delimiter between cells; a comma unless given.
    pub(crate) fn delimiter(&self) -> u8 {
        self.delimiter.unwrap_or(b',')
    }

    /// The heading under which a column stands in this extract; `None` if it is declared absent.
    pub(crate) fn heading<'m>(&'m self, table: &str, column: &'m str) -> Option<&'m str> {
        let other = self.headings.get(table).and_then(|columns| columns.get(column));
        match other.map(String::as_str) {
            None => Some(column),
            Some("") => None,
            Some(heading) => Some(heading),
        }
    }

    /// The standard word for a value of this extract.
    pub(crate) fn value<'m>(&'m self, column: &str, written: &'m str) -> &'m str {
        self.values.get(column).and_then(|words| words.get(written)).map_or(written, String::as_str)
    }

    /// The preference that a code expresses, nationally or in this practice.
    pub(crate) fn consent(&self, scheme: CodeScheme, code: &str) -> Option<ConsentCode> {
        let own = || self.consent.get(&format!("{}:{}", scheme_word(scheme), code.trim())).copied();
        ConsentCode::read(scheme, code).or_else(own)
    }
}

/// Reads a coding scheme's word.
pub(crate) fn scheme_of(word: &str) -> Option<CodeScheme> {
    [CodeScheme::ReadV2, CodeScheme::Ctv3, CodeScheme::Snomed, CodeScheme::Local]
        .into_iter()
        .find(|scheme| scheme_word(*scheme).eq_ignore_ascii_case(word))
}

/// A coding scheme's word in extract files.
pub(crate) const fn scheme_word(scheme: CodeScheme) -> &'static str {
    match scheme {
        CodeScheme::ReadV2 => "read2",
        CodeScheme::Ctv3 => "ctv3",
        CodeScheme::Snomed => "snomed",
        CodeScheme::Local => "local",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn maps_headings_values_and_own_codes() {
        let map = ColumnMap::parse(
            "delimiter = \";\"\n[headings.patients]\nfamily_name = \"Surname\"\ndeath_date = \"\"\n[values.gender]\nM = \"male\"\n\
             [consent_codes]\n\"local:OPTOUT\" = \"9Ndo.\"\n",
        )
        .unwrap();
        assert_eq!(map.delimiter(), b';');
        assert_eq!(map.heading("patients", "family_name"), Some("Surname"));
        assert_eq!(map.heading("patients", "death_date"), None);
        assert_eq!(map.heading("codes", "code"), Some("code"));
        assert_eq!(map.value("gender", "M"), "male");
        assert_eq!(map.consent(CodeScheme::Local, "OPTOUT"), Some(ConsentCode::ExpressDissent));
        assert_eq!(map.consent(CodeScheme::ReadV2, "OPTOUT"), None);
        assert_eq!(map.consent(CodeScheme::ReadV2, "93C3."), Some(ConsentCode::LegacyDissent));
    }

    #[test]
    fn refuses_maps_that_say_nothing_certain() {
        for text in [
            "delimiter = \";;\"",
            "[consent_codes]\n\"OPTOUT\" = \"9Ndo.\"",
            "[consent_codes]\n\"local:OPTOUT\" = \"9NdX.\"",
            "[headings.people]\nx = \"y\"",
            "unknown = 1",
        ] {
            assert!(ColumnMap::parse(text).is_err(), "{text}");
        }
    }
}
