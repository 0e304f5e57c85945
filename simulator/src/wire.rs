//! How requests come in and answers go out: bytes to checked parts, and parts to bytes.
//!
//! Reads with roxmltree, element by element, and writes with a writer of its own; knows no state and no patient.

mod exchange;
pub mod issue;
pub mod namespace;
pub mod read;
pub(crate) mod write;

pub use exchange::{WireRequest, WireResponse};
