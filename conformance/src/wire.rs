//! The suite's own wire: HTTP, TLS and a look into messages, none of it shared with the client or the simulator.
//!
//! [`Requester`] asks a server as a client would; [`Relay`] serves a client as a Spine would, whatever [`Service`] stands behind it.

mod codec;
mod look;
mod message;
mod relay;
mod requester;
mod tamper;
mod tls;

pub use look::{Document, Seen, Sort, payload_of};
pub use message::{Answer, Reply, Request, Service};
pub use relay::Relay;
pub use requester::{Requester, ask_plainly};
pub use tamper::{Honest, Tamper, Tampered};
pub use tls::{ClientTls, ServerTls, TlsError};
