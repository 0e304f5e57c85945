//! `scr run`: a bulk transmission from its confirmation to its report.

use std::io::{self, BufRead as _, IsTerminal as _};
use std::path::Path;
use std::sync::Arc;

use spine_client::{
    Action, Client, ClientError, Clock as _, Ended, Halt, RunKind, RunRequest, RunSettings, Stop, SystemClock,
};

use super::{Desk, Service, connect, report};
use crate::arguments::{Doing, Kind, Means};
use crate::exit::Exit;
use crate::failure::CliError;
use crate::show::output::say;
use crate::show::progress::Progress;
use crate::show::table::{counted, patients};
use crate::signals::Signals;

/// What was said on the command line and in the settings file.
pub(super) fn request(kind: Kind, action: Doing, means: Means) -> Result<RunRequest, CliError> {
    if kind == Kind::ConsentMigration && means.terminology.is_some() {
        return Err(CliError::new(
            Exit::Usage,
            "Nothing was sent. A consent migration sends no summaries, so it takes no --terminology.",
        ));
    }
    let settings = means.settings.as_deref().map(RunSettings::read).transpose().map_err(ClientError::from)?;
    let terminology = means.terminology;
    Ok(RunRequest { settings, terminology, ..RunRequest::new(kind.into(), action.into()) })
}

/// Requirement: RUN-014.
pub(super) async fn run(desk: &Desk, request: RunRequest, spine: &Path, yes: bool) -> Result<Exit, CliError> {
    let kind = request.kind;
    let asks = !yes;
    if asks && !(io::stdin().is_terminal() && io::stderr().is_terminal()) {
        return Err(CliError::new(
            Exit::Usage,
            "Nothing was sent. There is no terminal to confirm the run on.",
        )
        .advise("Add --yes to run without a confirmation."));
    }
    let client = desk.client().await?;
    let session = desk.session()?;
    let connection = connect(spine, Service::Spine)?;
    if asks && !confirmed(desk, &client, &request, &session).await? {
        desk.output.tell("Nothing was sent.");
        return Ok(Exit::Interrupted);
    }
    let ended = conduct(desk, &client, connection.exchange, &session, request).await?;
    let Some(ended) = ended else { return Ok(Exit::Paused) };
    report::show(desk, &client, &client.report(Some(ended.run.id)).await?).await?;
    tell_ending(desk, kind, &ended);
    Ok(Exit::of_run(&ended))
}

/// Runs until the end; `None` when a second signal did not let it settle what was on its way.
async fn conduct(
    desk: &Desk,
    client: &Client,
    exchange: Arc<dyn spine_client::Exchange>,
    session: &spine_client::session::Session,
    request: RunRequest,
) -> Result<Option<Ended>, CliError> {
    let mut signals = Signals::listen()
        .map_err(|error| CliError::new(Exit::Bug, format!("Signals cannot be listened for: {error}.")))?;
    let progress = Progress::new(desk.output, Arc::new(SystemClock));
    let stop = Stop::default();
    let running = client.run(exchange, session, request, stop.clone(), &progress);
    tokio::pin!(running);
    loop {
        tokio::select! {
            ended = &mut running => return Ok(Some(ended?)),
            () = signals.next() => {
                if stop.is_asked() {
                    say(&format!(
                        "Stopped at once. {} still on the way; each is recorded, and Resume asks the Spine about it.",
                        match progress.on_its_way() {
                            1 => "1 message was".to_owned(),
                            count => format!("{count} messages were"),
                        }
                    ));
                    return Ok(None);
                }
                stop.ask();
                progress.tell("Asked to stop. Once more stops at once, without waiting for what is on its way.");
            }
        }
    }
}

async fn confirmed(
    desk: &Desk,
    client: &Client,
    request: &RunRequest,
    session: &spine_client::session::Session,
) -> Result<bool, CliError> {
    let practice = client.practice().await?;
    let import = client.store().last_import().await.map_err(spine_client::ClientError::from)?;
    let left = session.remaining(SystemClock.now());
    desk.output.tell(&format!(
        "{} at {} ({}), {} on record.\n{}\nThe session ends in {} h {:02} min; a run that takes longer pauses then and can be \
         resumed.",
        request.kind.text(),
        practice.name,
        practice.ods,
        patients(import.map_or(0, |import| import.patients)),
        what_happens(request.kind, request.action),
        left.as_hours(),
        left.as_mins() % 60
    ));
    let answer = tokio::task::spawn_blocking(|| {
        say("Go on? Type yes:");
        let mut line = String::new();
        io::stdin().lock().read_line(&mut line).map(|_| line)
    });
    let answer = answer.await.ok().and_then(Result::ok).unwrap_or_default();
    Ok(matches!(answer.trim().to_ascii_lowercase().as_str(), "y" | "yes"))
}

/// What the operator agrees to.
fn what_happens(kind: RunKind, action: Action) -> &'static str {
    match (kind, action) {
        (_, Action::Resume) => {
            "The last run goes on: what was interrupted is first asked for at the Spine, everybody else is decided afresh."
        }
        (RunKind::ConsentMigration, _) => {
            "Old consent codes are brought up to date in this store, and the patients' dissents are set on the Spine. Run \
             it before the Initial Upload."
        }
        _ => {
            "A summary of every eligible patient's record is sent to the Spine, where it can be seen where the patient is \
             cared for. Who refused gets a summary that says so and nothing else. Run the Consent Migration first."
        }
    }
}

fn tell_ending(desk: &Desk, kind: RunKind, ended: &Ended) {
    let resume = format!("scr run {} resume --spine FILE", kind.code());
    match (&ended.halt, Exit::of_run(ended)) {
        (Some(halt), _) => {
            say(&halt.to_string());
            if !matches!(halt, Halt::TakenOver) {
                say(&format!("Resume with: {resume}"));
            }
        }
        (None, Exit::Paused) => {
            let left = ended.tally.counters.iter().filter(|(counter, _)| {
                matches!(counter, spine_client::Counter::Unprocessed | spine_client::Counter::Sending)
            });
            let left: u64 = left.map(|(_, count)| count).sum();
            desk.output.tell(&format!(
                "Paused with {} to go; nothing is lost. Resume with: {resume}",
                counted(left, "patient", "patients")
            ));
        }
        (None, Exit::SomeFailed) => {
            desk.output.tell("Finished; the Failed ones need a person: see the reasons above.");
        }
        (None, Exit::InDoubt) => say("Finished, but some are in doubt: see above."),
        (None, _) => desk.output.tell("Finished."),
    }
}

impl From<Kind> for RunKind {
    fn from(kind: Kind) -> Self {
        match kind {
            Kind::InitialUpload => Self::InitialUpload,
            Kind::ConsentMigration => Self::ConsentMigration,
        }
    }
}

impl From<Doing> for Action {
    fn from(doing: Doing) -> Self {
        match doing {
            Doing::Run => Self::Run,
            Doing::Resume => Self::Resume,
        }
    }
}
