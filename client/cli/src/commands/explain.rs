//! `scr explain`: each rule for one patient. The one place beside `export-changes` where patient data is printed.

use std::fmt::Write as _;
use std::path::Path;

use serde::Serialize;
use spine_client::vocabulary::NhsNumber;
use spine_client::{Explained, Settings, Verdict};

use super::{Desk, Service, connect};
use crate::exit::Exit;
use crate::failure::CliError;

/// One rule, as `--json` says it.
#[derive(Serialize)]
struct Rule<'e> {
    #[serde(rename = "rule")]
    key: &'e str,
    question: &'e str,
    input: &'e str,
    verdict: &'static str,
    reason: Option<&'static str>,
    details: &'e [String],
}

#[derive(Serialize)]
struct Document<'e> {
    schema: &'static str,
    holders: Vec<Vec<Rule<'e>>>,
}

pub(super) async fn explain(desk: &Desk, number: &str, spine: Option<&Path>) -> Result<Exit, CliError> {
    // What was typed is not repeated: it may be somebody's number with a slip in it.
    let number = NhsNumber::parse(number)
        .map_err(|problem| CliError::new(Exit::Usage, format!("That is no NHS number: {problem}.")))?;
    let client = desk.client().await?;
    let settings = Settings::default();
    let holders = match spine {
        None => client.explain(number, &settings, None).await?,
        Some(file) => {
            let session = desk.session()?;
            let connection = connect(file, Service::Spine)?;
            let spine = client.converse(connection.exchange, &session).await?;
            client.explain(number, &settings, Some(&*spine)).await?
        }
    };
    if desk.output.json {
        let holders = holders.iter().map(|rules| rules.iter().map(rule).collect()).collect();
        desk.output.document(&Document { schema: "scr-explain/1", holders })?;
    } else {
        desk.output.data(&shown(number, &holders))?;
    }
    Ok(Exit::Done)
}

fn rule(explained: &Explained) -> Rule<'_> {
    let aside = explained.verdict.set_aside();
    Rule {
        key: explained.rule,
        question: explained.question,
        input: &explained.input,
        verdict: word(&explained.verdict),
        reason: aside.map(|aside| aside.reason.code()),
        details: aside.map_or(&[], |aside| &aside.details),
    }
}

const fn word(verdict: &Verdict) -> &'static str {
    match verdict {
        Verdict::Passes => "passes",
        Verdict::Declines(_) => "declines",
        Verdict::NotAsked => "not asked",
    }
}

fn shown(number: NhsNumber, holders: &[Vec<Explained>]) -> String {
    let mut text = format!("NHS number {}\n", number.reveal_grouped());
    for (place, rules) in holders.iter().enumerate() {
        // Writing to a string cannot fail.
        if holders.len() > 1 {
            let _ = writeln!(text, "\nHolder {} of {}", place + 1, holders.len());
        }
        for explained in rules {
            let _ = writeln!(
                text,
                "\n{:<4} {}\n     looked at  {}\n     says       {}",
                explained.rule,
                explained.question,
                explained.input,
                said(&explained.verdict)
            );
        }
        let _ = writeln!(text, "\n{}", outcome(rules));
    }
    text
}

fn said(verdict: &Verdict) -> String {
    match verdict.set_aside() {
        None => word(verdict).to_owned(),
        Some(aside) if aside.details.is_empty() => {
            format!("declines: {} ({})", aside.reason.text(), aside.reason.code())
        }
        Some(aside) => {
            format!(
                "declines: {} ({}: {})",
                aside.reason.text(),
                aside.reason.code(),
                aside.details.join(", ")
            )
        }
    }
}

/// The first rule that declines gives the run's reason.
fn outcome(rules: &[Explained]) -> String {
    let first = rules.iter().find_map(|explained| Some((explained.rule, explained.verdict.set_aside()?)));
    let asked = rules.iter().all(|explained| explained.verdict != Verdict::NotAsked);
    match first {
        Some((rule, aside)) => format!("A run sets this patient aside by {rule}: {}", aside.reason.text()),
        None if asked => "No rule sets this patient aside.".to_owned(),
        None => "Nothing here stands against sending. What the Spine says was not asked: use --spine FILE."
            .to_owned(),
    }
}
