//! A TLS server that reads whole requests and then does as it is told. It counts what it has seen.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use rustls::server::WebPkiClientVerifier;
use rustls::{HandshakeKind, RootCertStore, ServerConfig, SupportedProtocolVersion};
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

use crate::certificates::Pair;

/// What to do about one request. The text, if any, is written first, exactly as it is.
pub(crate) enum Act {
    /// Stay open for the next request.
    Answer(String),
    /// Say goodbye in TLS and close.
    Farewell(String),
    /// Close without a goodbye.
    Close(String),
    /// Tear the connection down.
    Reset(String),
    /// Tear the connection down when the test says so.
    ResetOnCue(String),
    /// Nothing, for ever.
    Silence,
}

/// One request as it came.
pub(crate) struct Received {
    pub(crate) head: String,
    pub(crate) body: Vec<u8>,
}

/// A server that listens until the test ends.
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    seen: Arc<Seen>,
}

#[derive(Default)]
struct Seen {
    connections: AtomicUsize,
    resumed: AtomicUsize,
    requests: AtomicUsize,
    cue: Notify,
    closed: Notify,
}

type Script = Arc<dyn Fn(usize, &Received) -> Act + Send + Sync>;

impl Server {
    /// `script` is told how many requests came before and what this one holds.
    pub(crate) async fn start<S>(config: ServerConfig, script: S) -> Self
    where
        S: Fn(usize, &Received) -> Act + Send + Sync + 'static,
    {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let seen = Arc::new(Seen::default());
        let (watched, script): (_, Script) = (Arc::clone(&seen), Arc::new(script));
        let acceptor = TlsAcceptor::from(Arc::new(config));
        tokio::spawn(async move {
            while let Ok((tcp, _)) = listener.accept().await {
                watched.connections.fetch_add(1, Ordering::SeqCst);
                tokio::spawn(serve(acceptor.clone(), tcp, Arc::clone(&watched), Arc::clone(&script)));
            }
        });
        Self { address, seen }
    }

    pub(crate) fn connections(&self) -> usize {
        self.seen.connections.load(Ordering::SeqCst)
    }

    pub(crate) fn resumed(&self) -> usize {
        self.seen.resumed.load(Ordering::SeqCst)
    }

    pub(crate) fn requests(&self) -> usize {
        self.seen.requests.load(Ordering::SeqCst)
    }

    pub(crate) fn cue(&self) {
        self.seen.cue.notify_one();
    }

    /// Waits until the server has closed a connection of its own accord, and the client's runtime can know it.
    pub(crate) async fn closed_one(&self) {
        self.seen.closed.notified().await;
        // A byte that travels after the end of the connection is delivered after it.
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let mut near = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
        let (mut far, _) = listener.accept().await.unwrap();
        far.write_u8(1).await.unwrap();
        near.read_u8().await.unwrap();
    }
}

/// The server's half of mutual TLS.
pub(crate) fn config(
    own: &Pair,
    client_authority: &str,
    versions: &[&'static SupportedProtocolVersion],
) -> ServerConfig {
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_slice(client_authority.as_bytes()).unwrap()).unwrap();
    let verifier =
        WebPkiClientVerifier::builder_with_provider(Arc::new(roots), Arc::clone(&provider)).build().unwrap();
    let chain = vec![CertificateDer::from_pem_slice(own.certificate.as_bytes()).unwrap()];
    ServerConfig::builder_with_provider(provider)
        .with_protocol_versions(versions)
        .unwrap()
        .with_client_cert_verifier(verifier)
        .with_single_cert(chain, PrivateKeyDer::from_pem_slice(own.key.as_bytes()).unwrap())
        .unwrap()
}

async fn serve(acceptor: TlsAcceptor, tcp: TcpStream, seen: Arc<Seen>, script: Script) {
    let mut tls = match acceptor.accept(tcp).into_fallible().await {
        Ok(tls) => tls,
        Err((_, mut tcp)) => {
            // Closing with unread bytes would reset the connection, and the reset may overtake the alert.
            let _ = tcp.read_to_end(&mut Vec::new()).await;
            return;
        }
    };
    if tls.get_ref().1.handshake_kind() == Some(HandshakeKind::Resumed) {
        seen.resumed.fetch_add(1, Ordering::SeqCst);
    }
    while let Some(request) = receive(&mut tls).await {
        let before = seen.requests.fetch_add(1, Ordering::SeqCst);
        match script(before, &request) {
            Act::Answer(text) => write(&mut tls, &text).await,
            Act::Farewell(text) => {
                write(&mut tls, &text).await;
                let _ = tls.shutdown().await;
                break;
            }
            Act::Close(text) => {
                write(&mut tls, &text).await;
                break;
            }
            Act::Reset(text) => {
                write(&mut tls, &text).await;
                tls.get_ref().0.set_zero_linger().unwrap();
                break;
            }
            Act::ResetOnCue(text) => {
                write(&mut tls, &text).await;
                seen.cue.notified().await;
                tls.get_ref().0.set_zero_linger().unwrap();
                break;
            }
            Act::Silence => std::future::pending().await,
        }
    }
    drop(tls);
    seen.closed.notify_one();
}

async fn write(tls: &mut TlsStream<TcpStream>, text: &str) {
    // The client may have gone; that is the test's affair.
    let _ = tls.write_all(text.as_bytes()).await;
    let _ = tls.flush().await;
}

async fn receive(tls: &mut TlsStream<TcpStream>) -> Option<Received> {
    let mut bytes = Vec::new();
    let head_ends = loop {
        if let Some(at) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            break at + 4;
        }
        if tls.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    };
    let body = bytes.split_off(head_ends);
    let head = String::from_utf8(bytes).unwrap().to_ascii_lowercase();
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap_or("0");
    let length: usize = length.parse().unwrap();
    let mut body = body;
    while body.len() < length {
        if tls.read_buf(&mut body).await.ok()? == 0 {
            return None;
        }
    }
    Some(Received { head, body })
}
