//! `scr enable` and `scr disable`: SCR switched on or off, asked for twice.
//!
//! The words are ours; what they say is the documents'. Source: Vision help, Enabling or Disabling SCR.

use spine_client::{Confirmation, RunKind, Switched, Switching};

use crate::commands::Desk;
use crate::commands::ask::{agrees, ask, needs_a_terminal};
use crate::exit::Exit;
use crate::failure::CliError;
use crate::show::output::say;

/// Requirement: RUN-032.
pub(in crate::commands) async fn switch(desk: &Desk, to: Switching, yes: bool) -> Result<Exit, CliError> {
    if !yes {
        needs_a_terminal("Nothing was changed.", "switch without the two confirmations")?;
    }
    let client = desk.client().await?;
    let session = desk.session()?;
    let mut confirm = |asked| yes || agrees(&tokio::task::block_in_place(|| ask(&question(to, asked))));
    let switched = client.switch_scr(&session, to, &mut confirm).await?;
    let word = if matches!(to, Switching::On { .. }) { "on" } else { "off" };
    match switched {
        Switched::Declined => {
            desk.output.tell("Nothing was changed.");
            return Ok(Exit::Interrupted);
        }
        Switched::Already { nn_days } => {
            desk.output.tell(&format!("SCR is {word} already{}. Nothing was changed.", nn(to, nn_days)));
        }
        Switched::Done { nn_days, outstanding } => {
            desk.output.tell(&format!("SCR is {word} now{}. {}", nn(to, nn_days), opens(to)));
            if let Some(kind) = outstanding {
                say(&unsettled(to, kind));
            }
        }
    }
    Ok(Exit::Done)
}

/// What is asked.
const fn words(to: Switching, asked: Confirmation) -> &'static str {
    match (to, asked) {
        (Switching::On { .. }, Confirmation::GoOn) => {
            "With SCR switched on, summaries and their updates can be sent to the patients' Summary Care Records."
        }
        (Switching::On { .. }, Confirmation::Certain) => "Are you certain that SCR is to be switched ON?",
        (Switching::Off, Confirmation::GoOn) => {
            "With SCR switched off, summaries that stand are no longer kept up to date, and whoever relies on them does not see what \
             has changed. This is for a practice that closes or merges, or for grave technical trouble."
        }
        (Switching::Off, Confirmation::Certain) => "Are you certain that SCR is to be switched OFF?",
    }
}

fn question(to: Switching, asked: Confirmation) -> String {
    let ending = match asked {
        Confirmation::GoOn => "Go on? Type yes:",
        Confirmation::Certain => "Type yes:",
    };
    format!("{} {ending}", words(to, asked))
}

/// What can be done from now on.
const fn opens(to: Switching) -> &'static str {
    match to {
        Switching::On { .. } => {
            "Next: scr run consent-migration run, and then scr run initial-upload run. Practice No Longer Contributing is closed."
        }
        Switching::Off => {
            "Practice No Longer Contributing is open: scr run practice-no-longer-contributing run. Every other kind is closed."
        }
    }
}

fn nn(to: Switching, nn_days: u8) -> String {
    match to {
        Switching::On { .. } => {
            format!(
                "; summaries of another origin are replaced of patients registered for more than {nn_days} days"
            )
        }
        Switching::Off => String::new(),
    }
}

fn unsettled(to: Switching, kind: RunKind) -> String {
    let resume = format!("scr run {} resume", kind.code());
    match to {
        Switching::On { .. } => format!("A run still has messages in doubt: {resume} settles them."),
        Switching::Off => format!(
            "A run still has messages in doubt ({}). Nothing new can begin over them: to settle them, enable SCR again and use {resume}.",
            kind.text()
        ),
    }
}
