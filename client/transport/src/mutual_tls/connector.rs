//! From an origin to a connection both sides have agreed to. No byte of a request is here, so whatever fails here is
//! `NeverSent`.

use std::future::poll_fn;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::Poll;

use rustls::client::ResolvesClientCert;
use rustls::crypto::aws_lc_rs;
use rustls::sign::SingleCertAndKey;
use rustls::version::{TLS12, TLS13};
use rustls::{ClientConfig, HandshakeKind, ProtocolVersion};
use rustls_pki_types::ServerName;
use tokio::io::{AsyncRead, ReadBuf};
use tokio::net::{TcpStream, lookup_host};
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use super::cause;
use super::connection::Connection;
use crate::failure::{Cause, Stage};
use crate::identity::{Identity, TrustAnchors};
use crate::misconfigured::Misconfigured;
use crate::origin::Origin;
use crate::settings::Settings;

/// Makes connections to one origin under one identity. TLS sessions are remembered, so that later handshakes are cheap.
pub(super) struct Connector {
    host: String,
    port: u16,
    server_name: ServerName<'static>,
    tls: TlsConnector,
    settings: Settings,
    /// Whether the service has kept silent after a handshake: then it sends no tickets, and waiting for them is pointless.
    is_silent: AtomicBool,
}

impl Connector {
    /// Requirements: MSG-001, MSG-002, MSG-003.
    pub(super) fn new(
        origin: &Origin,
        identity: &Identity,
        anchors: &TrustAnchors,
        settings: &Settings,
    ) -> Result<Self, Misconfigured> {
        // The provider is passed and never installed: a library does not decide for the whole process.
        let builder = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
            .with_protocol_versions(&[&TLS13, &TLS12])
            .map_err(Misconfigured::Tls)?
            .with_root_certificates(anchors.roots());
        let config = match identity.chain_and_key() {
            Some(chain_and_key) => {
                let always: Arc<dyn ResolvesClientCert> = Arc::new(SingleCertAndKey::from(chain_and_key));
                builder.with_client_cert_resolver(always)
            }
            None => builder.with_no_client_auth(),
        };
        Ok(Self {
            host: origin.host(),
            port: origin.port(),
            server_name: origin.server_name().clone(),
            tls: TlsConnector::from(Arc::new(config)),
            settings: settings.clone(),
            is_silent: AtomicBool::new(false),
        })
    }

    /// Connects and waits until the service has accepted us, as far as that can be seen.
    pub(super) async fn connect(&self) -> Result<Connection, Cause> {
        let mut stream = timeout(self.settings.connect_timeout, self.shake_hands())
            .await
            .unwrap_or(Err(Cause::Timeout(Stage::Connect)))?;
        self.hear_verdict(&mut stream).await?;
        Connection::over(stream, &self.settings).await
    }

    async fn shake_hands(&self) -> Result<TlsStream<TcpStream>, Cause> {
        let tcp = self.dial().await?;
        // An upload is one write and one wait; holding small packets back would only add delay.
        tcp.set_nodelay(true).map_err(|error| cause::of_dialling(&error))?;
        self.tls.connect(self.server_name.clone(), tcp).await.map_err(|error| cause::of_handshake(&error))
    }

    /// Tries the host's addresses in order. Each gets its share of the time, so that one that swallows packets (an IPv6
    /// address without a route, say) leaves some for the next.
    async fn dial(&self) -> Result<TcpStream, Cause> {
        let addresses = lookup_host((self.host.as_str(), self.port)).await;
        let addresses: Vec<_> = addresses.map_err(|_| Cause::NameNotResolved)?.collect();
        let share = self.settings.connect_timeout / u32::try_from(addresses.len().max(1)).unwrap_or(u32::MAX);
        let mut failed = Cause::NameNotResolved;
        for address in addresses {
            match timeout(share, TcpStream::connect(address)).await {
                Ok(Ok(tcp)) => return Ok(tcp),
                Ok(Err(error)) => failed = cause::of_dialling(&error),
                Err(_elapsed) => failed = Cause::Timeout(Stage::Connect),
            }
        }
        Err(failed)
    }

    /// Waits for the service's first word after a TLS 1.3 handshake: a ticket, or the refusal of our certificate.
    async fn hear_verdict(&self, stream: &mut TlsStream<TcpStream>) -> Result<(), Cause> {
        let tls = stream.get_ref().1;
        let is_settled = tls.protocol_version() != Some(ProtocolVersion::TLSv1_3)
            || tls.handshake_kind() == Some(HandshakeKind::Resumed);
        let wait = self.settings.verdict_wait;
        if is_settled || wait.is_zero() || self.is_silent.load(Ordering::Relaxed) {
            return Ok(());
        }
        match timeout(wait, first_word(stream)).await {
            Ok(verdict) => verdict,
            Err(_elapsed) => {
                self.is_silent.store(true, Ordering::Relaxed);
                Ok(())
            }
        }
    }
}

async fn first_word(stream: &mut TlsStream<TcpStream>) -> Result<(), Cause> {
    let mut byte = [0];
    poll_fn(|cx| {
        let mut space = ReadBuf::new(&mut byte);
        match Pin::new(&mut *stream).poll_read(cx, &mut space) {
            Poll::Ready(Err(error)) => Poll::Ready(Err(cause::of_stream(&error))),
            Poll::Ready(Ok(())) if space.filled().is_empty() => {
                Poll::Ready(Err(cause::of_stream(&io::Error::from(io::ErrorKind::UnexpectedEof))))
            }
            // A service that speaks before it is asked does not speak HTTP.
            Poll::Ready(Ok(())) => Poll::Ready(Err(Cause::Malformed)),
            Poll::Pending if stream.get_ref().1.tls13_tickets_received() > 0 => Poll::Ready(Ok(())),
            Poll::Pending => Poll::Pending,
        }
    })
    .await
}
