//! The tape: every request that hands something over, as it left, one after the other in a file.
//!
//! A poll is not on it but for one example: where to poll is said by the answer, so whoever plays the tape polls by itself.

use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use async_trait::async_trait;
use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue};
use spine_client::transport::{Exchange, Failure, Method, Request, Response};

use super::usage::Latencies;

/// An exchange that writes down what passes.
pub(crate) struct Recording {
    inner: Arc<dyn Exchange>,
    tape: Arc<Mutex<Writer>>,
}

struct Writer {
    file: BufWriter<File>,
    poll: Option<HeaderMap>,
    failed: Option<io::Error>,
}

/// A tape that is full.
#[derive(Clone, Debug)]
pub(crate) struct Tape {
    path: PathBuf,
    /// The headers of a poll.
    pub(crate) poll: HeaderMap,
}

/// One request on the tape.
#[derive(Debug)]
pub(crate) struct Taped {
    pub(crate) target: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Recording {
    pub(crate) fn new(inner: Arc<dyn Exchange>, path: &Path) -> io::Result<Self> {
        let file = BufWriter::with_capacity(1 << 20, File::create(path)?);
        Ok(Self { inner, tape: Arc::new(Mutex::new(Writer { file, poll: None, failed: None })) })
    }

    /// Ends the recording.
    pub(crate) fn finish(&self, path: &Path) -> io::Result<Tape> {
        let mut tape = self.tape.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(failed) = tape.failed.take() {
            return Err(failed);
        }
        tape.file.flush()?;
        Ok(Tape { path: path.to_owned(), poll: tape.poll.clone().unwrap_or_default() })
    }
}

#[async_trait]
impl Exchange for Recording {
    async fn exchange(&self, request: Request) -> Result<Response, Failure> {
        {
            let mut tape = self.tape.lock().unwrap_or_else(PoisonError::into_inner);
            match request.method {
                Method::Get => {
                    tape.poll.get_or_insert_with(|| request.headers.clone());
                }
                Method::Post => {
                    if let Err(error) = write(&mut tape.file, &request) {
                        tape.failed.get_or_insert(error);
                    }
                }
            }
        }
        self.inner.exchange(request).await
    }
}

/// An exchange whose every request is timed.
pub(crate) struct Timed {
    pub(crate) inner: Arc<dyn Exchange>,
    pub(crate) latencies: Arc<Latencies>,
}

#[async_trait]
impl Exchange for Timed {
    #[expect(clippy::disallowed_methods, reason = "it measures real time")]
    async fn exchange(&self, request: Request) -> Result<Response, Failure> {
        let began = Instant::now();
        let answer = self.inner.exchange(request).await;
        self.latencies.count(began.elapsed());
        answer
    }
}

fn write(file: &mut impl io::Write, request: &Request) -> io::Result<()> {
    piece(file, request.target.as_bytes())?;
    file.write_all(&u32::try_from(request.headers.len()).map_err(io::Error::other)?.to_le_bytes())?;
    for (name, value) in &request.headers {
        piece(file, name.as_str().as_bytes())?;
        piece(file, value.as_bytes())?;
    }
    piece(file, &request.body)
}

fn piece(file: &mut impl io::Write, bytes: &[u8]) -> io::Result<()> {
    file.write_all(&u32::try_from(bytes.len()).map_err(io::Error::other)?.to_le_bytes())?;
    file.write_all(bytes)
}

/// Plays a tape from its beginning.
pub(crate) struct Player(BufReader<File>);

impl Tape {
    pub(crate) fn play(&self) -> io::Result<Player> {
        Ok(Player(BufReader::with_capacity(1 << 20, File::open(&self.path)?)))
    }
}

impl Iterator for Player {
    type Item = io::Result<Taped>;

    fn next(&mut self) -> Option<Self::Item> {
        match self.number() {
            Ok(length) => Some(self.request(length)),
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => None,
            Err(error) => Some(Err(error)),
        }
    }
}

impl Player {
    fn request(&mut self, target: u32) -> io::Result<Taped> {
        let target = String::from_utf8(self.bytes(target)?).map_err(io::Error::other)?;
        let mut headers = HeaderMap::new();
        for _ in 0..self.number()? {
            let name = HeaderName::from_bytes(&self.piece()?).map_err(io::Error::other)?;
            headers.append(name, HeaderValue::from_bytes(&self.piece()?).map_err(io::Error::other)?);
        }
        Ok(Taped { target, headers, body: self.piece()?.into() })
    }

    fn piece(&mut self) -> io::Result<Vec<u8>> {
        let length = self.number()?;
        self.bytes(length)
    }

    fn bytes(&mut self, length: u32) -> io::Result<Vec<u8>> {
        let mut bytes = vec![0; usize::try_from(length).map_err(io::Error::other)?];
        self.0.read_exact(&mut bytes)?;
        Ok(bytes)
    }

    fn number(&mut self) -> io::Result<u32> {
        let mut bytes = [0; 4];
        self.0.read_exact(&mut bytes)?;
        Ok(u32::from_le_bytes(bytes))
    }
}
