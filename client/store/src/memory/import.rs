//! An import into memory: the same outcome as SQLite's, worked out aside and put in at the end.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use spine_rules::import::{ALLERGIES, CODES, GROUPS, ImportItem, MEDICATIONS, Operator, Practice};
use spine_rules::record::{Allergy, CodedEntry, Medication, PatientKey, PatientRecord};

use super::world::{Patient, World};
use crate::error::StoreError;
use crate::kept::ledger::{Ledger, same_practice};
use crate::seam::{ImportItems, ImportReceipt, Result};

/// Rows of one patient as they come in, in any order, each with its line.
#[derive(Default)]
struct Gathered {
    record: Option<PatientRecord>,
    /// Lines of further rows of the patient.
    copies: Vec<u64>,
    codes: Vec<(CodedEntry, u64)>,
    medications: Vec<(Medication, u64)>,
    allergies: Vec<(Allergy, u64)>,
    unreadable: u64,
    groups: Vec<(String, u64)>,
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
        ImportItem::Patient(record, line) => {
            let patient = gathered.entry(record.key.clone()).or_default();
            if patient.record.is_some() {
                patient.copies.push(line);
            }
            patient.record.get_or_insert(*record);
        }
        ImportItem::Code(key, code, line) => gathered.entry(key).or_default().codes.push((code, line)),
        ImportItem::Medication(key, medication, line) => {
            gathered.entry(key).or_default().medications.push((medication, line));
        }
        ImportItem::Allergy(key, allergy, line) => {
            gathered.entry(key).or_default().allergies.push((allergy, line));
        }
        ImportItem::Group(name, key, line) => gathered.entry(key).or_default().groups.push((name, line)),
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
    let (mut copies, mut orphans) = (Vec::new(), [const { Vec::<u64>::new() }; 4]);
    for (key, rows) in gathered {
        let Some(record) = rows.record else {
            ledger.strays += rows.unreadable;
            orphans[0].extend(rows.codes.iter().map(|(_, line)| line));
            orphans[1].extend(rows.medications.iter().map(|(_, line)| line));
            orphans[2].extend(rows.allergies.iter().map(|(_, line)| line));
            orphans[3].extend(rows.groups.iter().map(|(_, line)| line));
            continue;
        };
        let incomplete = record.incomplete || rows.unreadable > 0 || !rows.copies.is_empty();
        copies.extend(rows.copies);
        let codes = rows.codes.into_iter().map(|(code, _)| code).collect();
        let medications = rows.medications.into_iter().map(|(medication, _)| medication).collect();
        let allergies = rows.allergies.into_iter().map(|(allergy, _)| allergy).collect();
        patients.insert(key.clone(), PatientRecord { codes, medications, allergies, incomplete, ..record });
        for (name, _) in rows.groups {
            members.entry(name).or_default().insert(key.clone());
        }
    }
    copies.sort_unstable();
    ledger.duplicates(copies.len() as u64, &copies);
    for (file, mut lines) in [CODES, MEDICATIONS, ALLERGIES, GROUPS].into_iter().zip(orphans) {
        lines.sort_unstable();
        ledger.orphans(file, lines.len() as u64, &lines);
    }
    (patients, members)
}
