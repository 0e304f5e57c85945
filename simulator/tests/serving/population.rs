//! A tiny invented population, enough to log in and to be asked for.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use spine_simulator::clock::{Clock as _, ManualClock};
use spine_simulator::identity::{Users, read_cards};
use spine_simulator::scenario::Scenario;
use spine_simulator::{FakeSpine, Options};
use spine_vocabulary::UserId;

/// Has two roles and a P-256 card.
pub(crate) const ADA: &str = "555100000001";
/// Has an RSA card.
pub(crate) const WYN: &str = "555100000002";
/// Has a card that has expired.
pub(crate) const EVE: &str = "555100000003";
/// Has a card, but is no user.
pub(crate) const NOBODY: &str = "555100000004";

const USERS: &str = "user_id,name,role_profile_id,ods,organisation,job_role,activities\n\
    555100000001,OKAFOR Ada,555000000001,Y90001,Fen Surgery,S8000:G8000:R8000,B0062;B0380\n\
    555100000001,OKAFOR Ada,555000000002,Y90002,Hill Surgery,S8000:G8000:R8001,B0370\n\
    555100000002,HUGHES Wyn,555000000003,Y90001,Fen Surgery,S8000:G8000:R8003,B0062\n\
    555100000003,EVANS Eve,555000000004,Y90001,Fen Surgery,S8000:G8000:R8003,B0062\n";
const CARDS: &str = "user_id,name,pin,algorithm,expires_on\n\
    555100000001,OKAFOR Ada,123456,p-256,2099-12-31\n\
    555100000002,HUGHES Wyn,123456,rsa-2048,2099-12-31\n\
    555100000003,EVANS Eve,123456,p-256,2020-12-31\n\
    555100000004,NOBODY Known,123456,p-256,2099-12-31\n";

/// Options with these users and cards, an empty reader, and a clock to move.
pub(crate) fn options() -> (Options, ManualClock) {
    let clock = ManualClock::from_system();
    let options = Options {
        users: Users::read(USERS.as_bytes()).unwrap(),
        cards: read_cards(CARDS.as_bytes()).unwrap(),
        clock: Arc::new(clock.clone()),
        ..Options::new(Scenario::default())
    };
    assert!(clock.now().as_second() > 0);
    (options, clock)
}

/// A running fake Spine with these users and cards, and its clock.
pub(crate) fn fake() -> (FakeSpine, ManualClock) {
    let (options, clock) = options();
    (FakeSpine::start(options).unwrap(), clock)
}

/// Writes an invented population of 20 patients into the folder; its `spine/` folder.
pub(crate) fn written(folder: &Path) -> PathBuf {
    let as_of = spine_fixtures::Date::new(2026, 9, 11).unwrap();
    spine_fixtures::Population::new(7, 20, as_of).write(folder).unwrap().spine
}

pub(crate) fn user(id: &str) -> UserId {
    UserId::parse(id).unwrap()
}
