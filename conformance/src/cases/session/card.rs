//! The card and its PIN.

use spine_fixtures::population::staff;

use super::access::nothing_arrived;
use super::scenes::WRONG;
use crate::outcome::{Failure, Verdict, hold, same};
use crate::stage::{Exchange, Observation};
use crate::wire::Sort;

/// Every ticket that the identity service handed out.
pub(super) fn tickets(seen: &Observation) -> Vec<String> {
    let logins = seen.identity.iter().filter(|one| one.request.target.starts_with("/login"));
    logins.filter_map(ticket).collect()
}

fn ticket(login: &Exchange) -> Option<String> {
    let answer = login.reply.heard()?.text().into_owned();
    let json: serde_json::Value = serde_json::from_str(&answer).ok()?;
    json.get("ticket")?.as_str().map(str::to_owned)
}

pub(super) fn nothing_before_a_login(seen: &Observation) -> Verdict {
    same("a login with a wrong PIN", &"refused", &seen.run(0).state.as_str())?;
    let run = seen.run(1);
    same("a run of nobody", &"refused", &run.state.as_str())?;
    nothing_arrived("before anybody logged in", &run)?;
    same("the run after the login", &"finished", &seen.run(4).state.as_str())?;
    same("uploads after the login", &1, &seen.about("ordinary-adult", Sort::Upload).len())
}

pub(super) fn tries_are_told(seen: &Observation) -> Verdict {
    for (step, left) in [(0, "2"), (2, "1")] {
        let login = seen.run(step);
        same("a login with a wrong PIN", &"refused", &login.state.as_str())?;
        let told = login.said.split(|other: char| !other.is_ascii_alphanumeric()).any(|word| word == left);
        hold(told, &format!("{left} left of three tries"), login.said)?;
    }
    let right = seen.run(3);
    hold(
        right.state == "finished",
        "the right PIN at the third try",
        format!("{}: {}", right.state, right.said),
    )?;
    let proofs = seen.identity.iter().filter(|one| one.request.target.starts_with("/login")).count();
    same("proofs that the card made", &1, &proofs)
}

pub(super) fn nothing_secret_is_said(seen: &Observation) -> Verdict {
    let mut secrets = tickets(seen);
    hold(!secrets.is_empty(), "a ticket", "none was handed out")?;
    secrets.extend([WRONG.to_owned(), staff::OPERATOR_PIN.to_owned()]);
    // The user id on the card ends as the role profile does, and neither holds the PIN.
    let said = seen.runs.iter().map(|step| format!("{}\n{}\n{}", step.said, step.log, step.settings));
    let said: String = said.collect::<Vec<_>>().join("\n");
    for secret in &secrets {
        hold(!said.contains(secret.as_str()), "no PIN and no ticket in what was said or logged", &said)?;
    }
    let told = |one: &&Exchange| secrets.iter().any(|secret| one.request.text().contains(secret.as_str()));
    match seen.exchanges.iter().find(told) {
        Some(one) => Err(Failure::new("no PIN and no ticket in a message", "one is in it").in_exchange(one)),
        None => Ok(()),
    }
}

pub(super) fn a_pin_is_typed(seen: &Observation) -> Verdict {
    same("a login with the PIN on standard input", &"finished", &seen.run(0).state.as_str())?;
    let login = seen.run(2);
    hold(login.exit != Some(0), "a login without a typed PIN is refused", &login.said)?;
    same("tickets", &1, &tickets(seen).len())?;
    nothing_arrived("though nobody typed a PIN", &seen.run(3))
}

pub(super) fn out_of_date_is_refused(seen: &Observation) -> Verdict {
    same("a login with a card out of date", &"refused", &seen.run(0).state.as_str())?;
    let proofs = seen.identity.iter().filter(|one| one.request.target.starts_with("/login")).count();
    same("proofs that a card out of date made", &0, &proofs)?;
    same("the run", &"refused", &seen.run(1).state.as_str())?;
    nothing_arrived("though the card was out of date", &seen.run(1))
}

pub(super) fn a_run_needs_no_card(seen: &Observation) -> Verdict {
    let run = seen.run(1);
    hold(
        run.state == "finished",
        "a run that finishes without the card",
        format!("{}: {}", run.state, run.said),
    )?;
    for slug in seen.people.slugs() {
        same(&format!("uploads about {slug}"), &1, &seen.about(slug, Sort::Upload).len())?;
    }
    Ok(())
}
