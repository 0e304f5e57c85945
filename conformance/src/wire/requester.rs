//! A raw requester: sends what it is given over mutual TLS, whatever it is, and brings back what was answered.

use std::io::{self, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rustls::{ClientConnection, StreamOwned};
use rustls_pki_types::ServerName;

use super::codec;
use super::message::{Answer, Reply, Request, Service};
use super::tls::ClientTls;

/// How long it waits for bytes.
const PATIENCE: Duration = Duration::from_mins(1);

type Stream = BufReader<StreamOwned<ClientConnection, TcpStream>>;

/// Asks one server.
pub struct Requester {
    host: String,
    port: u16,
    tls: ClientTls,
    idle: Mutex<Vec<Stream>>,
}

impl Requester {
    /// Asks the server of a base address, `https://host:port`.
    pub fn new(base: &str, tls: ClientTls) -> io::Result<Self> {
        let wrong = || io::Error::new(io::ErrorKind::InvalidInput, "the address is not https://host:port");
        let rest = base.strip_prefix("https://").ok_or_else(wrong)?.trim_end_matches('/');
        let (host, port) = rest.rsplit_once(':').unwrap_or((rest, "443"));
        let port = port.parse().map_err(|_| wrong())?;
        Ok(Self { host: host.to_owned(), port, tls, idle: Mutex::default() })
    }

    /// Sends one request and reads its answer.
    pub fn exchange(&self, request: &Request) -> io::Result<Answer> {
        let kept = self.idle().pop();
        let mut stream = match kept {
            Some(stream) => stream,
            None => self.connect()?,
        };
        codec::write_request(stream.get_mut(), &self.host, request)?;
        let answer = codec::read_answer(&mut stream)?;
        if answer.header("connection").is_none_or(|value| !value.eq_ignore_ascii_case("close")) {
            self.idle().push(stream);
        }
        Ok(answer)
    }

    /// Sends bytes without TLS around them, on a connection of their own, and reads the first that come back: at most `limit`.
    pub fn raw(&self, bytes: &[u8], limit: u64) -> io::Result<Vec<u8>> {
        let mut socket = TcpStream::connect((self.host.as_str(), self.port))?;
        socket.set_read_timeout(Some(PATIENCE))?;
        socket.write_all(bytes)?;
        let mut answer = Vec::new();
        socket.take(limit).read_to_end(&mut answer)?;
        Ok(answer)
    }

    fn connect(&self) -> io::Result<Stream> {
        let socket = TcpStream::connect((self.host.as_str(), self.port))?;
        socket.set_read_timeout(Some(PATIENCE))?;
        socket.set_nodelay(true)?;
        let name = ServerName::try_from(self.host.clone()).map_err(io::Error::other)?;
        let connection = ClientConnection::new(Arc::clone(&self.tls.0), name).map_err(io::Error::other)?;
        let mut stream = StreamOwned::new(connection, socket);
        // The handshake, so that a refusal shows here and not in the middle of a request.
        stream.flush()?;
        Ok(BufReader::new(stream))
    }

    fn idle(&self) -> std::sync::MutexGuard<'_, Vec<Stream>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Sends one request without TLS, on a connection of its own, to `http://host:port`: how a control port is asked.
pub fn ask_plainly(base: &str, request: &Request) -> io::Result<Answer> {
    let host = base.strip_prefix("http://").unwrap_or(base).trim_end_matches('/');
    let mut socket = TcpStream::connect(host)?;
    socket.set_read_timeout(Some(PATIENCE))?;
    socket.set_nodelay(true)?;
    codec::write_request(&mut socket, host, request)?;
    codec::read_answer(&mut BufReader::new(socket))
}

impl Service for Requester {
    fn answer(&self, request: &Request) -> Reply {
        match self.exchange(request) {
            Ok(answer) => Reply::Answer(answer),
            Err(error) if error.kind() == io::ErrorKind::ConnectionRefused => Reply::Unreached,
            Err(_) => Reply::Silence,
        }
    }
}
