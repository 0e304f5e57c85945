//! The run itself: shown as it goes, and paused by signals.

use std::sync::Arc;

use spine_client::{Client, Ended, Exchange, RunRequest, Sessions, Stop, SystemClock};

use crate::commands::Desk;
use crate::exit::Exit;
use crate::failure::CliError;
use crate::show::output::say;
use crate::show::progress::Progress;
use crate::signals::Signals;

/// Runs until the end; `None` when a second signal did not let it settle what was on its way.
pub(super) async fn conduct(
    desk: &Desk,
    client: &Client,
    exchange: Arc<dyn Exchange>,
    sessions: &dyn Sessions,
    request: RunRequest,
) -> Result<Option<Ended>, CliError> {
    let mut signals = Signals::listen()
        .map_err(|error| CliError::new(Exit::Bug, format!("Signals cannot be listened for: {error}.")))?;
    let progress = Progress::new(desk.output, Arc::new(SystemClock));
    let stop = Stop::default();
    let running = client.run(exchange, sessions, request, stop.clone(), &progress);
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
