//! One CSV file of an extract: its header checked before anything is read, then row after row in constant memory.

use std::fs::File;
use std::io::{self, Chain, Cursor, Read};
use std::path::Path;

use csv::{ReaderBuilder, StringRecord};

use crate::columns::{ColumnMap, ColumnMapError};
use crate::facts::FactsError;
use crate::text::{RowBudget, Text};

/// The files of an extract with their columns.
pub(crate) const TABLES: [(&str, &[&str]); 5] = [
    (
        "patients",
        &[
            "patient_id",
            "nhs_number",
            "family_name",
            "given_names",
            "gender",
            "birth_date",
            "postcode",
            "registration_type",
            "registration_status",
            "registered_on",
            "left_on",
            "fp69",
            "fp69_expires",
            "sensitive",
            "decoupled",
            "in_use",
            "death_date",
        ],
    ),
    ("codes", &["patient_id", "scheme", "code", "term", "date", "recorded_at", "priority", "free_text"]),
    (
        "medications",
        &[
            "patient_id",
            "scheme",
            "code",
            "name",
            "dose",
            "quantity",
            "kind",
            "started_on",
            "last_issued_on",
            "ended_on",
            "review_on",
            "elsewhere",
        ],
    ),
    ("allergies", &["patient_id", "scheme", "code", "term", "kind", "noted_on", "reaction", "negative"]),
    ("groups", &["group", "patient_id"]),
];

/// Follows the last row: if it comes out as a row of its own, no quotation mark was left open.
const END: &str = "\n\u{1}end of file\u{1}\n";

/// Why an extract cannot be imported. Nothing of it is kept.
#[derive(Debug, thiserror::Error)]
pub enum ExtractError {
    /// A file is missing or cannot be read.
    #[error("{file} cannot be read: {why}")]
    Unreadable {
        /// The file's name.
        file: String,
        /// Why.
        why: String,
    },
    /// A column is missing, and the column map does not say that it is.
    #[error(
        "{file} has no column \"{heading}\". Is it the right file? Other headings are given in a column map"
    )]
    MissingColumn {
        /// The file's name.
        file: String,
        /// The heading that was looked for.
        heading: String,
    },
    /// A heading stands twice.
    #[error("{file} has the column \"{heading}\" twice")]
    DoubledColumn {
        /// The file's name.
        file: String,
        /// The heading.
        heading: String,
    },
    /// The file ends inside a row.
    #[error(
        "{file} ends in the middle of the row that begins on line {line}: it was cut off. Make the extract again"
    )]
    CutOff {
        /// The file's name.
        file: String,
        /// Where the row begins.
        line: u64,
    },
    /// The file does not have the number of rows that practice.toml says.
    #[error(
        "{file} has {found} rows where practice.toml says {expected}: it was cut off, or is another one. Make the extract again"
    )]
    RowCount {
        /// The file's name.
        file: String,
        /// Rows announced.
        expected: u64,
        /// Rows found.
        found: u64,
    },
    /// `practice.toml` cannot be used.
    #[error(transparent)]
    Facts(#[from] FactsError),
    /// The column map cannot be used.
    #[error(transparent)]
    ColumnMap(#[from] ColumnMapError),
}

/// One file, open behind its header.
pub(crate) struct Table {
    pub(crate) file: String,
    reader: csv::Reader<Chain<Text, Cursor<&'static [u8]>>>,
    budget: RowBudget,
    /// Where each standard column stands; `None` if the extract has none.
    places: Vec<Option<usize>>,
    columns: &'static [&'static str],
    width: usize,
    expected: Option<u64>,
    found: u64,
    record: StringRecord,
}

/// One row. Cells are found by their standard names.
pub(crate) struct Row<'t> {
    table: &'t Table,
    /// The line on which it begins.
    pub(crate) line: u64,
}

impl Table {
    pub(crate) fn open(
        folder: &Path,
        name: &str,
        columns: &'static [&'static str],
        map: &ColumnMap,
        expected: Option<u64>,
    ) -> Result<Self, ExtractError> {
        let file = format!("{name}.csv");
        let unreadable =
            |error: io::Error| ExtractError::Unreadable { file: file.clone(), why: error.to_string() };
        let text = File::open(folder.join(&file)).and_then(Text::open).map_err(unreadable)?;
        let budget = text.row_budget();
        let mut reader = ReaderBuilder::new()
            .delimiter(map.delimiter())
            .flexible(true)
            .from_reader(text.chain(Cursor::new(END.as_bytes())));
        let header = reader.headers().map_err(|error| unreadable(io::Error::other(kind(&error))))?.clone();
        let mut places = Vec::with_capacity(columns.len());
        for column in columns {
            let Some(heading) = map.heading(name, column) else {
                places.push(None);
                continue;
            };
            let mut found = header.iter().enumerate().filter(|(_, cell)| cell.trim() == heading);
            match (found.next(), found.next()) {
                (Some((place, _)), None) => places.push(Some(place)),
                (None, _) => return Err(ExtractError::MissingColumn { file, heading: heading.to_owned() }),
                (Some(_), Some(_)) => {
                    return Err(ExtractError::DoubledColumn { file, heading: heading.to_owned() });
                }
            }
        }
        let (width, record) = (header.len(), StringRecord::new());
        Ok(Self { file, reader, budget, places, columns, width, expected, found: 0, record })
    }

    /// The next row; `None` at the end of a whole file.
    pub(crate) fn next_row(&mut self) -> Result<Option<Row<'_>>, ExtractError> {
        self.budget.renew();
        let before = (self.record.len(), self.record.position().map_or(1, csv::Position::line));
        let more = self.reader.read_record(&mut self.record);
        let more =
            more.map_err(|error| ExtractError::Unreadable { file: self.file.clone(), why: kind(&error) })?;
        let line = self.record.position().map_or(0, csv::Position::line);
        let end = END.trim_matches('\n');
        if !more || self.record.len() == 1 && self.record.get(0) == Some(end) {
            return self.at_end(before).map(|()| None);
        }
        if self
            .record
            .iter()
            .next_back()
            .is_some_and(|cell| cell.ends_with(END) || cell.ends_with(END.trim_end()))
        {
            return Err(ExtractError::CutOff { file: self.file.clone(), line });
        }
        self.found += 1;
        Ok(Some(Row { table: self, line }))
    }

    fn at_end(&self, (last_width, last_line): (usize, u64)) -> Result<(), ExtractError> {
        // Text adds a line end of its own only where the file has none: a short row there was cut off.
        let cut =
            self.found > 0 && last_width < self.width && !self.reader.get_ref().get_ref().0.ended_with_line();
        if cut {
            return Err(ExtractError::CutOff { file: self.file.clone(), line: last_line });
        }
        match self.expected {
            Some(expected) if expected != self.found => {
                Err(ExtractError::RowCount { file: self.file.clone(), expected, found: self.found })
            }
            _ => Ok(()),
        }
    }
}

impl<'t> Row<'t> {
    /// The cell in a standard column; blank where the extract has no such column or the row is short.
    pub(crate) fn cell(&self, column: &str) -> &'t str {
        let place = self.table.columns.iter().position(|known| *known == column);
        place
            .and_then(|place| self.table.places[place])
            .and_then(|place| self.table.record.get(place))
            .unwrap_or("")
    }

    /// Whether the row has as many cells as the header.
    pub(crate) fn is_whole(&self) -> bool {
        self.table.record.len() == self.table.width
    }

    /// A standard column whose cell is longer than any cell may be.
    pub(crate) fn too_long(&self) -> Option<&'static str> {
        let long = |column: &&&str| self.cell(column).len() > crate::cell::CELL_BYTES;
        self.table.columns.iter().find(long).copied()
    }

    /// The file's name.
    pub(crate) fn file(&self) -> &'t str {
        &self.table.file
    }
}

/// The kind of a CSV error: its own text can quote the file.
fn kind(error: &csv::Error) -> String {
    match error.kind() {
        csv::ErrorKind::Io(error) => error.to_string(),
        csv::ErrorKind::Utf8 { .. } => "it is neither UTF-8 nor Windows-1252".to_owned(),
        _ => "it is no CSV file".to_owned(),
    }
}
