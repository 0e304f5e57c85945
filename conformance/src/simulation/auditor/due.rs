//! Who was due when a run was finished, by the oracle, and whether anything came of it.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use spine_client::RunKind;
use spine_oracle::facts::{Patient, Practice};
use spine_oracle::judge;
use spine_simulator::fault::{Fault, MENU};
use spine_simulator::ledger::{Exchange, Tag};

use super::{Auditor, Claims, dissents, keys, on};
use crate::simulation::op::Held;
use crate::simulation::world::Scene;

/// What a permission was at the beginning, and what it became when.
type Permissions = BTreeMap<String, Vec<(Timestamp, String, String)>>;

impl Auditor {
    /// A run is finished: whoever was in the practice stands in it, and whoever was due has come out of it.
    pub(super) fn finished(&self, scene: &Scene, run: i64) {
        let Some(claims) = self.claims.iter().find(|claims| claims.run == run) else { return };
        let (Some(open), Some((_, end))) = (self.runs.get(&run), self.legs.values().next_back()) else {
            return;
        };
        let end = (*end).max(scene.now());
        self.nobody_is_missing(scene, claims, open.at);
        let permissions = self.permissions(scene);
        let keys = keys(scene);
        let accepted = scene.spine.ledger().accepted();
        let changed = changed(scene);
        for (place, one) in scene.cast.people.iter().enumerate() {
            let key = one.patient.patient_id.as_str();
            let (Some(claim), Some(number)) = (claims.patients.get(key), keys.get(key)) else { continue };
            // Somebody else changed what the Spine holds of them: the auditor does not know from when on.
            if changed.contains(number) {
                continue;
            }
            let views = self.views(place, number, &permissions, (open.at, end));
            let stored = accepted.iter().any(|event| event.nhs_number.reveal() == *number);
            match claims.kind {
                RunKind::InitialUpload => {
                    let due = !views.is_empty()
                        && views.iter().all(|(patient, practice)| upload_due(patient, practice));
                    if due && !stored && claim.counter != "Failed" {
                        scene.broken(format_args!("lost: {key} was due and came out as {claim:?}"));
                    }
                }
                RunKind::ConsentMigration => {
                    let due = !views.is_empty()
                        && views
                            .iter()
                            .all(|(patient, practice)| judge::migration(patient, practice).sets_dissent);
                    let set = super::ledger::settings(scene)
                        .any(|set| set.nhs_number.is_some_and(|of| of.reveal() == *number));
                    if due && !set && claim.counter != "Failed" {
                        scene.broken(format_args!(
                            "lost: the dissent of {key} was due and came out as {claim:?}"
                        ));
                    }
                }
                _ => {}
            }
        }
    }

    /// Everybody whom the kind takes has a place in the run.
    fn nobody_is_missing(&self, scene: &Scene, claims: &Claims, opened: Timestamp) {
        if claims.kind != RunKind::InitialUpload {
            return;
        }
        let Some(version) = self.version(opened) else { return };
        for place in version.roster.facts.keys() {
            let Some(one) = scene.cast.people.get(*place) else { continue };
            if !claims.patients.contains_key(&one.patient.patient_id) {
                scene.broken(format_args!(
                    "lost: {} is in no counter of run {}",
                    one.patient.patient_id, claims.run
                ));
            }
        }
    }

    /// The patient in every state in which the client may have met them while the run was on.
    fn views(
        &self,
        place: usize,
        number: &str,
        permissions: &Permissions,
        (from, to): (Timestamp, Timestamp),
    ) -> Vec<(Patient, Practice)> {
        let mut views = Vec::new();
        let changes = permissions.get(number).map(Vec::as_slice).unwrap_or_default();
        let held = |place: usize| changes.get(place + 1).map_or(Timestamp::MAX, |(at, ..)| *at);
        for version in self.versions(from, to) {
            let Some(patient) = version.roster.facts.get(&place) else { return Vec::new() };
            for (nth, (at, store, view)) in changes.iter().enumerate() {
                if *at > to || held(nth) < from {
                    continue;
                }
                let patient = Patient { store: store.clone(), view: view.clone(), ..patient.clone() };
                for moment in [from, to] {
                    views.extend(
                        on(&version.roster.rules, moment).map(|practice| (patient.clone(), practice)),
                    );
                }
            }
        }
        views
    }

    /// The permissions from the beginning on: as they were, as other users set them and as the ledger has settings.
    fn permissions(&self, scene: &Scene) -> Permissions {
        let mut permissions = Permissions::new();
        for number in self.numbers() {
            let Some(patient) = self.base.get(&number) else { continue };
            permissions.insert(number, vec![(Timestamp::MIN, patient.store.clone(), patient.view.clone())]);
        }
        let mut changes: Vec<(Timestamp, String, &str)> = Vec::new();
        for deed in &scene.book().deeds {
            let word = match deed.held {
                Held::Nothing => "",
                Held::Yes => "Yes",
                Held::No => "No",
            };
            changes.push((deed.at, deed.number.clone(), word));
        }
        for set in super::ledger::settings(scene) {
            changes.extend(set.nhs_number.map(|number| (set.at, number.reveal(), "No")));
        }
        changes.sort();
        for (at, number, word) in changes {
            permissions.entry(number).or_default().push((at, word.to_owned(), word.to_owned()));
        }
        permissions
    }
}

/// The patients of whom somebody else changed what the Spine holds, by the faults that struck.
fn changed(scene: &Scene) -> BTreeSet<String> {
    let changes = |rule: &str| {
        let base = rule.split('@').next().unwrap_or_default();
        MENU.iter().any(|row| row.rule.name == base && matches!(row.rule.fault, Fault::Change(_)))
    };
    let struck =
        |one: &Exchange| one.tags.iter().any(|tag| matches!(tag, Tag::Struck { rule, .. } if changes(rule)));
    let all = scene.spine.ledger().exchanges(0, usize::MAX);
    all.iter().filter(|one| struck(one)).filter_map(|one| Some(one.nhs_number?.reveal())).collect()
}

/// Whether something is to be stored of the patient, and the Spine would take it.
fn upload_due(patient: &Patient, practice: &Practice) -> bool {
    !dissents(patient, practice.today) && judge::upload(patient, practice).content.is_some()
}
