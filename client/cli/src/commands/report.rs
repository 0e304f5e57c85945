//! `scr report`: what a run came to.

pub(super) mod patients;
pub(super) mod runs;

use jiff::Timestamp;
use serde::Serialize;
use spine_client::vocabulary::UserId;
use spine_client::{Client, Report, RunId};

use super::Desk;
use crate::arguments::ReportOptions;
use crate::exit::Exit;
use crate::failure::CliError;
use crate::show::listing::moment;
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
    show_of(desk, client, report, (&run.user, run.opened_at)).await
}

/// The same of whoever opened it, and when.
pub(super) async fn show_of(
    desk: &Desk,
    client: &Client,
    report: &Report,
    (user, opened_at): (&UserId, Timestamp),
) -> Result<(), CliError> {
    if desk.output.json {
        let user = user.to_string();
        return desk.output.document(&Document { schema: "scr-report/1", report, user, opened_at });
    }
    let name = client.name_of(user).await?.unwrap_or_else(|| "no longer an operator".to_owned());
    desk.output.data(&format!(
        "{}  by {name} ({user}), opened {}\n\n{}\n{}{}\n{}",
        table::headline(report),
        moment(opened_at),
        table::counters(report),
        table::reasons(report),
        table::warnings(report),
        table::notes(report)
    ))
}
