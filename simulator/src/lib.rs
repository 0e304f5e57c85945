//! The fake Spine: in memory, loopback only.

pub mod clock;
pub mod identity;
