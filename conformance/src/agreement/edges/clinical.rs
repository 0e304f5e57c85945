//! Edges of the windows of medication, of consent codes and of the history.

use spine_fixtures::population::{CodeRow, Contribution, MedicationRow};

use super::{Edges, Random};

/// Consent codes and codes that look alike, as they may be written.
const CONSENT: [(&str, &str); 14] = [
    ("read2", "93C2."),
    ("read2", "93C3."),
    ("read2", "9Ndl."),
    ("read2", "9Ndm."),
    ("read2", "9Ndn."),
    ("read2", "9Ndo."),
    ("read2", "9Ndo"),
    ("ctv3", "XaKRy"),
    ("ctv3", "XaXbZ"),
    ("ctv3", "XaXj6"),
    ("snomed", "417370002"),
    ("snomed", "416308001"),
    ("read2", "93C1."),
    ("ctv3", "XaKRw"),
];

/// Codes of the history, of the chapters that are additional information and of those that are not.
const HISTORY: [(&str, &str); 17] = [
    ("read2", "7K3.."),
    ("read2", "7L1.."),
    ("read2", "7L2.."),
    ("read2", "7M0.."),
    ("read2", "7N0.."),
    ("read2", "7P0.."),
    ("read2", "7Q0.."),
    ("read2", "7E0A."),
    ("read2", "65E.."),
    ("read2", "66A.."),
    ("read2", "6...."),
    ("read2", "8H7.."),
    ("read2", "14B4."),
    ("read2", "1371."),
    ("ctv3", "7K3.."),
    ("local", "LH0009"),
    ("local", "LH0002"),
];

impl Edges {
    /// The dates of a medication, one by one, onto the ends of the windows; and the negation of an allergy.
    pub(super) fn medication(&self, random: &mut Random, contribution: &mut Contribution) {
        if random.place(8) == 0 {
            if let Some(allergy) = contribution.allergies.first_mut() {
                allergy.negative = random.word(["yes", "no", ""]);
            }
            return;
        }
        if contribution.medications.is_empty() || random.place(2) == 0 {
            contribution.medications.push(self.new_medication(random, &contribution.patient.patient_id));
        }
        let place = random.place(contribution.medications.len());
        let Some(medication) = contribution.medications.get_mut(place) else { return };
        if random.place(3) == 0 {
            medication.kind = random.word(["acute", "repeat", "repeat"]);
        }
        for _ in 0..random.pick([1, 2, 4]) {
            let day = self.end_of_window(random);
            let cell = match random.place(4) {
                0 => &mut medication.started_on,
                1 => &mut medication.last_issued_on,
                2 => &mut medication.ended_on,
                _ => &mut medication.review_on,
            };
            *cell = day;
        }
    }

    /// The ends of windows of six and twelve months and their neighbours; blank; rarely a cell that nobody can read.
    fn end_of_window(&self, random: &mut Random) -> String {
        let step = random.pick([-1, 0, 1]);
        match random.place(25) {
            0..8 => self.today.plus_months(-6).plus_days(step).to_string(),
            8..14 => self.today.plus_months(-12).plus_days(step).to_string(),
            14..18 => self.today.plus_days(step).to_string(),
            18..24 => String::new(),
            _ => "soon".to_owned(),
        }
    }

    fn new_medication(&self, random: &mut Random, patient_id: &str) -> MedicationRow {
        MedicationRow {
            patient_id: patient_id.to_owned(),
            scheme: "local".to_owned(),
            code: "LM0099".to_owned(),
            name: "Edgeapril 5mg tablets".to_owned(),
            kind: random.word(["acute", "repeat"]),
            started_on: self.today.plus_months(-30).to_string(),
            elsewhere: random.word(["yes", "no"]),
            ..MedicationRow::default()
        }
    }

    /// One or two consent codes on few days and in few moments, so that they collide.
    pub(super) fn consent(&self, random: &mut Random, contribution: &mut Contribution) {
        for _ in 0..random.pick([1, 2, 2, 3]) {
            let (scheme, code) = random.pick(CONSENT);
            let day = self.today.plus_days(random.pick([-400, -400, -1, -1, 0, 1]));
            let date = if random.place(12) == 0 { String::new() } else { day.to_string() };
            let recorded_day = day.min(self.today);
            let time = random.pick(["09:00:00", "09:00:30", "15:00:00"]);
            contribution.codes.push(CodeRow {
                patient_id: contribution.patient.patient_id.clone(),
                scheme: scheme.to_owned(),
                code: code.to_owned(),
                term: "Consent".to_owned(),
                date,
                recorded_at: format!("{recorded_day}T{time}"),
                ..CodeRow::default()
            });
        }
    }

    /// An entry of the history with a priority, and mostly the consent that lets it through.
    pub(super) fn history(&self, random: &mut Random, contribution: &mut Contribution) {
        let (scheme, code) = random.pick(HISTORY);
        let day = self.today.plus_days(random.pick([-3, -3, -3, 0, 1]));
        let row = |scheme: &str, code: &str, priority: String| CodeRow {
            patient_id: contribution.patient.patient_id.clone(),
            scheme: scheme.to_owned(),
            code: code.to_owned(),
            term: "Invented".to_owned(),
            date: day.to_string(),
            recorded_at: format!("{}T10:00:00", self.today.plus_days(-3)),
            priority,
            ..CodeRow::default()
        };
        let entry = row(scheme, code, random.word(["", "", "0", "1", "2"]));
        let consent = (random.place(4) > 0).then(|| row("read2", "9Ndn.", String::new()));
        contribution.codes.push(entry);
        contribution.codes.extend(consent);
    }
}
