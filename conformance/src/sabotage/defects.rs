//! Every defect, by the area whose cases must find it.

mod acknowledgement;
mod consent;
mod demographics;
mod eligibility;
mod message;
mod run;
mod session;
mod simulator;
mod summary;

use super::Sabotage;

/// Every defect.
#[must_use]
pub fn all() -> Vec<Sabotage> {
    [
        acknowledgement::client::DEFECTS,
        acknowledgement::spine::DEFECTS,
        consent::DEFECTS,
        demographics::DEFECTS,
        eligibility::DEFECTS,
        message::DEFECTS,
        run::DEFECTS,
        run::bulk::DEFECTS,
        session::DEFECTS,
        simulator::DEFECTS,
        summary::DEFECTS,
    ]
    .into_iter()
    .flatten()
    .copied()
    .collect()
}
