//! Lists on their way out: as CSV for spreadsheets, or as one JSON document, row by row.

use std::io::Write;

use serde_json::Value;
use spine_practice::{ExportError, Sheet};

use crate::error::ClientError;

/// How a list is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// RFC 4180, with a header.
    Csv,
    /// One document: `schema`, and `rows`.
    Json,
}

/// A row of a list.
pub trait Row {
    /// The list's name and version, for programs.
    const SCHEMA: &'static str;
    /// The header of its CSV form. It does not change within a version.
    const HEADER: &'static [&'static str];

    /// The row as lines of cells; one with several parts takes a line for each.
    fn lines(&self) -> Vec<Vec<String>>;

    /// The row as a document.
    fn document(&self) -> Value;
}

/// A list being written: holds no row once it is written.
pub struct List<'o> {
    to: To<'o>,
    schema: &'static str,
    rows: u64,
}

type Out<'o> = &'o mut (dyn Write + Send);

enum To<'o> {
    Csv(Box<Sheet<Out<'o>>>),
    Json(Out<'o>),
}

impl<'o> List<'o> {
    /// Begins a list of rows of this type.
    pub fn begin<R: Row>(out: Out<'o>, format: Format) -> Result<Self, ClientError> {
        let to = match format {
            Format::Csv => To::Csv(Box::new(Sheet::begin(out, R::HEADER)?)),
            Format::Json => {
                write!(out, "{{\n  \"schema\": \"{}\",\n  \"rows\": [", R::SCHEMA)
                    .map_err(ExportError::from)?;
                To::Json(out)
            }
        };
        Ok(Self { to, schema: R::SCHEMA, rows: 0 })
    }

    /// Writes a row.
    pub fn put<R: Row>(&mut self, row: &R) -> Result<(), ClientError> {
        debug_assert_eq!(self.schema, R::SCHEMA, "one list has rows of one type");
        match &mut self.to {
            To::Csv(sheet) => {
                for line in row.lines() {
                    sheet.row(&line)?;
                }
            }
            To::Json(out) => {
                let comma = if self.rows > 0 { "," } else { "" };
                write!(out, "{comma}\n    {}", row.document()).map_err(ExportError::from)?;
            }
        }
        self.rows += 1;
        Ok(())
    }

    /// Ends the list: everything is written. How many rows there were.
    pub fn end(self) -> Result<u64, ClientError> {
        self.end_with(&[])
    }

    /// The same; a document has these members, too.
    pub fn end_with(self, members: &[(&str, Value)]) -> Result<u64, ClientError> {
        match self.to {
            To::Csv(sheet) => sheet.end()?,
            To::Json(out) => {
                let close = if self.rows > 0 { "\n  ]" } else { "]" };
                out.write_all(close.as_bytes()).map_err(ExportError::from)?;
                for (name, value) in members {
                    write!(out, ",\n  \"{name}\": {value}").map_err(ExportError::from)?;
                }
                out.write_all(b"\n}\n").and_then(|()| out.flush()).map_err(ExportError::from)?;
            }
        }
        Ok(self.rows)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Number(u8);

    impl Row for Number {
        const SCHEMA: &'static str = "numbers/1";
        const HEADER: &'static [&'static str] = &["number"];

        fn lines(&self) -> Vec<Vec<String>> {
            vec![vec![self.0.to_string()]]
        }

        fn document(&self) -> Value {
            serde_json::json!({ "number": self.0 })
        }
    }

    fn written(format: Format, numbers: &[u8]) -> String {
        let mut out = Vec::new();
        let mut list = List::begin::<Number>(&mut out, format).unwrap();
        for number in numbers {
            list.put(&Number(*number)).unwrap();
        }
        assert_eq!(list.end().unwrap(), numbers.len() as u64);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn a_list_is_one_document_however_many_rows_it_has() {
        for numbers in [&[][..], &[1], &[1, 2, 3]] {
            let read: Value = serde_json::from_str(&written(Format::Json, numbers)).unwrap();
            let rows: Vec<_> = numbers.iter().map(|number| serde_json::json!({ "number": number })).collect();
            assert_eq!(read, serde_json::json!({ "schema": "numbers/1", "rows": rows }));
        }
        let mut out = Vec::new();
        let list = List::begin::<Number>(&mut out, Format::Json).unwrap();
        list.end_with(&[("sum", Value::from(0))]).unwrap();
        let read: Value = serde_json::from_slice(&out).unwrap();
        assert_eq!(read, serde_json::json!({ "schema": "numbers/1", "rows": [], "sum": 0 }));
        assert_eq!(written(Format::Csv, &[1, 2]), "number\r\n1\r\n2\r\n");
    }
}
