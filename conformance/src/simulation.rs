//! Crash simulation: a practice, its computer and the Spine in one thread and in virtual time, and whatever can go wrong between them.
//!
//! A [case](op::Case) is a list of ops. The [world] plays it: after every op the [invariants](invariant) of runs are looked at in the
//! store, and the [auditor] rebuilds from ops and ledger alone what must be true. [Exhaustively](exhaustive) a process dies on either
//! side of every write and every exchange of a run; at [random] whatever the seed says happens.

mod auditor;
mod cast;
mod coverage;
pub mod exhaustive;
pub mod fault;
mod invariant;
pub mod op;
pub mod random;
mod world;

pub use auditor::Claim;
pub use cast::FORTY;
pub use coverage::Coverage;
pub use fault::Rule;
pub use op::{Blow, Case, Change, Habits, Held, Op, Point, Strike};
pub use world::{Planted, Played, play};
