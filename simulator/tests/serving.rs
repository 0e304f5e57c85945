//! The fake Spine over its sockets, through a client that shares no code with it.
#![expect(clippy::unwrap_used, clippy::panic, reason = "tests")]

#[path = "serving/card.rs"]
mod card;
#[path = "serving/client.rs"]
#[expect(dead_code, reason = "the suite of the faults uses the rest")]
mod client;
#[path = "serving/control.rs"]
mod control;
#[path = "services/document.rs"]
#[expect(dead_code, reason = "the suite of the services uses the rest")]
mod document;
#[path = "serving/http.rs"]
mod http;
#[path = "serving/identity.rs"]
mod identity;
#[path = "serving/population.rs"]
mod population;
#[path = "serving/program.rs"]
mod program;
#[path = "serving/tls.rs"]
mod tls;
#[path = "serving/upload.rs"]
mod upload;
