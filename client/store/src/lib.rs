//! What we remember: practice records, runs, facts, frozen bytes, leases.

pub mod entry;
pub mod error;
pub mod lease;
pub mod run;
mod seam;

pub use entry::{CodeChange, Cursor, Entry, FrozenBytes, History, Tally, Uploaded, Write};
pub use error::StoreError;
pub use lease::{Fence, Holder, LEASE_SECONDS, Lease};
pub use run::{Action, Closed, NewRun, Run, RunId, RunKind};
pub use seam::{ImportItems, ImportReceipt, Population, Result, Store};
