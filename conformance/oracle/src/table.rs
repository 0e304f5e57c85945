//! Reading a table: comma-separated values with a header row, cells quoted where they hold a comma. The standard library is enough.

pub(crate) mod decision;

use std::collections::HashMap;

/// One row: its cells by the names of their columns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Row(HashMap<String, String>);

impl Row {
    /// The cell of a column; blank where there is no such column. The tests of each table see to it that there is.
    pub(crate) fn cell(&self, column: &str) -> String {
        self.text(column).to_owned()
    }

    /// The same, borrowed.
    pub(crate) fn text(&self, column: &str) -> &str {
        self.0.get(column).map_or("", String::as_str)
    }

    /// The cell of a column, if it is not blank.
    pub(crate) fn filled(&self, column: &str) -> Option<String> {
        Some(self.cell(column)).filter(|cell| !cell.is_empty())
    }
}

/// The rows under the header.
pub(crate) fn rows(text: &str) -> Vec<Row> {
    let mut lines = text.lines().map(cells);
    let header = lines.next().unwrap_or_default();
    lines.map(|row| Row(header.iter().cloned().zip(row).collect())).collect()
}

/// The cells of one line. A doubled quote within a quoted cell is a quote; no cell spans lines.
fn cells(line: &str) -> Vec<String> {
    let mut cells = vec![String::new()];
    let mut quoted = false;
    let mut letters = line.chars().peekable();
    while let Some(letter) = letters.next() {
        let cell = cells.last_mut();
        match (letter, quoted, cell) {
            ('"', true, Some(cell)) if letters.peek() == Some(&'"') => {
                letters.next();
                cell.push('"');
            }
            ('"', _, _) => quoted = !quoted,
            (',', false, _) => cells.push(String::new()),
            (_, _, Some(cell)) => cell.push(letter),
            (_, _, None) => {}
        }
    }
    cells
}

/// Asserts that a table has this header, that every row has as many cells, and that every row names a source.
#[cfg(test)]
pub(crate) fn assert_well_formed(text: &str, header: &[&str]) {
    let mut lines = text.lines().map(cells);
    assert_eq!(lines.next().unwrap(), header);
    let source = header.iter().position(|column| *column == "source").unwrap();
    for row in lines {
        assert_eq!(row.len(), header.len(), "{row:?}");
        assert!(!row[source].is_empty(), "{row:?}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_parted_by_commas_and_kept_together_by_quotes() {
        assert_eq!(cells("a,,\"b, \"\"c\"\"\","), ["a", "", "b, \"c\"", ""]);
        let rows = rows("x,y\n1,\n");
        assert_eq!(rows[0].cell("x"), "1");
        assert_eq!(rows[0].filled("y"), None);
        assert_eq!(rows[0].cell("z"), "");
    }
}
