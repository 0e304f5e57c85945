//! `scr runs`: the practice's history.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde_json::Value;
use spine_client::vocabulary::UserId;
use spine_client::{Client, LegRecord, RunHistory, Switch};

use crate::commands::Desk;
use crate::exit::Exit;
use crate::failure::CliError;
use crate::show::listing::{moment, person};
use crate::show::progress::counts;
use crate::show::table::counted;

pub(in crate::commands) async fn show(desk: &Desk) -> Result<Exit, CliError> {
    let client = desk.client().await?;
    let (runs, switches) = (client.history().await?, client.switches().await?);
    if desk.output.json {
        desk.output.document(&serde_json::json!({
            "schema": "scr-runs/1",
            "runs": runs.iter().map(RunHistory::document).collect::<Vec<_>>(),
            "switches": switches.iter().map(document).collect::<Vec<_>>(),
        }))?;
        return Ok(Exit::Done);
    }
    let names = names(&client, &runs, &switches).await?;
    let mut text = String::new();
    for run in &runs {
        tell(&mut text, run, &names);
    }
    for switch in &switches {
        let word = if switch.on { "on" } else { "off" };
        // Writing to a string cannot fail.
        let _ = writeln!(
            text,
            "SCR switched {word} {} by {}, nn days {}",
            moment(switch.at),
            person(&switch.user, &names),
            switch.nn_days
        );
    }
    if text.is_empty() {
        desk.output.tell("There is no run yet.");
    }
    desk.output.data(&text)?;
    Ok(Exit::Done)
}

fn tell(text: &mut String, history: &RunHistory, names: &BTreeMap<UserId, String>) {
    let run = &history.run;
    let group = run.group.as_ref().map(|group| format!(", group {group:?}")).unwrap_or_default();
    let _ = writeln!(
        text,
        "{}, run {} by {}: {} ({}), {}{group}\n  {}",
        run.kind.text(),
        run.id.0,
        run.action.text(),
        history.state(),
        counted(history.legs.len() as u64, "leg", "legs"),
        counted(run.population, "patient", "patients"),
        counts(history.counters)
    );
    for leg in &history.legs {
        tell_leg(text, history, leg, names);
    }
    text.push('\n');
}

fn tell_leg(text: &mut String, history: &RunHistory, leg: &LegRecord, names: &BTreeMap<UserId, String>) {
    let closed = leg.closed.map_or_else(String::new, |(_, at)| format!(" to {}", moment(at)));
    let _ = writeln!(
        text,
        "  leg {}  {}  {}{closed}  {}\n         {}, role {}, {}\n         settings {}",
        leg.number,
        leg.action.text(),
        moment(leg.opened_at),
        history.leg_state(leg),
        person(&leg.user, names),
        leg.role_profile,
        leg.build,
        leg.settings
    );
}

fn document(switch: &Switch) -> Value {
    serde_json::json!({
        "on": switch.on,
        "day": switch.day.to_string(),
        "nn_days": switch.nn_days,
        "user": switch.user.to_string(),
        "at": switch.at,
    })
}

/// Whoever is named, by the name the practice knows them by.
async fn names(
    client: &Client,
    runs: &[RunHistory],
    switches: &[Switch],
) -> Result<BTreeMap<UserId, String>, CliError> {
    let legs = runs.iter().flat_map(|run| &run.legs).map(|leg| &leg.user);
    let mut names = BTreeMap::new();
    for user in legs.chain(switches.iter().map(|switch| &switch.user)) {
        if !names.contains_key(user)
            && let Some(name) = client.name_of(user).await?
        {
            names.insert(user.clone(), name);
        }
    }
    Ok(names)
}
