//! The connections to one service: how many there may be, and which of them are free. Knows nothing of requests.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::{Instant, timeout};

use super::connection::Connection;
use crate::failure::{Cause, Stage};

/// A service that says how long it keeps a connection has begun to count before we have; this much is left to it.
const MARGIN: Duration = Duration::from_secs(1);

/// At most so many connections. Whoever wants to use one leases the right to it first, in the order of asking.
///
/// A connection is made only by the holder of a lease who finds none free. So the number of connections, free ones
/// included, never exceeds the number of leases.
pub(super) struct Pool {
    leases: Semaphore,
    lease_timeout: Duration,
    idle_timeout: Duration,
    /// The latest used is at the back and is taken first, so that those at the front grow old.
    idle: Mutex<VecDeque<Idle>>,
}

struct Idle {
    connection: Connection,
    until: Instant,
}

impl Pool {
    pub(super) fn new(max_connections: usize, lease_timeout: Duration, idle_timeout: Duration) -> Self {
        Self {
            leases: Semaphore::new(max_connections.min(Semaphore::MAX_PERMITS)),
            lease_timeout,
            idle_timeout,
            idle: Mutex::new(VecDeque::new()),
        }
    }

    /// Waits for the right to use a connection.
    pub(super) async fn lease(&self) -> Result<SemaphorePermit<'_>, Cause> {
        match timeout(self.lease_timeout, self.leases.acquire()).await {
            Ok(Ok(lease)) => Ok(lease),
            // The semaphore is never closed; if it were, there would be no connection to have.
            Ok(Err(_)) | Err(_) => Err(Cause::Timeout(Stage::Lease)),
        }
    }

    /// Takes a free connection that has not outlived its time.
    pub(super) fn take(&self, now: Instant) -> Option<Connection> {
        let mut idle = self.idle();
        close_old(&mut idle, now);
        loop {
            let latest = idle.pop_back()?;
            // Services differ in how long they keep a connection, so an old one can hide behind a fresh one.
            if latest.until > now {
                return Some(latest.connection);
            }
        }
    }

    /// Gives a connection back after use. One that cannot serve again is closed.
    pub(super) async fn put(&self, mut connection: Connection, now: Instant) {
        let said = connection.kept_alive_for().map(|time| time.saturating_sub(MARGIN));
        let time = said.map_or(self.idle_timeout, |said| said.min(self.idle_timeout));
        if time.is_zero() || !connection.is_free().await {
            return;
        }
        let mut idle = self.idle();
        close_old(&mut idle, now);
        idle.push_back(Idle { connection, until: now + time });
    }

    /// Closes all free connections.
    pub(super) fn close_idle(&self) {
        self.idle().clear();
    }

    fn idle(&self) -> MutexGuard<'_, VecDeque<Idle>> {
        // Nothing that runs under this lock can leave the queue half-changed.
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn close_old(idle: &mut VecDeque<Idle>, now: Instant) {
    while idle.front().is_some_and(|oldest| oldest.until <= now) {
        idle.pop_front();
    }
}
