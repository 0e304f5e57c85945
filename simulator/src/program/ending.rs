//! What ends the program: signals, and the end of standard input.

use std::io::{self, Read as _};
use std::pin::Pin;

use tokio::sync::oneshot;

#[cfg(unix)]
use super::unix::{interrupt, terminate};

/// Something that completes when the program is to end.
pub(super) type Ending = Pin<Box<dyn Future<Output = ()> + Send>>;

/// What ends a program that was started by hand (an interrupt or a termination signal) or, with `until_stdin_closes`, one
/// that serves a parent (the end of standard input or a termination signal; an interrupt is taken and ignored). Signals
/// are caught from this call on; it must be made on a thread of the runtime.
pub(super) fn endings(until_stdin_closes: bool) -> io::Result<Vec<Ending>> {
    let interrupted = interrupt()?;
    let mut endings: Vec<Ending> = vec![terminate()?];
    if until_stdin_closes {
        endings.push(stdin_closed()?);
    } else {
        endings.push(interrupted);
    }
    Ok(endings)
}

#[cfg(not(unix))]
fn interrupt() -> io::Result<Ending> {
    Ok(Box::pin(async {
        let _ = tokio::signal::ctrl_c().await;
    }))
}

#[cfg(not(unix))]
fn terminate() -> io::Result<Ending> {
    // Other systems end a process without asking it.
    Ok(Box::pin(std::future::pending()))
}

/// Completes when standard input ends or breaks; what is typed there is thrown away.
fn stdin_closed() -> io::Result<Ending> {
    let (closed, wait) = oneshot::channel();
    // A thread of its own, for a blocked read cannot be cancelled; it ends with the process.
    std::thread::Builder::new().name("stdin".to_owned()).spawn(move || {
        let mut dropped = [0; 1024];
        while matches!(io::stdin().lock().read(&mut dropped), Ok(1..)) {}
        let _ = closed.send(());
    })?;
    Ok(Box::pin(async {
        let _ = wait.await;
    }))
}
