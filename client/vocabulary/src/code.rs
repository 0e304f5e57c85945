//! Coded values: national codes with their meaning, each constant with its source.

pub mod acs;
pub mod category;
pub mod consent;
pub mod demographic;
pub mod error;
pub mod interaction;
pub mod system;
