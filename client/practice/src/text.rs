//! Text of any of the encodings that practices use: UTF-8 with or without byte order mark, or Windows-1252.

use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use encoding_rs::{Decoder, UTF_8, WINDOWS_1252};

/// The most bytes that one row may have: a quotation mark that is never closed must not swallow a file into memory.
const ROW_BYTES: u64 = 4 * 1024 * 1024;

/// A file read as UTF-8, whatever it is written in. A UTF-8 file is told from a Windows-1252 one by reading it whole once.
pub(crate) struct Text {
    file: BufReader<File>,
    decoder: Decoder,
    /// Decoded and not yet handed out.
    ready: String,
    handed: usize,
    at_end: bool,
    ended_with_line: bool,
    /// Bytes handed out since the last row began.
    row: RowBudget,
}

/// Shared between a reader and the one who knows where rows begin.
#[derive(Clone, Default)]
pub(crate) struct RowBudget(Arc<AtomicU64>);

impl RowBudget {
    /// A row begins.
    pub(crate) fn renew(&self) {
        self.0.store(0, Ordering::Relaxed);
    }
}

impl Text {
    pub(crate) fn open(mut file: File) -> io::Result<Self> {
        let encoding = if is_utf8(&mut file)? { UTF_8 } else { WINDOWS_1252 };
        file.seek(SeekFrom::Start(0))?;
        Ok(Self {
            file: BufReader::new(file),
            decoder: encoding.new_decoder_with_bom_removal(),
            ready: String::with_capacity(32 * 1024),
            handed: 0,
            at_end: false,
            ended_with_line: true,
            row: RowBudget::default(),
        })
    }

    pub(crate) fn row_budget(&self) -> RowBudget {
        self.row.clone()
    }

    /// Whether the last byte so far ended a line.
    pub(crate) fn ended_with_line(&self) -> bool {
        self.ended_with_line
    }

    fn refill(&mut self) -> io::Result<()> {
        let mut raw = [0_u8; 8 * 1024];
        self.ready.clear();
        self.handed = 0;
        while self.ready.is_empty() && !self.at_end {
            let read = self.file.read(&mut raw)?;
            self.at_end = read == 0;
            // The capacity is four times the input, so it always fits.
            let _ = self.decoder.decode_to_string(&raw[..read], &mut self.ready, self.at_end);
        }
        Ok(())
    }
}

impl Read for Text {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if self.handed == self.ready.len() {
            self.refill()?;
        }
        let left = &self.ready.as_bytes()[self.handed..];
        let count = left.len().min(out.len());
        out[..count].copy_from_slice(&left[..count]);
        self.handed += count;
        if let Some(last) = out[..count].last() {
            self.ended_with_line = matches!(last, b'\n' | b'\r');
        }
        let spent = self.row.0.fetch_add(count as u64, Ordering::Relaxed) + count as u64;
        if spent > ROW_BYTES {
            return Err(io::Error::new(
                io::ErrorKind::InvalidData,
                "a row is longer than 4 MiB: is a quotation mark never closed?",
            ));
        }
        Ok(count)
    }
}

fn is_utf8(file: &mut File) -> io::Result<bool> {
    let mut decoder = UTF_8.new_decoder_with_bom_removal();
    let mut raw = vec![0_u8; 64 * 1024];
    let mut out = String::with_capacity(256 * 1024);
    loop {
        let read = file.read(&mut raw)?;
        out.clear();
        let (_, _, replaced) = decoder.decode_to_string(&raw[..read], &mut out, read == 0);
        if replaced {
            return Ok(false);
        }
        if read == 0 {
            return Ok(true);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn read(bytes: &[u8]) -> io::Result<String> {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(bytes).unwrap();
        file.seek(SeekFrom::Start(0)).unwrap();
        let mut text = String::new();
        Text::open(file)?.read_to_string(&mut text).map(|_| text)
    }

    #[test]
    fn every_encoding_comes_out_as_utf8() {
        assert_eq!(read("Zoë".as_bytes()).unwrap(), "Zoë");
        assert_eq!(read(b"\xef\xbb\xbfZo\xc3\xab").unwrap(), "Zoë");
        assert_eq!(read(b"Zo\xeb \x80").unwrap(), "Zoë €");
        assert_eq!(read(b"").unwrap(), "");
    }

    #[test]
    fn a_character_across_two_reads_stays_whole() {
        let long = "é".repeat(50_001);
        assert_eq!(read(long.as_bytes()).unwrap(), long);
    }

    #[test]
    fn an_endless_row_is_refused() {
        let error = read(&vec![b'x'; usize::try_from(ROW_BYTES).unwrap() + 1]).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::InvalidData);
    }
}
