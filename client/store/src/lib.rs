//! What we remember: practice records, runs, facts, frozen bytes, leases.

pub mod entry;
pub mod error;
mod kept;
pub mod lease;
mod memory;
mod options;
pub mod run;
mod seam;
mod sqlite;

pub use entry::{
    CodeChange, Cursor, Entry, FrozenBytes, History, Mark, Marking, Switch, Tally, Uploaded, Waiting, Write,
};
pub use error::StoreError;
pub use lease::{Fence, Holder, LEASE_SECONDS, Lease};
pub use memory::MemoryStore;
pub use options::{Now, StoreOptions};
pub use run::{Action, Closed, Earlier, LegRecord, Listing, NewRun, Run, RunId, RunKind, Selection};
pub use seam::{ImportItems, ImportReceipt, Result, Store};
pub use sqlite::SqliteStore;
