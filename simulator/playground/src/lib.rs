//! The whole system with one command: an invented practice, a fake Spine, an operator with a virtual smartcard, the Consent
//! Migration, the Initial Upload, and a reconciliation of what the client says with what the fake Spine holds.
//!
//! The fake Spine is a child process (this program executes itself again), so the memory that is measured is the client's
//! own. For developers: everybody in it is invented, and nothing leaves this computer.

mod arguments;
mod child;
mod control;
mod document;
mod evidence;
mod journey;
mod memory;
mod program;
pub mod reconcile;

pub use child::{ChildError, FakeSpineProcess, SPINE};
pub use document::{Document, LedgerFigures, RunFigures};
pub use journey::{Journey, JourneyError, Practice, Travelled};
pub use program::main_with;
