//! The floor: a bare HTTP client that plays a tape. It decides nothing, reads no body, and records nothing.
//!
//! As many connections as the client has, one request at a time on each, over the same mutual TLS; an upload that is accepted is polled
//! for as the answer says, without holding a connection meanwhile.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use bytes::Bytes;
use http::{HeaderMap, Method, Request, StatusCode};
use http_body_util::{BodyExt as _, Full};
use hyper::client::conn::http1::{self, SendRequest};
use hyper_util::rt::TokioIo;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use spine_simulator::Ready;
use tokio::net::TcpStream;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio_rustls::TlsConnector;

use super::BenchError;
use super::tape::{Tape, Taped};
use super::usage::Latencies;

type Anything = Box<dyn std::error::Error + Send + Sync>;

/// Messages on their way at once, as the client's default has it.
const IN_FLIGHT: usize = 256;

/// What playing came to.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Played {
    pub(crate) exchanges: u64,
    pub(crate) took: Duration,
}

struct Floor {
    host: String,
    poll: HeaderMap,
    places: Semaphore,
    idle: Mutex<Vec<SendRequest<Full<Bytes>>>>,
    latencies: Arc<Latencies>,
}

/// Plays the tape with so many connections.
#[expect(clippy::disallowed_methods, reason = "it measures real time")]
pub(crate) async fn play(
    tape: &Tape,
    ready: &Ready,
    connections: usize,
    latencies: Arc<Latencies>,
) -> Result<Played, BenchError> {
    let failed = |error: Anything| BenchError::Floor(error.to_string());
    let host = ready.spine.trim_start_matches("https://").to_owned();
    let idle = connect(ready, &host, connections).await.map_err(failed)?;
    let floor = Arc::new(Floor {
        host,
        poll: tape.poll.clone(),
        places: Semaphore::new(connections),
        idle: Mutex::new(idle),
        latencies,
    });
    let player = tape.play().map_err(|error| failed(error.into()))?;
    let (feed, mut requests) = tokio::sync::mpsc::channel(IN_FLIGHT);
    let reading = std::thread::spawn(move || {
        for taped in player {
            if feed.blocking_send(taped).is_err() {
                return;
            }
        }
    });
    let on_their_way = Arc::new(Semaphore::new(IN_FLIGHT));
    let mut tasks: JoinSet<Result<u64, Anything>> = JoinSet::new();
    let mut exchanges = 0;
    let began = Instant::now();
    while let Some(taped) = requests.recv().await {
        let taped = taped.map_err(|error| failed(error.into()))?;
        let place = Arc::clone(&on_their_way).acquire_owned().await.map_err(|error| failed(error.into()))?;
        let floor = Arc::clone(&floor);
        tasks.spawn(async move {
            let count = floor.see_through(taped).await;
            drop(place);
            count
        });
        while let Some(done) = tasks.try_join_next() {
            exchanges += done.map_err(|error| failed(error.into()))?.map_err(failed)?;
        }
    }
    while let Some(done) = tasks.join_next().await {
        exchanges += done.map_err(|error| failed(error.into()))?.map_err(failed)?;
    }
    let took = began.elapsed();
    let _ = reading.join();
    Ok(Played { exchanges, took })
}

impl Floor {
    /// One request, and the polls that its answer asks for; how many exchanges that were.
    async fn see_through(&self, taped: Taped) -> Result<u64, Anything> {
        let mut exchanges = 1;
        let mut answer = self.send(Method::POST, &taped.target, &taped.headers, taped.body).await?;
        while answer.status() == StatusCode::ACCEPTED {
            let text = |name: &str| answer.headers().get(name).and_then(|value| value.to_str().ok());
            let Some(location) = text("content-location").map(ToOwned::to_owned) else { break };
            let wait = text("retry-after").and_then(|wait| wait.parse().ok()).unwrap_or(0);
            tokio::time::sleep(Duration::from_millis(wait)).await;
            answer = self.send(Method::GET, &location, &self.poll, Bytes::new()).await?;
            exchanges += 1;
        }
        if answer.status().is_success() { Ok(exchanges) } else { Err(answer.status().to_string().into()) }
    }

    #[expect(clippy::disallowed_methods, reason = "it measures real time")]
    async fn send(
        &self,
        method: Method,
        target: &str,
        headers: &HeaderMap,
        body: Bytes,
    ) -> Result<http::Response<()>, Anything> {
        let _place = self.places.acquire().await?;
        let connection = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let mut connection = connection.ok_or("a connection is missing")?;
        let mut request = Request::builder().method(method).uri(target).header("host", &self.host);
        if let Some(all) = request.headers_mut() {
            all.extend(headers.clone());
        }
        let began = Instant::now();
        connection.ready().await?;
        let answer = connection.send_request(request.body(Full::new(body))?).await?;
        let (head, body) = answer.into_parts();
        body.collect().await?;
        self.latencies.count(began.elapsed());
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(connection);
        Ok(http::Response::from_parts(head, ()))
    }
}

async fn connect(
    ready: &Ready,
    host: &str,
    connections: usize,
) -> Result<Vec<SendRequest<Full<Bytes>>>, Anything> {
    let mut roots = RootCertStore::empty();
    for authority in CertificateDer::pem_file_iter(&ready.ca)? {
        roots.add(authority?)?;
    }
    let chain = CertificateDer::pem_file_iter(&ready.client_certificate)?.collect::<Result<Vec<_>, _>>()?;
    let key = PrivateKeyDer::from_pem_file(&ready.client_key)?;
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_client_auth_cert(chain, key)?;
    let connector = TlsConnector::from(Arc::new(config));
    let name = ServerName::try_from(host.split(':').next().unwrap_or_default().to_owned())?;
    let mut idle = Vec::with_capacity(connections);
    for _ in 0..connections {
        let socket = TcpStream::connect(host).await?;
        socket.set_nodelay(true)?;
        let stream = connector.connect(name.clone(), socket).await?;
        let (sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
        tokio::spawn(connection);
        idle.push(sender);
    }
    Ok(idle)
}
