//! What a run reports: counters, reasons, settings, exit codes.

use std::collections::BTreeMap;

use spine_oracle::expected;

use crate::outcome::{Failure, Verdict, hold, same};
use crate::stage::{Observation, RunOutcome};

const COUNTERS: [&str; 5] = ["unprocessed", "sending", "sent", "failed", "not_required"];

/// Where a reason of the oracle's is counted. Source: Vision help, Upload Completed and Ineligible Patients; design decision.
pub(super) fn counter(reason: &str) -> &'static str {
    match reason {
        "sent" | "sent-empty" | "sent-dissent" | "sent-permission" => "sent",
        "pds-mismatch" | "acs-mismatch" => "failed",
        _ => "not_required",
    }
}

/// The legs of runs, without logins and imports.
fn legs(seen: &Observation) -> impl Iterator<Item = &RunOutcome> {
    seen.runs
        .iter()
        .filter(|step| step.kind.is_some() && !["refused", "killed"].contains(&step.state.as_str()))
}

fn count(step: &RunOutcome, counter: &str) -> u64 {
    step.counters.get(counter).copied().unwrap_or(0)
}

/// Why everybody ends as they do, by the oracle.
fn reasons(seen: &Observation) -> Result<BTreeMap<String, u64>, Failure> {
    let mut reasons = BTreeMap::new();
    for slug in seen.people.slugs() {
        let expected = expected(slug).ok_or_else(|| Failure::new("a verdict of the oracle", slug))?;
        *reasons.entry(expected.upload).or_default() += 1;
    }
    Ok(reasons)
}

pub(super) fn five_counters(seen: &Observation) -> Verdict {
    let mut wanted: BTreeMap<&str, u64> = COUNTERS.into_iter().map(|name| (name, 0)).collect();
    for (reason, many) in reasons(seen)? {
        *wanted.entry(counter(&reason)).or_default() += many;
    }
    let run = seen.run(0);
    let found: BTreeMap<&str, u64> = run.counters.iter().map(|(name, many)| (name.as_str(), *many)).collect();
    same("the counters", &wanted, &found)
}

pub(super) fn the_counters_sum(seen: &Observation) -> Verdict {
    let population = seen.people.slugs().count() as u64;
    hold(legs(seen).count() >= 2, "at least two legs", legs(seen).count())?;
    for leg in legs(seen) {
        same("the sum of the counters", &population, &leg.counters.values().sum())?;
    }
    Ok(())
}

pub(super) fn everybody_has_a_reason(seen: &Observation) -> Verdict {
    let run = seen.run(0);
    for (reason, many) in reasons(seen)? {
        if counter(&reason) != "sent" {
            same(&format!("patients with the reason {reason}"), &Some(&many), &run.reasons.get(&reason))?;
        }
    }
    let settled = count(&run, "sent") + count(&run, "failed") + count(&run, "not_required");
    same("patients with a reason", &settled, &run.reasons.values().sum())
}

pub(super) fn finished_means_finished(seen: &Observation) -> Verdict {
    for leg in legs(seen) {
        let left = count(leg, "unprocessed") + count(leg, "sending");
        let finished = leg.state == "finished";
        hold(
            finished == (left == 0),
            "finished where nobody is left, and only there",
            format!("{}, {left} left", leg.state),
        )?;
    }
    let states: Vec<&str> = legs(seen).map(|leg| leg.state.as_str()).collect();
    same("the legs", &vec!["stopped", "stopped", "finished"], &states)
}

pub(super) fn exit_clean(seen: &Observation) -> Verdict {
    same("the exit code of a run that can be resumed", &Some(75), &seen.run(0).exit)?;
    same("the exit code of a clean run", &Some(0), &seen.run(1).exit)
}

pub(super) fn exit_failed(seen: &Observation) -> Verdict {
    same("patients in Failed", &1, &count(&seen.run(0), "failed"))?;
    same("the exit code", &Some(1), &seen.run(0).exit)
}

pub(super) fn settings_are_reported(seen: &Observation) -> Verdict {
    let run = seen.run(0);
    same("the run", &"finished", &run.state.as_str())?;
    let settings: serde_json::Value = serde_json::from_str(&run.settings).unwrap_or_default();
    for (what, place, wanted) in [
        ("months of acute medication", "/settings/rules/medication-windows/acute-months", 6),
        ("months of repeat medication", "/settings/rules/medication-windows/repeat-months", 6),
        ("days after which a summary of other origin is replaced", "/nn-days", 14),
    ] {
        let found = settings.pointer(place).and_then(serde_json::Value::as_i64);
        same(what, &Some(wanted), &found)?;
    }
    Ok(())
}
