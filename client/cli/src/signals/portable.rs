//! Ctrl-C, where there are no signals. Never run on such a system by its authors.

use std::io;

/// Interrupts. From the first [`Signals::next`] on they do nothing else.
#[derive(Debug)]
pub struct Signals;

impl Signals {
    /// Listens.
    pub fn listen() -> io::Result<Self> {
        Ok(Self)
    }

    /// Returns at the next one.
    pub async fn next(&mut self) {
        if tokio::signal::ctrl_c().await.is_err() {
            // Nobody can interrupt then: waiting for ever is what no interrupt means.
            std::future::pending::<()>().await;
        }
    }
}
