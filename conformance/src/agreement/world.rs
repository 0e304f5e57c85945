//! A generated practice and what the Spine holds of it, as the rules see them. The practice is read the way the client reads it; the
//! Spine's side is read here, from the files, so that neither the client's messages nor the simulator stand in between.

use std::collections::HashMap;
use std::path::Path;

use jiff::civil::{Date, DateTime, Time};
use spine_client::practice::Extract;
use spine_rules::demographics::{PdsAnswer, PdsDeath, PdsRecord};
use spine_rules::import::ImportItem;
use spine_rules::record::{Candidate, CodedEntry, LocalChange, PatientRecord};
use spine_rules::standing::{Standing, StandingAllergy, StandingContent, StandingSummary};
use spine_rules::{
    MigrationVerdict, PracticeProfile, Reason, Rules, SetAside, Settings, Summary, Terminology,
};
use spine_vocabulary::{
    AcsPermission, Category, CodeScheme, DeathNotification, EventId, Gender, NhsNumber, OdsCode,
};

use super::Failure;

/// One row of a file, by the names of its columns.
type Cells = HashMap<String, String>;

/// An invented list of what is additional information, with a code that is withheld all the same.
pub(crate) const INCLUDED: [(&str, &str, Category); 4] = [
    ("snomed", "179342005", Category::Treatments),
    ("local", "LH0001", Category::ProblemsAndIssues),
    ("local", "LH0009", Category::Diagnoses),
    ("read2", "14B4.", Category::Diagnoses),
];

/// An invented list of what is withheld.
pub(crate) const SENSITIVE: [(&str, &str); 3] =
    [("local", "LH0009"), ("local", "LH0002"), ("read2", "7E0A.")];

/// A practice and the Spine's side of it, on one day.
pub struct World {
    /// The rules, with their default settings.
    pub rules: Rules,
    /// In the order of `patients.csv`.
    pub candidates: Vec<Candidate>,
    people: HashMap<String, Cells>,
    permissions: HashMap<String, Cells>,
    summaries: HashMap<String, Cells>,
}

impl World {
    /// Reads the two folders.
    ///
    /// # Errors
    ///
    /// A file that is not there or cannot be read.
    pub fn open(practice: &Path, spine: &Path, today: Date) -> Result<Self, Failure> {
        let extract = Extract::open(practice, None)?;
        let profile = PracticeProfile::from(extract.practice());
        Ok(Self {
            rules: Rules::new(Settings::default(), profile, today),
            candidates: candidates(extract)?,
            people: by_number(spine, "people")?,
            permissions: by_number(spine, "permissions")?,
            summaries: by_number(spine, "summaries")?,
        })
    }

    /// The verdict of a Consent Migration: the reason, and the codes it adds.
    ///
    /// # Errors
    ///
    /// A file of the Spine's side that cannot be what it should.
    pub fn migrate(
        &self,
        candidate: &Candidate,
        side: &dyn SpineSide,
    ) -> Result<(Reason, Vec<LocalChange>), Failure> {
        let to_migrate = match self.rules.assess_for_migration(candidate.clone()) {
            Ok(to_migrate) => to_migrate,
            Err(aside) => return Ok((aside.set_aside.reason, aside.local)),
        };
        let answer = side.retrieve(to_migrate.number())?;
        let matched = match to_migrate.agree(&answer) {
            Ok(matched) => matched,
            Err(aside) => return Ok((aside.set_aside.reason, aside.local)),
        };
        let standing = side.standing(matched.number())?;
        Ok(match matched.decide(&standing) {
            MigrationVerdict::SetDissent { local, .. } => (Reason::SentPermission, local),
            MigrationVerdict::Settle(aside) => (aside.set_aside.reason, aside.local),
        })
    }

    /// The summary of an Initial Upload without the lists of additional information, or why there is none.
    ///
    /// # Errors
    ///
    /// A file of the Spine's side that cannot be what it should.
    pub fn summarise(
        &self,
        candidate: &Candidate,
        side: &dyn SpineSide,
    ) -> Result<Result<Summary, SetAside>, Failure> {
        self.summarise_with(candidate, side, None)
    }

    /// The same, with lists.
    pub(crate) fn summarise_with(
        &self,
        candidate: &Candidate,
        side: &dyn SpineSide,
        lists: Option<&Terminology>,
    ) -> Result<Result<Summary, SetAside>, Failure> {
        let eligible = match self.rules.assess(candidate.clone()) {
            Ok(eligible) => eligible,
            Err(aside) => return Ok(Err(aside)),
        };
        let answer = side.retrieve(eligible.number())?;
        let matched = match eligible.agree(&answer) {
            Ok(matched) => matched,
            Err(aside) => return Ok(Err(aside)),
        };
        let standing = side.standing(matched.number())?;
        let consented = match matched.permit(&standing) {
            Ok(consented) => consented,
            Err(aside) => return Ok(Err(aside)),
        };
        let summary = consented.summarise(lists);
        let content = match consented.guarded() {
            Some(event) => side.event(summary.number(), event)?,
            None => None,
        };
        Ok(consented.guard(&summary, content.as_ref()).map(|()| summary))
    }
}

/// Whoever can be asked what the Spine holds.
pub trait SpineSide {
    /// What PDS answers to a retrieval.
    ///
    /// # Errors
    ///
    /// An answer that cannot be read.
    fn retrieve(&self, number: NhsNumber) -> Result<PdsAnswer, Failure>;

    /// What the Spine answers to the event list query.
    ///
    /// # Errors
    ///
    /// An answer that cannot be read.
    fn standing(&self, number: NhsNumber) -> Result<Standing, Failure>;

    /// What the Spine says of the content of an event.
    ///
    /// # Errors
    ///
    /// An answer that cannot be read.
    fn event(&self, number: NhsNumber, event: EventId) -> Result<Option<StandingContent>, Failure>;
}

/// The Spine's side as its files have it.
pub struct Files<'a> {
    /// The files.
    pub world: &'a World,
    /// Whether a migration has told the ACS of a dissent since.
    pub dissent_set: bool,
}

impl SpineSide for Files<'_> {
    /// Of a restricted record the retrieval tells that it is restricted, and nothing else. Source: MIM 6.3, PDS.
    fn retrieve(&self, number: NhsNumber) -> Result<PdsAnswer, Failure> {
        let people = &self.world.people;
        let Some(asked) = people.get(&number.reveal()) else { return Ok(PdsAnswer::NotFound) };
        let successor = cell(asked, "superseded_by");
        let held = if successor.is_empty() { Some(asked) } else { people.get(successor) };
        Ok(match held {
            Some(person) if cell(asked, "invalidated").is_empty() => {
                PdsAnswer::Found(Box::new(pds_record(person, !successor.is_empty())?))
            }
            _ => PdsAnswer::NotFound,
        })
    }

    /// Nothing of a dissenter, the newest summary of anybody else. Source: SCR FHIR API specification.
    fn standing(&self, number: NhsNumber) -> Result<Standing, Failure> {
        let held = |column: &str| {
            let permission = self.world.permissions.get(&number.reveal()).map_or("", |row| cell(row, column));
            AcsPermission::from_shown(permission).unwrap_or(AcsPermission::Ask)
        };
        let (store, view) = (held("store"), held("view"));
        if self.dissent_set || store == AcsPermission::No || view == AcsPermission::No {
            return Ok(Standing::Refused);
        }
        let newest = match self.world.summaries.get(&number.reveal()) {
            None => None,
            Some(row) => Some(StandingSummary {
                event: EventId::parse(cell(row, "event_id"))?,
                author: Some(OdsCode::parse(cell(row, "ods"))?),
                persisted_at: Some(cell(row, "persisted_at").parse()?),
            }),
        };
        Ok(Standing::Told { store, view, newest })
    }

    fn event(&self, number: NhsNumber, event: EventId) -> Result<Option<StandingContent>, Failure> {
        let newest = self.world.summaries.get(&number.reveal());
        let Some(row) = newest.filter(|row| cell(row, "event_id") == event.to_string()) else {
            return Ok(None);
        };
        let allergies = cell(row, "allergies").split(';').filter(|allergy| !allergy.is_empty());
        let allergies = allergies.map(|allergy| {
            let (code, term) = allergy.split_once('|').ok_or("an allergy without a bar")?;
            Ok(StandingAllergy {
                snomed: Some(code).filter(|code| !code.is_empty()).map(str::to_owned),
                term: term.to_owned(),
            })
        });
        Ok(Some(StandingContent { allergies: allergies.collect::<Result<_, Failure>>()? }))
    }
}

/// The record after a migration: what it added stands beside what was there, recorded in the evening.
#[must_use]
pub fn with_changes(candidate: &Candidate, changes: &[LocalChange]) -> Candidate {
    let mut candidate = candidate.clone();
    for change in changes {
        candidate.record.codes.push(CodedEntry {
            scheme: CodeScheme::ReadV2,
            code: change.code.read_v2().to_owned(),
            consent: Some(change.code),
            term: change.code.term().to_owned(),
            date: Some(change.date),
            recorded_at: Some(DateTime::from_parts(change.date, Time::constant(21, 0, 0, 0))),
            priority: None,
            free_text: String::new(),
        });
    }
    candidate
}

/// The invented lists, as the rules take them.
pub(crate) fn terminology() -> Result<Terminology, Failure> {
    let scheme = |word: &str| match word {
        "snomed" => CodeScheme::Snomed,
        "read2" => CodeScheme::ReadV2,
        _ => CodeScheme::Local,
    };
    let included = INCLUDED.map(|(word, code, category)| (scheme(word), code.to_owned(), category));
    let sensitive = SENSITIVE.map(|(word, code)| (scheme(word), code.to_owned()));
    Ok(Terminology::new(included, sensitive)?)
}

/// The records, with whether another one holds the same number.
fn candidates(extract: Extract) -> Result<Vec<Candidate>, Failure> {
    let mut records: Vec<PatientRecord> = Vec::new();
    let mut places = HashMap::new();
    for item in extract.items() {
        let item = match item? {
            ImportItem::Patient(record, _) => {
                places.insert(record.key.clone(), records.len());
                records.push(*record);
                continue;
            }
            item => item,
        };
        let key = match &item {
            ImportItem::Code(key, ..)
            | ImportItem::Medication(key, ..)
            | ImportItem::Allergy(key, ..)
            | ImportItem::Incomplete(key, _) => key,
            ImportItem::Patient(..) | ImportItem::Group(..) => continue,
            ImportItem::Stray(error) => {
                return Err(format!("{} line {}: {}", error.file, error.line, error.reason).into());
            }
        };
        let record = places.get(key).and_then(|place| records.get_mut(*place));
        add(record.ok_or("a row belongs to nobody")?, item);
    }
    let mut holders: HashMap<NhsNumber, usize> = HashMap::new();
    for number in records.iter().filter_map(|record| record.number.valid()) {
        *holders.entry(number).or_default() += 1;
    }
    let shared = |record: &PatientRecord| {
        record.number.valid().is_some_and(|number| holders.get(&number).is_some_and(|count| *count > 1))
    };
    let candidate =
        |record| Candidate { number_shared: shared(&record), record, acknowledged: None, released: false };
    Ok(records.into_iter().map(candidate).collect())
}

fn add(record: &mut PatientRecord, item: ImportItem) {
    match item {
        ImportItem::Code(_, code, _) => record.codes.push(code),
        ImportItem::Medication(_, medication, _) => record.medications.push(medication),
        ImportItem::Allergy(_, allergy, _) => record.allergies.push(allergy),
        ImportItem::Incomplete(..) => record.incomplete = true,
        ImportItem::Patient(..) | ImportItem::Group(..) | ImportItem::Stray(_) => {}
    }
}

/// The last row of each NHS number: for summaries the newest, since they stand oldest first.
fn by_number(folder: &Path, table: &str) -> Result<HashMap<String, Cells>, Failure> {
    let mut reader = csv::Reader::from_path(folder.join(format!("{table}.csv")))?;
    let mut rows = HashMap::new();
    for row in reader.deserialize() {
        let row: Cells = row?;
        rows.insert(cell(&row, "nhs_number").to_owned(), row);
    }
    Ok(rows)
}

fn cell<'a>(row: &'a Cells, column: &str) -> &'a str {
    row.get(column).map_or("", String::as_str)
}

fn pds_record(person: &Cells, superseded: bool) -> Result<PdsRecord, Failure> {
    let sensitive = ["S", "Y"].contains(&cell(person, "sensitivity"));
    let open = |column: &str| if sensitive { "" } else { cell(person, column) };
    let date = |column: &str| open(column).parse::<Date>().ok();
    let death = PdsDeath {
        date: date("death_date"),
        notification: DeathNotification::from_code(open("death_status")),
    };
    Ok(PdsRecord {
        number: NhsNumber::parse(cell(person, "nhs_number"))?,
        superseded,
        sensitive,
        family_name: open("family").to_owned(),
        given_names: open("given").split_whitespace().map(str::to_owned).collect(),
        gender: Gender::from_code(open("gender")),
        birth_date: date("birth_date"),
        postcode: open("postcode").to_owned(),
        death: Some(death).filter(|death| death.date.is_some() || death.notification.is_some()),
        practice: OdsCode::parse(open("gp_practice")).ok(),
    })
}
