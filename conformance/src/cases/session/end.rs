//! How a session ends: by its time, or because the user logs out.

use std::collections::BTreeSet;

use super::access::nothing_arrived;
use super::card::tickets;
use super::scenes::{SHORT, TEN};
use crate::outcome::{Verdict, hold, same};
use crate::stage::Observation;
use crate::wire::Sort;

pub(super) fn the_given_end_is_kept(seen: &Observation) -> Verdict {
    let began = seen.run(0).time.1;
    let end = began.checked_add(SHORT).unwrap_or(began);
    let uploads = seen.about("ordinary-adult", Sort::Upload);
    hold(uploads.len() >= 2, "uploads while the session lasts", uploads.len())?;
    for exchange in &seen.exchanges {
        hold(exchange.at < end, &format!("nothing from {end} on"), exchange.at)
            .map_err(|failure| failure.in_exchange(exchange))?;
    }
    let run = seen.run(1);
    same("the run", &"halted", &run.state.as_str())?;
    hold(run.time.1 >= end, &format!("a run that goes on until {end}"), run.time.1)
}

pub(super) fn ten_hours_are_the_end(seen: &Observation) -> Verdict {
    let began = seen.run(0).time.1;
    let end = began.checked_add(TEN).unwrap_or(began);
    let run = seen.run(1);
    let sent = seen.exchanges.iter().skip(run.span.0).take(run.span.1.saturating_sub(run.span.0));
    let uploads = sent.clone().filter(|one| one.seen.sort == Sort::Upload).count();
    hold(uploads >= 2, "uploads in the last minutes of the session", uploads)?;
    for exchange in sent {
        hold(exchange.at < end, &format!("nothing from {end} on"), exchange.at)
            .map_err(|failure| failure.in_exchange(exchange))?;
    }
    same("the run when ten hours are over", &"halted", &run.state.as_str())?;
    let again = seen.run(2);
    same("a run after ten hours", &"refused", &again.state.as_str())?;
    nothing_arrived("after ten hours", &again)
}

pub(super) fn the_run_goes_on(seen: &Observation) -> Verdict {
    same("the second login", &"finished", &seen.run(3).state.as_str())?;
    let run = seen.run(4);
    hold(run.state == "finished", "a run that finishes", format!("{}: {}", run.state, run.said))?;
    same("patients in Sent", &Some(&1), &run.counters.get("sent"))?;
    let uploads = seen.about("ordinary-adult", Sort::Upload);
    let ids: BTreeSet<_> = uploads.iter().map(|one| one.seen.message.clone()).collect();
    same("message ids under both sessions", &1, &ids.len())?;
    same("events", &1, &seen.events("ordinary-adult").len())
}

pub(super) fn nothing_after_a_logout(seen: &Observation) -> Verdict {
    same("the run before", &"finished", &seen.run(1).state.as_str())?;
    same("the log-out", &"finished", &seen.run(2).state.as_str())?;
    let run = seen.run(3);
    same("a run of nobody", &"refused", &run.state.as_str())?;
    nothing_arrived("after the log-out", &run)
}

pub(super) fn the_ticket_is_given_back(seen: &Observation) -> Verdict {
    let given = tickets(seen);
    same("tickets", &1, &given.len())?;
    let back = seen.identity.iter().filter(|one| one.request.target.starts_with("/logout"));
    let back: Vec<String> = back
        .filter_map(|one| one.request.target.split_once("token=").map(|(_, token)| token.to_owned()))
        .collect();
    same("tickets that were given back", &given, &back)
}
