//! A deliberately wrong client and a deliberately wrong Spine, as programs: the suite must find their faults.

use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use spine_simulator::Ready;

use super::arguments::{WrongClient, WrongSpine};
use super::{Exit, failed, tell};
use crate::sabotage::{Aim, defects};
use crate::stage::StageError;
use crate::stage::served::{Front, client_tls};
use crate::wire::{Relay, Requester, Tamper, Tampered};

/// Runs the true client, with a relay that tampers between it and its Spine.
pub(super) fn client(wanted: &WrongClient) -> Result<Exit, StageError> {
    let tamper = match find(&wanted.defect)? {
        Aim::Client(seams, _) => (seams().tamper)(),
        Aim::Spine(_) => return Err(failed("this is a defect of a Spine")),
    };
    let mut words = wanted.client.split_whitespace();
    let mut command = Command::new(words.next().unwrap_or_default());
    command.args(words);
    let mut arguments = wanted.arguments.clone();
    let folder = tempfile::tempdir().map_err(failed)?;
    let mut relays = Vec::new();
    // A login goes to the identity service, which is left alone; only what speaks with the Spine is relayed.
    if let Some(place) = arguments.iter().position(|argument| argument == "--spine")
        && let Some(file) = arguments.get_mut(place + 1)
    {
        let (relay, ready) = front(Path::new(file), tamper, folder.path())?;
        *file = ready;
        relays.push(relay);
    }
    let status = command.args(&arguments).status().map_err(failed)?;
    Ok(Exit::Other(status.code().and_then(|code| u8::try_from(code).ok()).unwrap_or(70)))
}

/// Serves a relay before a running Spine, until standard input ends.
pub(super) fn spine(wanted: &WrongSpine) -> Result<Exit, StageError> {
    let Aim::Spine(tamper) = find(&wanted.defect)? else {
        return Err(failed("this is a defect of a client"));
    };
    let folder = tempfile::tempdir().map_err(failed)?;
    let (_relay, ready) = front(&wanted.spine, tamper(), folder.path())?;
    // Whoever waits for the file sees all of it or none.
    let making = wanted.ready_file.with_extension("making");
    std::fs::copy(ready, &making).map_err(failed)?;
    std::fs::rename(&making, &wanted.ready_file).map_err(failed)?;
    tell("The wrong Spine serves until standard input ends.");
    std::io::copy(&mut std::io::stdin(), &mut std::io::sink()).map_err(failed)?;
    Ok(Exit::Holds)
}

fn find(name: &str) -> Result<Aim, StageError> {
    let found = defects::all().into_iter().find(|defect| defect.name == name);
    found.map(|defect| defect.aim).ok_or_else(|| failed(format!("there is no defect {name}")))
}

/// A relay before the Spine of a ready file, and the ready file that leads to it.
fn front(file: &Path, tamper: Arc<dyn Tamper>, folder: &Path) -> Result<(Relay, String), StageError> {
    let ready: Ready =
        serde_json::from_str(&std::fs::read_to_string(file).map_err(failed)?).map_err(failed)?;
    let upstream = Requester::new(&ready.spine, client_tls(&ready)?).map_err(failed)?;
    let front = Front::of(&ready, folder)?;
    let relay = front.relay(Arc::new(Tampered { tamper, service: upstream }))?;
    let path = front.ready(&ready, &relay, None)?;
    Ok((relay, path.display().to_string()))
}
