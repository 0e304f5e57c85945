//! `scr export-changes`: the local code changes, back to the practice's own system.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;

use crate::commands::Desk;
use crate::exit::Exit;
use crate::failure::CliError;
use crate::show::output::say;
use crate::show::table::counted;

pub(in crate::commands) async fn export(desk: &Desk, out: Option<&Path>) -> Result<Exit, CliError> {
    let client = desk.client().await?;
    let mut sink: Box<dyn Write + Send> = match out {
        Some(file) => Box::new(BufWriter::new(File::create(file).map_err(|error| unwritable(&error))?)),
        None => Box::new(BufWriter::new(io::stdout())),
    };
    let count = client.export_changes(&mut *sink).await?;
    match sink.flush() {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => return Err(unwritable(&error)),
        _ => {}
    }
    if !desk.output.json {
        say(&format!("Wrote {}.", counted(count, "local code change", "local code changes")));
    }
    Ok(Exit::Done)
}

fn unwritable(error: &io::Error) -> CliError {
    CliError::new(
        Exit::Store,
        format!("The changes cannot be written: {error}. They are still in the store."),
    )
}
