//! `practice.toml`: who the practice is, since when SCR is enabled, and who works the uploads.

use std::path::Path;

use jiff::civil::Date;
use serde::Deserialize;
use spine_rules::import::{Operator, Practice};
use spine_vocabulary::{Asid, OdsCode, PartyKey, UserId};

/// The file's name within the extract's folder.
const FILE: &str = "practice.toml";
/// The nn days unless the practice says otherwise. Source: Vision help, enabling and disabling SCR.
const NN_DAYS: u8 = 14;

/// Why `practice.toml` cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum FactsError {
    /// It is not there, or cannot be read.
    #[error("practice.toml cannot be read: {0}. It belongs into the extract's folder")]
    Unreadable(std::io::Error),
    /// It is no such file.
    #[error("practice.toml is not as it should be: {0}")]
    Malformed(String),
    /// The nn days are out of range.
    #[error("practice.toml: nn_days must be 0 to 99")]
    NnDays,
}

/// What the file says.
pub(crate) struct Facts {
    pub(crate) practice: Practice,
    pub(crate) rows: Rows,
}

/// How many rows each file has, where the one who made the extract says so: a file cut at a row's end is noticed by it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Rows {
    pub(crate) patients: Option<u64>,
    pub(crate) codes: Option<u64>,
    pub(crate) medications: Option<u64>,
    pub(crate) allergies: Option<u64>,
    pub(crate) groups: Option<u64>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    ods: OdsCode,
    name: String,
    party_key: PartyKey,
    asid: Asid,
    scr_enabled_on: Option<String>,
    #[serde(default = "nn_days")]
    nn_days: u8,
    #[serde(default)]
    operators: Vec<OperatorRow>,
    #[serde(default)]
    rows: Rows,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OperatorRow {
    user_id: UserId,
    name: String,
    #[serde(default)]
    system_administrator: bool,
}

/// Requirement: ELI-018.
const fn nn_days() -> u8 {
    NN_DAYS
}

impl Facts {
    pub(crate) fn read(folder: &Path) -> Result<Self, FactsError> {
        let text = std::fs::read_to_string(folder.join(FILE)).map_err(FactsError::Unreadable)?;
        Self::parse(text.strip_prefix('\u{feff}').unwrap_or(&text))
    }

    fn parse(text: &str) -> Result<Self, FactsError> {
        let file: File =
            toml::from_str(text).map_err(|error| FactsError::Malformed(error.message().to_owned()))?;
        // Requirement: ELI-019.
        if file.nn_days > 99 {
            return Err(FactsError::NnDays);
        }
        let enabled = file.scr_enabled_on.map(|text| text.parse::<Date>()).transpose();
        let scr_enabled_on = enabled
            .map_err(|_| FactsError::Malformed("scr_enabled_on is no date such as \"2026-09-01\"".into()))?;
        let operators = file.operators.into_iter().map(|row| Operator {
            user_id: row.user_id,
            name: row.name,
            system_administrator: row.system_administrator,
        });
        let practice = Practice {
            ods: file.ods,
            name: file.name,
            party_key: file.party_key,
            asid: file.asid,
            scr_enabled_on,
            nn_days: file.nn_days,
            operators: operators.collect(),
        };
        Ok(Self { practice, rows: file.rows })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WHOLE: &str = r#"
        ods = "Y90001"
        name = "The Surgery"
        party_key = "Y90001-0000001"
        asid = "990000000001"
        scr_enabled_on = "2026-09-01"
        [[operators]]
        user_id = "555000000001"
        name = "A. Person"
        system_administrator = true
        [rows]
        patients = 3
    "#;

    #[test]
    fn reads_the_practice_with_its_defaults() {
        let facts = Facts::parse(WHOLE).unwrap();
        assert_eq!(facts.practice.nn_days, 14);
        assert_eq!(facts.practice.scr_enabled_on, Some(jiff::civil::date(2026, 9, 1)));
        assert!(facts.practice.operators[0].system_administrator);
        assert_eq!(facts.rows, Rows { patients: Some(3), ..Rows::default() });
    }

    #[test]
    fn refuses_what_is_not_meant() {
        for (from, to) in [
            ("Y90001\"\n", "Y9<b>\"\n"),
            ("2026-09-01", "01/09/2026"),
            ("990000000001", "12"),
            ("ods =", "od ="),
            ("[rows]", "nn_days = 100\n[rows]"),
        ] {
            assert!(Facts::parse(&WHOLE.replace(from, to)).is_err(), "{to}");
        }
        let too_many = WHOLE.replace("asid =", "nn_days = 100\nasid =");
        assert!(matches!(Facts::parse(&too_many), Err(FactsError::NnDays)));
    }
}
