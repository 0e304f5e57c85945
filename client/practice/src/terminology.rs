//! The practice's own terminology files: what is additional information, and what is never sent.
//!
//! The folder's format is described in `docs/terminology.md` of this crate. One bad row refuses the folder: a list that lacks a line would
//! send what must not be sent.

use std::collections::BTreeMap;
use std::path::Path;

use spine_rules::Terminology;
use spine_vocabulary::{Category, CodeScheme};

use crate::columns::{ColumnMap, scheme_of};
use crate::table::{ExtractError, Row, Table};

/// The file of codes that are additional information.
const INCLUSION: (&str, &[&str]) = ("inclusion", &["scheme", "code", "category"]);
/// The file of the sensitive dataset.
const EXCLUSION: (&str, &[&str]) = ("exclusion", &["scheme", "code"]);

/// Why terminology files cannot be used. Nothing of them is.
#[derive(Debug, thiserror::Error)]
pub enum TerminologyError {
    /// A file is missing or cannot be read.
    #[error("{file} cannot be read: {why}")]
    Unreadable {
        /// The file's name.
        file: String,
        /// Why.
        why: String,
    },
    /// A line is not as it should be.
    #[error("{file}, line {line}: {reason}")]
    Line {
        /// The file's name.
        file: String,
        /// The line, counted from 1 (the header).
        line: u64,
        /// The reason in plain words.
        reason: String,
    },
}

/// Reads both lists of a folder.
pub fn read_terminology(folder: &Path) -> Result<Terminology, TerminologyError> {
    let mut included = BTreeMap::new();
    read(folder, INCLUSION, |row| {
        let (scheme, code) = coded(row)?;
        let category = category(row.cell("category").trim())?;
        match included.insert((scheme, code), category) {
            Some(earlier) if earlier != category => {
                Err("this code stands on an earlier line with another category".to_owned())
            }
            _ => Ok(()),
        }
    })?;
    let mut sensitive = Vec::new();
    read(folder, EXCLUSION, |row| {
        sensitive.push(coded(row)?);
        Ok(())
    })?;
    let included = included.into_iter().map(|((scheme, code), category)| (scheme, code, category));
    // Every category was looked at with its row.
    Terminology::new(included, sensitive).map_err(|error| line("inclusion.csv", 0, &error.to_string()))
}

fn read(
    folder: &Path,
    (name, columns): (&str, &'static [&'static str]),
    mut take: impl FnMut(&Row<'_>) -> Result<(), String>,
) -> Result<(), TerminologyError> {
    let mut table = Table::open(folder, name, columns, &ColumnMap::default(), None)?;
    let mut empty = true;
    while let Some(row) = table.next_row()? {
        empty = false;
        let taken = if row.is_whole() {
            match row.too_long() {
                Some(column) => Err(format!("{column} is longer than 65,536 bytes")),
                None => take(&row),
            }
        } else {
            Err("has more or fewer cells than the header".to_owned())
        };
        taken.map_err(|reason| line(row.file(), row.line, &reason))?;
    }
    if empty { Err(line(&table.file, 1, "no code follows the header")) } else { Ok(()) }
}

fn coded(row: &Row<'_>) -> Result<(CodeScheme, String), String> {
    let scheme = scheme_of(row.cell("scheme").trim())
        .ok_or("scheme is no coding scheme: read2, ctv3, snomed or local")?;
    // The full stops that fill Read codes up are no part of the code.
    let code = row.cell("code").trim().trim_end_matches('.');
    if code.is_empty() { Err("code is blank".to_owned()) } else { Ok((scheme, code.to_owned())) }
}

fn category(written: &str) -> Result<Category, String> {
    let named = |category: &Category| category.display().eq_ignore_ascii_case(written);
    let category = Category::from_code(written)
        .or_else(|| Category::ALL.into_iter().find(named))
        .ok_or("category is neither the name nor the code of a record-entry category")?;
    if Terminology::takes(category) {
        Ok(category)
    } else {
        Err(format!("no additional information has the category {}", category.display()))
    }
}

fn line(file: &str, line: u64, reason: &str) -> TerminologyError {
    TerminologyError::Line { file: file.to_owned(), line, reason: reason.to_owned() }
}

impl From<ExtractError> for TerminologyError {
    fn from(error: ExtractError) -> Self {
        match error {
            ExtractError::Unreadable { file, why } => Self::Unreadable { file, why },
            ExtractError::MissingColumn { file, heading } => {
                line(&file, 1, &format!("there is no column \"{heading}\""))
            }
            ExtractError::DoubledColumn { file, heading } => {
                line(&file, 1, &format!("the column \"{heading}\" is there twice"))
            }
            ExtractError::CutOff { file, line: at } => {
                line(&file, at, "the file ends in the middle of this row: it was cut off")
            }
            // These are about other files.
            ExtractError::RowCount { .. } | ExtractError::Facts(_) | ExtractError::ColumnMap(_) => {
                Self::Unreadable { file: "terminology".to_owned(), why: error.to_string() }
            }
        }
    }
}
