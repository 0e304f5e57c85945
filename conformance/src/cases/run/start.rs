//! What may begin: no second run over a paused one, nobody twice, one at a time, nothing unconfirmed.

use crate::outcome::{Verdict, hold, same};
use crate::stage::{Observation, RunOutcome};
use crate::wire::Sort;

/// The operator's name as the practice has it.
const OPERATOR: &str = "Olive Operator";

fn nothing_arrived(step: &RunOutcome) -> Verdict {
    same("requests that arrived", &0, &step.span.1.saturating_sub(step.span.0))
}

pub(super) fn resume_is_named(seen: &Observation) -> Verdict {
    let run = seen.run(1);
    same("a run over a paused one", &"refused", &run.state.as_str())?;
    hold(run.said.to_lowercase().contains("resume"), "a refusal that names Resume", &run.said)?;
    nothing_arrived(&run)
}

pub(super) fn already_sent(seen: &Observation) -> Verdict {
    let (first, second) = (seen.run(0), seen.run(1));
    hold(
        second.state == "finished",
        "a second run that finishes",
        format!("{}: {}", second.state, second.said),
    )?;
    let sent = first.counters.get("sent").copied().unwrap_or(0);
    hold(sent >= 3, "patients whom the first run sent", sent)?;
    same("patients in Sent of the second run", &Some(&0), &second.counters.get("sent"))?;
    same("patients with the reason already-sent", &Some(&sent), &second.reasons.get("already-sent"))?;
    for slug in seen.people.slugs() {
        let uploads = seen.about(slug, Sort::Upload).len();
        hold(uploads <= 1, &format!("no second upload about {slug}"), uploads)?;
    }
    Ok(())
}

pub(super) fn one_at_a_time(seen: &Observation) -> Verdict {
    let (first, second) = (seen.run(0), seen.run(1));
    hold(first.state == "finished", "the first run finishes", format!("{}: {}", first.state, first.said))?;
    same("the second run", &"refused", &second.state.as_str())?;
    hold(second.said.contains(OPERATOR), "a refusal that names who holds it", &second.said)?;
    for slug in seen.people.slugs() {
        same(&format!("uploads about {slug}"), &1, &seen.about(slug, Sort::Upload).len())?;
    }
    Ok(())
}

pub(super) fn unconfirmed(seen: &Observation) -> Verdict {
    let run = seen.run(0);
    hold(run.exit != Some(0), "a run that nobody confirms does not take place", &run.said)?;
    nothing_arrived(&run)?;
    same("the run that was confirmed", &"finished", &seen.run(1).state.as_str())?;
    same("uploads", &1, &seen.about("ordinary-adult", Sort::Upload).len())
}
