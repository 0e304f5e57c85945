//! Who may run: roles, activities, the System Administrator, and whom the identity service says it is.

use spine_fixtures::population::staff;

use crate::outcome::{Verdict, hold, same};
use crate::stage::{Observation, RunOutcome};
use crate::wire::Sort;

/// The role profile of the user with two roles: here, and at the other practice.
const HERE: &str = "990000001103";
const ELSEWHERE: &str = "990000001203";

/// Nothing arrived at the Spine in a step.
pub(super) fn nothing_arrived(what: &str, step: &RunOutcome) -> Verdict {
    same(&format!("requests that arrived {what}"), &0, &step.span.1.saturating_sub(step.span.0))
}

/// The login came about, the run was refused with these words, and nothing arrived.
fn refused_run(seen: &Observation, words: &[&str]) -> Verdict {
    let (login, run) = (seen.run(0), seen.run(1));
    same("the login", &"finished", &login.state.as_str())?;
    same("the run", &"refused", &run.state.as_str())?;
    for word in words {
        hold(run.said.contains(word), &format!("a refusal that names {word}"), &run.said)?;
    }
    nothing_arrived("for a run that was refused", &run)
}

/// The login was refused, so there was no session and nothing arrived.
fn refused_login(seen: &Observation) -> Verdict {
    let login = seen.run(0);
    hold(
        login.state == "refused" && !login.said.is_empty(),
        "a login that is refused, and why",
        &login.state,
    )?;
    same("the run", &"refused", &seen.run(1).state.as_str())?;
    nothing_arrived("though nobody could log in", &seen.run(1))?;
    // The card was asked, so that it was the assertion that was refused.
    let asked = |path: &str| seen.identity.iter().filter(|one| one.request.target.starts_with(path)).count();
    same("role assertions asked for", &1, &asked("/saml/"))
}

pub(super) fn needs_the_activity_here(seen: &Observation) -> Verdict {
    refused_run(seen, &["B0062"])
}

pub(super) fn a_job_role_grants_nothing(seen: &Observation) -> Verdict {
    refused_run(seen, &["B0062"])
}

pub(super) fn needs_an_administrator(seen: &Observation) -> Verdict {
    refused_run(seen, &["System Administrator"])
}

pub(super) fn clinical_activities_will_do(seen: &Observation) -> Verdict {
    let run = seen.run(1);
    hold(run.state == "finished", "a run that finishes", format!("{}: {}", run.state, run.said))?;
    same("uploads", &1, &seen.about("ordinary-adult", Sort::Upload).len())
}

pub(super) fn the_role_here_is_used(seen: &Observation) -> Verdict {
    let run = seen.run(1);
    hold(run.state == "finished", "a run that finishes", format!("{}: {}", run.state, run.said))?;
    let uploads = seen.about("ordinary-adult", Sort::Upload);
    same("uploads", &1, &uploads.len())?;
    for exchange in &seen.exchanges {
        let text = exchange.request.text().into_owned();
        let headers = exchange.request.headers.iter().any(|(_, value)| value.contains(ELSEWHERE));
        hold(!text.contains(ELSEWHERE) && !headers, "no request in a role elsewhere", ELSEWHERE)
            .map_err(|failure| failure.in_exchange(exchange))?;
    }
    for upload in uploads {
        let author = upload.payload().and_then(|text| text.first("author/AgentPersonSDS/id@extension"));
        same("the author's role profile", &Some(HERE.to_owned()), &author)
            .map_err(|failure| failure.in_exchange(upload))?;
    }
    Ok(())
}

pub(super) fn a_role_elsewhere_is_refused(seen: &Observation) -> Verdict {
    refused_login(seen)?;
    let said = seen.run(0).said;
    hold(said.contains(staff::PRACTICE_ODS), "a refusal that names this practice", said)
}

pub(super) fn the_user_chooses(seen: &Observation) -> Verdict {
    refused_login(seen)?;
    let said = seen.run(0).said;
    hold(said.contains(HERE) && said.contains(ELSEWHERE), "both roles to choose from", said)
}

pub(super) fn another_user_is_refused(seen: &Observation) -> Verdict {
    refused_login(seen)
}

pub(super) fn without_success_is_refused(seen: &Observation) -> Verdict {
    refused_login(seen)
}
