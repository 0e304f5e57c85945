//! `scr report`: what a run came to.

pub(super) mod patients;
pub(super) mod runs;

use jiff::Timestamp;
use serde::Serialize;
use spine_client::{Client, Report, RunId};

use super::Desk;
use crate::arguments::ReportOptions;
use crate::exit::Exit;
use crate::failure::CliError;
use crate::show::table;

/// What `--json` says: the report, and who opened the newest leg when.
#[derive(Serialize)]
struct Document<'r> {
    schema: &'static str,
    #[serde(flatten)]
    report: &'r Report,
    user: String,
    opened_at: Timestamp,
}

pub(super) async fn report(desk: &Desk, options: &ReportOptions) -> Result<Exit, CliError> {
    if options.away.csv || options.away.out.is_some() {
        return Err(CliError::new(
            Exit::Usage,
            "--csv and --out write the patients of a run: add --patients.",
        ));
    }
    let client = desk.client().await?;
    let report = client.report(options.run.map(RunId)).await?;
    show(desk, &client, &report).await?;
    Ok(Exit::Done)
}

/// Shows a run's report as data.
pub(super) async fn show(desk: &Desk, client: &Client, report: &Report) -> Result<(), CliError> {
    let runs = client.store().runs().await.map_err(spine_client::ClientError::from)?;
    let Some(run) = runs.into_iter().find(|run| run.id.0 == report.run) else {
        return Err(CliError::new(Exit::Bug, "The run is not in the store (bug)."));
    };
    if desk.output.json {
        let (user, opened_at) = (run.user.to_string(), run.opened_at);
        return desk.output.document(&Document { schema: "scr-report/1", report, user, opened_at });
    }
    let operator = client.store().operator(&run.user).await.map_err(spine_client::ClientError::from)?;
    let name = operator.map_or_else(|| "no longer an operator".to_owned(), |operator| operator.name);
    let opened = spine_client::clock::uk_local(run.opened_at).strftime("%d %b %Y %H:%M");
    desk.output.data(&format!(
        "{}  by {name} ({}), opened {opened}\n\n{}\n{}{}\n{}",
        table::headline(report),
        run.user,
        table::counters(report),
        table::reasons(report),
        table::warnings(report),
        table::notes(report)
    ))
}
