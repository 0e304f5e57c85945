//! One leg after another: stop, resume, silence, kill.

use std::collections::BTreeSet;

use super::scenes::{LOST, THREE};
use crate::outcome::{Verdict, hold, same};
use crate::stage::{Exchange, Observation};
use crate::wire::Sort;

/// How many messages may have been decided on when the operator asked to stop, beside those that had left: one for each of the
/// patients who are worked on at a time in virtual time.
const UNDER_WAY: usize = 2;
/// The exchange at which the operator asks, counted from 1.
const ASKED_AT: usize = 4;

fn of_step(seen: &Observation, step: usize) -> Vec<&Exchange> {
    let (from, to) = seen.run(step).span;
    seen.exchanges.iter().skip(from).take(to.saturating_sub(from)).collect()
}

fn ids<'a>(exchanges: impl IntoIterator<Item = &'a Exchange>) -> BTreeSet<String> {
    exchanges.into_iter().filter_map(|one| one.seen.message.clone()).collect()
}

/// Everybody has one summary, sent under one id.
fn everybody_once(seen: &Observation) -> Verdict {
    for slug in seen.people.slugs() {
        same(&format!("message ids about {slug}"), &1, &ids(seen.about(slug, Sort::Upload)).len())?;
        same(&format!("events of {slug}"), &1, &seen.events(slug).len())?;
    }
    Ok(())
}

pub(super) fn a_stop_pauses(seen: &Observation) -> Verdict {
    let exchanges = of_step(seen, 0);
    let late = exchanges.iter().skip(ASKED_AT).filter(|one| one.seen.sort == Sort::Upload).count();
    hold(late <= UNDER_WAY, &format!("no more than {UNDER_WAY} uploads after the stop"), late)?;
    let run = seen.run(0);
    same("the run", &"stopped", &run.state.as_str())?;
    let left = run.counters.get("unprocessed").copied().unwrap_or(0);
    hold(left > 0, "patients who are left for later", left)?;
    // What was on its way is seen through.
    same("patients in Sending", &Some(&0), &run.counters.get("sending"))
}

pub(super) fn a_run_goes_on(seen: &Observation) -> Verdict {
    for (step, state) in [(0, "stopped"), (2, "stopped"), (3, "finished")] {
        let leg = seen.run(step);
        hold(leg.state == state, &format!("a leg that is {state}"), format!("{}: {}", leg.state, leg.said))?;
    }
    let people = seen.people.slugs().count() as u64;
    same("patients in Sent", &Some(&people), &seen.run(3).counters.get("sent"))?;
    everybody_once(seen)
}

pub(super) fn asks_before_it_sends(seen: &Observation) -> Verdict {
    let first = seen.run(0);
    same("the first leg", &"stopped", &first.state.as_str())?;
    same("patients in Sending", &Some(&3), &first.counters.get("sending"))?;
    let second = of_step(seen, 1);
    for slug in THREE {
        let number = seen.people.number(slug);
        let of = |sort: Sort| {
            second
                .iter()
                .position(|one| one.seen.sort == sort && one.seen.patient.as_deref() == Some(number.as_str()))
        };
        let (asked, sent) = (of(Sort::EventList), of(Sort::Upload));
        hold(asked.is_some(), &format!("a question for {slug}"), "none")?;
        let before = sent.is_none_or(|sent| asked.is_some_and(|asked| asked < sent));
        hold(
            before,
            &format!("a question for {slug} before anything is sent again"),
            format!("{asked:?}, {sent:?}"),
        )?;
        // Only what was lost is sent again.
        same(&format!("{slug} is sent again"), &(slug == LOST), &sent.is_some())?;
    }
    finished_with_three(seen)?;
    everybody_once(seen)
}

fn finished_with_three(seen: &Observation) -> Verdict {
    let run = seen.run(1);
    hold(run.state == "finished", "a run that finishes", format!("{}: {}", run.state, run.said))?;
    same("patients in Sent", &Some(&3), &run.counters.get("sent"))
}

pub(super) fn a_kill_loses_nothing(seen: &Observation) -> Verdict {
    same("the first leg", &"killed", &seen.run(0).state.as_str())?;
    finished_with_three(seen)
}

pub(super) fn one_id_whatever_happens(seen: &Observation) -> Verdict {
    let left = of_step(seen, 0).into_iter().filter(|one| one.seen.sort == Sort::Upload).count();
    hold(left > 0, "uploads that left before the kill", left)?;
    everybody_once(seen)
}

pub(super) fn one_setting_id(seen: &Observation) -> Verdict {
    same("the first leg", &"killed", &seen.run(0).state.as_str())?;
    let settings = seen.about("legacy-dissent", Sort::Setting);
    same("settings: one was lost, one was not", &2, &settings.len())?;
    same("message ids of the settings", &1, &ids(settings).len())?;
    let run = seen.run(1);
    hold(run.state == "finished", "a migration that finishes", format!("{}: {}", run.state, run.said))?;
    same("patients in Sent", &Some(&1), &run.counters.get("sent"))
}
