//! The session as a program uses it, with the virtual card in memory and behind its socket.

#![expect(clippy::unwrap_used, reason = "tests")]

mod access;
mod assertion;
mod card;
mod certificate;
mod file;
mod life;
mod samples;
mod sign_in;
mod socket;
