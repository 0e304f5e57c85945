//! One environment: an authority, a stranger to it, and clients of a server in it.

use std::net::SocketAddr;
use std::time::Duration;

use rustls::version::{TLS12, TLS13};
use rustls::{ServerConfig, SupportedProtocolVersion};
use spine_transport::{
    Exchange, Failure, Identity, MutualTls, Origin, Request, Response, Settings, TrustAnchors,
};

use crate::certificates::{Authority, NOW, Pair};
use crate::server::{self, Act, Received, Server};

pub(crate) const BOTH: [&SupportedProtocolVersion; 2] = [&TLS13, &TLS12];

pub(crate) struct World {
    pub(crate) authority: Authority,
    pub(crate) stranger: Authority,
    pub(crate) client: Pair,
    pub(crate) server: Pair,
}

impl World {
    pub(crate) fn new() -> Self {
        let authority = Authority::new("authority");
        let client = authority.issue(&["practice.example"], NOW);
        let server = authority.issue(&["localhost"], NOW);
        Self { authority, stranger: Authority::new("stranger"), client, server }
    }

    pub(crate) fn server_config(&self) -> ServerConfig {
        server::config(&self.server, &self.authority.pem, &BOTH)
    }

    /// A sound server with `script`.
    pub(crate) async fn serve<S>(&self, script: S) -> Server
    where
        S: Fn(usize, &Received) -> Act + Send + Sync + 'static,
    {
        Server::start(self.server_config(), script).await
    }

    /// A sound client of whatever listens at `address`.
    pub(crate) fn client(&self, address: SocketAddr, settings: Settings) -> MutualTls {
        let identity = identity(&self.client);
        MutualTls::new(localhost(address), &identity, &anchors(&self.authority), settings).unwrap()
    }
}

pub(crate) fn identity(pair: &Pair) -> Identity {
    Identity::from_pem(pair.certificate.as_bytes(), pair.key.as_bytes(), None).unwrap()
}

pub(crate) fn anchors(authority: &Authority) -> TrustAnchors {
    TrustAnchors::from_pem(authority.pem.as_bytes()).unwrap()
}

pub(crate) fn localhost(address: SocketAddr) -> Origin {
    Origin::parse(&format!("https://localhost:{}", address.port())).unwrap()
}

/// An answer of `status` (with its reason) that says its length.
pub(crate) fn answer(status: &str, body: &str) -> String {
    format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\n\r\n{body}", body.len())
}

pub(crate) fn ok(body: &str) -> Act {
    Act::Answer(answer("200 OK", body))
}

/// For services that never come to an end. Only for those: a slow machine must not fail the other tests.
pub(crate) fn impatient() -> Settings {
    let soon = Duration::from_millis(500);
    Settings { connect_timeout: soon, answer_timeout: soon, ..Settings::default() }
}

pub(crate) async fn post(client: &MutualTls, body: &'static str) -> Result<Response, Failure> {
    client.exchange(Request::post("/clinical", body)).await
}
