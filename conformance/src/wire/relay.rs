//! A relay: a server on loopback over mutual TLS that hands every request to a [`Service`] and sends back what that says.
//!
//! A thread a connection, blocking: the suite drives one client at a time. It ends with its value.

use std::io::{self, BufReader};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use rustls::{ServerConnection, StreamOwned};

use super::codec;
use super::message::{Reply, Service};
use super::tls::ServerTls;

/// How long a connection may say nothing.
const IDLE: Duration = Duration::from_mins(2);

/// A running relay.
pub struct Relay {
    address: SocketAddr,
    over: Arc<AtomicBool>,
    accepting: Option<JoinHandle<()>>,
}

impl Relay {
    /// Serves `service` on a free port of this computer.
    pub fn start(service: Arc<dyn Service>, tls: ServerTls) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let address = listener.local_addr()?;
        let over = Arc::new(AtomicBool::new(false));
        let ended = Arc::clone(&over);
        let accepting = std::thread::Builder::new().name("relay".into()).spawn(move || {
            while let Ok((socket, _)) = listener.accept() {
                if ended.load(Ordering::SeqCst) {
                    return;
                }
                let (service, tls, ended) = (Arc::clone(&service), tls.clone(), Arc::clone(&ended));
                // A connection that breaks concerns its client only.
                let serving = move || drop(serve(socket, &tls, service.as_ref(), &ended));
                drop(std::thread::Builder::new().name("relay connection".into()).spawn(serving));
            }
        })?;
        Ok(Self { address, over, accepting: Some(accepting) })
    }

    /// Its base address, by name as other stacks check names rather than addresses.
    #[must_use]
    pub fn base(&self) -> String {
        format!("https://localhost:{}", self.address.port())
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        self.over.store(true, Ordering::SeqCst);
        // Wakes the thread that accepts.
        drop(TcpStream::connect(self.address));
        if let Some(accepting) = self.accepting.take() {
            // A panic there was shown already.
            let _ = accepting.join();
        }
    }
}

fn serve(socket: TcpStream, tls: &ServerTls, service: &dyn Service, over: &AtomicBool) -> io::Result<()> {
    socket.set_read_timeout(Some(IDLE))?;
    socket.set_nodelay(true)?;
    let connection = ServerConnection::new(Arc::clone(&tls.0)).map_err(io::Error::other)?;
    let mut stream = BufReader::new(StreamOwned::new(connection, socket));
    while let Some(request) = codec::read_request(&mut stream)? {
        if over.load(Ordering::SeqCst) {
            return Ok(());
        }
        match service.answer(&request) {
            Reply::Answer(answer) => codec::write_answer(stream.get_mut(), &answer)?,
            // Over a connection that stands, nobody can be unreachable any more: it just breaks.
            Reply::Silence | Reply::Unreached => return Ok(()),
        }
    }
    Ok(())
}
