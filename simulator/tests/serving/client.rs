//! A blocking HTTP client over rustls: the smallest one that shows what the server really sent.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::sync::Arc;
use std::time::Duration;

use rustls::crypto::aws_lc_rs::default_provider;
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned, SupportedProtocolVersion};
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use spine_simulator::FakeSpine;
use spine_simulator::keys::Credential;

/// One answer.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|_| panic!("no JSON: {}", self.text()))
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

/// One kept-alive connection.
pub(crate) struct Connection<S: Read + Write> {
    stream: BufReader<S>,
}

impl<S: Read + Write> Connection<S> {
    /// Sends a request with a body and these further header lines, and reads its answer.
    pub(crate) fn send(
        &mut self,
        method: &str,
        path: &str,
        lines: &[&str],
        body: &[u8],
    ) -> io::Result<Answer> {
        let host =
            if lines.iter().any(|line| line.starts_with("Host:")) { "" } else { "Host: localhost\r\n" };
        let more = lines.iter().fold(String::new(), |more, line| more + line + "\r\n");
        let head = format!("{method} {path} HTTP/1.1\r\n{host}{more}Content-Length: {}\r\n\r\n", body.len());
        let stream = self.stream.get_mut();
        stream.write_all(head.as_bytes())?;
        stream.write_all(body)?;
        stream.flush()?;
        self.answer()
    }

    pub(crate) fn get(&mut self, path: &str) -> io::Result<Answer> {
        self.send("GET", path, &[], b"")
    }

    pub(crate) fn post(&mut self, path: &str, body: &[u8]) -> io::Result<Answer> {
        self.send("POST", path, &[], body)
    }

    fn line(&mut self) -> io::Result<String> {
        let mut line = String::new();
        if self.stream.read_line(&mut line)? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        Ok(line.trim_end().to_owned())
    }

    fn answer(&mut self) -> io::Result<Answer> {
        let status = self.line()?.split(' ').nth(1).and_then(|code| code.parse().ok());
        let mut answer = Answer { status: status.unwrap(), headers: Vec::new(), body: Vec::new() };
        loop {
            let line = self.line()?;
            let Some((name, value)) = line.split_once(':') else { break };
            answer.headers.push((name.to_owned(), value.trim().to_owned()));
        }
        if answer.header("transfer-encoding").is_some_and(|coding| coding == "chunked") {
            loop {
                let length = usize::from_str_radix(&self.line()?, 16).map_err(io::Error::other)?;
                let mut chunk = vec![0; length + 2];
                self.stream.read_exact(&mut chunk)?;
                answer.body.extend_from_slice(&chunk[..length]);
                if length == 0 {
                    break;
                }
            }
        } else {
            let length = answer.header("content-length").map_or(0, |length| length.parse().unwrap());
            answer.body = vec![0; length];
            self.stream.read_exact(&mut answer.body)?;
        }
        Ok(answer)
    }
}

/// A connection over TLS.
pub(crate) type Secure = Connection<StreamOwned<ClientConnection, TcpStream>>;

impl Secure {
    /// From now on gives up when nothing comes for that long.
    pub(crate) fn impatient(&self, patience: Duration) {
        self.stream.get_ref().sock.set_read_timeout(Some(patience)).unwrap();
    }

    /// Whether the TLS session was resumed, and its version.
    pub(crate) fn handshake(&self) -> (Option<rustls::HandshakeKind>, Option<rustls::ProtocolVersion>) {
        let connection = &self.stream.get_ref().conn;
        (connection.handshake_kind(), connection.protocol_version())
    }
}

/// The address in a URL or an address.
fn address(url: &str) -> String {
    url.rsplit("//").next().unwrap().replace("localhost", "127.0.0.1")
}

fn socket(url: &str) -> io::Result<TcpStream> {
    let stream = TcpStream::connect(address(url))?;
    stream.set_nodelay(true)?;
    stream.set_read_timeout(Some(Duration::from_secs(20)))?;
    Ok(stream)
}

/// A plain connection, for the control port.
pub(crate) fn plain(url: &str) -> Connection<TcpStream> {
    Connection { stream: BufReader::new(socket(url).unwrap()) }
}

/// TLS settings that trust the fake Spine's authority and show that certificate, if any.
pub(crate) fn tls_config(
    fake: &FakeSpine,
    credential: Option<&Credential>,
    versions: &[&'static SupportedProtocolVersion],
) -> Arc<ClientConfig> {
    let authority = fake.keys().authority.certificate().clone();
    let shown = credential.map(|credential| (credential.certificate().clone(), credential.key()));
    tls_config_of(authority, shown, versions)
}

/// TLS settings that trust that authority and show that certificate, if any.
pub(crate) fn tls_config_of(
    authority: CertificateDer<'static>,
    shown: Option<(CertificateDer<'static>, PrivateKeyDer<'static>)>,
    versions: &[&'static SupportedProtocolVersion],
) -> Arc<ClientConfig> {
    let mut trusted = RootCertStore::empty();
    trusted.add(authority).unwrap();
    let builder = ClientConfig::builder_with_provider(Arc::new(default_provider()))
        .with_protocol_versions(versions)
        .unwrap()
        .with_root_certificates(trusted);
    Arc::new(match shown {
        Some((certificate, key)) => builder.with_client_auth_cert(vec![certificate], key).unwrap(),
        None => builder.with_no_client_auth(),
    })
}

/// A TLS connection to a server of that name; the handshake is completed with the first request.
pub(crate) fn secure_as(config: Arc<ClientConfig>, url: &str, name: &str) -> io::Result<Secure> {
    let connection =
        ClientConnection::new(config, name.to_owned().try_into().unwrap()).map_err(io::Error::other)?;
    Ok(Connection { stream: BufReader::new(StreamOwned::new(connection, socket(url)?)) })
}

/// A connection as the one client that the fake Spine made keys for.
pub(crate) fn secure(fake: &FakeSpine, url: &str) -> Secure {
    let config = tls_config(fake, Some(&fake.keys().client), rustls::DEFAULT_VERSIONS);
    secure_as(config, url, "localhost").unwrap()
}
