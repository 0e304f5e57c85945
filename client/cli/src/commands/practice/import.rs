//! `scr import`: an extract folder into the store, all of it or nothing.

use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::Path;

use serde::Serialize;
use spine_client::{ClientError, ColumnMap, ImportReceipt};

use crate::commands::Desk;
use crate::exit::Exit;
use crate::failure::CliError;
use crate::show::output::say;
use crate::show::table::{counted, patients};

/// What `--json` says: counts only.
#[derive(Serialize)]
struct Document {
    schema: &'static str,
    patients: u64,
    incomplete: u64,
    departed: u64,
    stray_rows: u64,
    row_errors: usize,
}

pub(in crate::commands) async fn import(
    desk: &Desk,
    folder: &Path,
    columns: Option<&Path>,
    errors: Option<&Path>,
) -> Result<Exit, CliError> {
    let columns = columns.map(ColumnMap::read).transpose().map_err(ClientError::from)?;
    if let Some(parent) = desk.store.parent() {
        std::fs::create_dir_all(parent).map_err(|error| {
            let what =
                format!("Nothing was imported. The folder {} cannot be made: {error}.", parent.display());
            CliError::new(Exit::Store, what)
        })?;
    }
    let client = desk.open().await?;
    let receipt = client.import(folder, columns).await?;
    if let Some(file) = errors {
        list(&receipt, file).map_err(|error| {
            let what = format!("The import is done, but {} cannot be written: {error}.", file.display());
            CliError::new(Exit::Store, what)
        })?;
    }
    tell(desk, &receipt, errors)?;
    Ok(Exit::Done)
}

fn tell(desk: &Desk, receipt: &ImportReceipt, errors: Option<&Path>) -> Result<(), CliError> {
    if desk.output.json {
        desk.output.document(&Document {
            schema: "scr-import/1",
            patients: receipt.patients,
            incomplete: receipt.incomplete,
            departed: receipt.departed,
            stray_rows: receipt.stray_rows,
            row_errors: receipt.errors.len(),
        })?;
    } else {
        desk.output.data(&format!("Imported {}.\n", patients(receipt.patients)))?;
        if receipt.departed > 0 {
            desk.output.tell(&format!("Left since the last extract: {}.", patients(receipt.departed)));
        }
    }
    if receipt.errors.is_empty() {
        return Ok(());
    }
    let listed = errors.map_or_else(
        || "Import again with --errors FILE to list them.".to_owned(),
        |file| format!("They are listed in {}.", file.display()),
    );
    say(&format!(
        "{} could not be read: {} held as incomplete, {} of no patient stayed out. {listed}",
        counted(receipt.errors.len() as u64, "row", "rows"),
        patients(receipt.incomplete),
        counted(receipt.stray_rows, "row", "rows"),
    ));
    Ok(())
}

/// The error file: file, line, column, reason; no cell's content.
fn list(receipt: &ImportReceipt, file: &Path) -> std::io::Result<()> {
    let mut out = BufWriter::new(File::create(file)?);
    writeln!(out, "file,line,column,reason")?;
    for error in &receipt.errors {
        let column = error.column.as_deref().unwrap_or_default();
        writeln!(out, "{},{},{},{}", quoted(&error.file), error.line, quoted(column), quoted(&error.reason))?;
    }
    out.flush()
}

fn quoted(cell: &str) -> String {
    if cell.contains([',', '"', '\n', '\r']) {
        format!("\"{}\"", cell.replace('"', "\"\""))
    } else {
        cell.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_is_quoted_where_it_must_be() {
        assert_eq!(quoted("plain"), "plain");
        assert_eq!(quoted("a, \"b\""), "\"a, \"\"b\"\"\"");
    }
}
