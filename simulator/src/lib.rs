//! The fake Spine: in memory, loopback only.

mod acs;
pub mod clock;
mod control;
pub mod fault;
pub mod identity;
pub mod keys;
pub mod ledger;
mod pds;
pub mod program;
pub mod psis;
pub mod scenario;
pub mod server;
mod spine;
mod state;
pub mod wire;

pub use server::{FakeSpine, Options, Ready};
pub use spine::{EventView, PermissionView, Spine};
pub use state::{EventStatus, JournalError};
