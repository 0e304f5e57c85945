//! The PSIS: takes summaries in, keeps each patient's events, lists them and tells what they say.
//!
//! Asks the ACS's permissions and the PDS's numbers; decides nothing about who should have a summary.

mod event;
mod event_list;
mod poll;
mod process;
mod query;
mod receive;
pub mod summary;
mod upload;
mod verdict;

pub(crate) use event::tell_event;
pub(crate) use event_list::list_events;
pub(crate) use poll::poll;
pub(crate) use process::settle_due;
pub(crate) use query::failure;
pub(crate) use receive::receive;
pub use summary::Summary;
pub(crate) use upload::Upload;
pub(crate) use verdict::NOT_A_TEST_PATIENT;
