//! `scr report --patients`: how every patient came out of a run, with every attempt.

use spine_client::{Outcome, OutcomeQuery, RunId};

use crate::arguments::ReportOptions;
use crate::commands::Desk;
use crate::exit::Exit;
use crate::failure::CliError;
use crate::show::listing;
use crate::show::writer::{PAGE, Writer};

pub(in crate::commands) async fn show(desk: &Desk, options: ReportOptions) -> Result<Exit, CliError> {
    let client = desk.client().await?;
    // Whether the run is there, and which one is the newest.
    let run = RunId(client.report(options.run.map(RunId)).await?.run);
    let query = OutcomeQuery { counter: options.counter, reason: options.reason };
    let mut writer = Writer::new(desk.output, &options.away)?;
    let mut rows = writer.begin::<Outcome>(listing::OUTCOMES)?;
    let mut after = None;
    loop {
        let page = client.outcomes(run, &query, after.as_ref(), PAGE).await?;
        for row in &page.rows {
            rows.put(row, listing::outcome)?;
        }
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    rows.end(&[])?;
    Ok(Exit::Done)
}
