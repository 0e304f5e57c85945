//! `scr run --dry-run`: what the run would come to.

use std::path::PathBuf;
use std::sync::Arc;

use spine_client::{ClientError, Foreseen, Stop, SystemClock};

use crate::arguments::{Away, RunOptions};
use crate::commands::{Desk, Service, connect, report};
use crate::exit::Exit;
use crate::failure::CliError;
use crate::show::output::{Output, say};
use crate::show::progress::Progress;
use crate::show::writer::Writer;
use crate::signals::Signals;

/// Requirement: RUN-033.
pub(super) async fn run(desk: &Desk, options: RunOptions) -> Result<Exit, CliError> {
    let (spine, file) = (options.spine.file.clone(), options.foreseen.clone());
    let request = super::request(options)?;
    let client = desk.client().await?;
    let session = desk.session()?;
    let exchange = connect(&spine, Service::Spine)?.exchange;
    let mut signals = Signals::listen()
        .map_err(|error| CliError::new(Exit::Bug, format!("Signals cannot be listened for: {error}.")))?;
    let progress = Progress::new(desk.output, Arc::new(SystemClock));
    let stop = Stop::default();
    let mut writer = file.map(into).transpose()?;
    let mut rows = writer.as_mut().map(|writer| writer.begin::<Foreseen>("")).transpose()?;
    let mut unwritten: Option<ClientError> = None;
    let mut each = |foreseen: Foreseen| {
        let written = rows.as_mut().map_or(Ok(()), |rows| rows.put(&foreseen, |_| String::new()));
        if let Err(error) = written {
            unwritten.get_or_insert(error);
            stop.ask();
        }
    };
    let prediction = {
        let predicting = client.predict(exchange, &session, request, (&stop, &progress), &mut each);
        tokio::pin!(predicting);
        loop {
            tokio::select! {
                prediction = &mut predicting => break prediction?,
                () = signals.next() => stop.ask(),
            }
        }
    };
    if let Some(error) = unwritten {
        return Err(error.into());
    }
    if let Some(rows) = rows {
        rows.end(&[])?;
    }
    let report = client.report_of(&prediction).await?;
    report::show_of(desk, &client, &report, (&prediction.new.user, prediction.new.at)).await?;
    desk.output.tell(
        "Dry run: nothing was sent, recorded or changed. Other answers of the Spine lead to other results.",
    );
    if let Some(halt) = &prediction.halt {
        say(&halt.to_string());
    }
    Ok(Exit::of_prediction(&prediction))
}

/// The file of what would become of each patient, whatever the output is otherwise.
fn into(file: PathBuf) -> Result<Writer, CliError> {
    Writer::new(Output::default(), &Away { csv: true, out: Some(file) })
}
