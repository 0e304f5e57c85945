//! The exchange for real: HTTP/1.1 over mutual TLS to one origin, over connections that are kept alive.
//!
//! It sends a request at most once. The only repetition is on another connection after it is proven that the first took
//! nothing. It follows no redirect, speaks no HTTP/2, compresses nothing and adds no header but `Host` and
//! `Content-Length`.

mod cause;
mod connection;
mod connector;
mod message;
mod pool;
mod witness;

use std::fmt;

use async_trait::async_trait;
use tokio::time::Instant;

use crate::exchange::{Exchange, Request, Response};
use crate::failure::{Cause, Failure};
use crate::identity::{Identity, TrustAnchors};
use crate::misconfigured::Misconfigured;
use crate::origin::Origin;
use crate::settings::Settings;
use connection::Unanswered;
use connector::Connector;
use message::Message;
use pool::Pool;

/// An [`Exchange`] with one service over mutual TLS. Share it in an `Arc`: its connections are one pool.
///
/// It has no task of its own. The work of an exchange, encryption included, is done by the task that awaits it, so many
/// exchanges use many cores only if they are awaited in many tasks; and an exchange that is dropped sends nothing more.
/// Idle connections past their time are closed when the next exchange begins or ends, or by
/// [`close_idle`](Self::close_idle).
pub struct MutualTls {
    origin: Origin,
    settings: Settings,
    connector: Connector,
    pool: Pool,
}

impl MutualTls {
    /// Prepares exchanges with `origin`. Connects nowhere yet.
    pub fn new(
        origin: Origin,
        identity: &Identity,
        anchors: &TrustAnchors,
        settings: Settings,
    ) -> Result<Self, Misconfigured> {
        settings.check()?;
        let connector = Connector::new(&origin, identity, anchors, &settings)?;
        let pool = Pool::new(settings.max_connections, settings.lease_timeout, settings.idle_timeout);
        Ok(Self { origin, settings, connector, pool })
    }

    /// The service this is for.
    #[must_use]
    pub const fn origin(&self) -> &Origin {
        &self.origin
    }

    /// Closes all connections that are not in use.
    pub fn close_idle(&self) {
        self.pool.close_idle();
    }

    /// Tries idle connections, the latest used first. Gives the message back if none of them took it.
    async fn over_idle_connections(&self, message: Message) -> Result<Response, Unanswered> {
        let mut message = message;
        while let Some(mut connection) = self.pool.take(Instant::now()) {
            if !connection.is_free().await {
                continue;
            }
            match connection.converse(message, &self.settings).await {
                Ok(response) => {
                    self.pool.put(connection, Instant::now()).await;
                    return Ok(response);
                }
                // A message that comes back was not begun: the connection had died while it was idle.
                Err(Unanswered { message: Some(unsent), .. }) => message = *unsent,
                Err(unanswered) => return Err(unanswered),
            }
        }
        Err(Unanswered {
            failure: Failure::NeverSent(Cause::ConnectionClosed),
            message: Some(Box::new(message)),
        })
    }

    async fn over_new_connection(&self, message: Message) -> Result<Response, Failure> {
        let mut connection = self.connector.connect().await.map_err(Failure::NeverSent)?;
        let response =
            connection.converse(message, &self.settings).await.map_err(|unanswered| unanswered.failure)?;
        self.pool.put(connection, Instant::now()).await;
        Ok(response)
    }
}

#[async_trait]
impl Exchange for MutualTls {
    async fn exchange(&self, request: Request) -> Result<Response, Failure> {
        let message = message::compose(&self.origin, &self.settings, request)
            .map_err(|fault| Failure::NeverSent(Cause::RequestRefused(fault)))?;
        // The lease outlives the connection's return to the pool, so that there are never more than the maximum.
        let _lease = self.pool.lease().await.map_err(Failure::NeverSent)?;
        match self.over_idle_connections(message).await {
            Ok(response) => Ok(response),
            Err(Unanswered { message: Some(unsent), .. }) => self.over_new_connection(*unsent).await,
            Err(Unanswered { failure, message: None }) => Err(failure),
        }
    }
}

impl fmt::Debug for MutualTls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MutualTls").field("origin", &self.origin.to_string()).finish_non_exhaustive()
    }
}
