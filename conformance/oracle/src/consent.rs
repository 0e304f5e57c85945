//! Which of several consent codes holds.
//!
//! `codes.csv` says what each code means and ranks it; `consent.csv` has the cases, and the tests hold [`effective`] to them.

use std::cmp::Reverse;
use std::sync::LazyLock;

use crate::facts::{Code, Day};
use crate::table;

const TABLE: &str = include_str!("../tables/consent.csv");
const CODES: &str = include_str!("../tables/codes.csv");

static KNOWN: LazyLock<Vec<Known>> = LazyLock::new(|| {
    let known = |row: table::Row| Known {
        code: row.cell("code"),
        ctv3: row.cell("ctv3"),
        snomed: row.cell("snomed"),
        means: row.cell("means"),
        generation: row.cell("generation"),
        express: row.cell("express") == "yes",
        rank: row.cell("rank").parse().unwrap_or_default(),
    };
    table::rows(CODES).into_iter().map(known).collect()
});

/// A consent code: how it is written in three schemes, and what it says.
#[derive(Debug)]
struct Known {
    code: String,
    ctv3: String,
    snomed: String,
    means: String,
    generation: String,
    express: bool,
    rank: u8,
}

/// Whether an entry is a preference about the summary.
pub(crate) fn is_preference(entry: &Code) -> bool {
    known(entry).is_some()
}

fn known(entry: &Code) -> Option<&'static Known> {
    let written = entry.code.trim_end_matches('.');
    KNOWN.iter().find(|known| match entry.scheme.as_str() {
        "read2" => known.code == written,
        "ctv3" => known.ctv3 == written && !written.is_empty(),
        "snomed" => known.snomed == written && !written.is_empty(),
        _ => false,
    })
}

/// What a record's consent codes come to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Effective {
    /// The code that holds; `None` where no preference is expressed.
    pub code: Option<&'static str>,
    /// Whether codes that mean different things claim the same moment.
    pub ambiguous: bool,
}

impl Effective {
    /// The code as a summary tells it: the one of SNOMED CT where there is one, otherwise that of Read version 2.
    pub(crate) fn as_sent(&self) -> Option<&'static str> {
        let known = KNOWN.iter().find(|known| Some(known.code.as_str()) == self.code)?;
        Some(if known.snomed.is_empty() { &known.code } else { &known.snomed })
    }
}

/// The code that holds on a day. A code without a date is of the day on which it was recorded. A code of the future counts for
/// nothing; implied consent only where nothing express is there; a code that has neither date nor recording claims every moment; then the latest date, on one date the latest recorded, in one moment the most restrictive; and of two codes of one date that mean the
/// same, the newer generation. Sources: North West London, opt-out code list (the latest date, then the latest record); the
/// rest is a design decision, each with its case in `consent.csv`.
#[must_use]
pub fn effective(entries: &[Code], today: Day) -> Effective {
    let date = |entry: &Code| entry.day.or_else(|| Day::read(entry.recorded.get(..10)?));
    let past = || entries.iter().filter(|entry| date(entry).is_none_or(|day| day <= today));
    let claims: Vec<_> = past().filter_map(|entry| Some((known(entry)?, entry))).collect();
    let express = claims.iter().any(|(known, _)| known.express);
    let claims: Vec<_> = claims.into_iter().filter(|(known, _)| known.express == express).collect();
    let moment = |entry: &Code| (date(entry), entry.recorded.clone());
    let timeless = |entry: &Code| date(entry).is_none();
    let latest = claims.iter().map(|(_, entry)| moment(entry)).max().unwrap_or_default();
    let tied = || claims.iter().filter(|(_, entry)| timeless(entry) || moment(entry) == latest);
    let Some((holds, _)) = tied().max_by_key(|(known, _)| known.rank).copied() else {
        return Effective { code: None, ambiguous: false };
    };
    let ambiguous = tied().any(|(known, _)| known.means != holds.means);
    let newest = claims
        .iter()
        .filter(|(known, entry)| (timeless(entry) || date(entry) == latest.0) && known.means == holds.means)
        .max_by_key(|(known, _)| (known.generation.as_str(), Reverse(known.rank)));
    Effective { code: newest.map(|(known, _)| known.code.as_str()), ambiguous }
}

/// Whether the code that holds refuses.
pub(crate) fn dissents(entries: &[Code], today: Day) -> bool {
    let code = effective(entries, today).code;
    KNOWN.iter().any(|known| Some(known.code.as_str()) == code && known.means == "dissent")
}

/// One consent code in a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The Read code without its closing full stop.
    pub code: String,
    /// Its date, in days from today; negative before; `None` where it has none.
    pub day: Option<i32>,
    /// When it was typed: days from today.
    pub recorded_day: i32,
    /// When it was typed: time of day, as `09:00`; blank where nobody knows.
    pub recorded_time: String,
}

/// One case of precedence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Precedence {
    /// What the case is about.
    pub case: String,
    /// What the record holds, in the order of its rows.
    pub entries: Vec<Entry>,
    /// The code that holds; `None` where no preference is expressed.
    pub effective: Option<String>,
    /// Whether the report says that the record is ambiguous.
    pub ambiguous: bool,
    /// The documents that say so.
    pub source: String,
}

/// Every case.
#[must_use]
pub fn precedences() -> Vec<Precedence> {
    table::rows(TABLE)
        .into_iter()
        .map(|row| Precedence {
            case: row.cell("case"),
            entries: row.cell("entries").split(';').filter_map(entry).collect(),
            effective: row.filled("effective").filter(|code| code != "none"),
            ambiguous: row.cell("ambiguous") == "yes",
            source: row.cell("source"),
        })
        .collect()
}

/// `9Ndo never` has neither date nor typing; otherwise `9Ndo -90 12:00`, or with a day of its own for the typing: `9Ndo -90 12:00 -1`, without a date of its own: `9Ndo undated 12:00 -1`.
fn entry(text: &str) -> Option<Entry> {
    let mut words = text.split_whitespace();
    let (code, day) = (words.next()?, words.next()?);
    if day == "never" {
        return Some(Entry {
            code: code.to_owned(),
            day: None,
            recorded_day: 0,
            recorded_time: String::new(),
        });
    }
    let time = words.next()?;
    let day = if day == "undated" { None } else { Some(day.parse().ok()?) };
    let recorded_day = match words.next() {
        Some(day) => day.parse().ok()?,
        None => day?,
    };
    Some(Entry { code: code.to_owned(), day, recorded_day, recorded_time: time.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_is_known_with_its_meaning() {
        let header = ["code", "ctv3", "snomed", "means", "generation", "express", "rank", "source"];
        table::assert_well_formed(CODES, &header);
        for known in KNOWN.iter() {
            assert!(["core", "additional", "dissent"].contains(&known.means.as_str()), "{known:?}");
            assert!((1..=4).contains(&known.rank), "{known:?}");
        }
    }

    #[test]
    fn every_case_comes_out_as_the_table_says() {
        let today = Day::read("2026-09-15").unwrap();
        for case in precedences() {
            let mut entries: Vec<_> = case
                .entries
                .iter()
                .map(|entry| Code {
                    scheme: "read2".to_owned(),
                    code: format!("{}.", entry.code),
                    day: entry.day.map(|day| today.minus_days((-day).into())),
                    recorded: match entry.recorded_time.as_str() {
                        "" => String::new(),
                        time => format!("{}T{time}:00", today.minus_days((-entry.recorded_day).into())),
                    },
                    ..Code::default()
                })
                .collect();
            for _ in 0..2 {
                let status = effective(&entries, today);
                let expected = (case.effective.as_deref(), case.ambiguous);
                assert_eq!((status.code, status.ambiguous), expected, "{}", case.case);
                entries.reverse();
            }
        }
    }

    #[test]
    fn every_entry_of_every_case_can_be_read() {
        table::assert_well_formed(TABLE, &["case", "entries", "effective", "ambiguous", "source"]);
        for (row, case) in table::rows(TABLE).iter().zip(precedences()) {
            let written = row.cell("entries").split(';').filter(|entry| !entry.is_empty()).count();
            assert_eq!(case.entries.len(), written, "{}", case.case);
            let known = |code: &String| case.entries.iter().any(|entry| entry.code == *code);
            assert!(case.effective.as_ref().is_none_or(known), "{}", case.case);
        }
    }
}
