//! Rerun and Failed, and patient groups: whom they take, and whom they leave.

use std::path::Path;

use spine_fixtures::persona;

use crate::outcome::{Verdict, hold, same};
use crate::stage::{Exchange, Kind, Observation, Scenario, Step, Way, edit_rows};
use crate::wire::Sort;

/// A patient group of the practice: those whom a change put into it.
const GROUP: &str = "chosen";
const UPLOAD: Step = Step::Run(Kind::InitialUpload, Way::Run);
const MIGRATION: Step = Step::Run(Kind::ConsentMigration, Way::Run);

/// Everybody who can be sent is sent, and then again.
pub(super) static RERUN: Scenario = Scenario::new(
    "rerun",
    &["ordinary-adult", "express-additional", "dissent", "fp69-active", "standing-summary-13-days"],
    &[UPLOAD, Step::Run(Kind::InitialUpload, Way::Rerun)],
);

/// Two fail; one of them is put right, and who failed is reprocessed. Nobody failed before the first run.
pub(super) static FAILED: Scenario = Scenario::new(
    "failed",
    &["ordinary-adult", "pds-surname-differs", "standing-summary-and-surname-differs", "fp69-active"],
    &[
        UPLOAD,
        Step::Change(surname_put_right),
        Step::Run(Kind::InitialUpload, Way::Failed),
        Step::Run(Kind::InitialUpload, Way::Failed),
    ],
);

/// Somebody fails; a group without them runs again; then who failed is reprocessed.
pub(super) static FAILED_BEFORE_A_GROUP: Scenario = Scenario::new(
    "failed-before-a-group",
    &["ordinary-adult", "pds-surname-differs"],
    &[
        UPLOAD,
        Step::Change(surname_put_right_and_group),
        Step::Asked(Kind::InitialUpload, Way::Rerun, |request| request.group = Some(GROUP.into())),
        Step::Run(Kind::InitialUpload, Way::Failed),
    ],
);

/// A migration in which two fail, then one of them alone, and then who failed in that last attempt.
pub(super) static FAILED_MIGRATION: Scenario = Scenario::new(
    "failed-migration",
    &["legacy-dissent", "pds-surname-differs", "standing-summary-and-surname-differs"],
    &[
        MIGRATION,
        Step::Change(surname_put_right_and_group),
        Step::Asked(Kind::ConsentMigration, Way::Rerun, |request| request.group = Some(GROUP.into())),
        Step::Run(Kind::ConsentMigration, Way::Failed),
    ],
);

/// A migration of everybody, twice.
pub(super) static RERUN_MIGRATION: Scenario = Scenario::new(
    "rerun-migration",
    &["ordinary-adult", "legacy-dissent", "temporary-resident", "deducted"],
    &[MIGRATION, Step::Run(Kind::ConsentMigration, Way::Rerun)],
);

/// A group of three, of whom one is not eligible; a name that no group has.
pub(super) static GROUPED: Scenario = Scenario::new(
    "grouped",
    &["ordinary-adult", "express-additional", "fp69-active", "ordinary-child"],
    &[
        Step::Change(three_in_a_group),
        Step::Asked(Kind::InitialUpload, Way::Run, |request| request.group = Some("nobody's".into())),
        Step::Asked(Kind::InitialUpload, Way::Run, |request| request.group = Some(GROUP.into())),
    ],
);

/// What arrived during a step.
pub(super) fn of_step(seen: &Observation, step: usize) -> Vec<&Exchange> {
    let (from, to) = seen.run(step).span;
    seen.exchanges.iter().skip(from).take(to.saturating_sub(from)).collect()
}

/// The uploads about a person that arrived during a step.
pub(super) fn uploads<'a>(seen: &'a Observation, step: usize, slug: &str) -> Vec<&'a Exchange> {
    let number = seen.people.number(slug);
    let about = |one: &&Exchange| {
        one.seen.sort == Sort::Upload && one.seen.patient.as_deref() == Some(number.as_str())
    };
    of_step(seen, step).into_iter().filter(about).collect()
}

/// How many patients a step's run had.
pub(super) fn population(seen: &Observation, step: usize) -> u64 {
    seen.run(step).counters.values().sum()
}

/// How many patients of a step's run came out for this reason.
pub(super) fn reason(seen: &Observation, step: usize, code: &str) -> u64 {
    seen.run(step).reasons.get(code).copied().unwrap_or(0)
}

pub(super) fn finished(seen: &Observation, step: usize) -> Verdict {
    let run = seen.run(step);
    hold(run.state == "finished", "a run that finishes", format!("{}: {}", run.state, run.said))
}

/// A step that was refused: nothing arrived, and the operator was told why.
pub(super) fn refused(seen: &Observation, step: usize, word: &str) -> Verdict {
    let run = seen.run(step);
    same("the step", &"refused", &run.state.as_str())?;
    same("requests", &0, &of_step(seen, step).len())?;
    hold(run.said.to_lowercase().contains(word), &format!("a refusal that says {word:?}"), &run.said)
}

pub(super) fn rerun_replaces(seen: &Observation) -> Verdict {
    finished(seen, 1)?;
    for slug in ["ordinary-adult", "express-additional", "dissent"] {
        let sent = uploads(seen, 1, slug);
        same(&format!("uploads of {slug} by Rerun"), &1, &sent.len())?;
        let first = uploads(seen, 0, slug).first().and_then(|one| one.seen.message.clone());
        let replaced =
            sent.first().and_then(|one| one.payload()?.first("replacementOf/priorMessageRef/id@root"));
        same(
            &format!("what the second summary of {slug} replaces"),
            &first,
            &replaced.map(|id| id.to_ascii_uppercase()),
        )?;
        let standing: Vec<bool> = seen.events(slug).into_iter().map(|(_, stands)| stands).collect();
        same(&format!("summaries of {slug} that stand"), &1, &standing.iter().filter(|one| **one).count())?;
    }
    for slug in ["fp69-active", "standing-summary-13-days"] {
        same(&format!("uploads of {slug}"), &0, &uploads(seen, 1, slug).len())?;
    }
    same("patients in the rerun", &5, &population(seen, 1))
}

pub(super) fn failed_takes_the_failed(seen: &Observation) -> Verdict {
    same("patients who failed", &2, &reason(seen, 0, "pds-mismatch"))?;
    finished(seen, 2)?;
    same("patients in the run of those who failed", &2, &population(seen, 2))?;
    same("uploads of whom was put right", &1, &uploads(seen, 2, "pds-surname-differs").len())?;
    same("patients who failed again", &1, &reason(seen, 2, "pds-mismatch"))?;
    for slug in ["ordinary-adult", "fp69-active"] {
        let number = seen.people.number(slug);
        let asked =
            of_step(seen, 2).iter().filter(|one| one.seen.patient.as_deref() == Some(&*number)).count();
        same(&format!("requests about {slug} by Failed"), &0, &asked)?;
    }
    same("patients in the run after it", &1, &population(seen, 3))
}

pub(super) fn failed_finds_whom_a_group_left_out(seen: &Observation) -> Verdict {
    same("patients in the group's run", &1, &population(seen, 2))?;
    finished(seen, 3)?;
    same("patients in the run of those who failed", &1, &population(seen, 3))?;
    same("uploads of whom was put right", &1, &uploads(seen, 3, "pds-surname-differs").len())
}

pub(super) fn failed_migrations_of_the_last_attempt(seen: &Observation) -> Verdict {
    same("patients who failed", &2, &reason(seen, 0, "pds-mismatch"))?;
    same("patients in the group's run", &1, &population(seen, 2))?;
    refused(seen, 3, "failed")
}

pub(super) fn a_migration_scans_everybody_again(seen: &Observation) -> Verdict {
    finished(seen, 1)?;
    // Everybody active; whoever left is no patient of it.
    same("patients in the first migration", &3, &population(seen, 0))?;
    same("patients in the second one", &3, &population(seen, 1))?;
    for slug in ["ordinary-adult", "legacy-dissent"] {
        let number = seen.people.number(slug);
        let asked = of_step(seen, 1)
            .iter()
            .filter(|one| one.seen.sort == Sort::EventList && one.seen.patient.as_deref() == Some(&*number))
            .count();
        hold(asked > 0, &format!("a question about {slug} in the second one"), asked)?;
    }
    let settings = |step| of_step(seen, step).iter().filter(|one| one.seen.sort == Sort::Setting).count();
    same("settings in the first and the second one", &(1, 0), &(settings(0), settings(1)))
}

pub(super) fn a_group_narrows(seen: &Observation) -> Verdict {
    refused(seen, 1, "group")?;
    finished(seen, 2)?;
    same("patients in the group's run", &3, &population(seen, 2))?;
    for (slug, sent) in
        [("ordinary-adult", 1), ("express-additional", 1), ("fp69-active", 0), ("ordinary-child", 0)]
    {
        same(&format!("uploads of {slug}"), &sent, &uploads(seen, 2, slug).len())?;
    }
    same("members who are not eligible", &1, &reason(seen, 2, "fp69"))
}

/// The practice's own id of a persona.
pub(super) fn patient_id(practice: &Path, slug: &str) -> String {
    let number = persona(slug).map(|persona| persona.nhs_number()).unwrap_or_default();
    let mut id = String::new();
    edit_rows(practice, "patients.csv", |rows| {
        let digits = |text: &String| text.chars().filter(char::is_ascii_digit).collect::<String>();
        let row = rows.iter().find(|row| row.get("nhs_number").map(digits).as_deref() == Some(&*number));
        id = row.and_then(|row| row.get("patient_id").cloned()).unwrap_or_default();
    });
    id
}

/// Puts people into a group.
pub(super) fn put_into_group(practice: &Path, slugs: &[&str]) {
    let ids: Vec<String> = slugs.iter().map(|slug| patient_id(practice, slug)).collect();
    edit_rows(practice, "groups.csv", |rows| {
        rows.extend(
            ids.into_iter()
                .map(|id| [("group".to_owned(), GROUP.to_owned()), ("patient_id".to_owned(), id)].into()),
        );
    });
}

/// Changes cells of a person's row.
pub(super) fn change_patient(practice: &Path, slug: &str, cells: &[(&str, &str)]) {
    let id = patient_id(practice, slug);
    edit_rows(practice, "patients.csv", |rows| {
        for row in rows.iter_mut().filter(|row| row.get("patient_id") == Some(&id)) {
            row.extend(cells.iter().map(|(column, cell)| ((*column).to_owned(), (*cell).to_owned())));
        }
    });
}

fn surname_put_right(practice: &Path) {
    change_patient(practice, "pds-surname-differs", &[("family_name", "After")]);
}

fn surname_put_right_and_group(practice: &Path) {
    surname_put_right(practice);
    let whole = ["ordinary-adult", "legacy-dissent"].map(|slug| (slug, patient_id(practice, slug)));
    let present: Vec<&str> = whole.iter().filter(|(_, id)| !id.is_empty()).map(|(slug, _)| *slug).collect();
    put_into_group(practice, &present);
}

fn three_in_a_group(practice: &Path) {
    put_into_group(practice, &["ordinary-adult", "express-additional", "fp69-active"]);
}
