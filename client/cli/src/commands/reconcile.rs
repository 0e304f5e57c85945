//! `scr reconcile`: whether the Spine holds what it acknowledged.

use spine_client::{Finding, Reconciled, RunId, Stop};

use super::{Desk, Service, connect};
use crate::arguments::ReconcileOptions;
use crate::exit::Exit;
use crate::failure::CliError;
use crate::show::listing;
use crate::show::output::say;
use crate::show::writer::Writer;
use crate::signals::Signals;

pub(super) async fn reconcile(desk: &Desk, options: ReconcileOptions) -> Result<Exit, CliError> {
    let client = desk.client().await?;
    let session = desk.session()?;
    let connection = connect(&options.spine.file, Service::Spine)?;
    let mut signals = Signals::listen()
        .map_err(|error| CliError::new(Exit::Bug, format!("Signals cannot be listened for: {error}.")))?;
    let stop = Stop::default();
    let mut writer = Writer::new(desk.output, &options.away)?;
    let mut rows = writer.begin::<Reconciled>(listing::RECONCILED)?;
    let mut take = |one: Reconciled| {
        // People need not read what is as it should be.
        let told = !matches!(one.finding, Finding::Matched | Finding::Unknown { expected: true });
        rows.put_if(told, &one, listing::reconciled)
    };
    let run = options.run.map(RunId);
    let came_to = {
        let asking = client.reconcile(connection.exchange, &session, run, &stop, &mut take);
        tokio::pin!(asking);
        loop {
            tokio::select! {
                came_to = &mut asking => break came_to?,
                () = signals.next() => stop.ask(),
            }
        }
    };
    let findings = came_to.findings;
    let run = came_to.run.id.0;
    rows.end(&[
        ("run", run.into()),
        ("complete", came_to.complete.into()),
        ("findings", serde_json::json!(findings)),
    ])?;
    let (kind, all) = (came_to.run.kind.text(), if came_to.complete { "" } else { " so far" });
    desk.output.tell(&format!(
        "{kind}, run {run}{all}: Matched {}, Missing {}, Different {}, Unknown {}; and {} whose dissent keeps the Spine silent, as it \
         should.",
        findings.matched, findings.missing, findings.different, findings.unknown, findings.unknown_as_expected
    ));
    if !came_to.complete {
        say("Interrupted: not everybody was asked for. Nothing was changed, here or there.");
        return Ok(Exit::Interrupted);
    }
    Ok(if findings.agree() { Exit::Done } else { Exit::SomeFailed })
}
