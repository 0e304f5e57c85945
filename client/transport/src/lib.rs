//! How it travels: HTTP/1.1 over mutual TLS. It moves bytes and does not know whose.
//!
//! * [`Exchange`] is the seam: one request out, one response in, or a [`Failure`] that says whether the request may have
//!   arrived. Everything above is written against it.
//! * [`MutualTls`] is the exchange for real: rustls over tokio, one pool of kept-alive connections per [`Origin`].
//! * [`InProcess`] is the exchange without sockets: it drives a closure and can lose requests and answers on demand.
//!
//! Whatever slows exchanges down (pacing, quiet hours, a breaker) belongs between the caller and one of these: a type that
//! holds an `Exchange`, is one itself, and waits before it passes the request on. No such type exists yet, and nothing in
//! here waits except for a free connection.

mod exchange;
mod failure;
mod identity;
mod in_process;
mod misconfigured;
mod mutual_tls;
mod origin;
mod settings;

pub use exchange::{Exchange, Method, Request, Response};
pub use failure::{Cause, CertificateFault, Failure, Part, RequestFault, Stage, Whose};
pub use identity::{Identity, TrustAnchors};
pub use in_process::{InProcess, Interference};
pub use misconfigured::Misconfigured;
pub use mutual_tls::MutualTls;
pub use origin::Origin;
pub use settings::Settings;
