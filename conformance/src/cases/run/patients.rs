//! Patients in what a run says, takes over and hands back.

use spine_oracle::expected;

use super::scenes::{CANARY, HALF_TAKEN};
use crate::outcome::{Failure, Verdict, hold, same};
use crate::stage::Observation;
use crate::wire::Sort;

/// What must stand in no report: names, numbers, postcodes, birth dates.
fn private(seen: &Observation) -> Vec<String> {
    let mut private = vec![CANARY.to_owned()];
    for rows in seen.people.slugs().filter_map(|slug| seen.people.rows(slug)) {
        let patient = &rows.patient;
        let names = patient.family_name.split_whitespace().chain(patient.given_names.split_whitespace());
        private.extend(names.filter(|name| name.chars().count() >= 4).map(str::to_owned));
        private.extend([patient.nhs_number.clone(), patient.postcode.clone(), patient.birth_date.clone()]);
        if patient.nhs_number.len() == 10 {
            let (area, rest) = patient.nhs_number.split_at(3);
            let (middle, end) = rest.split_at(3);
            private.push(format!("{area} {middle} {end}"));
        }
    }
    private.retain(|text| !text.is_empty());
    private
}

pub(super) fn nobody_is_named(seen: &Observation) -> Verdict {
    let run = seen.run(1);
    hold(run.state == "finished", "a run that finishes", format!("{}: {}", run.state, run.said))?;
    let refused = run.counters.get("failed").copied().unwrap_or(0)
        + run.counters.get("not_required").copied().unwrap_or(0);
    hold(refused >= 3, "patients for whom the Spine had something to say", refused)?;
    hold(!run.report.is_empty(), "a report", "none")?;
    for step in &seen.runs {
        for said in [&step.said, &step.log, &step.report] {
            if let Some(found) = private(seen).iter().find(|text| said.contains(text.as_str())) {
                return Err(Failure::new(
                    "no patient's data in what was said, logged or reported",
                    format!("{found}: {said}"),
                ));
            }
        }
    }
    Ok(())
}

pub(super) fn all_or_nothing(seen: &Observation) -> Verdict {
    let import = seen.run(0);
    same("the import of a cut extract", &"refused", &import.state.as_str())?;
    let run = seen.run(1);
    hold(run.state == "finished", "a run over the extract before", format!("{}: {}", run.state, run.said))?;
    same("patients in Sent", &Some(&2), &run.counters.get("sent"))?;
    let text = seen.upload("ordinary-adult").map(|document| document.text().to_owned()).unwrap_or_default();
    hold(text.contains("Allergy to penicillin"), "the allergy that the cut extract lacks", "none")?;
    let named = seen.of(Sort::Upload).iter().any(|one| one.request.text().contains(HALF_TAKEN));
    hold(!named, "nothing of the cut extract", HALF_TAKEN)
}

pub(super) fn changes_are_handed_back(seen: &Observation) -> Verdict {
    let mut reader = csv::Reader::from_reader(seen.changes.as_bytes());
    let wrong = |error: csv::Error| Failure::new("local changes as CSV", error.to_string());
    let header = reader.headers().map_err(wrong)?.clone();
    let place = |name: &str| {
        let found = header.iter().position(|held| held == name);
        found.ok_or_else(|| Failure::new(format!("a column {name}"), format!("{header:?}")))
    };
    let (patient, code) = (place("patient_id")?, place("code")?);
    let cell = |row: &csv::StringRecord, at: usize| row.get(at).unwrap_or_default().to_owned();
    let rows: Vec<csv::StringRecord> = reader.records().collect::<Result<_, _>>().map_err(wrong)?;
    let mut found: Vec<(String, String)> =
        rows.iter().map(|row| (cell(row, patient), cell(row, code))).collect();
    let mut wanted = Vec::new();
    for slug in seen.people.slugs() {
        let adds = expected(slug).and_then(|expected| expected.adds);
        let id = seen.people.rows(slug).map(|rows| rows.patient.patient_id.clone());
        // Read codes have five characters.
        wanted.extend(id.zip(adds).map(|(id, code)| (id, format!("{code:.<5}"))));
    }
    found.sort();
    wanted.sort();
    hold(wanted.len() >= 3, "patients with something to be added", wanted.len())?;
    same("local changes", &wanted, &found)
}
