//! One connection and one exchange at a time over it.
//!
//! hyper's half that works on the socket is driven by the exchange itself, in the same task: there is nobody else who could
//! still write when an exchange is given up.

use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http::HeaderMap;
use http_body_util::{BodyExt, Full};
use hyper::body::{Body, Incoming};
use hyper::client::conn::http1::{self, SendRequest};
use hyper_util::rt::TokioIo;
use rustls::{HandshakeKind, ProtocolVersion};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::client::TlsStream;

use super::cause;
use super::message::Message;
use super::witness::{Watched, Witness};
use crate::exchange::Response;
use crate::failure::{Cause, Failure, Part, Stage};
use crate::settings::Settings;

/// hyper allows no smaller buffer.
const SMALLEST_BUFFER: usize = 8192;
/// What is reserved for a body on the word of its `Content-Length` alone.
const LARGEST_RESERVE: usize = 64 * 1024;

type Driver = http1::Connection<TokioIo<Watched<TlsStream<TcpStream>>>, Full<Bytes>>;

/// An HTTP/1.1 connection inside TLS.
pub(super) struct Connection {
    sender: SendRequest<Full<Bytes>>,
    /// `None` once the connection has ended.
    driver: Option<Driver>,
    witness: Arc<Witness>,
    kept_alive_for: Option<Duration>,
}

/// An exchange without an answer.
pub(super) struct Unanswered {
    /// Why, and whether the request may have arrived.
    pub(super) failure: Failure,
    /// The message, if no byte of it was used.
    pub(super) message: Option<Box<Message>>,
}

impl Connection {
    /// Starts HTTP over an established TLS stream. Sends nothing.
    pub(super) async fn over(stream: TlsStream<TcpStream>, settings: &Settings) -> Result<Self, Cause> {
        let tls = stream.get_ref().1;
        // A resumed session presents no certificate, so none can be refused.
        let verdict_may_follow = tls.protocol_version() == Some(ProtocolVersion::TLSv1_3)
            && tls.handshake_kind() != Some(HandshakeKind::Resumed);
        let witness = Arc::new(Witness::new(verdict_may_follow));
        let watched = TokioIo::new(Watched::new(stream, Arc::clone(&witness)));
        let (sender, driver) = http1::Builder::new()
            .max_header_size(settings.max_response_head_bytes)
            .max_buf_size(settings.max_response_head_bytes.max(SMALLEST_BUFFER))
            .handshake(watched)
            .await
            .map_err(|error| cause::of_http(&error, witness.cause()))?;
        Ok(Self { sender, driver: Some(driver), witness, kept_alive_for: None })
    }

    /// Whether the connection is open, has nothing left to say and can take a request. Notices what happened to it while
    /// nobody looked.
    pub(super) async fn is_free(&mut self) -> bool {
        poll_fn(|cx| {
            advance(&mut self.driver, cx);
            Poll::Ready(self.driver.is_some() && self.sender.is_ready())
        })
        .await
    }

    /// How long the service said it would keep the connection open.
    pub(super) const fn kept_alive_for(&self) -> Option<Duration> {
        self.kept_alive_for
    }

    /// Sends `message` and receives the whole answer. After an error the connection is of no more use.
    pub(super) async fn converse(
        &mut self,
        message: Message,
        settings: &Settings,
    ) -> Result<Response, Unanswered> {
        self.witness.begin();
        match timeout(settings.answer_timeout, self.ask(message, settings.max_response_body_bytes)).await {
            Ok(Ok(response)) => Ok(response),
            Ok(Err((cause, message))) => {
                let failure = self.witness.judge(cause);
                // hyper gives back only what it has not begun to write; the witness has the last word.
                let message = message.filter(|_| failure.was_never_sent());
                Err(Unanswered { failure, message })
            }
            Err(_elapsed) => {
                let failure = self.witness.judge(Cause::Timeout(Stage::Answer));
                Err(Unanswered { failure, message: None })
            }
        }
    }

    async fn ask(
        &mut self,
        message: Message,
        max_body_bytes: usize,
    ) -> Result<Response, (Cause, Option<Box<Message>>)> {
        let answer = self.sender.try_send_request(message);
        let answer = drive(&mut self.driver, answer).await.map_err(|mut refusal| {
            let unsent = refusal.take_message().map(Box::new);
            let known = self.witness.cause();
            // A message that comes back met a connection that had already ended.
            let cause = match &unsent {
                Some(_) => known.unwrap_or(Cause::ConnectionClosed),
                None => cause::of_http(refusal.error(), known),
            };
            (cause, unsent)
        })?;
        let (head, body) = answer.into_parts();
        self.kept_alive_for = keep_alive(&head.headers);
        let body = self.collect(body, max_body_bytes).await.map_err(|cause| (cause, None))?;
        Ok(Response { status: head.status, headers: head.headers, body })
    }

    async fn collect(&mut self, mut body: Incoming, max_bytes: usize) -> Result<Bytes, Cause> {
        let announced = body.size_hint().exact().map_or(Ok(0), usize::try_from);
        let announced =
            announced.ok().filter(|&bytes| bytes <= max_bytes).ok_or(Cause::TooLarge(Part::Body))?;
        let mut whole = BytesMut::with_capacity(announced.min(LARGEST_RESERVE));
        while let Some(frame) = drive(&mut self.driver, body.frame()).await {
            let frame = frame.map_err(|error| cause::of_http(&error, self.witness.cause()))?;
            // Trailers are not data; nothing in the Spine's protocols uses them.
            let Ok(piece) = frame.into_data() else { continue };
            if piece.len() > max_bytes - whole.len() {
                return Err(Cause::TooLarge(Part::Body));
            }
            whole.extend_from_slice(&piece);
        }
        Ok(whole.freeze())
    }
}

/// Awaits `future` while working on the socket.
async fn drive<F: Future>(driver: &mut Option<Driver>, future: F) -> F::Output {
    let mut future = pin!(future);
    poll_fn(|cx| {
        advance(driver, cx);
        future.as_mut().poll(cx)
    })
    .await
}

/// Does what can be done on the socket now. How the connection ended is told through the answer and by the witness.
fn advance(driver: &mut Option<Driver>, cx: &mut Context<'_>) {
    if driver.as_mut().is_some_and(|running| Pin::new(running).poll(cx).is_ready()) {
        // Dropping it hands a request that it has not begun back to `ask`.
        *driver = None;
    }
}

/// The time in `Keep-Alive: timeout=5, max=100`, in seconds (RFC 2068, 19.7.1.1).
fn keep_alive(headers: &HeaderMap) -> Option<Duration> {
    let value = headers.get("keep-alive")?.to_str().ok()?;
    value.split(',').find_map(|parameter| {
        let (name, seconds) = parameter.split_once('=')?;
        let seconds = name.trim().eq_ignore_ascii_case("timeout").then(|| seconds.trim().parse().ok())??;
        Some(Duration::from_secs(seconds))
    })
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    #[test]
    fn the_services_own_keep_alive_time_is_read() {
        for (value, expected) in [
            ("timeout=5", Some(5)),
            ("timeout=5, max=100", Some(5)),
            ("max=100,Timeout = 7", Some(7)),
            ("max=100", None),
            ("timeout=soon", None),
            ("", None),
        ] {
            let headers = HeaderMap::from_iter([(
                http::HeaderName::from_static("keep-alive"),
                HeaderValue::from_static(value),
            )]);
            assert_eq!(keep_alive(&headers), expected.map(Duration::from_secs), "{value}");
        }
    }
}
