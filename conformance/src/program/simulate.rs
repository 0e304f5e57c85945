//! `spine-conformance simulate`: more of the crash simulation than a test run plays.

use std::path::PathBuf;

use super::arguments::Simulate;
use super::{Exit, say, tell};
use crate::simulation::exhaustive::{Outcome, SUBJECTS};
use crate::simulation::{play, random};
use crate::stage::StageError;

/// How many failures are made small and printed.
const SHOWN: usize = 3;

/// Plays one case, or the exhaustive, the menu's and the random ones.
pub(super) fn run(wanted: &Simulate) -> Result<Exit, StageError> {
    if let Some(file) = &wanted.case {
        let text = std::fs::read_to_string(file).map_err(StageError::new)?;
        return one(&serde_json::from_str(&text).map_err(StageError::new)?);
    }
    if let Some(seed) = wanted.seed {
        return one(&random::case(seed));
    }
    let mut holds = true;
    for subject in &SUBJECTS {
        let outcome = subject.exhaust(1, wanted.deep, wanted.threads)?;
        holds &= told(subject.kind.text(), &outcome, wanted.keep.as_ref())?;
    }
    holds &= told("The menu of faults", &random::menu(wanted.threads)?, wanted.keep.as_ref())?;
    let outcome = random::seeds(wanted.from, wanted.seeds, wanted.threads)?;
    holds &= told("Random", &outcome, wanted.keep.as_ref())?;
    Ok(if holds { Exit::Holds } else { Exit::Fails })
}

/// Plays one case and shows everything that happened.
fn one(case: &crate::simulation::Case) -> Result<Exit, StageError> {
    let played = play(case, None)?;
    say(&case.json());
    for line in &played.log {
        say(line);
    }
    for broken in &played.broken {
        tell(broken);
    }
    Ok(if played.broken.is_empty() { Exit::Holds } else { Exit::Fails })
}

/// What came of some cases; those that came out wrong are made small, shown and, if asked for, kept.
fn told(what: &str, outcome: &Outcome, keep: Option<&PathBuf>) -> Result<bool, StageError> {
    say(&format!("{what}: {} cases, {} came out wrong.", outcome.cases, outcome.failures.len()));
    for failure in outcome.failures.iter().take(SHOWN) {
        let small = random::shrink(&failure.case, None)?;
        tell(&failure.broken.join("\n"));
        say(&small.json());
        if let Some(folder) = keep {
            tell(&format!("Kept as {}.", random::keep(folder, &small)?.display()));
        }
    }
    Ok(outcome.failures.is_empty())
}
