//! What the Spine remembers: patients with their permission and events, message ids, jobs.
//!
//! In memory (with a [`journal`] where it is to outlive its process), in shards with short critical sections. Locks are taken in this order and no other: journal, message id, job, patient,
//! event index, ledger; the queue of what falls due is never held with another lock, and no lock while anything is parsed.

mod chain;
mod content;
mod job;
mod journal;
mod memory;
mod patient;
mod shard;

pub use chain::EventStatus;
pub(crate) use chain::{Event, EventAuthor, Staleness};
pub(crate) use content::{Content, Stored};
pub(crate) use job::{Job, Outcome, Seen, Stage, Use};
pub use journal::JournalError;
pub(crate) use journal::{Exchanged, Journal, Record};
pub(crate) use memory::Memory;
pub(crate) use patient::{Patient, Shown, Standing};
