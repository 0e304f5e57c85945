//! `spine-conformance run`.

use std::collections::BTreeSet;
use std::path::Path;
use std::time::Duration;

use spine_client::session::{Pin, Piv, SocketChannel};
use spine_client::store::{MemoryStore, StoreOptions};
use spine_client::{Addresses, Client, Clock as _, SystemClock, TimeOrderedIds, TransportSettings};
use spine_fixtures::population::staff;
use spine_simulator::Ready;

use super::arguments::{Run, Side};
use super::{Exit, failed, say, tell};
use crate::case::Case;
use crate::outcome::Outcome;
use crate::report::{Material, Report, summary};
use crate::requirement::{Register, Waivers};
use crate::runner::{self, Judged, Library, Player, Target};
use crate::sabotage;
use crate::stage::StageError;
use crate::stage::command::Adapter;
use crate::stage::ground::{Town, honest};
use crate::stage::library::Seams;
use crate::stage::served::{Served, server};

/// How long a card may take for an answer.
const CARD_PATIENCE: Duration = Duration::from_mins(1);

pub(super) fn run(wanted: &Run) -> Result<Exit, StageError> {
    let register = Register::load().map_err(failed)?;
    let waivers = Waivers::load().map_err(failed)?;
    let all = crate::cases::all();
    let cases = chosen(&all, wanted);
    if cases.is_empty() {
        tell("No case is called so.");
        return Ok(Exit::Other(2));
    }
    let town = if wanted.spine.is_some() { Town::whole()? } else { Town::new()? };
    let player = player(wanted);
    let mut judged = runner::clients(&cases, player.as_ref(), wanted.threads);
    let (target, name, _served) = target(wanted, &cases)?;
    judged.extend(runner::spines(&cases, &town, &target));
    let caught = wanted.prove.then(|| {
        let sound = sound(&judged);
        sabotage::plant(&sabotage::defects::all(), &cases, &sound, &town, wanted.threads)
    });
    let report = Report::new(&Material {
        register: &register,
        waivers: &waivers,
        today: spine_client::clock::uk_date(SystemClock.now()),
        client: player.name(),
        spine: name,
        seed: wanted.seed,
        arguments: again(wanted),
        judged: &judged,
        cases: &all,
        caught: caught.as_deref(),
    });
    if let Some(folder) = &wanted.report {
        report.write(folder).map_err(failed)?;
    }
    say(&if wanted.json { report.json().map_err(failed)? } else { summary(&report) });
    Ok(if report.is_good() { Exit::Holds } else { Exit::Fails })
}

/// The names of the cases that passed.
pub(super) fn sound(judged: &[Judged]) -> BTreeSet<&'static str> {
    judged.iter().filter(|one| one.outcome == Outcome::Passed).map(|one| one.case.name).collect()
}

fn chosen(all: &[&'static Case], wanted: &Run) -> Vec<&'static Case> {
    let fits = |case: &&&'static Case| {
        wanted.area.as_deref().is_none_or(|area| case.area() == area)
            && wanted.case.as_deref().is_none_or(|name| case.name == name)
            && wanted.only.is_none_or(|side| case.is_of_client() == (side == Side::Client))
    };
    all.iter().filter(fits).copied().collect()
}

fn player(wanted: &Run) -> Box<dyn Player> {
    match &wanted.client_command {
        Some(command) => Box::new(Adapter::new(command)),
        None => Box::new(Library(Seams::default())),
    }
}

/// The Spine to ask, its name, and what must live as long as it is asked.
fn target(wanted: &Run, cases: &[&'static Case]) -> Result<(Target, String, Option<Served>), StageError> {
    let Some(file) = &wanted.spine else {
        let name = "the simulator, in this process and as a server".to_owned();
        let needed =
            cases.iter().any(|case| matches!(case.check, crate::case::Check::Spine { server: true, .. }));
        let served = if needed { Some(Served::start()?) } else { None };
        let at = served.as_ref().map(Served::server);
        return Ok((Target::Simulator { tamper: honest, server: at }, name, served));
    };
    let ready: Ready =
        serde_json::from_str(&std::fs::read_to_string(file).map_err(failed)?).map_err(failed)?;
    for base in [&ready.spine, &ready.identity] {
        let host = host(base);
        let loopback = ["localhost", "127.0.0.1", "[::1]"].contains(&host);
        if !loopback && !wanted.allow.iter().any(|allowed| allowed == host) {
            let why =
                format!("{host} is not this computer: a Spine elsewhere is tested only with --allow {host}");
            return Err(failed(why));
        }
    }
    log_in(file, &ready)?;
    Ok((Target::Server(server(&ready, wanted.seed)?), ready.spine, None))
}

fn host(base: &str) -> &str {
    let rest = base.split("//").nth(1).unwrap_or(base).split('/').next().unwrap_or_default();
    rest.rsplit_once(':').map_or(rest, |(host, _)| host)
}

/// Logs the operator in with the card that is in the Spine's reader: uploads and settings are taken from those who are logged in.
fn log_in(file: &Path, ready: &Ready) -> Result<(), StageError> {
    let addresses = Addresses::read(file).map_err(failed)?;
    let card = ready.card.parse().map_err(failed)?;
    let store = std::sync::Arc::new(MemoryStore::new(StoreOptions::new("a-test", || SystemClock.now())));
    let ids = std::sync::Arc::new(TimeOrderedIds::new(SystemClock));
    let client = Client::new(store, std::sync::Arc::new(SystemClock), ids, "a-test");
    let folder = tempfile::tempdir().map_err(failed)?;
    let today = spine_client::clock::uk_date(SystemClock.now()).to_string();
    let practice = crate::stage::People::of(&["ordinary-adult"], &today)?.write(folder.path())?.practice;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(failed)?;
    runtime.block_on(async {
        client.import(&practice, None).await.map_err(failed)?;
        let identity = addresses
            .connect_identity(&TransportSettings::default(), SystemClock.now().into())
            .map_err(failed)?;
        let card = SocketChannel::connect(card, CARD_PATIENCE).map_err(failed)?;
        let pin = Pin::read(staff::OPERATOR_PIN.to_owned()).map_err(failed)?;
        let login = client.login(&*identity, Box::new(Piv::new(card)), pin, None);
        login.await.map(drop).map_err(failed)
    })
}

/// The arguments that make a case run again as it ran.
fn again(wanted: &Run) -> String {
    let client = wanted.client_command.as_ref().map(|command| format!(" --client-command '{command}'"));
    let seed = wanted.seed.wrapping_add(1);
    let spine = wanted.spine.as_ref().map(|file| format!(" --spine {} --seed {seed}", file.display()));
    client.unwrap_or_default() + &spine.unwrap_or_default()
}
