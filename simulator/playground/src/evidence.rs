//! Gathers what the reconciliation compares: the client's word from its store, the fake Spine's from its control port, and
//! the practice's own list of patients from the generator.

use std::collections::HashSet;

use spine_client::vocabulary::NhsNumber;
use spine_client::{Client, ClientError, PatientKey, RunId};
use spine_fixtures::Population;
use spine_simulator::Ready;

use crate::control::{self, ControlError};
use crate::journey::JourneyError;
use crate::reconcile::{Migration, Stored, Told, Upload};

/// Patients read from the store at a time.
const PAGE: usize = 1_000;

/// What is compared about the Consent Migration, which takes every active patient.
pub(crate) async fn migration(
    client: &Client,
    run: RunId,
    finished: bool,
    ready: &Ready,
    population: &Population,
) -> Result<Migration, JourneyError> {
    Ok(Migration {
        practice: keys(population, true)?,
        finished,
        told: told(client, run).await?,
        dissents: dissents(ready).await?,
    })
}

/// What is compared about the Initial Upload, which takes every patient.
pub(crate) async fn upload(
    client: &Client,
    run: RunId,
    finished: bool,
    ready: &Ready,
    population: &Population,
) -> Result<Upload, JourneyError> {
    let stored = control::accepted(ready).await?.into_iter().map(|accepted| Stored {
        number: accepted.nhs_number,
        event: accepted.event_id,
        clinical: accepted.clinical,
        dissenter: accepted.dissenter,
    });
    let mut upload = Upload {
        practice: keys(population, false)?,
        finished,
        told: told(client, run).await?,
        stored: stored.collect(),
        standing: HashSet::new(),
    };
    for number in upload.unaccounted() {
        if control::holds_a_summary(ready, &number).await? {
            upload.standing.insert(number);
        }
    }
    Ok(upload)
}

/// What the client says of everybody in a run.
pub(crate) async fn told(client: &Client, run: RunId) -> Result<Vec<Told>, ClientError> {
    let mut all = Vec::new();
    let mut after: Option<PatientKey> = None;
    loop {
        let page = client.settlements(run, after.as_ref(), PAGE).await?;
        let Some(last) = page.last() else { return Ok(all) };
        after = Some(last.key.clone());
        all.extend(page.into_iter().map(|one| Told {
            key: one.key.as_str().to_owned(),
            number: one.number.map(NhsNumber::reveal),
            counter: one.counter,
            reason: one.reason,
            event: one.event.map(|event| event.to_string()),
            dissents: one.dissents,
        }));
    }
}

/// Whom the fake Spine's ACS holds a No for.
async fn dissents(ready: &Ready) -> Result<HashSet<String>, ControlError> {
    let no = |value: &Option<String>| value.as_deref().is_some_and(|value| value.eq_ignore_ascii_case("no"));
    let permissions = control::permissions(ready).await?.into_iter();
    let held = permissions.filter(|permission| no(&permission.store) && no(&permission.view));
    Ok(held.map(|permission| permission.nhs_number).collect())
}

/// The practice's patients by its own ids: straight from the generator, not through the client's import.
fn keys(population: &Population, active_only: bool) -> Result<Vec<String>, JourneyError> {
    let mut keys = Vec::new();
    for contribution in population.contributions() {
        let patient = contribution.map_err(JourneyError::Persona)?.patient;
        let active = patient.registration_status != "deducted" && patient.death_date.is_empty();
        if active || !active_only {
            keys.push(patient.patient_id);
        }
    }
    Ok(keys)
}
