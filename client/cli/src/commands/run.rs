//! `scr run`: a bulk transmission from its confirmation to its report.

mod conduct;
mod confirm;
mod dry;
mod ending;

use spine_client::session::{Session, SessionFile};
use spine_client::{ClientError, Clock as _, RunKind, RunRequest, RunSettings, Sessions, SystemClock};

use super::{Desk, Service, ask, connect, report};
use crate::arguments::RunOptions;
use crate::exit::Exit;
use crate::failure::CliError;

/// Requirement: RUN-014.
pub(super) async fn run(desk: &Desk, options: RunOptions) -> Result<Exit, CliError> {
    if options.dry_run {
        return dry::run(desk, options).await;
    }
    let (spine, asks) = (options.spine.file.clone(), !options.yes);
    let request = request(options)?;
    if asks {
        ask::needs_a_terminal("Nothing was sent.", "run without a confirmation")?;
    }
    let kind = request.kind;
    let client = desk.client().await?;
    let session = desk.session()?;
    let connection = connect(&spine, Service::Spine)?;
    if asks && !confirm::confirmed(desk, &client, &request, &session).await? {
        desk.output.tell("Nothing was sent.");
        return Ok(Exit::Interrupted);
    }
    let sessions = Kept(desk.session_file());
    let ended = conduct::conduct(desk, &client, connection.exchange, &sessions, request).await?;
    let Some(ended) = ended else { return Ok(Exit::Paused) };
    report::show(desk, &client, &client.report(Some(ended.run.id)).await?).await?;
    ending::tell(desk, kind, &ended);
    Ok(Exit::of_run(&ended))
}

/// What was said on the command line and in the settings file.
fn request(options: RunOptions) -> Result<RunRequest, CliError> {
    let kind = RunKind::from(options.kind);
    if kind == RunKind::ConsentMigration && options.means.terminology.is_some() {
        return Err(CliError::new(
            Exit::Usage,
            "Nothing was sent. A consent migration sends no summaries, so it takes no --terminology.",
        ));
    }
    let settings = options.means.settings.as_deref().map(RunSettings::read).transpose();
    Ok(RunRequest {
        settings: settings.map_err(ClientError::from)?,
        terminology: options.means.terminology,
        group: options.group,
        schedule: options.times.schedule(SystemClock.now()),
        retry_now: options.retry_now,
        ..RunRequest::new(kind, options.action.into())
    })
}

/// Whoever logged in last at this store: a run that waits for the night may go on in a later session.
struct Kept(SessionFile);

impl Sessions for Kept {
    fn current(&self) -> Option<Session> {
        // A file that cannot be read is nobody's login; the next `scr session` says why.
        self.0.load().ok().flatten()
    }
}
