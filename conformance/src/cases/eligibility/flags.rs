//! What the practice's own record says against an upload.

use super::{UPLOAD, sent, unsent, untouched};
use crate::outcome::Verdict;
use crate::stage::{Observation, Scenario};

/// Flags of every kind.
pub(super) static FLAGS: Scenario = Scenario::new(
    "flags",
    &[
        "ordinary-adult",
        "fp69-active",
        "fp69-expired-yesterday",
        "fp69-expires-today",
        "fp69-expires-tomorrow",
        "fp69-withdrawn",
        "sensitive-here",
        "decoupled",
        "in-use",
        "dead-at-the-practice",
        "dead-only-at-the-practice",
        "temporary-resident",
    ],
    UPLOAD,
);

pub(super) fn fp69(seen: &Observation) -> Verdict {
    sent(seen, &["ordinary-adult", "fp69-withdrawn"])?;
    unsent(seen, &["fp69-active", "fp69-expires-tomorrow"])
}

pub(super) fn fp69_expired(seen: &Observation) -> Verdict {
    sent(seen, &["fp69-expired-yesterday"])
}

pub(super) fn fp69_last_day(seen: &Observation) -> Verdict {
    sent(seen, &["fp69-expired-yesterday"])?;
    unsent(seen, &["fp69-expires-today"])
}

pub(super) fn sensitive(seen: &Observation) -> Verdict {
    sent(seen, &["ordinary-adult"])?;
    unsent(seen, &["sensitive-here"])
}

pub(super) fn in_use(seen: &Observation) -> Verdict {
    sent(seen, &["ordinary-adult"])?;
    unsent(seen, &["in-use"])
}

pub(super) fn dead(seen: &Observation) -> Verdict {
    sent(seen, &["ordinary-adult"])?;
    unsent(seen, &["dead-at-the-practice", "dead-only-at-the-practice"])
}

pub(super) fn decoupled(seen: &Observation) -> Verdict {
    sent(seen, &["ordinary-adult"])?;
    untouched(seen, &["decoupled"])
}

pub(super) fn asked_in_vain(seen: &Observation) -> Verdict {
    sent(seen, &["ordinary-adult"])?;
    untouched(
        seen,
        &[
            "fp69-active",
            "sensitive-here",
            "in-use",
            "dead-at-the-practice",
            "dead-only-at-the-practice",
            "temporary-resident",
        ],
    )
}
