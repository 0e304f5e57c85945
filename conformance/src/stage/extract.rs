//! A practice's extract as files: what an operator, or sabotage, may change in it between two imports.

use std::collections::BTreeMap;
use std::path::Path;

/// One row of a table, by column.
pub type Row = BTreeMap<String, String>;

/// Changes the rows of a table (`codes.csv`) of the practice's folder, and the number of rows that the folder declares.
///
/// An extract that cannot be read is left as it is: the import says what is wrong with it.
pub fn edit_rows(practice: &Path, table: &str, change: impl FnOnce(&mut Vec<Row>)) {
    let file = practice.join(table);
    let Ok(mut reader) = csv::Reader::from_path(&file) else { return };
    let Ok(header) = reader.headers().cloned() else { return };
    let mut rows: Vec<Row> = reader.deserialize().filter_map(Result::ok).collect();
    change(&mut rows);
    let Ok(mut writer) = csv::Writer::from_path(&file) else { return };
    let _ = writer.write_record(&header);
    for row in &rows {
        let _ = writer.write_record(header.iter().map(|column| row.get(column).map_or("", String::as_str)));
    }
    let _ = writer.flush();
    declare(&practice.join("practice.toml"), table.trim_end_matches(".csv"), rows.len());
}

/// Declares how many rows a table has.
fn declare(file: &Path, table: &str, count: usize) {
    let Ok(text) = std::fs::read_to_string(file) else { return };
    let Some((before, counts)) = text.split_once("[rows]") else { return };
    let counted = |line: &str| match line.split_once('=') {
        Some((name, _)) if name.trim() == table => format!("{table} = {count}"),
        _ => line.to_owned(),
    };
    let counts: Vec<String> = counts.lines().map(counted).collect();
    let _ = std::fs::write(file, format!("{before}[rows]{}\n", counts.join("\n")));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_extract_declares_the_rows_that_it_has_after_a_change() {
        let folder = tempfile::tempdir().unwrap();
        let people = crate::stage::People::of(&["dissent"], crate::stage::AS_OF).unwrap();
        let practice = people.write(folder.path()).unwrap().practice;
        let declared = || std::fs::read_to_string(practice.join("practice.toml")).unwrap();
        assert!(declared().contains("\ncodes = 1\n"));
        edit_rows(&practice, "codes.csv", |rows| rows.extend(rows.clone()));
        assert!(declared().contains("\ncodes = 2\n"));
        edit_rows(&practice, "codes.csv", |rows| {
            assert!(rows.iter().all(|row| row.get("code").is_some_and(|code| code == "9Ndo.")));
            rows.clear();
        });
        assert!(declared().contains("\ncodes = 0\n") && declared().contains("\nmedications = 1\n"));
    }
}
