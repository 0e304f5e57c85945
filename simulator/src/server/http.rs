//! HTTP/1.1 over a listener, with or without TLS: accepts, reads bounded requests, keeps connections alive, stops cleanly.
//!
//! Knows nothing of what is served. A peer of another computer, a failed handshake, an over-long body and a stalled
//! sender cost one connection and nothing else.

use std::net::TcpListener as StdListener;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http::header::{CONNECTION, HeaderValue};
use http::{Request, Response, StatusCode};
use http_body_util::BodyExt as _;
use hyper::body::{Body as _, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};
use tokio_rustls::TlsAcceptor;

use super::exchange::{Reply, Service, nothing};
use super::tamper::{Connected, Ending, ignore, pause, reset};
use crate::fault::Connecting;

/// How long a TLS handshake may take.
const HANDSHAKE: Duration = Duration::from_secs(10);
/// How long a kept-alive connection may wait for its next request.
const IDLE: Duration = Duration::from_mins(2);
/// How long a request body may take.
const BODY: Duration = Duration::from_secs(30);
/// How long connections may take to finish their last answer once the server stops.
const PARTING: Duration = Duration::from_secs(2);
/// How much of an over-long body is read and thrown away, so that its sender sees the refusal and not a broken pipe.
const DRAINED_BYTES: usize = 32 * 1024 * 1024;

/// One port: what is served there and how.
#[derive(Clone)]
pub(crate) struct Port {
    /// Demands TLS when present.
    tls: Option<TlsAcceptor>,
    /// Answers the requests.
    service: Arc<dyn Service>,
    /// The longest request body, in bytes.
    longest_body: usize,
    /// Counts handshakes that failed: no certificate, another authority's, an expired one.
    refused_handshakes: Arc<AtomicU64>,
}

impl Port {
    /// A port that demands TLS as `tls` says, and counts in `refused` the handshakes that fail.
    pub(crate) fn over_tls(
        tls: TlsAcceptor,
        service: impl Service,
        longest_body: usize,
        refused: &Arc<AtomicU64>,
    ) -> Self {
        let refused_handshakes = Arc::clone(refused);
        Self { tls: Some(tls), service: Arc::new(service), longest_body, refused_handshakes }
    }

    /// A port without TLS.
    pub(crate) fn plain(service: impl Service, longest_body: usize) -> Self {
        Self { tls: None, service: Arc::new(service), longest_body, refused_handshakes: Arc::default() }
    }
}

/// Serves a listener until `stop` says so or its sender is gone, then lets connections finish their last answer.
pub(crate) async fn serve(
    listener: StdListener,
    port: Port,
    mut stop: watch::Receiver<bool>,
) -> std::io::Result<()> {
    let listener = TcpListener::from_std(listener)?;
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            () = stopped(&mut stop) => break,
            accepted = listener.accept() => match accepted {
                Ok((stream, peer)) if peer.ip().is_loopback() => {
                    connections.spawn(connection(stream, port.clone(), stop.clone()));
                }
                Ok(_) => {}
                // Out of file descriptors, or the peer left while it queued: neither ends the server.
                Err(_) => sleep(Duration::from_millis(5)).await,
            },
            Some(_) = connections.join_next() => {}
        }
    }
    drop(listener);
    let finished = async { while connections.join_next().await.is_some() {} };
    // What is still busy after that time is dropped with the set.
    timeout(PARTING, finished).await.unwrap_or_default();
    Ok(())
}

/// Completes when the server is to stop, or when nobody is left who could say so.
pub(crate) async fn stopped(stop: &mut watch::Receiver<bool>) {
    let _ = stop.wait_for(|stopped| *stopped).await;
}

async fn connection(mut stream: TcpStream, port: Port, mut stop: watch::Receiver<bool>) {
    // Without it an answer of two segments waits for the peer's delayed acknowledgement, about 40 ms.
    if stream.set_nodelay(true).is_err() {
        return;
    }
    match port.service.connecting() {
        Connecting::Open => {}
        Connecting::Late(by) => pause(by, &mut stop).await,
        Connecting::Refused => return reset(&stream),
        Connecting::Silent => {
            return tokio::select! {
                () = stopped(&mut stop) => {}
                _ = ignore(&mut stream) => {}
            };
        }
    }
    match port.tls.clone() {
        None => exchange(stream, port, stop).await,
        Some(acceptor) => match timeout(HANDSHAKE, acceptor.accept(stream)).await {
            Ok(Ok(stream)) => exchange(stream, port, stop).await,
            Ok(Err(_)) | Err(_) => {
                port.refused_handshakes.fetch_add(1, Ordering::Relaxed);
            }
        },
    }
}

async fn exchange(stream: impl Connected, port: Port, mut stop: watch::Receiver<bool>) {
    let struck = Mutex::new(None);
    let respond = service_fn(|request: Request<Incoming>| respond(request, &port, &struck));
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(IDLE).keep_alive(true);
    let mut connection = http.serve_connection(TokioIo::new(stream), respond);
    // A connection that breaks concerns its two ends only; the ledger already holds what was answered.
    tokio::select! {
        _ = &mut connection => {}
        () = stopped(&mut stop) => {
            std::pin::Pin::new(&mut connection).graceful_shutdown();
            let _ended = (&mut connection).await;
        }
    }
    let stream = connection.into_parts().io.into_inner();
    let struck = struck.into_inner().unwrap_or_else(PoisonError::into_inner);
    if let Some(ending) = struck {
        ending.play(stream, stop).await;
    }
}

/// Says to the HTTP library that no answer comes and the connection is no longer its business.
#[derive(Debug, thiserror::Error)]
#[error("the plan of faults ends this connection")]
struct Struck;

async fn respond(
    request: Request<Incoming>,
    port: &Port,
    struck: &Mutex<Option<Ending>>,
) -> Result<Response<Reply>, Struck> {
    let (head, body) = request.into_parts();
    let course = match timeout(BODY, whole(body, port.longest_body)).await {
        Ok(Ok(body)) => port.service.serve(Request::from_parts(head, body)),
        Ok(Err(status)) => return Ok(parting(status)),
        Err(_) => return Ok(parting(StatusCode::REQUEST_TIMEOUT)),
    };
    if !course.after.is_zero() {
        sleep(course.after).await;
    }
    course.then.map_err(|ending| {
        *struck.lock().unwrap_or_else(PoisonError::into_inner) = Some(ending);
        Struck
    })
}

/// The body in one piece, or the status of its refusal.
/// Requirement: SIM-022.
async fn whole(mut body: Incoming, longest: usize) -> Result<Bytes, StatusCode> {
    let announced = usize::try_from(body.size_hint().lower()).unwrap_or(usize::MAX);
    let mut read = BytesMut::with_capacity(announced.min(longest));
    let mut dropped: usize = 0;
    while let Some(frame) = body.frame().await {
        let Ok(data) = frame.map_err(|_| StatusCode::BAD_REQUEST)?.into_data() else { continue };
        if dropped == 0 && read.len() + data.len() <= longest {
            read.extend_from_slice(&data);
        } else {
            dropped += data.len();
            read = BytesMut::new();
            if dropped > DRAINED_BYTES {
                break;
            }
        }
    }
    if dropped == 0 { Ok(read.freeze()) } else { Err(StatusCode::PAYLOAD_TOO_LARGE) }
}

/// A refusal after which the connection ends, for nobody knows where the next request would begin.
fn parting(status: StatusCode) -> Response<Reply> {
    let mut response = nothing(status);
    response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
    response
}
