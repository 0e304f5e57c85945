//! A summary's upload, of whichever kind of run: one patient, start to finish.

use spine_rules::Reason;
use spine_rules::record::Candidate;
use spine_rules::summary::SummaryKind;
use spine_store::Uploaded;

use super::lane::{Decision, Intent};
use super::leg::{Leg, Trouble};
use crate::compose::{content_sha256, sha256};

/// What is due for this patient today.
/// Requirements: PDS-001, CON-016, ELI-027, RUN-023, RUN-031.
pub(super) async fn decide(leg: &Leg, candidate: Candidate) -> Result<Decision, Trouble> {
    let rules = leg.rules.at(leg.clock.now());
    let eligible = rules.assess(candidate)?;
    let number = eligible.number();
    let matched = eligible.agree(&leg.ask(|| leg.spine.retrieve(number)).await?)?;
    let consented = matched.permit(&leg.ask(|| leg.spine.standing(number)).await?)?;
    let summary = consented.summarise(leg.composer.terminology());
    let content_sha256 = content_sha256(summary.content()).map_err(|why| leg.end(why))?;
    consented.changed(content_sha256)?;
    if let Some(event) = consented.guarded() {
        consented.guard(&summary, leg.ask(|| leg.spine.event(number, event)).await?.as_ref())?;
    }
    let message = leg.composer.upload(&summary, leg.ids.next(), leg.clock.now());

    let settles_as = match summary.kind() {
        SummaryKind::Full => Reason::Sent,
        SummaryKind::Empty => Reason::SentEmpty,
        SummaryKind::Dissent => Reason::SentDissent,
    };
    let uploaded = Uploaded { content_sha256, dissent: summary.kind() == SummaryKind::Dissent };
    Ok(Decision::Send(Box::new(Intent {
        sha256: sha256(&message.body),
        message,
        settles_as,
        uploaded: Some(uploaded),
        local: Vec::new(),
        warnings: summary.warnings().to_vec(),
    })))
}
