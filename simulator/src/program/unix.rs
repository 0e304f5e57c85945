//! Signals, which only Unix has.

use std::io;

use tokio::signal::unix::{SignalKind, signal};

use super::ending::Ending;

/// Completes at an interrupt (Ctrl-C). From this call on an interrupt does nothing else.
pub(super) fn interrupt() -> io::Result<Ending> {
    arrival(SignalKind::interrupt())
}

/// Completes at a request to terminate. From this call on such a request does nothing else.
pub(super) fn terminate() -> io::Result<Ending> {
    arrival(SignalKind::terminate())
}

fn arrival(kind: SignalKind) -> io::Result<Ending> {
    let mut arrivals = signal(kind)?;
    Ok(Box::pin(async move {
        arrivals.recv().await;
    }))
}
