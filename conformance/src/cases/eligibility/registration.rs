//! Registration: permanent, in force, and so since SCR was enabled.

use super::{UPLOAD, sent, unsent};
use crate::cases::demographics::pds::{Retelling, retold};
use crate::outcome::{Verdict, same};
use crate::stage::{Observation, Scenario};

/// Registrations of every kind, all of whom PDS has registered at this practice: no other rule sets anybody aside.
pub(super) static REGISTRATIONS: Scenario = Scenario::new(
    "registrations",
    &[
        "ordinary-adult",
        "ordinary-child",
        "registered-day-before-enabling",
        "registered-on-enabling-day",
        "registered-day-after-enabling",
        "registered-today",
        "applied",
        "temporary-resident",
        "private-patient",
        "other-registration",
        "deducted",
        "left-yesterday",
    ],
    UPLOAD,
)
.scripted(|| retold(HERE_ON_PDS));

/// The other practice of the invented world, and this one.
const HERE: &[(&str, &str)] = &[("extension=\"Y90002\"", "extension=\"Y90001\"")];
const HERE_ON_PDS: &[Retelling] =
    &[("applied", HERE), ("temporary-resident", HERE), ("deducted", HERE), ("left-yesterday", HERE)];

pub(super) fn everybody_eligible(seen: &Observation) -> Verdict {
    let eligible = ["ordinary-adult", "ordinary-child", "registered-day-before-enabling"];
    sent(seen, &eligible)?;
    // The one registered on the very day is eligible, too: nobody else is.
    let sent = seen.run(0).counters.get("sent").copied();
    same("sent", &Some(4), &sent)
}

pub(super) fn registered_at_enabling(seen: &Observation) -> Verdict {
    sent(seen, &["registered-day-before-enabling", "registered-on-enabling-day"])?;
    unsent(seen, &["registered-day-after-enabling", "registered-today"])
}

pub(super) fn ended(seen: &Observation) -> Verdict {
    sent(seen, &["ordinary-adult"])?;
    unsent(seen, &["deducted", "left-yesterday"])
}

pub(super) fn applied(seen: &Observation) -> Verdict {
    sent(seen, &["ordinary-adult"])?;
    unsent(seen, &["applied"])
}

pub(super) fn other_kinds(seen: &Observation) -> Verdict {
    sent(seen, &["ordinary-adult"])?;
    unsent(seen, &["temporary-resident", "private-patient", "other-registration"])
}
