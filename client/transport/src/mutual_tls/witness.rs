//! What one connection has seen pass between HTTP and TLS: the evidence on which `NeverSent` rests.
//!
//! HTTP may hold a request in its own buffers, and TLS may hold it in its. The line is drawn between the two: once TLS has
//! been offered a single byte, that byte counts as gone.

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::cause;
use crate::failure::{Cause, Failure, Whose};

/// The evidence. It is written and read by the one task that drives the connection, so the atomics need no order.
#[derive(Debug)]
pub(super) struct Witness {
    /// Whether a refusal of our certificate may still come: see `judge`.
    verdict_may_follow: bool,
    /// TLS was offered bytes of the exchange at hand.
    asked: AtomicBool,
    /// Bytes of its answer came out of TLS.
    answered: AtomicBool,
    /// Bytes of any answer ever came out of TLS.
    ever_answered: AtomicBool,
    /// TLS said that nothing more will come.
    ended: AtomicBool,
    /// The first fault that TLS or TCP reported.
    fault: OnceLock<Cause>,
}

impl Witness {
    /// A witness of a connection over which nothing has passed yet.
    pub(super) fn new(verdict_may_follow: bool) -> Self {
        Self {
            verdict_may_follow,
            asked: AtomicBool::new(false),
            answered: AtomicBool::new(false),
            ever_answered: AtomicBool::new(false),
            ended: AtomicBool::new(false),
            fault: OnceLock::new(),
        }
    }

    /// A new exchange begins.
    pub(super) fn begin(&self) {
        self.asked.store(false, Ordering::Relaxed);
        self.answered.store(false, Ordering::Relaxed);
    }

    /// What TLS and TCP know about why the exchange failed.
    pub(super) fn cause(&self) -> Option<Cause> {
        let ended = self.ended.load(Ordering::Relaxed).then_some(Cause::ConnectionClosed);
        match self.fault.get().copied().or(ended)? {
            Cause::ConnectionClosed if self.answered.load(Ordering::Relaxed) => Some(Cause::Truncated),
            cause => Some(cause),
        }
    }

    /// Says of an exchange that failed whether its request may have arrived.
    ///
    /// A TLS 1.3 service reads our certificate only after the handshake is complete for us, so that our request can be on
    /// its way when the refusal comes. It is a refusal of the handshake all the same: a service acts on no application data
    /// before it has accepted the certificate (RFC 8446, 4.4.2.4 and 6.2), and the alerts that speak of certificates are
    /// sent in a handshake only. As the first thing that a full TLS 1.3 handshake brings, they prove that no request was
    /// read. On a connection that has answered before, or under TLS 1.2, where the service accepts before the handshake
    /// ends, they prove nothing.
    pub(super) fn judge(&self, cause: Cause) -> Failure {
        let asked = self.asked.load(Ordering::Relaxed);
        let answered = self.ever_answered.load(Ordering::Relaxed);
        let proven = self.verdict_may_follow && !answered && is_refusal_of_ours(cause);
        if asked && !proven { Failure::NoAnswer(cause) } else { Failure::NeverSent(cause) }
    }

    fn note(&self, error: &io::Error) {
        // Only the first fault tells the story; a second changes nothing.
        let _ = self.fault.set(cause::of_stream(error));
    }
}

/// Whether the service refused our certificate, and said so.
fn is_refusal_of_ours(cause: Cause) -> bool {
    matches!(cause, Cause::CertificateRefused { whose: Whose::Ours, .. })
}

/// A stream under observation.
#[derive(Debug)]
pub(super) struct Watched<S> {
    stream: S,
    witness: Arc<Witness>,
}

impl<S> Watched<S> {
    pub(super) fn new(stream: S, witness: Arc<Witness>) -> Self {
        Self { stream, witness }
    }

    fn noted<T>(&self, outcome: io::Result<T>) -> io::Result<T> {
        outcome.inspect_err(|error| self.witness.note(error))
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Watched<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let (room, before) = (buf.remaining(), buf.filled().len());
        let outcome = ready!(Pin::new(&mut self.stream).poll_read(cx, buf));
        if outcome.is_ok() && room > 0 {
            if buf.filled().len() == before {
                self.witness.ended.store(true, Ordering::Relaxed);
            } else {
                self.witness.answered.store(true, Ordering::Relaxed);
                self.witness.ever_answered.store(true, Ordering::Relaxed);
            }
        }
        Poll::Ready(self.noted(outcome))
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Watched<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        self.witness.asked.store(true, Ordering::Relaxed);
        let outcome = ready!(Pin::new(&mut self.stream).poll_write(cx, buf));
        Poll::Ready(self.noted(outcome))
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.witness.asked.store(true, Ordering::Relaxed);
        let outcome = ready!(Pin::new(&mut self.stream).poll_write_vectored(cx, bufs));
        Poll::Ready(self.noted(outcome))
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let outcome = ready!(Pin::new(&mut self.stream).poll_flush(cx));
        Poll::Ready(self.noted(outcome))
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        // A farewell that fails says nothing about the exchange before it.
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt, duplex};

    use super::*;
    use crate::failure::CertificateFault;

    const REFUSED: Cause =
        Cause::CertificateRefused { whose: Whose::Ours, why: CertificateFault::Unacceptable };

    fn watch(
        verdict_may_follow: bool,
    ) -> (Watched<tokio::io::DuplexStream>, tokio::io::DuplexStream, Arc<Witness>) {
        let (near, far) = duplex(64);
        let witness = Arc::new(Witness::new(verdict_may_follow));
        (Watched::new(near, Arc::clone(&witness)), far, witness)
    }

    #[tokio::test]
    async fn one_byte_offered_is_enough_to_lose_the_proof() {
        let (mut near, _far, witness) = watch(true);
        assert_eq!(witness.judge(Cause::ConnectionReset), Failure::NeverSent(Cause::ConnectionReset));
        near.write_all(b"P").await.unwrap();
        assert_eq!(witness.judge(Cause::ConnectionReset), Failure::NoAnswer(Cause::ConnectionReset));
        witness.begin();
        assert_eq!(witness.judge(Cause::ConnectionReset), Failure::NeverSent(Cause::ConnectionReset));
    }

    #[tokio::test]
    async fn bytes_that_the_stream_does_not_take_count_as_gone() {
        let (mut near, _far, witness) = watch(false);
        let more_than_fits = [0; 65];
        assert!(
            tokio::time::timeout(std::time::Duration::from_millis(1), near.write_all(&more_than_fits))
                .await
                .is_err()
        );
        assert_eq!(witness.judge(Cause::Broken), Failure::NoAnswer(Cause::Broken));
    }

    #[tokio::test]
    async fn a_refused_certificate_is_proof_only_as_the_first_word_of_tls_1_3() {
        let (mut near, mut far, witness) = watch(true);
        near.write_all(b"POST").await.unwrap();
        assert_eq!(witness.judge(REFUSED), Failure::NeverSent(REFUSED));
        far.write_all(b"H").await.unwrap();
        near.read_u8().await.unwrap();
        assert_eq!(witness.judge(REFUSED), Failure::NoAnswer(REFUSED));
        witness.begin();
        near.write_all(b"POST").await.unwrap();
        assert_eq!(witness.judge(REFUSED), Failure::NoAnswer(REFUSED));

        let (mut near, _far, under_tls_1_2) = watch(false);
        near.write_all(b"POST").await.unwrap();
        assert_eq!(under_tls_1_2.judge(REFUSED), Failure::NoAnswer(REFUSED));
    }

    #[tokio::test]
    async fn an_end_inside_the_answer_is_a_truncation() {
        for (answer, expected) in [("", Cause::ConnectionClosed), ("HTTP/1.1 2", Cause::Truncated)] {
            let (mut near, mut far, witness) = watch(false);
            far.write_all(answer.as_bytes()).await.unwrap();
            drop(far);
            near.read_to_end(&mut Vec::new()).await.unwrap();
            assert_eq!(witness.cause(), Some(expected));
        }
    }
}
