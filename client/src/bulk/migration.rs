//! Consent Migration: one patient, start to finish. The ACS first; the local change is durable with the fact that settles the
//! patient.

use spine_rules::Reason;
use spine_rules::migration::MigrationVerdict;
use spine_rules::record::Candidate;
use spine_vocabulary::AcsPermission;

use super::lane::{Decision, Intent};
use super::leg::{Leg, Trouble};

/// What is due for this patient today.
/// Requirements: CON-016, CON-041.
pub(super) async fn decide(leg: &Leg, candidate: Candidate) -> Result<Decision, Trouble> {
    let rules = leg.rules.at(leg.clock.now());
    let to_migrate = match rules.assess_for_migration(candidate) {
        Ok(to_migrate) => to_migrate,
        Err(aside) => return Ok(Decision::Settle(aside)),
    };
    let number = to_migrate.number();
    let matched = match to_migrate.agree(&leg.ask(|| leg.spine.retrieve(number)).await?) {
        Ok(matched) => matched,
        Err(aside) => return Ok(Decision::Settle(aside)),
    };
    match matched.decide(&leg.ask(|| leg.spine.standing(number)).await?) {
        MigrationVerdict::Settle(aside) => Ok(Decision::Settle(aside)),
        MigrationVerdict::SetDissent { number, local, warnings, .. } => {
            let message =
                leg.composer.set_permission(number, AcsPermission::No, leg.ids.next(), leg.clock.now());
            Ok(Decision::Send(Box::new(Intent {
                sha256: crate::compose::sha256(&message.body),
                message,
                settles_as: Reason::SentPermission,
                uploaded: None,
                local,
                warnings,
            })))
        }
    }
}
