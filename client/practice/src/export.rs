//! Lists as CSV for the practice's spreadsheets: RFC 4180, and no cell that a spreadsheet takes for a formula.

mod changes;

use std::io::Write;

pub use changes::{ChangesError, write_changes};

/// Why a list cannot be written.
#[derive(Debug, thiserror::Error)]
#[error("the list cannot be written: {0}")]
pub struct ExportError(#[from] csv::Error);

impl From<std::io::Error> for ExportError {
    fn from(error: std::io::Error) -> Self {
        Self(error.into())
    }
}

/// A sheet being written: one header, then rows of as many cells.
pub struct Sheet<W: Write> {
    out: csv::Writer<W>,
}

impl<W: Write> Sheet<W> {
    /// Begins a sheet with its header.
    pub fn begin(out: W, header: &[&str]) -> Result<Self, ExportError> {
        let mut out = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(out);
        out.write_record(header)?;
        Ok(Self { out })
    }

    /// Writes a row. As many cells as the header has, or it is refused.
    pub fn row<C: AsRef<str>>(&mut self, cells: &[C]) -> Result<(), ExportError> {
        Ok(self.out.write_record(cells.iter().map(|cell| harmless(cell.as_ref())))?)
    }

    /// Ends the sheet: everything is written.
    pub fn end(mut self) -> Result<(), ExportError> {
        Ok(self.out.flush()?)
    }
}

/// A spreadsheet takes a cell that begins like this for a formula: an apostrophe makes it text.
fn harmless(cell: &str) -> String {
    if cell.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{cell}") } else { cell.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(rows: &[[&str; 2]]) -> String {
        let mut out = Vec::new();
        let mut sheet = Sheet::begin(&mut out, &["name", "note"]).unwrap();
        for row in rows {
            sheet.row(row).unwrap();
        }
        sheet.end().unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn cells_are_quoted_where_they_must_be_and_lines_end_as_the_format_says() {
        let rows = [["O\"Neil, Ann", "two\nlines"], ["", "plain"]];
        assert_eq!(written(&rows), "name,note\r\n\"O\"\"Neil, Ann\",\"two\nlines\"\r\n,plain\r\n");
    }

    #[test]
    fn no_cell_is_a_formula() {
        for cell in ["=1+1", "+44", "-1", "@SUM(A1)", "\t=1"] {
            assert_eq!(written(&[[cell, "a=b"]]), format!("name,note\r\n'{cell},a=b\r\n"), "{cell:?}");
        }
    }

    #[test]
    fn a_row_of_another_width_is_refused() {
        let mut out = Vec::new();
        let mut sheet = Sheet::begin(&mut out, &["name", "note"]).unwrap();
        assert!(sheet.row(&["one"]).is_err());
    }
}
