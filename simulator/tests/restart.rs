//! A fake Spine that outlives its process: started again with the same folder, it is the same one.
#![expect(clippy::unwrap_used, clippy::panic, reason = "tests")]

#[path = "serving/client.rs"]
#[expect(dead_code, reason = "the suite of the sockets uses the rest")]
mod client;
#[path = "services/document.rs"]
#[expect(dead_code, reason = "the suite of the services uses the rest")]
mod document;
#[path = "serving/population.rs"]
#[expect(dead_code, reason = "the suite of the sockets uses the rest")]
mod population;

use std::path::Path;

use serde_json::Value;
use spine_fixtures::population::staff;
use spine_simulator::fault::{FaultPlan, PlanError};
use spine_simulator::scenario::{Permission, Settings};
use spine_simulator::server::StartError;
use spine_simulator::{FakeSpine, JournalError, Options};
use spine_vocabulary::{AcsPermission, NhsNumber};

use crate::client::{Secure, plain, secure_as, tls_config};
use crate::document::{ASID, Says, Upload};
use crate::population::{user, written};

fn options(folder: &Path) -> Options {
    let options = Options::load(&folder.join("spine"), Settings::default()).unwrap();
    Options { state: Some(folder.join("state")), ..options }
}

fn start(folder: &Path) -> FakeSpine {
    FakeSpine::start(options(folder)).unwrap()
}

/// The first people who are alive, with numbers that stand.
fn people(fake: &FakeSpine) -> Vec<NhsNumber> {
    let people = fake.spine().people().into_iter();
    people
        .filter(|one| one.death_date.is_none() && one.superseded_by.is_none() && !one.invalidated)
        .map(|one| one.nhs_number)
        .collect()
}

fn post(connection: &mut Secure, upload: &Upload) -> (u16, Option<String>) {
    let lines = [
        "SOAPAction: urn:nhs:names:services:psis/REPC_IN150016SM05",
        &format!("Content-Type: {}", upload.content_type),
        &format!("nhsd-asid: {ASID}"),
    ];
    let answer = connection.send("POST", "/clinical", &lines, upload.body().as_bytes()).unwrap();
    (answer.status, answer.header("content-location").map(str::to_owned))
}

/// Polls until there is an answer; its bytes.
fn poll(connection: &mut Secure, location: &str) -> Vec<u8> {
    let mut answers =
        (0..5).map(|_| connection.send("GET", location, &[&format!("nhsd-asid: {ASID}")], b"").unwrap());
    answers.find(|answer| answer.status == 200).unwrap().body
}

fn upload(message: u32, number: NhsNumber) -> Upload {
    Upload::raw(message, &number.reveal(), Says::Allergy)
        .payload("900000000011", staff::OPERATOR_ROLE)
        .payload("900000000012", staff::OPERATOR_USER_ID)
}

fn ledger(fake: &FakeSpine) -> Vec<Value> {
    let text = ["/ledger", "/ledger/summary", "/ledger/violations", "/permissions"]
        .map(|path| plain(&fake.ready().control).get(path).unwrap().text());
    text.iter().flat_map(|text| text.lines()).map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn started_again_it_remembers_what_it_acknowledged_and_its_clients_go_on() {
    let folder = tempfile::tempdir().unwrap();
    written(folder.path());
    let first = start(folder.path());
    // What the client knows of this start: it goes on with it.
    let client = tls_config(&first, Some(&first.keys().client), rustls::DEFAULT_VERSIONS);
    let connect = |fake: &FakeSpine| secure_as(client.clone(), &fake.ready().spine, "localhost").unwrap();
    let people = people(&first);
    let (stored, waiting, refused) = (people[0], people[1], people[2]);
    for number in [stored, waiting] {
        assert!(first.spine().set_permission(number, Permission::default()));
    }
    let no = Some(AcsPermission::No);
    assert!(first.spine().set_permission(refused, Permission { store: no, view: no }));
    let mut spine = connect(&first);
    assert!(post(&mut spine, &upload(9, stored)).0 >= 400, "an author without a session was served");
    let _ticket = first.open_session(&user(staff::OPERATOR_USER_ID)).unwrap();
    let answered_at = post(&mut spine, &upload(1, stored)).1.unwrap();
    let answer = poll(&mut spine, &answered_at);
    let waits_at = post(&mut spine, &upload(2, waiting)).1.unwrap();
    let before = (ledger(&first), first.spine().events(stored));
    drop(spine);
    first.stop();

    let second = start(folder.path());
    assert_eq!((ledger(&second), second.spine().events(stored)), before);
    let mut spine = connect(&second);
    assert_eq!(poll(&mut spine, &answered_at), answer, "the answer stays the same");
    poll(&mut spine, &waits_at);
    assert_eq!(post(&mut spine, &upload(1, stored)).1.as_ref(), Some(&answered_at), "a repetition is known");
    assert_eq!(post(&mut spine, &upload(3, waiting)).0, 202, "the session is known");
    assert_eq!(second.spine().ledger().accepted().len(), 2, "nothing was stored twice");
    drop(spine);
    second.stop();

    let third = FakeSpine::start(Options { forget_sessions: true, ..options(folder.path()) }).unwrap();
    assert!(post(&mut connect(&third), &upload(4, waiting)).0 >= 400, "a forgotten session was known");
    third.stop();
    // Forgotten is forgotten: the next start does not remember it either.
    let fourth = start(folder.path());
    assert!(post(&mut connect(&fourth), &upload(5, waiting)).0 >= 400, "a forgotten session was known again");
}

#[test]
fn another_spine_does_not_take_the_journal_for_its_own() {
    let folder = tempfile::tempdir().unwrap();
    written(folder.path());
    let first = start(folder.path());
    let _ticket = first.open_session(&user(staff::OPERATOR_USER_ID)).unwrap();
    let client = tls_config(&first, Some(&first.keys().client), rustls::DEFAULT_VERSIONS);
    let mut spine = secure_as(client, &first.ready().spine, "localhost").unwrap();
    assert_eq!(post(&mut spine, &upload(1, people(&first)[0])).0, 202);
    let refused = FakeSpine::start(options(folder.path())).unwrap_err();
    assert!(matches!(refused, StartError::Journal(JournalError::InUse(_))), "{refused}");
    drop(spine);
    first.stop();
    let mut other = options(folder.path());
    other.scenario.settings.seed += 1;
    let refused = FakeSpine::start(other).unwrap_err();
    assert!(matches!(refused, StartError::Journal(JournalError::Foreign(_))), "{refused}");
}

#[test]
fn a_spine_that_is_kept_takes_no_plan_of_faults() {
    let folder = tempfile::tempdir().unwrap();
    written(folder.path());
    let rules = "[[rules]]\nname = \"lost\"\nphase = \"after\"\nfault = \"reset\"\n";
    let faults = FaultPlan::read(rules).unwrap();
    let refused = FakeSpine::start(Options { faults: faults.clone(), ..options(folder.path()) }).unwrap_err();
    assert!(refused.to_string().contains("--state"), "{refused}");
    let fake = start(folder.path());
    assert_eq!(fake.spine().faults().replace(faults.clone()), Err(PlanError::Kept));
    assert_eq!(fake.spine().faults().add(faults.rules), Err(PlanError::Kept));
    assert_eq!(fake.spine().faults().replace(FaultPlan::default()), Ok(()));
}
