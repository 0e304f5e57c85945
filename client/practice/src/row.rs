//! Rows to items. A row that cannot be read still names its patient, who is then held.

use spine_rules::import::{ImportItem, RowError};
use spine_rules::record::{
    Allergy, AllergyKind, CodedEntry, Fp69, LocalFlags, Medication, MedicationKind, PatientKey,
    PatientRecord, RecordedNumber, Registration, RegistrationKind, RegistrationStatus,
};
use spine_vocabulary::{CodeScheme, Gender};

use crate::cell::{self, Wrong};
use crate::columns::{ColumnMap, scheme_of};
use crate::table::Row;

/// Reads the cells of one row and remembers what is wrong with them.
struct Cells<'r, 't> {
    row: &'r Row<'t>,
    map: &'r ColumnMap,
    errors: Vec<RowError>,
}

impl<'r, 't> Cells<'r, 't> {
    fn new(row: &'r Row<'t>, map: &'r ColumnMap) -> Self {
        let mut cells = Self { row, map, errors: Vec::new() };
        if !row.is_whole() {
            cells.wrong(None, "has more or fewer cells than the header");
        }
        if let Some(column) = row.too_long() {
            cells.wrong(Some(column), "is longer than 65,536 bytes");
        }
        cells
    }

    fn wrong(&mut self, column: Option<&str>, reason: Wrong) {
        self.errors.push(RowError {
            file: self.row.file().to_owned(),
            line: self.row.line,
            column: column.map(str::to_owned),
            reason: reason.to_owned(),
        });
    }

    /// A cell read by `read`; where it is wrong, the default stands in and the error is kept.
    fn read<T: Default>(&mut self, column: &'static str, read: impl FnOnce(&str) -> Result<T, Wrong>) -> T {
        let written = self.map.value(column, self.row.cell(column).trim());
        read(written).unwrap_or_else(|reason| {
            self.wrong(Some(column), reason);
            T::default()
        })
    }

    fn text(&self, column: &str) -> String {
        let cell = self.row.cell(column);
        // An oversized cell is reported and not kept.
        if cell.len() > cell::CELL_BYTES { String::new() } else { cell.trim().to_owned() }
    }

    fn key(&self) -> Result<PatientKey, Vec<ImportItem>> {
        PatientKey::parse(self.row.cell("patient_id")).map_err(|_| {
            vec![ImportItem::Stray(RowError {
                file: self.row.file().to_owned(),
                line: self.row.line,
                column: Some("patient_id".to_owned()),
                reason: "is blank or too long to be a patient id".to_owned(),
            })]
        })
    }

    fn code(&mut self) -> (CodeScheme, String) {
        let scheme = self.read("scheme", |word| {
            scheme_of(word).map(Some).ok_or("is no coding scheme: read2, ctv3, snomed or local")
        });
        (scheme.unwrap_or(CodeScheme::Local), self.text("code"))
    }

    /// The errors as items of this patient, or the item itself if there are none.
    fn finish(self, key: &PatientKey, item: impl FnOnce() -> ImportItem) -> Vec<ImportItem> {
        if self.errors.is_empty() {
            return vec![item()];
        }
        self.errors.into_iter().map(|error| ImportItem::Incomplete(key.clone(), error)).collect()
    }
}

/// A row of `patients.csv`: the patient always comes in, held where a cell could not be read.
pub(crate) fn patient(row: &Row<'_>, map: &ColumnMap) -> Vec<ImportItem> {
    let mut cells = Cells::new(row, map);
    let key = match cells.key() {
        Ok(key) => key,
        Err(stray) => return stray,
    };
    // In a row of another shape no cell can be trusted to be in its column, but the patient must not get lost.
    let whole = row.is_whole();
    let kind = cells.read("registration_type", |word| match word {
        "permanent" => Ok(Some(RegistrationKind::Permanent)),
        "temporary" => Ok(Some(RegistrationKind::Temporary)),
        "private" => Ok(Some(RegistrationKind::Private)),
        "other" => Ok(Some(RegistrationKind::Other)),
        _ => Err("is none of permanent, temporary, private, other"),
    });
    let status = cells.read("registration_status", |word| match word {
        "registered" => Ok(Some(RegistrationStatus::Registered)),
        "applied" => Ok(Some(RegistrationStatus::Applied)),
        "deducted" => Ok(Some(RegistrationStatus::Deducted)),
        _ => Err("is none of registered, applied, deducted"),
    });
    let fp69 = cells.read("fp69", cell::flag);
    let expires = cells.read("fp69_expires", cell::date);
    let record = PatientRecord {
        number: if whole { cell::nhs_number(row.cell("nhs_number")) } else { RecordedNumber::Invalid },
        family_name: cells.text("family_name"),
        given_names: cells.text("given_names"),
        gender: cells.read("gender", gender),
        birth_date: cells.read("birth_date", cell::date),
        postcode: cells.text("postcode"),
        death_date: cells.read("death_date", cell::date),
        registration: Registration {
            kind: kind.unwrap_or(RegistrationKind::Permanent),
            status: status.unwrap_or(RegistrationStatus::Registered),
            since: cells.read("registered_on", cell::date),
            until: cells.read("left_on", cell::date),
        },
        flags: LocalFlags {
            fp69: fp69.then_some(Fp69 { expires }),
            sensitive: cells.read("sensitive", cell::flag),
            decoupled: cells.read("decoupled", cell::flag),
            in_use: cells.read("in_use", cell::flag),
        },
        codes: Vec::new(),
        medications: Vec::new(),
        allergies: Vec::new(),
        incomplete: !cells.errors.is_empty(),
        key: key.clone(),
    };
    let errors = cells.errors.into_iter().map(|error| ImportItem::Incomplete(key.clone(), error));
    std::iter::once(ImportItem::Patient(Box::new(record), row.line)).chain(errors).collect()
}

fn gender(word: &str) -> Result<Option<Gender>, Wrong> {
    match word {
        "" => Ok(None),
        "male" => Ok(Some(Gender::Male)),
        "female" => Ok(Some(Gender::Female)),
        "not-known" => Ok(Some(Gender::NotKnown)),
        "not-specified" => Ok(Some(Gender::NotSpecified)),
        _ => Err("is none of male, female, not-known, not-specified"),
    }
}

/// A row of `codes.csv`.
pub(crate) fn code(row: &Row<'_>, map: &ColumnMap) -> Vec<ImportItem> {
    let mut cells = Cells::new(row, map);
    let key = match cells.key() {
        Ok(key) => key,
        Err(stray) => return stray,
    };
    let (scheme, code) = cells.code();
    if code.is_empty() {
        cells.wrong(Some("code"), "is blank");
    }
    let entry = CodedEntry {
        consent: map.consent(scheme, &code),
        scheme,
        code,
        term: cells.text("term"),
        date: cells.read("date", cell::date),
        recorded_at: cells.read("recorded_at", cell::date_time),
        priority: cells.read("priority", cell::priority),
        free_text: cells.text("free_text"),
    };
    cells.finish(&key.clone(), || ImportItem::Code(key, entry, row.line))
}

/// A row of `medications.csv`.
pub(crate) fn medication(row: &Row<'_>, map: &ColumnMap) -> Vec<ImportItem> {
    let mut cells = Cells::new(row, map);
    let key = match cells.key() {
        Ok(key) => key,
        Err(stray) => return stray,
    };
    let (scheme, code) = cells.code();
    let kind = cells.read("kind", |word| match word {
        "acute" => Ok(Some(MedicationKind::Acute)),
        "repeat" => Ok(Some(MedicationKind::Repeat)),
        _ => Err("is neither acute nor repeat"),
    });
    let name = cells.text("name");
    if name.is_empty() {
        cells.wrong(Some("name"), "is blank");
    }
    let medication = Medication {
        scheme,
        code,
        name,
        dose: cells.text("dose"),
        quantity: cells.text("quantity"),
        kind: kind.unwrap_or(MedicationKind::Acute),
        started_on: cells.read("started_on", cell::date),
        last_issued_on: cells.read("last_issued_on", cell::date),
        ended_on: cells.read("ended_on", cell::date),
        review_on: cells.read("review_on", cell::date),
        elsewhere: cells.read("elsewhere", cell::flag),
    };
    cells.finish(&key.clone(), || ImportItem::Medication(key, medication, row.line))
}

/// A row of `allergies.csv`.
pub(crate) fn allergy(row: &Row<'_>, map: &ColumnMap) -> Vec<ImportItem> {
    let mut cells = Cells::new(row, map);
    let key = match cells.key() {
        Ok(key) => key,
        Err(stray) => return stray,
    };
    let (scheme, code) = cells.code();
    let kind = cells.read("kind", |word| match word {
        "drug" => Ok(Some(AllergyKind::Drug)),
        "food" => Ok(Some(AllergyKind::Food)),
        "other" => Ok(Some(AllergyKind::Other)),
        _ => Err("is none of drug, food, other"),
    });
    let term = cells.text("term");
    if term.is_empty() {
        cells.wrong(Some("term"), "is blank");
    }
    let allergy = Allergy {
        scheme,
        code,
        term,
        kind: kind.unwrap_or(AllergyKind::Other),
        noted_on: cells.read("noted_on", cell::date),
        reaction: cells.text("reaction"),
        negative: cells.read("negative", cell::flag),
    };
    cells.finish(&key.clone(), || ImportItem::Allergy(key, allergy, row.line))
}

/// A row of `groups.csv`. A broken one says nothing about the patient's record, so it holds nobody.
pub(crate) fn group(row: &Row<'_>, map: &ColumnMap) -> Vec<ImportItem> {
    let mut cells = Cells::new(row, map);
    let key = match cells.key() {
        Ok(key) => key,
        Err(stray) => return stray,
    };
    let name = cells.text("group");
    if name.is_empty() {
        cells.wrong(Some("group"), "is blank");
    }
    if cells.errors.is_empty() {
        return vec![ImportItem::Group(name, key, row.line)];
    }
    cells.errors.into_iter().map(ImportItem::Stray).collect()
}
