//! Connections that go wrong on purpose: how the server ends one whose answer was struck.
//!
//! Written to the socket past the HTTP library, which would not write such things. Whatever happens here ends with the
//! connection, and with the server at the latest.

use std::fmt::Write as _;
use std::io;
use std::time::Duration;

use http::header::{CONNECTION, CONTENT_LENGTH, DATE, TRANSFER_ENCODING};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio::time::sleep;
use tokio_rustls::server::TlsStream;

use super::http::stopped;
use crate::fault::{Breakage, Loss};
use crate::wire::WireResponse;

/// How much of a long answer is written at a time, in bytes.
const PIECE: usize = 16 * 1024;

/// A connection that can be reset.
pub(super) trait Connected: AsyncRead + AsyncWrite + Unpin + Send {
    /// The socket beneath.
    fn socket(&self) -> &TcpStream;
}

impl Connected for TcpStream {
    fn socket(&self) -> &TcpStream {
        self
    }
}

impl Connected for TlsStream<TcpStream> {
    fn socket(&self) -> &TcpStream {
        self.get_ref().0
    }
}

/// How a connection goes on instead of with an answer.
#[derive(Debug)]
pub(crate) enum Ending {
    /// With nothing.
    Lost(Loss),
    /// With an answer that is none.
    Broken(WireResponse, Breakage),
}

impl Ending {
    /// Plays it out; returns when the connection is gone, the client has left or the server stops.
    pub(super) async fn play(self, mut stream: impl Connected, mut stop: watch::Receiver<bool>) {
        tokio::select! {
            () = stopped(&mut stop) => {}
            // An error means that the client has left, which is what such a connection comes to.
            _ = self.write(&mut stream) => {}
        }
    }

    async fn write(self, stream: &mut impl Connected) -> io::Result<()> {
        let (answer, how) = match self {
            Self::Lost(loss) => return lose(stream, loss).await,
            Self::Broken(answer, how) => (answer, how),
        };
        let body = answer.body.as_ref();
        match how {
            Breakage::Cut { after_bytes, then } => {
                write(stream, &head(&answer, &length(body.len()))).await?;
                write(stream, body.get(..after_bytes).unwrap_or(body)).await?;
                lose(stream, then).await
            }
            Breakage::Drip { bytes, pause } => {
                write(stream, &head(&answer, &length(body.len()))).await?;
                for drop in body.chunks(bytes.max(1)) {
                    sleep(pause).await;
                    write(stream, drop).await?;
                }
                stream.shutdown().await
            }
            Breakage::BadChunk => {
                write(stream, &head(&answer, &format!("{TRANSFER_ENCODING}: chunked\r\n"))).await?;
                write(stream, b"no number\r\nand no chunk\r\n").await?;
                stream.shutdown().await
            }
            Breakage::ManyHeaders(count) => many_headers(stream, &answer, count).await,
            Breakage::TooLong(bytes) => {
                write(stream, &head(&answer, &length(bytes.max(body.len())))).await?;
                write(stream, body).await?;
                let mut missing = bytes.saturating_sub(body.len());
                while missing > 0 {
                    let piece = missing.min(PIECE);
                    write(stream, &vec![b' '; piece]).await?;
                    missing -= piece;
                }
                stream.shutdown().await
            }
        }
    }
}

/// Tears a connection down, so that the other side hears of a reset.
pub(super) fn reset(stream: &impl Connected) {
    // Should the system refuse, the connection is closed in order, which the client takes for a loss all the same.
    let _ = stream.socket().set_zero_linger();
}

/// Listens to a client that hears nothing, until it leaves.
pub(super) async fn ignore(stream: &mut (impl AsyncRead + Unpin)) -> io::Result<()> {
    let mut unheard = [0; 1024];
    while stream.read(&mut unheard).await? > 0 {}
    Ok(())
}

/// Waits, unless the server stops meanwhile.
pub(super) async fn pause(by: Duration, stop: &mut watch::Receiver<bool>) {
    tokio::select! {
        () = stopped(stop) => {}
        () = sleep(by) => {}
    }
}

async fn lose(stream: &mut impl Connected, loss: Loss) -> io::Result<()> {
    match loss {
        Loss::Reset => {
            reset(stream);
            Ok(())
        }
        Loss::Closed => stream.shutdown().await,
        Loss::Silent => ignore(stream).await,
    }
}

async fn write(stream: &mut impl Connected, bytes: &[u8]) -> io::Result<()> {
    stream.write_all(bytes).await?;
    stream.flush().await
}

async fn many_headers(stream: &mut impl Connected, answer: &WireResponse, count: usize) -> io::Result<()> {
    let head = head(answer, &length(answer.body.len()));
    // All but the blank line, which comes after the last of them.
    write(stream, &head[..head.len() - 2]).await?;
    let mut piece = String::with_capacity(PIECE + 32);
    for number in 0..count {
        let _ = write!(piece, "X-More-{number}: more\r\n");
        if piece.len() >= PIECE {
            write(stream, piece.as_bytes()).await?;
            piece.clear();
        }
    }
    piece.push_str("\r\n");
    write(stream, piece.as_bytes()).await?;
    write(stream, &answer.body).await?;
    stream.shutdown().await
}

fn length(bytes: usize) -> String {
    format!("{CONTENT_LENGTH}: {bytes}\r\n")
}

/// Status line and headers, to the blank line; `framing` says how long the body is.
fn head(answer: &WireResponse, framing: &str) -> Vec<u8> {
    let status = answer.status;
    let reason = status.canonical_reason().unwrap_or_default();
    let mut head = format!("HTTP/1.1 {} {reason}\r\n", status.as_u16()).into_bytes();
    let own = [CONTENT_LENGTH, CONNECTION, DATE, TRANSFER_ENCODING];
    for (name, value) in answer.headers.iter().filter(|(name, _)| !own.contains(name)) {
        head.extend_from_slice(name.as_str().as_bytes());
        head.extend_from_slice(b": ");
        head.extend_from_slice(value.as_bytes());
        head.extend_from_slice(b"\r\n");
    }
    head.extend_from_slice(format!("{framing}{CONNECTION}: close\r\n\r\n").as_bytes());
    head
}
