//! An import into memory: the same outcome as SQLite's, worked out aside and put in at the end.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use spine_rules::import::{ImportItem, Operator, Practice};
use spine_rules::record::{Allergy, CodedEntry, Medication, PatientKey, PatientRecord};

use super::world::{Patient, World};
use crate::error::StoreError;
use crate::kept::ledger::{Ledger, same_practice};
use crate::seam::{ImportItems, ImportReceipt, Result};

/// Rows of one patient as they come in, in any order.
#[derive(Default)]
struct Gathered {
    record: Option<PatientRecord>,
    copies: u64,
    codes: Vec<CodedEntry>,
    medications: Vec<Medication>,
    allergies: Vec<Allergy>,
    unreadable: u64,
    groups: Vec<String>,
}

impl World {
    /// Replaces the practice and its records.
    pub(super) fn import(
        &mut self,
        practice: &Practice,
        items: ImportItems<'_>,
        now: Timestamp,
    ) -> Result<ImportReceipt> {
        same_practice(self.practice.as_ref(), practice)?;
        let mut ledger = Ledger::default();
        let mut gathered = BTreeMap::new();
        for item in items {
            gather(&mut gathered, &mut ledger, item.map_err(|failure| StoreError::Import(failure.0))?);
        }
        let (patients, members) = merge(gathered, &mut ledger);
        let departed =
            self.patients.iter().filter(|(key, old)| !old.departed && !patients.contains_key(*key));
        let receipt = ImportReceipt {
            at: now,
            patients: patients.len() as u64,
            incomplete: patients.values().filter(|record| record.incomplete).count() as u64,
            departed: departed.count() as u64,
            stray_rows: ledger.strays,
            errors: ledger.errors,
        };
        self.replace(patients, members);
        for operator in &practice.operators {
            self.put_operator(operator);
        }
        self.practice = Some(Practice { operators: Vec::new(), ..practice.clone() });
        self.receipt = Some(receipt.clone());
        Ok(receipt)
    }

    /// Adds an operator or replaces the one with the same user id.
    pub(super) fn put_operator(&mut self, operator: &Operator) {
        match self.operators.iter_mut().find(|known| known.user_id == operator.user_id) {
            Some(known) => *known = operator.clone(),
            None => self.operators.push(operator.clone()),
        }
    }

    fn replace(
        &mut self,
        patients: BTreeMap<PatientKey, PatientRecord>,
        members: BTreeMap<String, BTreeSet<PatientKey>>,
    ) {
        self.members = members;
        for old in self.patients.values_mut() {
            old.departed = true;
        }
        let present = patients.into_iter().map(|(key, record)| (key, Patient { record, departed: false }));
        self.patients.extend(present);
        self.holders.clear();
        for (key, patient) in self.patients.iter().filter(|(_, patient)| !patient.departed) {
            if let Some(number) = patient.record.number.valid() {
                self.holders.entry(number).or_default().insert(key.clone());
            }
        }
    }
}

fn gather(gathered: &mut BTreeMap<PatientKey, Gathered>, ledger: &mut Ledger, item: ImportItem) {
    match item {
        ImportItem::Patient(record) => {
            let patient = gathered.entry(record.key.clone()).or_default();
            patient.copies += 1;
            patient.record.get_or_insert(*record);
        }
        ImportItem::Code(key, code) => gathered.entry(key).or_default().codes.push(code),
        ImportItem::Medication(key, medication) => {
            gathered.entry(key).or_default().medications.push(medication);
        }
        ImportItem::Allergy(key, allergy) => gathered.entry(key).or_default().allergies.push(allergy),
        ImportItem::Group(name, key) => gathered.entry(key).or_default().groups.push(name),
        ImportItem::Incomplete(key, error) => {
            gathered.entry(key).or_default().unreadable += 1;
            ledger.note(error);
        }
        ImportItem::Stray(error) => ledger.stray(error),
    }
}

type Merged = (BTreeMap<PatientKey, PatientRecord>, BTreeMap<String, BTreeSet<PatientKey>>);

fn merge(gathered: BTreeMap<PatientKey, Gathered>, ledger: &mut Ledger) -> Merged {
    let mut patients = BTreeMap::new();
    let mut members: BTreeMap<String, BTreeSet<PatientKey>> = BTreeMap::new();
    let mut orphans = [0_u64; 4];
    for (key, rows) in gathered {
        let Some(record) = rows.record else {
            ledger.strays += rows.unreadable;
            orphans[0] += rows.codes.len() as u64;
            orphans[1] += rows.medications.len() as u64;
            orphans[2] += rows.allergies.len() as u64;
            orphans[3] += rows.groups.len() as u64;
            continue;
        };
        ledger.duplicates(rows.copies - 1);
        let incomplete = record.incomplete || rows.unreadable > 0 || rows.copies > 1;
        let (codes, medications, allergies) = (rows.codes, rows.medications, rows.allergies);
        patients.insert(key.clone(), PatientRecord { codes, medications, allergies, incomplete, ..record });
        for name in rows.groups {
            members.entry(name).or_default().insert(key.clone());
        }
    }
    for (file, count) in
        ["codes.csv", "medications.csv", "allergies.csv", "groups.csv"].into_iter().zip(orphans)
    {
        ledger.orphans(file, count);
    }
    (patients, members)
}
