//! `spine-conformance kills`.

use std::path::{Path, PathBuf};

use super::arguments::Kills;
use super::{Exit, failed, say, tell};
use crate::kills::{self, Plan, Victim};
use crate::stage::StageError;

pub(super) fn run(wanted: &Kills) -> Result<Exit, StageError> {
    let plan = Plan {
        scr: program(&wanted.scr)?,
        simulator: program(&wanted.simulator)?,
        times: wanted.times,
        seed: wanted.seed,
        patients: wanted.patients,
    };
    say(&format!("{} kills, {} patients, seed {}.", plan.times, plan.patients, plan.seed));
    let struck = kills::run(&plan, &mut |line| tell(line))?;
    for finding in &struck.findings {
        say(&format!("does not hold: {finding}"));
    }
    let [scr, spine, both] = [Victim::Scr, Victim::Spine, Victim::Both].map(|victim| struck.of(victim));
    say(&format!(
        "{} kills struck ({scr} the client, {spine} the fake Spine, {both} both at once) in {} practices; {}.",
        struck.strikes.len(),
        struck.practices,
        if struck.findings.is_empty() {
            "0 lost, 0 doubled, 0 content for dissenters, every patient as undisturbed"
        } else {
            "something does not hold"
        }
    ));
    Ok(if struck.holds(&plan) { Exit::Holds } else { Exit::Fails })
}

/// The program by a path that holds in every folder.
fn program(path: &Path) -> Result<PathBuf, StageError> {
    path.canonicalize().map_err(|error| failed(format!("{}: {error}", path.display())))
}
