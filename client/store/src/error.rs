//! What can go wrong with the store. No error shows a patient's data.

use crate::lease::Holder;

/// A store call that failed.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Another process or host holds the practice's lease.
    #[error("a run is going on: {} on {} (process {}) holds it", .0.operator, .0.host, .0.pid)]
    Held(Box<Holder>),
    /// The fence is stale: somebody else took over, and this process must stop.
    #[error("another process has taken this practice's run over")]
    StaleFence,
    /// A fact does not fit its entry's state: a bug of ours.
    #[error("a fact does not fit its entry's state (bug)")]
    IllegalFact(#[from] spine_rules::lifecycle::IllegalFact),
    /// There is no such run or entry: a bug of ours.
    #[error("no such {0} (bug)")]
    Missing(&'static str),
    /// The import was given up; nothing of it is kept.
    #[error("nothing was imported: {0}")]
    Import(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The disk is full or read-only, the file is locked or damaged.
    #[error("the store cannot be written or read: {0}")]
    Storage(String),
    /// The store was made by a newer version, or is no store of ours.
    #[error("{0}")]
    Unusable(String),
    /// Durable writing is not in force (`synchronous=FULL`, WAL).
    #[error("the store is not durable here: {0}")]
    NotDurable(String),
}
