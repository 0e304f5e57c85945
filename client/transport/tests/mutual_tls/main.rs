//! Exchanges over real sockets and real TLS with a server that misbehaves to order. Every failure is asserted with its
//! cause and with whether the request may have arrived.
#![expect(clippy::unwrap_used, reason = "tests")]

mod answers;
mod certificates;
mod connections;
mod identities;
mod reach;
mod server;
mod world;
