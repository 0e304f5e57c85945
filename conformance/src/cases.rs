//! Every case, by area: one module per file of the register, each data and a function. (Viewing has none yet: it is not built.)
//!
//! A case judges what it can see: what arrived, what was answered, what was reported. The expected values are read from the
//! specifications and from the oracle, never from the client or the simulator.

mod acknowledgement;
mod consent;
mod demographics;
mod eligibility;
mod message;
mod run;
mod session;
mod simulator;
mod summary;

use crate::case::Case;

/// Every case.
#[must_use]
pub fn all() -> Vec<&'static Case> {
    [
        acknowledgement::CASES,
        consent::CASES,
        demographics::CASES,
        eligibility::CASES,
        message::CASES,
        run::CASES,
        session::CASES,
        simulator::CASES,
        summary::CASES,
    ]
    .into_iter()
    .flatten()
    .collect()
}
