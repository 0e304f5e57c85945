//! A generated practice and what the Spine holds of it, as the rules see them. The practice is read the way the client reads it; the
//! Spine's side is read here, from the files, so that neither the client's messages nor the simulator stand in between.

use std::collections::HashMap;
use std::io::Write as _;
use std::path::{Path as FilePath, PathBuf};

use jiff::civil::{Date, DateTime, Time};
use roxmltree::Document;
use spine_fixtures::Population;
use spine_message::{Addressing, Author, Frozen, Path, Practice, Stamp};
use spine_practice::Extract;
use spine_rules::demographics::{PdsAnswer, PdsDeath, PdsRecord};
use spine_rules::import::ImportItem;
use spine_rules::record::{Candidate, CodedEntry, LocalChange, PatientRecord};
use spine_rules::standing::{Standing, StandingSummary};
use spine_rules::summary::SummaryKind;
use spine_rules::{MigrationVerdict, PracticeProfile, Reason, Rules, SetAside, Settings, Summary};
use spine_vocabulary::{
    AcsPermission, Asid, CodeScheme, DeathNotification, EventId, Gender, JobRole, MessageId, NhsNumber,
    OdsCode, PartyKey, RoleProfileId, UserId,
};

type Cells = HashMap<String, String>;

/// A practice of this many patients, personas first, on one day.
pub(crate) struct World {
    pub(crate) rules: Rules,
    /// In the order of `patients.csv`.
    pub(crate) candidates: Vec<Candidate>,
    /// The folder `spine/`, for the simulator.
    pub(crate) spine: PathBuf,
    people: HashMap<String, Cells>,
    permissions: HashMap<String, Cells>,
    summaries: HashMap<String, Cells>,
    _folder: tempfile::TempDir,
}

impl World {
    pub(crate) fn new(patients: usize, today: Date) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let written = Population::new(1, patients, fixture_date(today)).write(folder.path()).unwrap();
        let extract = Extract::open(&written.practice, None).unwrap();
        let profile = PracticeProfile::from(extract.practice());
        Self {
            rules: Rules::new(Settings::default(), profile, today),
            candidates: candidates(extract),
            people: by_number(&written.spine, "people"),
            permissions: by_number(&written.spine, "permissions"),
            summaries: by_number(&written.spine, "summaries"),
            spine: written.spine,
            _folder: folder,
        }
    }

    /// The verdict of a Consent Migration: the reason, and the codes it adds.
    pub(crate) fn migrate(&self, candidate: &Candidate, side: &dyn SpineSide) -> (Reason, Vec<LocalChange>) {
        let to_migrate = match self.rules.assess_for_migration(candidate.clone()) {
            Ok(to_migrate) => to_migrate,
            Err(aside) => return (aside.set_aside.reason, aside.local),
        };
        match to_migrate.clone().agree(&side.retrieve(to_migrate.number())) {
            Err(aside) => (aside.set_aside.reason, aside.local),
            Ok(matched) => {
                let standing = side.standing(matched.number());
                match matched.decide(&standing) {
                    MigrationVerdict::SetDissent { local, .. } => (Reason::SentPermission, local),
                    MigrationVerdict::Settle(aside) => (aside.set_aside.reason, aside.local),
                }
            }
        }
    }

    /// The summary of an Initial Upload, or why there is none.
    pub(crate) fn summarise(&self, candidate: &Candidate, side: &dyn SpineSide) -> Result<Summary, SetAside> {
        let eligible = self.rules.assess(candidate.clone())?;
        let answer = side.retrieve(eligible.number());
        let matched = eligible.agree(&answer)?;
        let standing = side.standing(matched.number());
        Ok(matched.permit(&standing)?.summarise(None))
    }
}

/// Whoever can be asked what the Spine holds.
pub(crate) trait SpineSide {
    /// What PDS answers to a retrieval.
    fn retrieve(&self, number: NhsNumber) -> PdsAnswer;
    /// What the Spine answers to the event list query.
    fn standing(&self, number: NhsNumber) -> Standing;
}

/// The Spine's side as its files have it.
pub(crate) struct Files<'a> {
    pub(crate) world: &'a World,
    /// Whether a migration has told the ACS of a dissent since.
    pub(crate) dissent_set: bool,
}

impl SpineSide for Files<'_> {
    /// Of a restricted record the retrieval tells that it is restricted, and nothing else. Source: MIM 6.3, PDS.
    fn retrieve(&self, number: NhsNumber) -> PdsAnswer {
        let people = &self.world.people;
        let Some(asked) = people.get(&number.reveal()) else { return PdsAnswer::NotFound };
        let superseded = !asked["superseded_by"].is_empty();
        let held = if superseded { people.get(&asked["superseded_by"]) } else { Some(asked) };
        match held {
            Some(person) if asked["invalidated"].is_empty() => {
                PdsAnswer::Found(Box::new(pds_record(person, superseded)))
            }
            _ => PdsAnswer::NotFound,
        }
    }

    /// Nothing of a dissenter, the newest summary of anybody else. Source: SCR FHIR API specification.
    fn standing(&self, number: NhsNumber) -> Standing {
        let held = |column: &str| {
            let cell = self.world.permissions.get(&number.reveal()).map_or("", |row| row[column].as_str());
            AcsPermission::from_shown(cell).unwrap_or(AcsPermission::Ask)
        };
        let (store, view) = (held("store"), held("view"));
        if self.dissent_set || store == AcsPermission::No || view == AcsPermission::No {
            return Standing::Refused;
        }
        let newest = self.world.summaries.get(&number.reveal()).map(|row| StandingSummary {
            event: EventId::parse(&row["event_id"]).unwrap(),
            author: Some(OdsCode::parse(&row["ods"]).unwrap()),
            persisted_at: Some(row["persisted_at"].parse().unwrap()),
        });
        Standing::Told { store, view, newest }
    }
}

/// Says something even where the test passes: what `println!` says is shown only where it fails.
pub(crate) fn aloud(text: &str) {
    let _ = writeln!(std::io::stderr(), "{text}");
}

/// A day as the fixtures write it.
pub(crate) fn fixture_date(day: Date) -> spine_fixtures::Date {
    let (month, day_of_month) = (day.month().unsigned_abs(), day.day().unsigned_abs());
    spine_fixtures::Date::new(day.year().into(), month, day_of_month).unwrap()
}

/// The record after a migration: what it added stands beside what was there.
pub(crate) fn with_changes(candidate: &Candidate, changes: &[LocalChange]) -> Candidate {
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

/// The ids of the messages that tests compose; the golden documents bear number 99.
pub(crate) fn message_id(number: u32) -> MessageId {
    MessageId::parse(&format!("6D0A4E20-1111-4C11-9A11-{number:012}")).unwrap()
}

/// What report counts a summary under, once the Spine has acknowledged it.
pub(crate) fn sent(summary: &Summary) -> Reason {
    match summary.kind() {
        SummaryKind::Full => Reason::Sent,
        SummaryKind::Empty => Reason::SentEmpty,
        SummaryKind::Dissent => Reason::SentDissent,
    }
}

/// The payload of a composed request as a document of its own, and what is around it.
pub(crate) fn payload(frozen: &Frozen) -> (String, String) {
    let body = std::str::from_utf8(&frozen.body).unwrap();
    match frozen.path() {
        // The parts of a multipart body: nothing but their XML is looked at here.
        Path::Clinical => {
            let documents: Vec<_> = body
                .split("----=_MIME-Boundary")
                .filter_map(|part| part.find('<').filter(|_| part.contains("\r\n\r\n")).map(|_| part))
                .map(|part| part.split_once("\r\n\r\n").unwrap().1.trim().to_owned())
                .collect();
            let [envelope, payload] = documents.try_into().unwrap();
            (payload, envelope)
        }
        Path::SyncService => {
            let document = Document::parse(body).unwrap();
            let soap = document
                .descendants()
                .find(|node| node.has_tag_name(("http://schemas.xmlsoap.org/soap/envelope/", "Body")));
            (body[soap.unwrap().first_element_child().unwrap().range()].to_owned(), body.to_owned())
        }
    }
}

/// The moment at which tests compose: half past nine in the morning, summer time.
pub(crate) fn stamp() -> Stamp {
    Stamp::new("2026-09-01T08:30:00Z".parse().unwrap())
}

pub(crate) fn addressing() -> Addressing {
    let asid = Asid::parse("990000000001").unwrap();
    Addressing::to_the_spine(asid, PartyKey::parse("Y90001-0000001").unwrap()).unwrap()
}

pub(crate) fn author() -> Author {
    Author {
        user: UserId::parse("990000000101").unwrap(),
        role_profile: RoleProfileId::parse("990000001101").unwrap(),
        job_role: JobRole::parse("R8000").unwrap(),
        name: "Operator, Olive".to_owned(),
    }
}

pub(crate) fn practice() -> Practice {
    Practice { ods: OdsCode::parse("Y90001").unwrap(), name: "Invented Meadow Practice".to_owned() }
}

/// The records, with whether another one holds the same number.
fn candidates(extract: Extract) -> Vec<Candidate> {
    let mut records: Vec<PatientRecord> = Vec::new();
    let mut places = HashMap::new();
    for item in extract.items() {
        match item.unwrap() {
            ImportItem::Patient(record, _) => {
                places.insert(record.key.clone(), records.len());
                records.push(*record);
            }
            ImportItem::Code(key, entry, _) => records[places[&key]].codes.push(entry),
            ImportItem::Medication(key, medication, _) => records[places[&key]].medications.push(medication),
            ImportItem::Allergy(key, allergy, _) => records[places[&key]].allergies.push(allergy),
            ImportItem::Group(..) => {}
            ImportItem::Incomplete(_, error) | ImportItem::Stray(error) => {
                panic!("{} line {}: {}", error.file, error.line, error.reason)
            }
        }
    }
    let mut holders: HashMap<NhsNumber, usize> = HashMap::new();
    for number in records.iter().filter_map(|record| record.number.valid()) {
        *holders.entry(number).or_default() += 1;
    }
    let shared = |record: &PatientRecord| record.number.valid().is_some_and(|number| holders[&number] > 1);
    records
        .into_iter()
        .map(|record| Candidate { number_shared: shared(&record), record, acknowledged: None })
        .collect()
}

/// The last row of each NHS number: for summaries the newest, since they stand oldest first.
fn by_number(folder: &FilePath, table: &str) -> HashMap<String, Cells> {
    let mut reader = csv::Reader::from_path(folder.join(format!("{table}.csv"))).unwrap();
    reader
        .deserialize()
        .map(|row: Result<Cells, _>| row.unwrap())
        .map(|row| (row["nhs_number"].clone(), row))
        .collect()
}

fn pds_record(person: &Cells, superseded: bool) -> PdsRecord {
    let sensitive = ["S", "Y"].contains(&person["sensitivity"].as_str());
    let open = |column: &str| if sensitive { "" } else { person[column].as_str() };
    let date = |column: &str| open(column).parse::<Date>().ok();
    let death = PdsDeath {
        date: date("death_date"),
        notification: DeathNotification::from_code(open("death_status")),
    };
    PdsRecord {
        number: NhsNumber::parse(&person["nhs_number"]).unwrap(),
        superseded,
        sensitive,
        family_name: open("family").to_owned(),
        given_names: open("given").split_whitespace().map(str::to_owned).collect(),
        gender: Gender::from_code(open("gender")),
        birth_date: date("birth_date"),
        postcode: open("postcode").to_owned(),
        death: Some(death).filter(|death| death.date.is_some() || death.notification.is_some()),
        practice: OdsCode::parse(open("gp_practice")).ok(),
    }
}
