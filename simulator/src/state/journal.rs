//! The journal: a file to which everything is appended that changes what the Spine remembers, before anybody is told of it.
//!
//! A Spine that is killed and started again with the same journal does it all again, in the same order at the same moments, and so
//! remembers what it acknowledged. A record that the end of a process tore is dropped: nobody was told of it. The file survives the
//! process, not the computer: nothing is forced onto the disk. It knows nothing of what its records mean.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, BufReader, Read, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use spine_vocabulary::{EventId, NhsNumber, UserId};

use crate::ledger::Sha256;
use crate::scenario::Permission;

/// Bytes before a record: the lengths of its two parts, the digest over the lengths, the digest over the parts. The lengths have a
/// digest of their own so that a wrong one is not taken for a torn end.
const FRAME_BYTES: usize = LENGTHS_BYTES + 32 + 32;
const LENGTHS_BYTES: usize = 4 + 4;

/// One thing that happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub(crate) enum Record {
    /// A request was answered; its body stands after the record.
    Exchange(Exchanged),
    /// Somebody looked, and what was due by then was processed.
    Settled {
        /// When.
        at: Timestamp,
    },
    /// A permission was set as if another system had.
    Permitted {
        /// Whose.
        number: NhsNumber,
        /// What is held since.
        permission: Permission,
    },
    /// An event was withdrawn as if its practice had.
    Withdrawn {
        /// Whose.
        number: NhsNumber,
        /// The event.
        event: EventId,
    },
    /// A session was opened.
    Opened {
        /// Its ticket.
        ticket: String,
        /// Who logged in.
        user: UserId,
        /// When.
        at: Timestamp,
    },
    /// A session was logged out.
    Closed {
        /// Its ticket.
        ticket: String,
    },
    /// The identity service was started without the sessions that it had.
    Forgotten,
}

/// A request, but for its body, and what its answer depended on beside the state.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Exchanged {
    pub(crate) at: Timestamp,
    pub(crate) method: String,
    pub(crate) path_and_query: String,
    pub(crate) headers: Vec<(String, String)>,
    /// What the identity service said of authors, in the order in which it was asked.
    pub(crate) live: Vec<bool>,
    /// Digest of the answer, status and headers included: who does it again and answers otherwise is another Spine.
    pub(crate) answer: String,
}

/// Why a journal cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    /// The operating system refused.
    #[error("the journal {file} cannot be used: {source}")]
    File {
        /// The file.
        file: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
    /// Another process uses it.
    #[error("the journal {0} is in use by another fake Spine")]
    InUse(PathBuf),
    /// A record is damaged although others follow it.
    #[error("the journal {file} is damaged at byte {at}: start with another --state folder")]
    Damaged {
        /// The file.
        file: PathBuf,
        /// Where the record begins.
        at: u64,
    },
    /// The records were written by a Spine that answers otherwise.
    #[error(
        "the journal was not written by this Spine: it knew other people, had other settings or was of another version ({0})"
    )]
    Foreign(&'static str),
}

/// An open journal.
#[derive(Debug)]
pub(crate) struct Journal {
    held: Mutex<Held>,
}

/// The journal, for one record at a time.
#[derive(Debug)]
pub(crate) struct Held {
    file: File,
    /// Whether a record could not be written: from then on nothing may be acknowledged.
    broken: bool,
}

impl Journal {
    /// Opens or makes the journal, hands every whole record with its body to `again`, and cuts off a torn end.
    pub(crate) fn open(
        path: &Path,
        mut again: impl FnMut(Record, Vec<u8>) -> Result<(), JournalError>,
    ) -> Result<Self, JournalError> {
        let failed = |source| JournalError::File { file: path.to_owned(), source };
        let file = OpenOptions::new().read(true).append(true).create(true).open(path).map_err(failed)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(JournalError::InUse(path.to_owned())),
            Err(TryLockError::Error(source)) => return Err(failed(source)),
        }
        let length = file.metadata().map_err(failed)?.len();
        let mut reader = BufReader::new(&file);
        let mut whole: u64 = 0;
        while whole < length {
            match next(&mut reader, length - whole).map_err(failed)? {
                Next::Record { record, body, bytes } => {
                    again(record, body)?;
                    whole += bytes;
                }
                Next::Torn => break,
                Next::Damaged => return Err(JournalError::Damaged { file: path.to_owned(), at: whole }),
            }
        }
        drop(reader);
        file.set_len(whole).map_err(failed)?;
        (&file).seek(SeekFrom::End(0)).map_err(failed)?;
        Ok(Self { held: Mutex::new(Held { file, broken: false }) })
    }

    /// Takes the journal: until it is given back nothing else changes what the Spine remembers.
    pub(crate) fn hold(&self) -> MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Held {
    /// Appends a record; `false` when it, or an earlier one, could not be written.
    pub(crate) fn append(&mut self, record: &Record, body: &[u8]) -> bool {
        self.broken = self.broken || self.write(record, body).is_err();
        !self.broken
    }

    /// Whether nothing may be acknowledged any more.
    pub(crate) fn is_broken(&self) -> bool {
        self.broken
    }

    fn write(&mut self, record: &Record, body: &[u8]) -> io::Result<()> {
        let head = serde_json::to_vec(record)?;
        let length = |part: &[u8]| u32::try_from(part.len()).map_err(io::Error::other);
        let mut frame = Vec::with_capacity(FRAME_BYTES + head.len() + body.len());
        frame.extend_from_slice(&length(&head)?.to_le_bytes());
        frame.extend_from_slice(&length(body)?.to_le_bytes());
        frame.extend_from_slice(Sha256::of(&frame).as_bytes());
        frame.extend_from_slice(digest(&head, body).as_bytes());
        frame.extend_from_slice(&head);
        frame.extend_from_slice(body);
        // One call: the end of the process finds the record written or not, and hardly ever in between.
        self.file.write_all(&frame)
    }
}

fn digest(head: &[u8], body: &[u8]) -> Sha256 {
    Sha256::of(&[head, body].concat())
}

/// What stands next in a journal.
enum Next {
    Record {
        record: Record,
        body: Vec<u8>,
        bytes: u64,
    },
    /// The beginning of a record, and nothing after it.
    Torn,
    Damaged,
}

fn next(reader: &mut impl Read, left: u64) -> io::Result<Next> {
    let mut frame = [0; FRAME_BYTES];
    if left < frame.len() as u64 {
        return Ok(Next::Torn);
    }
    reader.read_exact(&mut frame)?;
    let length = |at: usize| {
        let bytes = frame.get(at..at + 4).and_then(|bytes| bytes.try_into().ok()).unwrap_or([0; 4]);
        u32::from_le_bytes(bytes) as usize
    };
    let (lengths, digests) = frame.split_at(LENGTHS_BYTES);
    let (of_lengths, of_parts) = digests.split_at(32);
    if of_lengths != Sha256::of(lengths).as_bytes() {
        return Ok(Next::Damaged);
    }
    let (head, body) = (length(0), length(4));
    let bytes = (FRAME_BYTES + head + body) as u64;
    if bytes > left {
        return Ok(Next::Torn);
    }
    let mut read = |length| {
        let mut part = vec![0; length];
        reader.read_exact(&mut part).map(|()| part)
    };
    let (head, body) = (read(head)?, read(body)?);
    let is_whole = of_parts == digest(&head, &body).as_bytes();
    let record = is_whole.then(|| serde_json::from_slice(&head).ok()).flatten();
    Ok(record.map_or(Next::Damaged, |record| Next::Record { record, body, bytes }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settled(second: i64) -> Record {
        Record::Settled { at: Timestamp::from_second(second).unwrap() }
    }

    #[test]
    fn two_processes_do_not_write_one_journal() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("journal");
        let held = Journal::open(&path, |_, _| Ok(())).unwrap();
        let refused = Journal::open(&path, |_, _| Ok(())).unwrap_err();
        assert!(matches!(refused, JournalError::InUse(_)), "{refused}");
        drop(held);
        Journal::open(&path, |_, _| Ok(())).unwrap();
    }

    fn read(path: &Path) -> Result<Vec<(Record, Vec<u8>)>, JournalError> {
        let mut all = Vec::new();
        Journal::open(path, |record, body| {
            all.push((record, body));
            Ok(())
        })?;
        Ok(all)
    }

    /// Three records and where each begins.
    fn written(path: &Path) -> Vec<u64> {
        let journal = Journal::open(path, |_, _| Ok(())).unwrap();
        let mut begins = Vec::new();
        for second in 1..=3 {
            begins.push(std::fs::metadata(path).unwrap().len());
            assert!(journal.hold().append(&settled(second), b"body"));
        }
        begins
    }

    #[test]
    fn a_journal_torn_at_any_byte_of_its_last_record_holds_the_others_and_goes_on() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("journal");
        let last = *written(&path).last().unwrap();
        let bytes = std::fs::read(&path).unwrap();
        for cut in usize::try_from(last).unwrap()..bytes.len() {
            std::fs::write(&path, &bytes[..cut]).unwrap();
            let journal = Journal::open(&path, |_, _| Ok(())).unwrap();
            assert!(journal.hold().append(&settled(9), b""));
            drop(journal);
            let (records, bodies): (Vec<_>, Vec<_>) = read(&path).unwrap().into_iter().unzip();
            assert_eq!(records, [settled(1), settled(2), settled(9)], "cut at {cut}");
            assert_eq!(bodies, [b"body".to_vec(), b"body".to_vec(), Vec::new()]);
        }
    }

    #[test]
    fn a_wrong_byte_is_never_taken_for_a_record() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("journal");
        let begins = written(&path);
        let bytes = std::fs::read(&path).unwrap();
        for place in 0..bytes.len() {
            let mut wrong = bytes.clone();
            wrong[place] ^= 0x01;
            std::fs::write(&path, &wrong).unwrap();
            let before = begins.iter().filter(|begin| **begin <= place as u64).count() - 1;
            let refused = read(&path).unwrap_err();
            let JournalError::Damaged { at, .. } = refused else { panic!("byte {place}: {refused}") };
            assert_eq!(at, begins[before], "byte {place}");
        }
    }
}
