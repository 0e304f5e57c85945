//! The CSV dialect of the population folder: comma, header first, RFC 4180 quoting, a fixed header.

use std::fs::File;
use std::path::Path;

use super::ScenarioError;

/// One row with what is needed to complain about it.
pub(super) struct Row<'a> {
    columns: &'static [&'static str],
    record: &'a csv::StringRecord,
}

impl Row<'_> {
    /// The text of a column, white space around it dropped.
    pub(super) fn text(&self, column: &str) -> &str {
        let place = self.columns.iter().position(|name| *name == column);
        place.and_then(|place| self.record.get(place)).unwrap_or_default().trim()
    }

    /// A column that must parse.
    pub(super) fn parse<T>(&self, column: &str, read: impl FnOnce(&str) -> Option<T>) -> Result<T, String> {
        read(self.text(column)).ok_or_else(|| format!("column {column} is not what it should hold"))
    }

    /// A column that is blank or must parse.
    pub(super) fn optional<T>(
        &self,
        column: &str,
        read: impl FnOnce(&str) -> Option<T>,
    ) -> Result<Option<T>, String> {
        if self.text(column).is_empty() { Ok(None) } else { self.parse(column, read).map(Some) }
    }
}

/// Reads every row of a file whose header is exactly `columns`.
pub(super) fn read_rows(
    folder: &Path,
    file: &'static str,
    columns: &'static [&'static str],
    mut row: impl FnMut(&Row<'_>) -> Result<(), String>,
) -> Result<(), ScenarioError> {
    let source = File::open(folder.join(file)).map_err(|source| ScenarioError::File { file, source })?;
    let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(false).from_reader(source);
    let mut record = csv::StringRecord::new();
    let mut seen_header = false;
    loop {
        let more = reader.read_record(&mut record).map_err(|error| {
            let line = error.position().map_or(0, csv::Position::line);
            ScenarioError::Line { file, line, problem: kind(&error) }
        })?;
        if !more {
            break;
        }
        let line = record.position().map_or(0, csv::Position::line);
        let complain = |problem| ScenarioError::Line { file, line, problem };
        if seen_header {
            row(&Row { columns, record: &record }).map_err(complain)?;
        } else {
            let header: Vec<&str> =
                record.iter().map(|name| name.trim_start_matches('\u{feff}').trim()).collect();
            if header != columns {
                return Err(complain(format!("the header must be {}", columns.join(","))));
            }
            seen_header = true;
        }
    }
    if seen_header {
        Ok(())
    } else {
        Err(ScenarioError::Line { file, line: 1, problem: "the header is missing".into() })
    }
}

/// What is wrong with the file, without its content.
fn kind(error: &csv::Error) -> String {
    match error.kind() {
        csv::ErrorKind::Io(error) => format!("it cannot be read: {error}"),
        csv::ErrorKind::Utf8 { .. } => "it is not UTF-8".to_owned(),
        csv::ErrorKind::UnequalLengths { expected_len, len, .. } => {
            format!("{len} cells where the header has {expected_len}")
        }
        _ => "it is not CSV".to_owned(),
    }
}
