//! The virtual card as a peer sees it: bytes in, bytes out, and over its socket.

#![expect(clippy::unwrap_used, clippy::panic, reason = "tests")]

mod cards;
mod hostile;
mod keys;
mod objects;
mod pins;
mod socket;
