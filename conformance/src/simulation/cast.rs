//! Who can be in a simulated practice: named patients and some of a crowd, and what becomes of a record when it changes.
//!
//! A roster is the practice on one day: what the client imports, read the way the client reads its files, and the same facts as the
//! oracle reads them. Neither is made from the other.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::OnceLock;

use jiff::civil::DateTime;
use spine_client::practice::Extract;
use spine_fixtures::Population;
use spine_fixtures::population::{
    AllergyRow, CodeRow, Contribution, GroupRow, MedicationRow, PatientRow, PermissionRow, PersonRow,
    SummaryRow, staff,
};
use spine_oracle::facts::{Patient, Practice};
use spine_rules::import::{ImportItem, Practice as Imported};
use spine_simulator::identity::{User, Users};
use spine_simulator::scenario::{Population as Known, Scenario, Settings};
use spine_vocabulary::UserId;

use super::op::Change;
use crate::agreement::cells;
use crate::stage::{AS_OF, StageError};

/// The forty patients of the exhaustive simulation: every counter, every kind of summary, and everything that stops one.
pub const FORTY: [&str; 40] = [
    "ordinary-adult",
    "express-additional",
    "dissent",
    "legacy-dissent",
    "fp69-active",
    "pds-surname-differs",
    "standing-summary-long-registered",
    "standing-summary-13-days",
    "spine-dissent-unknown-here",
    "temporary-resident",
    "ordinary-child",
    "very-old",
    "leap-day-birthday",
    "deducted",
    "dead-at-the-practice",
    "sensitive-here",
    "decoupled",
    "in-use",
    "number-missing",
    "number-wrong-check-digit",
    "duplicate-a",
    "duplicate-b",
    "s-flag",
    "superseded",
    "not-found",
    "registered-elsewhere",
    "legacy-dissent-with-summary",
    "dissent-known-to-the-spine",
    "legacy-consent",
    "implied-consent-against-spine-dissent",
    "express-core",
    "no-preference-with-summary",
    "dissent-then-consent",
    "consent-then-dissent",
    "already-migrated",
    "allergies-of-every-kind",
    "dissent-with-summary",
    "empty-record",
    "standing-summary-of-this-practice",
    "in-a-group",
];
/// How many of the crowd can register beside them.
const CROWD: usize = 40;
/// How many people the cast has.
pub(super) const PEOPLE: usize = FORTY.len() + CROWD;
/// The group that leaves together.
pub(super) const LEAVERS: &str = "Leavers";

/// Everybody who can be in the practice, and the Spine that knows them all.
pub(super) struct Cast {
    /// The people, by their places.
    pub(super) people: Vec<Contribution>,
    /// What the Spine holds of them.
    pub(super) known: Known,
    /// The operator, as the Spine knows them.
    pub(super) operator: Option<User>,
    folder: tempfile::TempDir,
}

/// The practice on one day.
pub(super) struct Roster {
    /// The practice as the client imports it.
    pub(super) practice: Imported,
    /// Its rows, likewise.
    pub(super) items: Vec<ImportItem>,
    /// The practice as the oracle knows it; its day is another one each time it is asked.
    pub(super) rules: Practice,
    /// The patients as the oracle knows them, by their places.
    pub(super) facts: BTreeMap<usize, Patient>,
}

impl Cast {
    /// The cast of every simulation; it is made once.
    pub(super) fn shared() -> Result<&'static Self, StageError> {
        static CAST: OnceLock<Cast> = OnceLock::new();
        if let Some(cast) = CAST.get() {
            return Ok(cast);
        }
        let made = Self::make()?;
        Ok(CAST.get_or_init(|| made))
    }

    fn make() -> Result<Self, StageError> {
        let as_of = AS_OF.parse().map_err(|_| StageError::new("the day is none"))?;
        let folder = tempfile::tempdir().map_err(StageError::new)?;
        let named = Population::of(&FORTY, as_of);
        let written = named.write(folder.path()).map_err(StageError::new)?;
        let mut people = Vec::new();
        let crowd = Population::new(7, CROWD, as_of).without_personas();
        for (place, one) in named.contributions().chain(crowd.contributions()).enumerate() {
            let mut one = one.map_err(StageError::new)?;
            call(&mut one, &format!("S{:03}", place + 1));
            people.push(one);
        }
        let spine = &written.spine;
        table(
            spine,
            "people",
            PersonRow::HEADER,
            people.iter().flat_map(|one| &one.people).map(PersonRow::cells),
        )?;
        let permissions = people.iter().flat_map(|one| &one.permissions).map(PermissionRow::cells);
        table(spine, "permissions", PermissionRow::HEADER, permissions)?;
        let summaries = people.iter().flat_map(|one| &one.summaries).map(SummaryRow::cells);
        table(spine, "summaries", SummaryRow::HEADER, summaries)?;
        let known = Scenario::load(spine, Settings::default()).map_err(StageError::new)?.population;
        let users = std::fs::File::open(spine.join("users.csv")).map_err(StageError::new)?;
        let users = Users::read(users).map_err(StageError::new)?;
        let operator = UserId::parse(staff::OPERATOR_USER_ID).ok().and_then(|id| users.find(&id).cloned());
        Ok(Self { people, known, operator, folder })
    }

    /// The practice with these members.
    pub(super) fn roster(&self, members: &BTreeMap<usize, Contribution>) -> Result<Roster, StageError> {
        let place = tempfile::tempdir().map_err(StageError::new)?;
        let folder = place.path();
        let all = || members.values();
        let rows = [
            (
                "patients",
                table(folder, "patients", PatientRow::HEADER, all().map(|one| one.patient.cells()))?,
            ),
            (
                "codes",
                table(
                    folder,
                    "codes",
                    CodeRow::HEADER,
                    all().flat_map(|one| &one.codes).map(CodeRow::cells),
                )?,
            ),
            (
                "medications",
                table(
                    folder,
                    "medications",
                    MedicationRow::HEADER,
                    all().flat_map(|one| &one.medications).map(MedicationRow::cells),
                )?,
            ),
            (
                "allergies",
                table(
                    folder,
                    "allergies",
                    AllergyRow::HEADER,
                    all().flat_map(|one| &one.allergies).map(AllergyRow::cells),
                )?,
            ),
            (
                "groups",
                table(
                    folder,
                    "groups",
                    GroupRow::HEADER,
                    all().flat_map(|one| &one.groups).map(GroupRow::cells),
                )?,
            ),
        ];
        let template = self.folder.path().join("practice").join("practice.toml");
        let text = std::fs::read_to_string(template).map_err(StageError::new)?;
        let (before, _) = text.split_once("[rows]").ok_or_else(|| StageError::new("no rows are declared"))?;
        let declared: Vec<_> = rows.iter().map(|(name, count)| format!("{name} = {count}\n")).collect();
        std::fs::write(folder.join("practice.toml"), format!("{before}[rows]\n{}", declared.concat()))
            .map_err(StageError::new)?;
        let extract = Extract::open(folder, None).map_err(StageError::new)?;
        let practice = extract.practice().clone();
        let items = extract.items().collect::<Result<_, _>>().map_err(StageError::new)?;
        let today = AS_OF.parse().map_err(StageError::new)?;
        let facts = cells::read(folder, &self.folder.path().join("spine"), today).map_err(StageError::new)?;
        let facts_of = members.keys().copied().zip(facts.patients).collect();
        Ok(Roster { practice, items, rules: facts.practice, facts: facts_of })
    }
}

/// Gives somebody another id at the practice, and puts them into the group that leaves and into no other.
fn call(one: &mut Contribution, id: &str) {
    id.clone_into(&mut one.patient.patient_id);
    one.codes.iter_mut().for_each(|row| id.clone_into(&mut row.patient_id));
    one.medications.iter_mut().for_each(|row| id.clone_into(&mut row.patient_id));
    one.allergies.iter_mut().for_each(|row| id.clone_into(&mut row.patient_id));
    one.groups.clear();
    one.groups.push(GroupRow { group: LEAVERS.to_owned(), patient_id: id.to_owned() });
}

/// Writes a table; how many rows it has.
fn table<'a, Cells: Iterator<Item = &'a str>>(
    folder: &Path,
    name: &str,
    header: &[&str],
    rows: impl Iterator<Item = Cells>,
) -> Result<usize, StageError> {
    let mut writer = csv::Writer::from_path(folder.join(format!("{name}.csv"))).map_err(StageError::new)?;
    writer.write_record(header).map_err(StageError::new)?;
    let mut count = 0;
    for row in rows {
        writer.write_record(row).map_err(StageError::new)?;
        count += 1;
    }
    writer.flush().map_err(StageError::new)?;
    Ok(count)
}

/// Changes a record at a moment of the practice's day.
pub(super) fn change(one: &mut Contribution, change: Change, at: DateTime) {
    let (day, minute) = (at.date().to_string(), at.strftime("%Y-%m-%dT%H:%M:%S").to_string());
    let coded = |code: &str, term: &str| CodeRow {
        patient_id: one.patient.patient_id.clone(),
        scheme: "read2".to_owned(),
        code: code.to_owned(),
        term: term.to_owned(),
        date: day.clone(),
        recorded_at: minute.clone(),
        ..CodeRow::default()
    };
    match change {
        Change::Dissent => one.codes.push(coded("9Ndo.", "Express dissent for SCR dataset upload")),
        Change::Consent => one.codes.push(coded("9Ndm.", "Express consent for core SCR dataset upload")),
        Change::Medicine => one.medications.push(MedicationRow {
            patient_id: one.patient.patient_id.clone(),
            scheme: "local".to_owned(),
            code: format!("LM{:04}", 100 + one.medications.len()),
            name: format!("Inventapril {}mg tablets", 5 * (1 + one.medications.len())),
            dose: "One to be taken each morning".to_owned(),
            quantity: "28 tablet".to_owned(),
            kind: "repeat".to_owned(),
            started_on: day.clone(),
            last_issued_on: day,
            ..MedicationRow::default()
        }),
        Change::Surname => one.patient.family_name.push_str("-Other"),
        Change::Leave => {
            "deducted".clone_into(&mut one.patient.registration_status);
            one.patient.left_on = day;
        }
        Change::Busy => "yes".clone_into(&mut one.patient.in_use),
        Change::Free => "no".clone_into(&mut one.patient.in_use),
    }
}
