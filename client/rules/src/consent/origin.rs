//! Whose the standing summary is: this practice's own or somebody else's, as far as the Spine and our store tell.

use super::standing::{Standing, StandingSummary};
use crate::record::LastAcknowledged;
use crate::rules::explain::Case;

/// What stands of this practice's own.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Ours {
    /// Nothing, or nothing of which we know.
    Nothing,
    /// A summary by this practice that our store does not know.
    Unknown,
    /// What the Spine last acknowledged to our store.
    Acknowledged(LastAcknowledged),
}

impl Ours {
    pub(super) fn of(case: &Case<'_>, standing: &Standing) -> Self {
        let last = case.candidate.acknowledged;
        match standing {
            Standing::Refused => last.map_or(Self::Nothing, Self::Acknowledged),
            Standing::Told { newest: Some(summary), .. } if is_ours(case, summary) => {
                last.filter(|last| last.event == summary.event).map_or(Self::Unknown, Self::Acknowledged)
            }
            Standing::Told { .. } => Self::Nothing,
        }
    }

    /// Whether it is known to be a dissent summary.
    pub(super) const fn is_dissent(self) -> bool {
        matches!(self, Self::Acknowledged(LastAcknowledged { dissent: true, .. }))
    }
}

/// A summary is ours if its event is the one last acknowledged to our store, or its author represents our practice.
pub(super) fn is_ours(case: &Case<'_>, summary: &StandingSummary) -> bool {
    case.candidate.acknowledged.is_some_and(|last| last.event == summary.event)
        || summary.author.as_ref() == Some(&case.rules.practice().ods)
}

/// As an explanation shows it.
pub(super) fn standing_shown(case: &Case<'_>) -> String {
    match case.answers.standing {
        None => "not asked".into(),
        Some(Standing::Refused) => "the Spine tells nothing of a patient who dissents".into(),
        Some(Standing::Told { newest: None, .. }) => "none stands".into(),
        Some(Standing::Told { newest: Some(summary), .. }) => {
            let origin = if is_ours(case, summary) { "ours" } else { "of another origin" };
            let author = summary.author.as_ref().map_or("unknown", |author| author.as_str());
            format!("one stands, {origin} (author: {author})")
        }
    }
}
