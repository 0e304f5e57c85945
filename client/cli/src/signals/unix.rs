//! SIGINT and SIGTERM, which only Unix has.

use std::io;

use tokio::signal::unix::{Signal, SignalKind, signal};

/// Interrupts and requests to terminate. From [`Signals::listen`] on they do nothing else.
#[derive(Debug)]
pub struct Signals {
    interrupt: Signal,
    terminate: Signal,
}

impl Signals {
    /// Listens from now on. Must be called inside the runtime.
    pub fn listen() -> io::Result<Self> {
        Ok(Self { interrupt: signal(SignalKind::interrupt())?, terminate: signal(SignalKind::terminate())? })
    }

    /// Returns at the next one. May be dropped and called again without missing any.
    pub async fn next(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}
