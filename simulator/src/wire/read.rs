//! The readers: bounded, namespace-aware, prefix-blind; they never panic on any bytes.
//!
//! They say what a message holds and which rules it breaks; what follows from it is for the services.

pub mod ebxml;
pub mod element;
pub mod multipart;
mod prescan;
pub mod soap;
pub mod wrapper;
pub mod xml;

pub use element::{attribute, children, is, one, text};
