//! Consent: codes and their precedence, the ACS, the migration, and what a dissent does to an upload.

use crate::case::Case;
use crate::outcome::{Verdict, hold, same};
use crate::stage::{Kind, Observation, Scenario, Step, Way};
use crate::wire::Sort;

const MIGRATION_THEN_UPLOAD: &[Step] =
    &[Step::Run(Kind::ConsentMigration, Way::Run), Step::Run(Kind::InitialUpload, Way::Run)];

static DISSENTERS: Scenario =
    Scenario::new("dissenters", &["ordinary-adult", "dissent", "legacy-dissent"], MIGRATION_THEN_UPLOAD);

/// The cases.
pub(super) const CASES: &[Case] = &[Case::client(
    "consent/a-dissent-is-set-on-the-acs",
    &["CON-001", "CON-002"],
    &DISSENTERS,
    a_dissent_is_set,
)];

fn a_dissent_is_set(seen: &Observation) -> Verdict {
    for slug in ["dissent", "legacy-dissent"] {
        let settings = seen.about(slug, Sort::Setting);
        same(&format!("settings for {slug}"), &1, &settings.len())?;
        for setting in settings {
            let said = setting.payload().map(|document| document.all("permission")).unwrap_or_default();
            hold(said == ["No", "No"], "Store=No and View=No", format!("{said:?}"))
                .map_err(|failure| failure.in_exchange(setting))?;
        }
    }
    same("settings for a patient without codes", &0, &seen.about("ordinary-adult", Sort::Setting).len())
}
