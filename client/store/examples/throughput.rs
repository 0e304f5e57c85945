//! How fast the SQLite store is here: import, opening, paging, recording. Prints figures; asserts nothing.
//!
//! `cargo run --release -p spine-store --example throughput -- [patients] [group]`

#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a measuring program")]
#![expect(clippy::disallowed_methods, reason = "it measures real time")]

use std::fmt::Write as _;
use std::time::Instant;

use jiff::Timestamp;
use spine_rules::import::{ImportFailure, ImportItem, Practice};
use spine_rules::lifecycle::{Fact, Live};
use spine_rules::reason::{Counter, Reason, SetAside};
use spine_rules::record::{
    CodedEntry, LocalFlags, PatientKey, PatientRecord, RecordedNumber, Registration, RegistrationKind,
    RegistrationStatus,
};
use spine_store::{
    Action, Cursor, Earlier, Fence, FrozenBytes, Holder, Listing, NewRun, RunKind, Selection, SqliteStore,
    Store, StoreOptions, Uploaded, Write,
};
use spine_vocabulary::{CodeScheme, MessageId, NhsNumber};

const ENTRIES: u32 = 10;

/// Runs that take few, after one that took everybody.
const SPARSE: u32 = 20;

fn key(n: u32) -> PatientKey {
    PatientKey::parse(&format!("{n:08}")).unwrap()
}

fn patient(n: u32) -> PatientRecord {
    let number = (0..10).find_map(|check| NhsNumber::parse(&format!("9{n:08}{check}")).ok());
    PatientRecord {
        key: key(n),
        number: number.map_or(RecordedNumber::Missing, RecordedNumber::Valid),
        family_name: "Invented".to_owned(),
        given_names: "Person".to_owned(),
        gender: None,
        birth_date: "1970-01-02".parse().ok(),
        postcode: "ZZ99 9ZZ".to_owned(),
        death_date: None,
        registration: Registration {
            kind: RegistrationKind::Permanent,
            status: RegistrationStatus::Registered,
            since: "2020-01-01".parse().ok(),
            until: None,
        },
        flags: LocalFlags::default(),
        codes: Vec::new(),
        medications: Vec::new(),
        allergies: Vec::new(),
        incomplete: false,
    }
}

fn code() -> CodedEntry {
    CodedEntry {
        scheme: CodeScheme::ReadV2,
        code: "XY1..".to_owned(),
        consent: None,
        term: "An invented entry of the usual length".to_owned(),
        date: "2025-05-05".parse().ok(),
        recorded_at: "2025-05-05T10:00:00".parse().ok(),
        priority: Some(3),
        free_text: "with a few words beside it".to_owned(),
    }
}

/// Bytes as large and about as compressible as an upload.
fn bytes(n: u32) -> Vec<u8> {
    let mut text = String::with_capacity(15_000);
    let mut random = u64::from(n) + 1;
    while text.len() < 14_000 {
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let _ = write!(
            text,
            "<pertinentInformation typeCode=\"PERT\"><code code=\"{:x}\"/></pertinentInformation>",
            random >> 40
        );
    }
    text.into_bytes()
}

/// A stretch of time, and of this process's processor time, which other work on the machine disturbs less.
struct Stretch {
    began: Instant,
    processor: f64,
}

impl Stretch {
    fn begin() -> Self {
        Self { began: Instant::now(), processor: processor_seconds() }
    }

    fn spent(&self) -> (f64, f64) {
        (self.began.elapsed().as_secs_f64(), processor_seconds() - self.processor)
    }
}

/// User and system time of this process; 0 where `/proc` is not there.
fn processor_seconds() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let after_name = stat.rsplit(')').next().unwrap_or_default();
    let ticks = after_name.split_whitespace().skip(11).take(2).filter_map(|text| text.parse::<u32>().ok());
    ticks.map(|ticks| f64::from(ticks) / 100.0).sum()
}

fn told(what: &str, count: u32, (seconds, processor): (f64, f64)) {
    let count_f = f64::from(count);
    let micros = processor * 1e6 / count_f;
    println!(
        "{what:<28} {count:>9} in {seconds:>7.2} s = {:>7.0}/s, {micros:>6.1} us of processor each",
        count_f / seconds
    );
}

fn peak() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    status.lines().find(|line| line.starts_with("VmHWM")).unwrap_or("VmHWM: unknown").to_owned()
}

#[tokio::main]
async fn main() {
    let mut arguments = std::env::args().skip(1).map(|text| text.parse::<u32>().unwrap());
    let (patients, group) = (arguments.next().unwrap_or(20_000), arguments.next().unwrap_or(128) as usize);
    let folder = tempfile::tempdir().unwrap();
    let options = StoreOptions::new("here", Timestamp::now);
    let store = SqliteStore::open(folder.path().join("store"), options).await.unwrap();
    let now = Timestamp::now();

    let practice = Practice {
        ods: "Y90001".parse().unwrap(),
        name: "Invented Surgery".to_owned(),
        party_key: "Y90001-0000001".parse().unwrap(),
        asid: "990000000001".parse().unwrap(),
        scr_enabled_on: None,
        nn_days: 14,
        operators: Vec::new(),
    };
    for round in ["import", "import again"] {
        let start = Stretch::begin();
        let records = (1..=patients).map(|n| ImportItem::Patient(Box::new(patient(n)), 2));
        let codes = (0..ENTRIES).flat_map(|_| (1..=patients).map(|n| ImportItem::Code(key(n), code(), 2)));
        let mut items = records.chain(codes).map(Ok::<_, ImportFailure>);
        store.import(&practice, &mut items, now).await.unwrap();
        told(round, patients, start.spent());
        println!("  {}", peak());
    }

    let holder = Holder { host: "here".to_owned(), pid: 1, operator: "Nobody".to_owned() };
    let fence = store.take_lease(&holder, now).await.unwrap().fence;
    let new = NewRun {
        kind: RunKind::InitialUpload,
        action: Action::Run,
        user: "000000000001".parse().unwrap(),
        role_profile: "000000000002".parse().unwrap(),
        settings: "{}".to_owned(),
        group: None,
        build: "example".to_owned(),
        at: now,
    };
    let start = Stretch::begin();
    let run = store.open_run(fence, &new, Selection::everybody()).await.unwrap();
    told("open run", patients, start.spent());

    let start = Stretch::begin();
    let mut after: Option<PatientKey> = None;
    loop {
        let page = store.page(run.id, Cursor::Due(now), after.as_ref(), 500).await.unwrap();
        let Some((last, _)) = page.last() else { break };
        after = Some(last.key.clone());
    }
    told("page (10 entries each)", patients, start.spent());

    let all: Vec<u32> = (1..=patients).collect();
    let messages: Vec<Vec<u8>> = (0..16).map(bytes).collect();
    let (mut intents, mut answers) = ((0.0, 0.0), (0.0, 0.0));
    for chunk in all.chunks(group) {
        let writes: Vec<Write> =
            chunk.iter().map(|n| dispatch(*n, &messages[*n as usize % 16], now)).collect();
        let start = Stretch::begin();
        store.record(fence, run.id, &writes).await.unwrap();
        intents = plus(intents, start.spent());
        let writes: Vec<Write> = chunk.iter().map(|n| Write::new(key(*n), Fact::Acknowledged, now)).collect();
        let start = Stretch::begin();
        store.record(fence, run.id, &writes).await.unwrap();
        answers = plus(answers, start.spent());
    }
    for (what, spent) in [("intents with 14 KB each", intents), ("acknowledgements", answers)] {
        told(what, patients, spent);
    }
    println!("groups of {group}; {}", peak());
    println!("{:?}", store.tally(run.id).await.unwrap().counters);
    later_runs(&store, fence, &new, patients).await;
}

/// What a practice asks for after its first run: everybody is held once, a few of them in a row of later runs, and people look at it.
async fn later_runs(store: &SqliteStore, fence: Fence, new: &NewRun, patients: u32) {
    let all: Vec<u32> = (1..=patients).collect();
    let new = NewRun { kind: RunKind::BulkUpdate, ..new.clone() };
    let held = |n: &u32| Write::new(key(*n), Fact::SetAside(SetAside::because(Reason::Held)), new.at);
    let run = store.open_run(fence, &new, Selection::everybody()).await.unwrap();
    let start = Stretch::begin();
    for chunk in all.chunks(512) {
        store.record(fence, run.id, &chunk.iter().map(held).collect::<Vec<_>>()).await.unwrap();
    }
    told("held", patients, start.spent());
    // A hundredth of the practice in each.
    for _ in 0..SPARSE {
        let few = |listing: &Listing<'_>| listing.record.key.as_str().ends_with("00");
        let run = store.open_run(fence, &new, Selection::whom(&few)).await.unwrap();
        let group: Vec<_> = all.iter().filter(|n| n.is_multiple_of(100)).map(held).collect();
        store.record(fence, run.id, &group).await.unwrap();
    }
    let failed = |listing: &Listing<'_>| listing.before == Some(Counter::Failed);
    let earlier = Some((new.kind, Earlier::NewestOfKind));
    let selection = Selection { group: None, earlier, takes: &failed };
    let start = Stretch::begin();
    println!("after {SPARSE} runs of few: {} failed", store.failed(new.kind).await.unwrap());
    told("count for Failed", patients, start.spent());
    let start = Stretch::begin();
    let mut after = None;
    loop {
        let page = store.candidates(selection, after.as_ref(), 500).await.unwrap();
        let Some(last) = page.last() else { break };
        after = Some(last.record.key.clone());
    }
    told("candidates of Failed", patients, start.spent());
    worklist(store, patients).await;
    let start = Stretch::begin();
    store.open_run(fence, &new, selection).await.unwrap();
    told("open run for Failed", patients, start.spent());
    worklist(store, patients).await;
    println!("{}", peak());
}

/// Reads the whole worklist as a person does who turns its pages.
async fn worklist(store: &SqliteStore, patients: u32) {
    let start = Stretch::begin();
    let (mut after, mut waiting, mut slowest) = (None, 0, 0.0_f64);
    loop {
        let one = Stretch::begin();
        let place = after.as_ref().map(|(key, run)| (key, *run));
        let page = store.waiting(None, &[Reason::Held], place, 100).await.unwrap();
        slowest = slowest.max(one.spent().0);
        let Some(last) = page.last() else { break };
        after = Some((last.entry.key.clone(), last.run));
        waiting += page.len();
    }
    told("worklist in pages of 100", patients, start.spent());
    println!("  {waiting} waiting, the slowest page in {:.1} ms", slowest * 1e3);
}

fn plus(one: (f64, f64), other: (f64, f64)) -> (f64, f64) {
    (one.0 + other.0, one.1 + other.1)
}

fn dispatch(n: u32, bytes: &[u8], at: Timestamp) -> Write {
    let mut sha256 = [0; 32];
    sha256.copy_from_slice(aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, bytes).as_ref());
    // Time-ordered, as the client's ids are.
    let id = MessageId::parse(&format!("0190B5F1-7C3E-7D3A-9C00-{n:012X}")).unwrap();
    Write {
        frozen: Some(FrozenBytes(bytes.into())),
        uploaded: Some(Uploaded { content_sha256: sha256, dissent: false }),
        ..Write::new(key(n), Fact::Dispatched(Live { id, sha256, settles_as: Reason::Sent }), at)
    }
}
