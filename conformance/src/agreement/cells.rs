//! The cells of a practice's files and of the Spine's, read once more for the oracle.
//!
//! It knows only what generated files hold: ISO dates, `yes` and `no`, the standard headings. A date or a flag that is none makes the
//! record incomplete.

use std::collections::HashMap;
use std::path::Path;
use std::rc::Rc;

use csv::StringRecord;
use spine_oracle::facts::{Allergy, Code, Day, Medication, Patient, Person, Practice};
use spine_oracle::number;

use super::Failure;

/// A practice and its patients, in the order of `patients.csv`.
pub struct Facts {
    /// The practice on its day, without the lists of additional information.
    pub practice: Practice,
    /// The patients, with what the Spine would tell of each.
    pub patients: Vec<Patient>,
}

/// Reads the two folders.
///
/// # Errors
///
/// A file that is not there or cannot be read.
pub fn read(practice: &Path, spine: &Path, today: jiff::civil::Date) -> Result<Facts, Failure> {
    let mut patients = Vec::new();
    let mut places = HashMap::new();
    for row in rows(practice, "patients")? {
        places.insert(cell(&row, "patient_id").to_owned(), patients.len());
        patients.push(patient(&row));
    }
    for (table, add) in [
        ("codes", add_code as fn(&mut Patient, &Cells)),
        ("medications", add_medication),
        ("allergies", add_allergy),
    ] {
        for row in rows(practice, table)? {
            let place = places.get(cell(&row, "patient_id"));
            let patient = place.and_then(|place| patients.get_mut(*place));
            add(patient.ok_or("a row belongs to nobody")?, &row);
        }
    }
    share(&mut patients);
    Spine::read(spine)?.tell(&mut patients);
    Ok(Facts { practice: settings(practice, today)?, patients })
}

/// One row of a file, and the header that names its cells.
struct Cells {
    header: Rc<StringRecord>,
    row: StringRecord,
}

/// The cell of a column; blank where there is none.
fn cell<'a>(cells: &'a Cells, column: &str) -> &'a str {
    let place = cells.header.iter().position(|heading| heading == column);
    place.and_then(|place| cells.row.get(place)).unwrap_or_default()
}

/// Every row of a file.
fn rows(folder: &Path, table: &str) -> Result<Vec<Cells>, Failure> {
    let mut reader = csv::Reader::from_path(folder.join(format!("{table}.csv")))?;
    let header = Rc::new(reader.headers()?.clone());
    reader.records().map(|row| Ok(Cells { header: Rc::clone(&header), row: row? })).collect()
}

/// `practice.toml`, as far as a verdict needs it.
fn settings(folder: &Path, today: jiff::civil::Date) -> Result<Practice, Failure> {
    let text = std::fs::read_to_string(folder.join("practice.toml"))?;
    let value = |key: &str| {
        let line = text.lines().find_map(|line| line.strip_prefix(key)?.trim().strip_prefix('='));
        line.map(|value| value.trim().trim_matches('"').to_owned())
    };
    let missing = "practice.toml lacks what a verdict needs";
    Ok(Practice {
        ods: value("ods").ok_or(missing)?,
        enabled: value("scr_enabled_on").and_then(|day| Day::read(&day)).ok_or(missing)?,
        nn_days: value("nn_days").and_then(|days| days.parse().ok()).ok_or(missing)?,
        today: Day::read(&today.to_string()).ok_or(missing)?,
        terminology: None,
    })
}

/// Reads the cells of one row; what cannot be read is remembered.
struct Reading<'a> {
    row: &'a Cells,
    unreadable: bool,
}

impl<'a> Reading<'a> {
    fn of(row: &'a Cells) -> Self {
        Self { row, unreadable: false }
    }

    fn text(&self, column: &str) -> String {
        cell(self.row, column).to_owned()
    }

    fn day(&mut self, column: &str) -> Option<Day> {
        let cell = cell(self.row, column);
        let day = Day::read(cell);
        self.unreadable |= day.is_none() && !cell.is_empty();
        day
    }

    fn flag(&mut self, column: &str) -> bool {
        let cell = cell(self.row, column);
        self.unreadable |= !["yes", "no", ""].contains(&cell);
        cell == "yes"
    }
}

fn patient(row: &Cells) -> Patient {
    let mut cells = Reading::of(row);
    let patient = Patient {
        number: cells.text("nhs_number"),
        family: cells.text("family_name"),
        given: cells.text("given_names"),
        gender: cells.text("gender"),
        birth: cells.day("birth_date"),
        postcode: cells.text("postcode"),
        death: cells.day("death_date"),
        kind: cells.text("registration_type"),
        status: cells.text("registration_status"),
        since: cells.day("registered_on"),
        left: cells.day("left_on"),
        fp69: cells.flag("fp69"),
        fp69_expires: cells.day("fp69_expires"),
        sensitive: cells.flag("sensitive"),
        decoupled: cells.flag("decoupled"),
        in_use: cells.flag("in_use"),
        ..Patient::default()
    };
    Patient { incomplete: cells.unreadable, ..patient }
}

fn add_code(patient: &mut Patient, row: &Cells) {
    let mut cells = Reading::of(row);
    let code = Code {
        scheme: cells.text("scheme"),
        code: cells.text("code"),
        term: cells.text("term"),
        day: cells.day("date"),
        recorded: cells.text("recorded_at"),
        priority: cells.text("priority"),
    };
    patient.incomplete |= cells.unreadable;
    patient.codes.push(code);
}

fn add_medication(patient: &mut Patient, row: &Cells) {
    let mut cells = Reading::of(row);
    let medication = Medication {
        code: cells.text("code"),
        name: cells.text("name"),
        kind: cells.text("kind"),
        started: cells.day("started_on"),
        issued: cells.day("last_issued_on"),
        ended: cells.day("ended_on"),
        review: cells.day("review_on"),
        elsewhere: cells.flag("elsewhere"),
    };
    patient.incomplete |= cells.unreadable;
    patient.medications.push(medication);
}

fn add_allergy(patient: &mut Patient, row: &Cells) {
    let mut cells = Reading::of(row);
    let allergy = Allergy {
        scheme: cells.text("scheme"),
        code: cells.text("code"),
        term: cells.text("term"),
        negative: cells.flag("negative"),
    };
    // When it was noted decides nothing, but a date that is none makes the record incomplete.
    cells.day("noted_on");
    patient.incomplete |= cells.unreadable;
    patient.allergies.push(allergy);
}

/// Finds who holds a number that somebody else holds.
fn share(patients: &mut [Patient]) {
    let mut holders: HashMap<String, usize> = HashMap::new();
    for number in patients.iter().filter_map(|patient| number(&patient.number)) {
        *holders.entry(number).or_default() += 1;
    }
    for patient in patients {
        let holders = number(&patient.number).and_then(|number| holders.get(&number));
        patient.number_shared = holders.is_some_and(|holders| *holders > 1);
    }
}

/// The Spine's files, each by NHS number.
struct Spine {
    people: HashMap<String, Cells>,
    permissions: HashMap<String, Cells>,
    /// The newest of each: they stand oldest first.
    summaries: HashMap<String, Cells>,
}

impl Spine {
    fn read(folder: &Path) -> Result<Self, Failure> {
        let keyed = |table| -> Result<HashMap<String, Cells>, Failure> {
            let rows = rows(folder, table)?.into_iter();
            Ok(rows.map(|row| (cell(&row, "nhs_number").to_owned(), row)).collect())
        };
        Ok(Self {
            people: keyed("people")?,
            permissions: keyed("permissions")?,
            summaries: keyed("summaries")?,
        })
    }

    /// What the Spine would tell of each patient.
    fn tell(&self, patients: &mut [Patient]) {
        for patient in patients {
            let Some(number) = number(&patient.number) else { continue };
            patient.pds = self.retrieve(&number);
            if let Some(row) = self.permissions.get(&number) {
                cell(row, "store").clone_into(&mut patient.store);
                cell(row, "view").clone_into(&mut patient.view);
            }
            let Some(row) = self.summaries.get(&number) else { continue };
            patient.summary_of = Some(cell(row, "ods").to_owned());
            let told = cell(row, "allergies").split(';').filter_map(|allergy| allergy.split_once('|'));
            patient.standing_allergies =
                told.map(|(code, words)| (code.to_owned(), words.to_owned())).collect();
        }
    }

    /// A superseded number is answered with its successor. Source: PDS FHIR API specification.
    fn retrieve(&self, number: &str) -> Option<Person> {
        let asked = self.people.get(number)?;
        let successor = cell(asked, "superseded_by");
        let row = if successor.is_empty() { asked } else { self.people.get(successor)? };
        let mut cells = Reading::of(row);
        Some(Person {
            superseded: !successor.is_empty(),
            invalidated: !cell(asked, "invalidated").is_empty(),
            family: cells.text("family"),
            given: cells.text("given"),
            gender: cells.text("gender"),
            birth: cells.day("birth_date"),
            death: cells.day("death_date"),
            death_status: cells.text("death_status"),
            postcode: cells.text("postcode"),
            practice: cells.text("gp_practice"),
            sensitivity: cells.text("sensitivity"),
        })
    }
}
