//! A bulk run: planner -> recorder -> lanes -> settler, under a conductor.
//!
//! One direction: only the planner reads the store, only permission to proceed flows back. What a lane does with one patient
//! is one paragraph in [`upload`] and one in [`migration`]; everything else here makes it durable, concurrent and stoppable.
//! Decisions are never resumed, only sends are.

mod conductor;
mod lane;
mod leg;
mod migration;
mod progress;
mod recorder;
mod recovery;
mod settler;
mod upload;

pub use conductor::order::Order;
pub use conductor::predict::{Foreseen, Prediction, predict};
pub use conductor::{Ended, Pause, conduct};
pub use leg::limits::Limits;
pub use leg::stop::Stop;
pub use progress::{Difference, Reporter, RunEvent, Silent};
