//! A list of patients on its way out: a table for people, CSV or JSON for programs, on standard output or into a file.

use std::fs::File;
use std::io::{self, BufWriter, Write};

use serde_json::Value;
use spine_client::{ClientError, Format, List, Row};

use super::output::{Output, say};
use super::table::counted;
use crate::arguments::Away;
use crate::exit::Exit;
use crate::failure::CliError;

/// Rows of a page: enough to be quick, few enough to be small.
pub(crate) const PAGE: usize = 500;

/// Where a list goes.
pub(crate) struct Writer {
    sink: Box<dyn Write + Send>,
    format: Option<Format>,
    output: Output,
    into_file: bool,
}

impl Writer {
    /// Opens what was asked for; a file is made before anything is read.
    pub(crate) fn new(output: Output, away: &Away) -> Result<Self, CliError> {
        let sink: Box<dyn Write + Send> = match &away.out {
            Some(file) => Box::new(BufWriter::new(File::create(file).map_err(|error| {
                CliError::new(Exit::Store, format!("{} cannot be written: {error}.", file.display()))
            })?)),
            None => Box::new(BufWriter::new(Pipe(io::stdout()))),
        };
        let into_file = away.out.is_some();
        let format = match (output.json, away.csv || into_file) {
            (true, _) => Some(Format::Json),
            (false, true) => Some(Format::Csv),
            (false, false) => None,
        };
        Ok(Self { sink, format, output, into_file })
    }

    /// Begins the list; a table begins with what it is of.
    pub(crate) fn begin<R: Row>(&mut self, title: &str) -> Result<Rows<'_>, CliError> {
        let into_file = self.into_file;
        let to = if let Some(format) = self.format {
            To::List(List::begin::<R>(&mut self.sink, format)?)
        } else {
            self.output.tell(title);
            To::Table(&mut self.sink)
        };
        Ok(Rows { to, into_file, shown: 0 })
    }
}

/// Rows being written.
pub(crate) struct Rows<'w> {
    to: To<'w>,
    into_file: bool,
    shown: u64,
}

enum To<'w> {
    List(List<'w>),
    Table(&'w mut (dyn Write + Send)),
}

impl Rows<'_> {
    /// Writes a row; a table shows it as `shown` says.
    pub(crate) fn put<R: Row>(&mut self, row: &R, shown: fn(&R) -> String) -> Result<(), ClientError> {
        self.put_if(true, row, shown)
    }

    /// The same; a table shows it only if it is told.
    pub(crate) fn put_if<R: Row>(
        &mut self,
        told: bool,
        row: &R,
        shown: fn(&R) -> String,
    ) -> Result<(), ClientError> {
        match &mut self.to {
            To::List(list) => list.put(row)?,
            To::Table(out) if told => out.write_all(shown(row).as_bytes()).map_err(ClientError::output)?,
            To::Table(_) => return Ok(()),
        }
        self.shown += 1;
        Ok(())
    }

    /// Ends the list; a document has these members, too.
    pub(crate) fn end(self, members: &[(&str, Value)]) -> Result<(), CliError> {
        self.close(members, "")
    }

    /// Ends the list; a table ends with these words.
    pub(crate) fn finish(self, words: &str) -> Result<(), CliError> {
        self.close(&[], words)
    }

    fn close(self, members: &[(&str, Value)], words: &str) -> Result<(), CliError> {
        match self.to {
            To::List(list) => {
                list.end_with(members)?;
                if self.into_file {
                    say(&format!(
                        "Wrote {}. The file holds patient data.",
                        counted(self.shown, "row", "rows")
                    ));
                }
            }
            To::Table(out) => {
                let nobody = if self.shown == 0 { "Nobody.\n" } else { "" };
                out.write_all(format!("{nobody}{words}").as_bytes())
                    .and_then(|()| out.flush())
                    .map_err(ClientError::output)?;
            }
        }
        Ok(())
    }
}

/// Standard output, where nobody may read any more: that is no error.
struct Pipe(io::Stdout);

impl Write for Pipe {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self.0.write(bytes) {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(bytes.len()),
            written => written,
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self.0.flush() {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
            flushed => flushed,
        }
    }
}
