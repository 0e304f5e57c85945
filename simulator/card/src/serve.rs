//! The card socket: a slot served over loopback TCP, framed as the virtual readers of vpcd frame.
//!
//! Each message is a length (16 bits, big-endian) and a body. A body of one byte is a control: 0 power off, 1 power on,
//! 2 reset, 4 asks for the answer to reset, and only 4 is answered. Any other body is a command. An answer of length 0
//! means that there is no card, or that it was pulled meanwhile. The socket has no authentication, so it never leaves
//! this machine.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use zeroize::Zeroizing;

use crate::slot::{CardConnection, CardSlot};

/// Connections at a time; further ones wait.
const CONNECTIONS: usize = 32;
/// How long a started message, or the reading of an answer, may take.
const PATIENCE: Duration = Duration::from_secs(5);
/// How long to wait after the system refused a connection, for instance for want of descriptors.
const BREATHER: Duration = Duration::from_millis(50);

/// The card cannot be served there.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// The listener is reachable from elsewhere.
    #[error("the virtual card is served on loopback only, and {0} is not: bind it to 127.0.0.1")]
    NotLoopback(SocketAddr),
    /// The listener has no address.
    #[error("the virtual card's socket does not work")]
    Socket(#[from] io::Error),
}

/// Serves the slot until the future is dropped; its connections end with it.
pub async fn serve(listener: TcpListener, slot: CardSlot) -> Result<(), ServeError> {
    let address = listener.local_addr()?;
    if !address.ip().is_loopback() {
        return Err(ServeError::NotLoopback(address));
    }
    let places = Arc::new(Semaphore::new(CONNECTIONS));
    let mut conversations = JoinSet::new();
    loop {
        // The semaphore is never closed, so a place always comes.
        let Ok(place) = Arc::clone(&places).acquire_owned().await else { return Ok(()) };
        while conversations.try_join_next().is_some() {}
        match listener.accept().await {
            Ok((stream, _)) => {
                let slot = slot.clone();
                conversations.spawn(async move {
                    // A client that breaks off or breaks the framing simply loses its connection.
                    let _ = converse(stream, &slot).await;
                    drop(place);
                });
            }
            Err(_) => tokio::time::sleep(BREATHER).await,
        }
    }
}

async fn converse(mut stream: TcpStream, slot: &CardSlot) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let mut connection = slot.connect();
    loop {
        let length = stream.read_u16().await?;
        let mut body = Zeroizing::new(vec![0; usize::from(length)]);
        within_patience(stream.read_exact(&mut body)).await?;
        let answer = match body[..] {
            [0..=2] => {
                connection.reset();
                continue;
            }
            [4] => connection.answer_to_reset().map(<[u8]>::to_vec),
            [_] => return Err(io::ErrorKind::InvalidData.into()),
            _ => slot.while_under_way(command(&mut connection, slot, &body)).await,
        };
        within_patience(stream.write_all(&framed(&answer.unwrap_or_default())?)).await?;
    }
}

/// Runs one command and takes as long as the slot says; `None` when there is no card at the end of it.
async fn command(connection: &mut CardConnection, slot: &CardSlot, apdu: &[u8]) -> Option<Vec<u8>> {
    let events = slot.events();
    let answer = connection.transmit(apdu);
    let delay = slot.delay();
    if !delay.is_zero() {
        tokio::select! {
            () = tokio::time::sleep(delay) => {}
            () = slot.changed_since(events) => {}
        }
    }
    answer.filter(|_| slot.events() == events)
}

fn framed(answer: &[u8]) -> io::Result<Vec<u8>> {
    // The longest answer is an extended one, and no object of this card is that long.
    let length = u16::try_from(answer.len()).map_err(|_| io::ErrorKind::InvalidData)?;
    Ok([&length.to_be_bytes()[..], answer].concat())
}

async fn within_patience<T>(work: impl Future<Output = io::Result<T>>) -> io::Result<T> {
    tokio::time::timeout(PATIENCE, work).await.map_err(|_| io::ErrorKind::TimedOut)?
}
