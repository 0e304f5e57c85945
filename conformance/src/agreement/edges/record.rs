//! Edges of the registration, of flags and numbers, and of what the Spine holds.

use spine_fixtures::Date;
use spine_fixtures::population::{Contribution, PatientRow, PermissionRow, SummaryRow};

use super::{Edges, Random};

impl Edges {
    /// Since when, until when, as what and how far somebody is registered.
    pub(super) fn registration(&self, random: &mut Random, contribution: &mut Contribution) {
        let patient = &mut contribution.patient;
        match random.place(8) {
            0 => {
                patient.registered_on = self.enabled.plus_days(random.pick([-1, 0, 1])).to_string();
            }
            1 | 2 => {
                patient.registered_on = self.around(random, self.nn_days);
                contribution.summaries.push(standing(random, self.today, &patient.nhs_number));
            }
            3 => patient.registered_on = self.around(random, 60),
            4 => patient.registered_on = self.around(random, 0),
            5 => patient.registered_on = String::new(),
            6 => patient.left_on = self.around(random, 0),
            _ => {
                patient.registration_type = random.word(["permanent", "temporary", "private", "other"]);
                patient.registration_status = random.word(["registered", "applied", "deducted"]);
            }
        }
    }

    /// The flags of the record, its death, and a cell that nobody can read.
    pub(super) fn flags(&self, random: &mut Random, patient: &mut PatientRow) {
        match random.place(8) {
            0 | 1 => {
                patient.fp69 = random.word(["yes", "yes", "no", ""]);
                patient.fp69_expires = self.around(random, 0);
            }
            2 => {
                patient.fp69 = random.word(["yes", "no"]);
                patient.fp69_expires.clear();
            }
            3 => patient.sensitive = random.word(["yes", ""]),
            4 => patient.decoupled = random.word(["yes", ""]),
            5 => patient.in_use = random.word(["yes", ""]),
            6 => patient.death_date = self.around(random, 1),
            _ => {
                let cell = match random.place(3) {
                    0 => &mut patient.death_date,
                    1 => &mut patient.registered_on,
                    _ => &mut patient.sensitive,
                };
                "perhaps".clone_into(cell);
            }
        }
    }

    /// Permissions and summaries that stand.
    pub(super) fn spine(&self, random: &mut Random, contribution: &mut Contribution) {
        let number = contribution.patient.nhs_number.clone();
        if random.place(2) == 0 {
            contribution.summaries.push(standing(random, self.today, &number));
        } else {
            let values = ["Yes", "No", ""];
            let (store, view) = (random.word(values), random.word(values));
            contribution.permissions.push(PermissionRow { nhs_number: number, store, view });
        }
    }
}

/// A summary of this practice or another one, newer than any other.
fn standing(random: &mut Random, today: Date, number: &str) -> SummaryRow {
    let ods = random.word(["Y90001", "Y90002", "Y90002"]);
    let event = format!("{:08X}-0000-4000-8000-{:012X}", random.next() >> 32, random.next() >> 16);
    SummaryRow {
        nhs_number: number.to_owned(),
        event_id: event,
        ods,
        persisted_at: format!("{today}T07:00:00"),
        text: "Stands.".to_owned(),
        allergies: random.word([
            "",
            "",
            "91936005|Penicillin",
            "1|INVENTED NUT allergy",
            "|Invented latex allergy;91936005|Allergy to penicillin",
        ]),
    }
}

/// A number of another quality, or the same one written otherwise.
pub(super) fn number(random: &mut Random, patient: &mut PatientRow) {
    let number = patient.nhs_number.clone();
    let last = number.chars().last().and_then(|digit| digit.to_digit(10)).unwrap_or_default();
    patient.nhs_number = match random.place(8) {
        0 => String::new(),
        1 => random.word(["ABC12 345", "12/345678", "LSGB 142 3", "A1"]),
        2 => format!("{}{}", number.get(..9).unwrap_or_default(), (last + 1) % 10),
        3 => number.get(..9).unwrap_or_default().to_owned(),
        4 => random.word(["9999999999", "0000000000"]),
        5 => random.word(["9.99E+09", "９９９０００００１８"]),
        6 => format!("{number}0"),
        _ if number.len() == 10 => format!(" {} {} {} ", &number[..3], &number[3..6], &number[6..]),
        _ => number,
    };
}

/// What PDS holds otherwise, or not at all.
pub(super) fn person(random: &mut Random, today: Date, contribution: &mut Contribution) {
    let patient = &mut contribution.patient;
    let Some(person) = contribution.people.first_mut() else { return };
    match random.place(16) {
        0 => person.family.clear(),
        1 => person.given.clear(),
        2 => person.postcode.clear(),
        3 => (person.postcode, patient.postcode) = (String::new(), String::new()),
        4 => (person.given, patient.given_names) = (String::new(), String::new()),
        5 => (person.family, patient.family_name) = (String::new(), String::new()),
        6 => person.birth_date.clear(),
        7 => (person.birth_date, patient.birth_date) = (String::new(), String::new()),
        8 => person.gender = random.word(["0", "1", "2", "9", ""]),
        9 => (person.death_date, person.death_status) = (String::new(), random.word(["1", "2"])),
        10 => person.death_date = today.to_string(),
        11 => person.sensitivity = random.word(["S", "Y", "B"]),
        12 => person.gp_practice = random.word(["", "Y90001", "Y90002"]),
        13 => patient.family_name = format!("{} , ", patient.family_name.to_uppercase().replace(' ', " \t")),
        14 => {
            patient.postcode = patient.postcode.to_lowercase().replace(' ', "");
            patient.given_names = format!("Other {}", patient.given_names);
        }
        _ => person.invalidated = random.word(["yes", ""]),
    }
}
