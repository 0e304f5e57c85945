//! What every test of the contract starts from: a store of either kind, and invented patients.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use async_trait::async_trait;
use jiff::Timestamp;
use jiff::civil::date;
use spine_rules::import::{ImportFailure, ImportItem, Operator, Practice};
use spine_rules::lifecycle::{Fact, Live};
use spine_rules::record::{
    Allergy, AllergyKind, CodedEntry, LocalChange, LocalFlags, Medication, MedicationKind, PatientKey,
    PatientRecord, RecordedNumber, Registration, RegistrationKind, RegistrationStatus,
};
use spine_rules::{Reason, SetAside};
use spine_store::{
    Action, Fence, FrozenBytes, Holder, ImportReceipt, Mark, Marking, MemoryStore, NewRun, Run, RunKind,
    Selection, SqliteStore, Store, StoreError, StoreOptions, Switch, Uploaded, Write,
};
use spine_vocabulary::{CodeScheme, ConsentCode, MessageId, NhsNumber};

/// One disk, one process on it at a time unless a test asks for another.
#[async_trait]
pub(crate) trait Bench: Sized + Send + Sync {
    type S: Store;

    async fn new() -> Self;

    fn store(&self) -> &Self::S;

    /// Another process on the same disk.
    async fn beside(&self, host: &str) -> Self::S;

    /// The process dies where it stands, and another one begins.
    async fn die(&mut self);

    /// What the clock shows from now on.
    fn set_clock(&self, at: Timestamp);
}

fn options(host: &str, clock: &Arc<AtomicI64>) -> StoreOptions {
    let clock = Arc::clone(clock);
    StoreOptions::new(host, move || t(clock.load(Ordering::Relaxed)))
}

pub(crate) struct Memory {
    store: MemoryStore,
    clock: Arc<AtomicI64>,
}

#[async_trait]
impl Bench for Memory {
    type S = MemoryStore;

    async fn new() -> Self {
        let clock = Arc::default();
        Self { store: MemoryStore::new(options("here", &clock)), clock }
    }

    fn store(&self) -> &MemoryStore {
        &self.store
    }

    async fn beside(&self, host: &str) -> MemoryStore {
        self.store.beside(options(host, &self.clock))
    }

    async fn die(&mut self) {
        self.store = self.store.crash();
    }

    fn set_clock(&self, at: Timestamp) {
        self.clock.store(at.as_second() - t(0).as_second(), Ordering::Relaxed);
    }
}

pub(crate) struct Sqlite {
    store: Option<SqliteStore>,
    clock: Arc<AtomicI64>,
    folder: tempfile::TempDir,
}

#[async_trait]
impl Bench for Sqlite {
    type S = SqliteStore;

    async fn new() -> Self {
        let mut bench = Self { store: None, clock: Arc::default(), folder: tempfile::tempdir().unwrap() };
        bench.store = Some(bench.beside("here").await);
        bench
    }

    fn store(&self) -> &SqliteStore {
        self.store.as_ref().unwrap()
    }

    async fn beside(&self, host: &str) -> SqliteStore {
        let file = self.folder.path().join("practice.store");
        let seen_from = if host == "here" { file } else { seen_from_elsewhere(&file, host) };
        SqliteStore::open(seen_from, options(host, &self.clock)).await.unwrap()
    }

    async fn die(&mut self) {
        self.store = None;
        self.store = Some(self.beside("here").await);
    }

    fn set_clock(&self, at: Timestamp) {
        self.clock.store(at.as_second() - t(0).as_second(), Ordering::Relaxed);
    }
}

/// The store as another host sees it: the same file, but locks of this host's are not there.
#[cfg(unix)]
fn seen_from_elsewhere(file: &Path, host: &str) -> PathBuf {
    let folder = file.parent().unwrap().join(host);
    let link = folder.join("practice.store");
    if !link.exists() {
        std::fs::create_dir_all(folder).unwrap();
        std::os::unix::fs::symlink(file, &link).unwrap();
    }
    link
}

/// Without symbolic links every host sees the locks of every other one.
#[cfg(not(unix))]
fn seen_from_elsewhere(file: &Path, _: &str) -> PathBuf {
    file.to_owned()
}

/// The n-th second of the tests.
pub(crate) fn t(second: i64) -> Timestamp {
    Timestamp::from_second(1_795_000_000 + second).unwrap()
}

pub(crate) fn holder(host: &str) -> Holder {
    Holder { host: host.to_owned(), pid: 42, operator: "Ada Invented".to_owned() }
}

pub(crate) fn practice() -> Practice {
    Practice {
        ods: "Y90001".parse().unwrap(),
        name: "Invented Surgery".to_owned(),
        party_key: "Y90001-0000001".parse().unwrap(),
        asid: "990000000001".parse().unwrap(),
        scr_enabled_on: Some(date(2026, 9, 1)),
        nn_days: 14,
        operators: vec![operator(1)],
    }
}

pub(crate) fn operator(n: u32) -> Operator {
    Operator {
        user_id: format!("{n:012}").parse().unwrap(),
        name: format!("Operator {n}"),
        system_administrator: true,
    }
}

pub(crate) fn key(n: u32) -> PatientKey {
    PatientKey::parse(&format!("p{n:06}")).unwrap()
}

/// The n-th NHS number that exists in the 999 range.
pub(crate) fn number(n: u32) -> NhsNumber {
    let all = (0..).filter_map(|nine: u32| {
        (0..10).find_map(|check| NhsNumber::parse(&format!("999{nine:06}{check}")).ok())
    });
    all.into_iter().nth(usize::try_from(n).unwrap()).unwrap()
}

pub(crate) fn patient(n: u32) -> PatientRecord {
    PatientRecord {
        key: key(n),
        number: RecordedNumber::Valid(number(n)),
        family_name: "O'Testé".to_owned(),
        given_names: "Nobody \"N\"".to_owned(),
        gender: None,
        birth_date: Some(date(1970, 1, 2)),
        postcode: "ZZ99 9ZZ".to_owned(),
        death_date: None,
        registration: Registration {
            kind: RegistrationKind::Permanent,
            status: RegistrationStatus::Registered,
            since: Some(date(2020, 1, 1)),
            until: None,
        },
        flags: LocalFlags::default(),
        codes: Vec::new(),
        medications: Vec::new(),
        allergies: Vec::new(),
        incomplete: false,
    }
}

pub(crate) fn code(term: &str) -> CodedEntry {
    CodedEntry {
        scheme: CodeScheme::ReadV2,
        code: "XY1..".to_owned(),
        consent: None,
        term: term.to_owned(),
        date: Some(date(2025, 5, 5)),
        recorded_at: None,
        priority: Some(3),
        free_text: String::new(),
    }
}

pub(crate) fn medication() -> Medication {
    Medication {
        scheme: CodeScheme::ReadV2,
        code: "XY2..".to_owned(),
        name: "Invented 5 mg tablets".to_owned(),
        dose: String::new(),
        quantity: String::new(),
        kind: MedicationKind::Acute,
        started_on: None,
        last_issued_on: None,
        ended_on: None,
        review_on: None,
        elsewhere: false,
    }
}

pub(crate) fn allergy() -> Allergy {
    Allergy {
        scheme: CodeScheme::ReadV2,
        code: "XY3..".to_owned(),
        term: "Allergy to something invented".to_owned(),
        kind: AllergyKind::Other,
        noted_on: None,
        reaction: String::new(),
        negative: false,
    }
}

pub(crate) fn item(record: PatientRecord) -> ImportItem {
    ImportItem::Patient(Box::new(record), 2)
}

pub(crate) async fn import<S: Store>(
    store: &S,
    items: impl IntoIterator<Item = ImportItem, IntoIter: Send>,
) -> Result<ImportReceipt, StoreError> {
    let mut items = items.into_iter().map(Ok::<_, ImportFailure>);
    store.import(&practice(), &mut items, t(0)).await
}

pub(crate) fn new_run(kind: RunKind, at: i64) -> NewRun {
    NewRun {
        kind,
        action: Action::Run,
        user: "000000000001".parse().unwrap(),
        role_profile: "000000000002".parse().unwrap(),
        settings: "{}".to_owned(),
        group: None,
        build: "0.1.0".to_owned(),
        at: t(at),
    }
}

/// A store with `patients` patients, a lease, and a run over all of them.
pub(crate) async fn running<B: Bench>(bench: &B, patients: u32, kind: RunKind) -> (Fence, Run) {
    let store = bench.store();
    import(store, (1..=patients).map(|n| item(patient(n)))).await.unwrap();
    let lease = store.take_lease(&holder("here"), t(0)).await.unwrap();
    let run = store.open_run(lease.fence, &new_run(kind, 1), Selection::everybody()).await.unwrap();
    (lease.fence, run)
}

pub(crate) fn bytes(n: u32) -> Vec<u8> {
    format!("<message n=\"{n}\">{}</message>", "summary ".repeat(50)).into_bytes()
}

pub(crate) fn live(n: u32) -> Live {
    let mut sha256 = [0; 32];
    sha256.copy_from_slice(aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, &bytes(n)).as_ref());
    Live { id: message(n), sha256, settles_as: Reason::Sent }
}

pub(crate) fn message(n: u32) -> MessageId {
    MessageId::parse(&format!("0190B5F1-7C3E-7D3A-9C00-{n:012X}")).unwrap()
}

pub(crate) fn uploaded(n: u8) -> Uploaded {
    Uploaded { content_sha256: [n; 32], dissent: false }
}

/// A write without anything beside its fact.
pub(crate) fn write(patient: u32, fact: Fact, at: i64) -> Write {
    Write::new(key(patient), fact, t(at))
}

/// Dispatches message `n` to the patient.
pub(crate) fn dispatch(patient: u32, n: u32, at: i64) -> Write {
    Write {
        frozen: Some(FrozenBytes(bytes(n).into())),
        uploaded: Some(uploaded(7)),
        ..write(patient, Fact::Dispatched(live(n)), at)
    }
}

pub(crate) fn aside(reason: Reason) -> Fact {
    Fact::SetAside(SetAside::because(reason))
}

pub(crate) fn mark(patient: u32, marking: Marking, at: i64) -> Mark {
    Mark { key: key(patient), marking, user: "000000000003".parse().unwrap(), at: t(at) }
}

pub(crate) fn switch(on: bool, at: i64) -> Switch {
    Switch { on, day: date(2026, 11, 22), nn_days: 20, user: "000000000003".parse().unwrap(), at: t(at) }
}

/// The new code for an old one.
pub(crate) fn converted() -> LocalChange {
    LocalChange {
        code: ConsentCode::ExpressDissent,
        date: date(2026, 11, 22),
        replaces: Some(ConsentCode::LegacyDissent),
    }
}

/// The implied consent of an existing summary.
pub(crate) fn implied() -> LocalChange {
    LocalChange { code: ConsentCode::ImpliedCore, date: date(2026, 11, 22), replaces: None }
}
