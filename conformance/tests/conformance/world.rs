//! A generated practice and what the Spine holds of it, as [`spine_conformance::agreement::world`] reads them, and what tests compose
//! messages with. Whatever cannot be read fails the test.

use std::io::Write as _;
use std::ops::Deref;
use std::path::PathBuf;

use jiff::civil::Date;
use roxmltree::Document;
use spine_conformance::agreement::cells::{self, Facts};
use spine_conformance::agreement::world as read;
use spine_conformance::agreement::{Failure, rules};
use spine_fixtures::Population;
use spine_message::{Addressing, Author, Frozen, Path, Practice, Stamp};
use spine_rules::demographics::PdsAnswer;
use spine_rules::record::{Candidate, LocalChange};
use spine_rules::standing::{Standing, StandingContent};
use spine_rules::{Reason, SetAside, Summary};
use spine_vocabulary::{
    Asid, EventId, JobRole, MessageId, NhsNumber, OdsCode, PartyKey, RoleProfileId, UserId,
};

pub(crate) use read::with_changes;
pub(crate) use rules::sent;

/// A practice of this many patients, personas first, on one day.
pub(crate) struct World {
    read: read::World,
    /// The same, as the oracle is told of it.
    pub(crate) facts: Facts,
    /// The folder `spine/`, for the simulator.
    pub(crate) spine: PathBuf,
    _folder: tempfile::TempDir,
}

impl Deref for World {
    type Target = read::World;

    fn deref(&self) -> &read::World {
        &self.read
    }
}

impl World {
    pub(crate) fn new(patients: usize, today: Date) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let written = Population::new(1, patients, fixture_date(today)).write(folder.path()).unwrap();
        let read = read::World::open(&written.practice, &written.spine, today).unwrap();
        let facts = cells::read(&written.practice, &written.spine, today).unwrap();
        Self { read, facts, spine: written.spine, _folder: folder }
    }

    /// The verdict of a Consent Migration: the reason, and the codes it adds.
    pub(crate) fn migrate(&self, candidate: &Candidate, side: &dyn SpineSide) -> (Reason, Vec<LocalChange>) {
        self.read.migrate(candidate, &Asked(side)).unwrap()
    }

    /// The summary of an Initial Upload, or why there is none.
    pub(crate) fn summarise(&self, candidate: &Candidate, side: &dyn SpineSide) -> Result<Summary, SetAside> {
        self.read.summarise(candidate, &Asked(side)).unwrap()
    }
}

/// Whoever can be asked what the Spine holds.
pub(crate) trait SpineSide {
    /// What PDS answers to a retrieval.
    fn retrieve(&self, number: NhsNumber) -> PdsAnswer;
    /// What the Spine answers to the event list query.
    fn standing(&self, number: NhsNumber) -> Standing;
    /// What the Spine says of the content of an event.
    fn event(&self, number: NhsNumber, event: EventId) -> Option<StandingContent>;
}

/// A side that always has an answer, asked by the library.
struct Asked<'a>(&'a dyn SpineSide);

impl read::SpineSide for Asked<'_> {
    fn retrieve(&self, number: NhsNumber) -> Result<PdsAnswer, Failure> {
        Ok(self.0.retrieve(number))
    }

    fn standing(&self, number: NhsNumber) -> Result<Standing, Failure> {
        Ok(self.0.standing(number))
    }

    fn event(&self, number: NhsNumber, event: EventId) -> Result<Option<StandingContent>, Failure> {
        Ok(self.0.event(number, event))
    }
}

/// The Spine's side as its files have it.
pub(crate) struct Files<'a> {
    pub(crate) world: &'a World,
    /// Whether a migration has told the ACS of a dissent since.
    pub(crate) dissent_set: bool,
}

impl Files<'_> {
    fn files(&self) -> read::Files<'_> {
        read::Files { world: &self.world.read, dissent_set: self.dissent_set }
    }
}

impl SpineSide for Files<'_> {
    fn retrieve(&self, number: NhsNumber) -> PdsAnswer {
        read::SpineSide::retrieve(&self.files(), number).unwrap()
    }

    fn standing(&self, number: NhsNumber) -> Standing {
        read::SpineSide::standing(&self.files(), number).unwrap()
    }

    fn event(&self, number: NhsNumber, event: EventId) -> Option<StandingContent> {
        read::SpineSide::event(&self.files(), number, event).unwrap()
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

/// The ids of the messages that tests compose; the golden documents bear number 99.
pub(crate) fn message_id(number: u32) -> MessageId {
    MessageId::parse(&format!("6D0A4E20-1111-4C11-9A11-{number:012}")).unwrap()
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
