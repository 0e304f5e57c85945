//! Which of several consent codes holds.

use crate::table;

const TABLE: &str = include_str!("../tables/consent.csv");

/// One consent code in a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The Read code without its closing full stop.
    pub code: String,
    /// Its date, in days from today; negative before.
    pub day: i32,
    /// When it was typed: days from today.
    pub recorded_day: i32,
    /// When it was typed: time of day, as `09:00`.
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

/// `9Ndo -90 12:00`, or with a day of its own for the typing: `9Ndo -90 12:00 -1`.
fn entry(text: &str) -> Option<Entry> {
    let mut words = text.split_whitespace();
    let (code, day, time) = (words.next()?, words.next()?.parse().ok()?, words.next()?);
    let recorded_day = match words.next() {
        Some(day) => day.parse().ok()?,
        None => day,
    };
    Some(Entry { code: code.to_owned(), day, recorded_day, recorded_time: time.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

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
