//! The files of one chunk: a generated practice on its day, its edges sharpened, in a temporary folder.

use std::fmt;
use std::path::{Path, PathBuf};

use jiff::civil::{Date, date};
use spine_fixtures::Population;
use spine_fixtures::population::{
    AllergyRow, CodeRow, MedicationRow, PatientRow, PermissionRow, PersonRow, SummaryRow,
};

use super::Failure;
use super::edges::{Edges, Random};

/// Days on which practices are looked at: an ordinary one, and those on which months, years and leap years end unevenly.
const DAYS: [Date; 10] = [
    date(2026, 9, 15),
    date(2024, 2, 29),
    date(2025, 8, 31),
    date(2027, 1, 1),
    date(2025, 2, 28),
    date(2026, 3, 31),
    date(2024, 12, 31),
    date(2026, 8, 30),
    date(2025, 3, 1),
    date(2026, 10, 25),
];

/// The nn days of the practices: the national default, and the ends of what may be set.
const NN_DAYS: [i64; 5] = [14, 0, 13, 15, 99];

/// A practice on the disk, for as long as the value lives.
pub(crate) struct Chunk {
    /// The folder that the client reads.
    pub(crate) practice: PathBuf,
    /// What the Spine holds.
    pub(crate) spine: PathBuf,
    /// The day on which it is looked at.
    pub(crate) today: Date,
    seed: u64,
    number: u64,
    nn_days: i64,
    _folder: tempfile::TempDir,
}

impl fmt::Display for Chunk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { seed, number, today, nn_days, .. } = self;
        write!(f, "practice {number} of seed {seed} on {today} with {nn_days} nn days")
    }
}

impl Chunk {
    /// Writes the practice of this number.
    pub(crate) fn write(seed: u64, number: u64, size: u64) -> Result<Self, Failure> {
        let folder = tempfile::tempdir()?;
        let mut random = Random::of(seed, number);
        let today = of_cycle(&DAYS, number);
        let nn_days = of_cycle(&NN_DAYS, number + number / 10);
        let as_of = fixture_date(today)?;
        let population = Population::new(random.next(), usize::try_from(size)?, as_of);
        // An empty practice has the files that say nothing of patients.
        let written = Population { patients: 0, ..population }.write(folder.path())?;
        let edges = Edges { today: as_of, enabled: population.scr_enabled_on(), nn_days };
        let mut tables = Tables::create(&written.practice, &written.spine)?;
        for contribution in population.contributions() {
            let mut contribution = contribution?;
            edges.sharpen(&mut random, &mut contribution);
            tables.patients.add(contribution.patient.cells())?;
            tables.codes.all(contribution.codes.iter().map(CodeRow::cells))?;
            tables.medications.all(contribution.medications.iter().map(MedicationRow::cells))?;
            tables.allergies.all(contribution.allergies.iter().map(AllergyRow::cells))?;
            tables.people.all(contribution.people.iter().map(PersonRow::cells))?;
            tables.permissions.all(contribution.permissions.iter().map(PermissionRow::cells))?;
            tables.summaries.all(contribution.summaries.iter().map(SummaryRow::cells))?;
        }
        tables.finish(&written.practice, nn_days)?;
        let (practice, spine) = (written.practice, written.spine);
        Ok(Self { practice, spine, today, seed, number, nn_days, _folder: folder })
    }
}

/// The item of a list that is gone through again and again.
fn of_cycle<T: Copy, const N: usize>(list: &[T; N], number: u64) -> T {
    let place = usize::try_from(number % list.len() as u64).unwrap_or_default();
    list.get(place).copied().unwrap_or(list[0])
}

/// A day as the fixtures write it.
fn fixture_date(day: Date) -> Result<spine_fixtures::Date, Failure> {
    let (month, day_of_month) = (day.month().unsigned_abs(), day.day().unsigned_abs());
    spine_fixtures::Date::new(day.year().into(), month, day_of_month)
        .ok_or_else(|| "a day of no calendar".into())
}

/// A file of rows that is being written.
struct Table {
    out: csv::Writer<std::fs::File>,
    rows: u64,
}

impl Table {
    fn create(folder: &Path, name: &str, header: &[&str]) -> Result<Self, Failure> {
        let mut out = csv::Writer::from_path(folder.join(format!("{name}.csv")))?;
        out.write_record(header)?;
        Ok(Self { out, rows: 0 })
    }

    fn add<'a>(&mut self, cells: impl Iterator<Item = &'a str>) -> Result<(), Failure> {
        self.rows += 1;
        Ok(self.out.write_record(cells)?)
    }

    fn all<'a, Cells: Iterator<Item = &'a str>>(
        &mut self,
        mut rows: impl Iterator<Item = Cells>,
    ) -> Result<(), Failure> {
        rows.try_for_each(|cells| self.add(cells))
    }

    fn finish(mut self) -> Result<u64, Failure> {
        self.out.flush()?;
        Ok(self.rows)
    }
}

struct Tables {
    patients: Table,
    codes: Table,
    medications: Table,
    allergies: Table,
    people: Table,
    permissions: Table,
    summaries: Table,
}

impl Tables {
    fn create(practice: &Path, spine: &Path) -> Result<Self, Failure> {
        Ok(Self {
            patients: Table::create(practice, "patients", PatientRow::HEADER)?,
            codes: Table::create(practice, "codes", CodeRow::HEADER)?,
            medications: Table::create(practice, "medications", MedicationRow::HEADER)?,
            allergies: Table::create(practice, "allergies", AllergyRow::HEADER)?,
            people: Table::create(spine, "people", PersonRow::HEADER)?,
            permissions: Table::create(spine, "permissions", PermissionRow::HEADER)?,
            summaries: Table::create(spine, "summaries", SummaryRow::HEADER)?,
        })
    }

    /// Closes the files and makes `practice.toml` say what they hold.
    fn finish(self, practice: &Path, nn_days: i64) -> Result<(), Failure> {
        let rows = [
            ("patients", self.patients.finish()?),
            ("codes", self.codes.finish()?),
            ("medications", self.medications.finish()?),
            ("allergies", self.allergies.finish()?),
        ];
        for spine_side in [self.people, self.permissions, self.summaries] {
            spine_side.finish()?;
        }
        let file = practice.join("practice.toml");
        let rewritten =
            |line: &str| match rows.iter().find(|(table, _)| line.starts_with(&format!("{table} ="))) {
                Some((table, count)) => format!("{table} = {count}"),
                None if line.starts_with("nn_days =") => format!("nn_days = {nn_days}"),
                None => line.to_owned(),
            };
        let settings = std::fs::read_to_string(&file)?;
        let settings = settings.lines().map(rewritten).collect::<Vec<_>>().join("\n");
        Ok(std::fs::write(file, settings)?)
    }
}
