//! An extract folder: checked whole as far as headers go, then streamed.

use std::path::Path;

use spine_rules::import::{ImportFailure, ImportItem, Practice};

use crate::columns::ColumnMap;
use crate::facts::Facts;
use crate::row;
use crate::table::{ExtractError, Row, TABLES, Table};

type Reading = fn(&Row<'_>, &ColumnMap) -> Vec<ImportItem>;

/// An extract whose files are there and have their columns.
pub struct Extract {
    practice: Practice,
    map: ColumnMap,
    tables: Vec<(Table, Reading)>,
}

impl Extract {
    /// Opens a folder. Without a column map of the caller's, `columns.toml` in the folder is taken if it is there.
    pub fn open(folder: &Path, map: Option<ColumnMap>) -> Result<Self, ExtractError> {
        let own = folder.join("columns.toml");
        let map = match map {
            Some(map) => map,
            None if own.exists() => ColumnMap::read(&own)?,
            None => ColumnMap::default(),
        };
        let Facts { practice, rows } = Facts::read(folder)?;
        // In the order of `TABLES`.
        let readings: [(Option<u64>, Reading); 5] = [
            (rows.patients, row::patient),
            (rows.codes, row::code),
            (rows.medications, row::medication),
            (rows.allergies, row::allergy),
            (rows.groups, row::group),
        ];
        let tables = TABLES
            .iter()
            .zip(readings)
            .map(|((name, columns), (expected, reading))| {
                Ok((Table::open(folder, name, columns, &map, expected)?, reading))
            })
            .collect::<Result<_, ExtractError>>()?;
        Ok(Self { practice, map, tables })
    }

    /// The practice.
    #[must_use]
    pub fn practice(&self) -> &Practice {
        &self.practice
    }

    /// The items of all files, in the order of the files. An `Err` means that nothing may be kept.
    #[must_use]
    pub fn items(self) -> Items {
        let mut tables = self.tables;
        tables.reverse();
        Items { map: self.map, tables, ready: Vec::new(), failed: false }
    }
}

/// The items of an extract.
pub struct Items {
    map: ColumnMap,
    /// In reverse: the last is the one being read.
    tables: Vec<(Table, Reading)>,
    /// In reverse.
    ready: Vec<ImportItem>,
    failed: bool,
}

impl Iterator for Items {
    type Item = Result<ImportItem, ImportFailure>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if self.failed {
                return None;
            }
            if let Some(item) = self.ready.pop() {
                return Some(Ok(item));
            }
            let (table, reading) = self.tables.last_mut()?;
            match table.next_row() {
                Ok(Some(row)) => {
                    self.ready = reading(&row, &self.map);
                    self.ready.reverse();
                }
                Ok(None) => {
                    self.tables.pop();
                }
                Err(error) => {
                    self.failed = true;
                    return Some(Err(ImportFailure(Box::new(error))));
                }
            }
        }
    }
}
