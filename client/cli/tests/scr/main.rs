//! The program `scr` as an operator meets it: a process of its own against a fake Spine over mutual TLS.
#![expect(clippy::unwrap_used, clippy::panic, reason = "tests")]

mod canary;
mod commands;
mod connection;
#[cfg(unix)]
mod interrupted;
mod means;
mod review;
mod runs;
mod surgery;
