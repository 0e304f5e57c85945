//! Whom a run takes: by its kind, narrowed by the action and by the patient group.

use spine_rules::selection;
use spine_store::{Action, Earlier, Listing, NewRun, RunKind, Selection};

/// Whether a run of the kind, opened by the action, takes a patient.
/// Requirements: RUN-020, RUN-021, RUN-022.
pub(super) fn takes(kind: RunKind, action: Action) -> impl Fn(&Listing<'_>) -> bool + Send + Sync {
    move |listing| selection::population(kind, listing.record) && selection::takes(action, listing.before)
}

/// The selection of a new run.
/// Requirement: RUN-030.
pub(super) fn selection<'s>(
    new: &'s NewRun,
    takes: &'s (dyn Fn(&Listing<'_>) -> bool + Send + Sync),
) -> Selection<'s> {
    Selection {
        group: new.group.as_deref(),
        earlier: (new.action == Action::Failed).then(|| (new.kind, Earlier::of(new.kind))),
        takes,
    }
}
