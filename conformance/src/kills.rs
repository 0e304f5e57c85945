//! Real kills: the client and the fake Spine as processes of their own, over TLS and SQLite, killed without warning and started again.
//!
//! A practice is run twice: once undisturbed, and then again and again while `scr`, the fake Spine or both are killed (SIGKILL on Unix)
//! at moments that a seed chooses, until so many kills struck. After each stop everything must add up, and what a disturbed
//! practice came to must be what the undisturbed one did, patient by patient. Nothing is read from the processes' memory: the
//! client's store, the client's report and the fake Spine's control port say everything.

mod chance;
mod desk;
mod world;

use std::path::PathBuf;

use crate::audit;
use crate::stage::StageError;
use chance::Chance;
use world::World;

/// The runs of a practice, in the order in which they are conducted: each kind, and what is done before it.
const RUNS: [(&str, Before); 5] = [
    ("consent-migration", Before::Nothing),
    ("initial-upload", Before::Nothing),
    ("bulk-update", Before::Changes),
    ("bulk-deregistration", Before::Nothing),
    ("practice-no-longer-contributing", Before::SwitchedOff),
];
/// How many worlds may pass in which nothing struck, one after the other.
const BARREN: u32 = 5;

/// What is done before a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Before {
    /// Nothing.
    Nothing,
    /// An extract is taken over in which some records have changed.
    Changes,
    /// SCR is switched off.
    SwitchedOff,
}

/// What is to be killed, and how often.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The client's program.
    pub scr: PathBuf,
    /// The fake Spine's program.
    pub simulator: PathBuf,
    /// How many kills must strike a run at work.
    pub times: u32,
    /// Chooses the moments.
    pub seed: u64,
    /// Patients of the practice.
    pub patients: usize,
}

/// Whom a kill strikes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Victim {
    /// The client.
    Scr,
    /// The fake Spine, which comes back with what it acknowledged.
    Spine,
    /// Both at once.
    Both,
}

/// One kill that struck.
#[derive(Clone, Debug)]
pub struct Strike {
    /// Whom.
    pub victim: Victim,
    /// In which run.
    pub kind: &'static str,
    /// After so many exchanges of the practice's whole life.
    pub exchanges: u64,
    /// Whether the fake Spine came back without its sessions.
    pub forgot: bool,
}

/// What came of it.
#[derive(Clone, Debug, Default)]
pub struct Struck {
    /// Every kill that struck, in order.
    pub strikes: Vec<Strike>,
    /// Practices that were brought to their end.
    pub practices: u32,
    /// Everything that does not hold. Patients are named by the practice's own ids.
    pub findings: Vec<String>,
}

/// Kills until so many kills struck, or until something does not hold; every kill is told.
pub fn run(plan: &Plan, tell: &mut dyn FnMut(&str)) -> Result<Struck, StageError> {
    let mut undisturbed = World::open(plan, 0, 0)?;
    let quiet = undisturbed.play(0, tell)?;
    let mut struck = Struck { findings: undisturbed.findings(), ..Struck::default() };
    // A run in which nothing is sent proves nothing.
    let idle = RUNS.iter().map(|(kind, _)| *kind).filter(|kind| !quiet.sends(kind));
    struck.findings.extend(idle.map(|kind| format!("undisturbed, {kind} sends nothing")));
    drop(undisturbed);
    let (mut practice, mut barren) = (0, 0);
    while struck.findings.is_empty() && counted(&struck) < plan.times && barren < BARREN {
        practice += 1;
        let mut world = World::open(plan, practice, Chance::of(plan.seed, practice).below(u64::MAX))?;
        let came = world.play(plan.times - counted(&struck), tell)?;
        struck.findings.extend(world.findings());
        if struck.findings.is_empty() {
            struck.findings.extend(audit::differences(&quiet, &came));
        }
        barren = if world.strikes().is_empty() { barren + 1 } else { 0 };
        struck.strikes.extend(world.strikes().iter().cloned());
        struck.practices += 1;
    }
    Ok(struck)
}

fn counted(struck: &Struck) -> u32 {
    u32::try_from(struck.strikes.len()).unwrap_or(u32::MAX)
}

impl Struck {
    /// Whether so many kills struck and everything held.
    #[must_use]
    pub fn holds(&self, plan: &Plan) -> bool {
        self.findings.is_empty() && counted(self) >= plan.times
    }

    /// How many kills struck this victim.
    #[must_use]
    pub fn of(&self, victim: Victim) -> usize {
        self.strikes.iter().filter(|strike| strike.victim == victim).count()
    }
}

impl Victim {
    /// In words.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Scr => "scr",
            Self::Spine => "the fake Spine",
            Self::Both => "both",
        }
    }
}
