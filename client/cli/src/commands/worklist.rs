//! `scr worklist`: who waits for a person or for a later attempt, and what a person notes about them.

use spine_client::vocabulary::NhsNumber;
use spine_client::{Marking, RunId, Waits, WorklistQuery};

use super::Desk;
use crate::arguments::{WorklistCommand, WorklistOptions};
use crate::exit::Exit;
use crate::failure::CliError;
use crate::show::listing;
use crate::show::table::patients;
use crate::show::writer::{PAGE, Writer};

pub(super) async fn worklist(desk: &Desk, options: WorklistOptions) -> Result<Exit, CliError> {
    if let Some(WorklistCommand::Mark { numbers, marking }) = &options.command {
        return mark(desk, numbers, (*marking).into()).await;
    }
    let client = desk.client().await?;
    let run = options.run.map(RunId);
    if run.is_some() {
        client.report(run).await?;
    }
    let query = WorklistQuery { list: options.list, run, unseen: options.unseen };
    let mut writer = Writer::new(desk.output, &options.away)?;
    let mut rows = writer.begin::<Waits>(options.list.text())?;
    let mut after = None;
    let mut told = listing::Told::default();
    loop {
        let page = client.worklist(&query, after.as_ref(), PAGE).await?;
        for row in &page.rows {
            told.note(row);
            rows.put(row, listing::waits)?;
        }
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    rows.finish(&told.legend())?;
    Ok(Exit::Done)
}

async fn mark(desk: &Desk, numbers: &[String], marking: Marking) -> Result<Exit, CliError> {
    let numbers = numbers.iter().map(|number| {
        // What was typed is not repeated: it may be somebody's number with a slip in it.
        NhsNumber::parse(number).map_err(|problem| {
            CliError::new(
                Exit::Usage,
                format!("Nothing was marked. One of these is no NHS number: {problem}."),
            )
        })
    });
    let numbers = numbers.collect::<Result<Vec<_>, _>>()?;
    let client = desk.client().await?;
    let marked = client.mark(&desk.session()?, &numbers, marking).await?;
    desk.output.tell(&match marking {
        Marking::Seen => format!("Marked {} as seen.", patients(marked)),
        Marking::Release => format!("Released {}; failed sends for them.", patients(marked)),
    });
    Ok(Exit::Done)
}
