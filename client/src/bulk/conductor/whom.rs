//! Whom a run takes: by its kind, narrowed by the action and by the patient group.

use spine_rules::record::{PatientRecord, RegistrationStatus};
use spine_rules::selection;
use spine_store::{Action, Earlier, Listing, NewRun, RunKind, Selection};

/// Whether a run of the kind, opened by the action, takes a patient.
/// Requirements: RUN-020, RUN-021, RUN-022.
pub(super) fn takes(kind: RunKind, action: Action) -> impl Fn(&Listing<'_>) -> bool + Send + Sync {
    move |listing| in_population(kind, listing.record) && selection::takes(action, listing.before)
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

/// Whom a kind of run takes: a migration every active patient, eligible or not; an upload everybody, for the report says of
/// each one why nothing was sent.
/// Requirements: ELI-001, CON-028.
fn in_population(kind: RunKind, record: &PatientRecord) -> bool {
    let active = record.registration.status != RegistrationStatus::Deducted && record.death_date.is_none();
    kind != RunKind::ConsentMigration || active
}
