//! What the operator agrees to, in words; what would be hard to take back is typed out.
//!
//! The words are ours; what they say is the documents'. Source: Vision help, Running the Initial Upload, SCR Consent Migration and
//! Practice No Longer Contributing.

use spine_client::session::Session;
use spine_client::{Action, Client, ClientError, Clock as _, Closed, RunKind, RunRequest, SystemClock};

use crate::commands::Desk;
use crate::commands::ask::{agrees, ask};
use crate::failure::CliError;
use crate::show::table::patients;

/// Requirement: RUN-014.
pub(super) async fn confirmed(
    desk: &Desk,
    client: &Client,
    request: &RunRequest,
    session: &Session,
) -> Result<bool, CliError> {
    desk.output.tell(&told(client, request, session).await?);
    let wanted = Wanted::of(request.kind, request.action);
    let answer = tokio::task::spawn_blocking(move || ask(&wanted.question())).await.unwrap_or_default();
    Ok(wanted.is_given(&answer))
}

async fn told(client: &Client, request: &RunRequest, session: &Session) -> Result<String, CliError> {
    let practice = client.practice().await?;
    let import = client.store().last_import().await.map_err(ClientError::from)?;
    let left = session.remaining(SystemClock.now());
    let group = request.group.as_ref().map(|group| format!(", of them the group {group:?}"));
    let last = client.store().newest_run(Some(request.kind)).await.map_err(ClientError::from)?;
    let finished = last.filter(|run| matches!(run.closed, Some((Closed::Finished, _))));
    let before = match (request.kind, request.action, finished) {
        (RunKind::InitialUpload, Action::Run, Some(run)) => format!(
            "An Initial Upload was run before (run {}): whoever has a summary of ours is left alone. To send everybody's again, use \
             rerun.\n",
            run.id.0
        ),
        _ => String::new(),
    };
    Ok(format!(
        "{} at {} ({}), {} on record{}.\n{}\n{before}The session ends in {} h {:02} min; a run that takes longer pauses then and \
         can be resumed.",
        request.kind.text(),
        practice.name,
        practice.ods,
        patients(import.map_or(0, |import| import.patients)),
        group.unwrap_or_default(),
        what_happens(request.kind, request.action),
        left.as_hours(),
        left.as_mins() % 60
    ))
}

/// What an answer must say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Wanted {
    /// Yes.
    Yes,
    /// The kind's name, for what would be hard to take back.
    Name(RunKind),
}

impl Wanted {
    const fn of(kind: RunKind, action: Action) -> Self {
        match (kind, action) {
            (_, Action::Rerun) | (RunKind::NoLongerContributing, Action::Run | Action::Failed) => {
                Self::Name(kind)
            }
            _ => Self::Yes,
        }
    }

    fn question(self) -> String {
        match self {
            Self::Yes => "Go on? Type yes:".to_owned(),
            Self::Name(kind) => format!("To go on, type {}:", kind.code()),
        }
    }

    fn is_given(self, answer: &str) -> bool {
        match self {
            Self::Yes => agrees(answer),
            Self::Name(kind) => {
                [kind.code(), kind.text()].iter().any(|name| name.eq_ignore_ascii_case(answer))
            }
        }
    }
}

/// What the operator agrees to.
const fn what_happens(kind: RunKind, action: Action) -> &'static str {
    match (kind, action) {
        (_, Action::Resume) => {
            "The last run goes on: what was interrupted is first asked for at the Spine, everybody else is decided afresh."
        }
        (RunKind::InitialUpload, Action::Run) => {
            "A summary of every eligible patient's record is sent to the Spine, where it can be seen where the patient is \
             cared for. Who refused gets a summary that says so and nothing else. Run the Consent Migration first, and this only at \
             the date and time that were agreed for it."
        }
        (RunKind::InitialUpload, Action::Rerun) => {
            "Some summaries of this practice may be on the Spine already. They are sent again for ALL eligible patients, each in place \
             of the one before."
        }
        (RunKind::InitialUpload, Action::Failed) => {
            "Everybody whose Initial Upload failed is processed again."
        }
        (RunKind::BulkUpdate, Action::Rerun | Action::Run) => {
            "The summary of every eligible patient whose record says other than what was last sent is sent again."
        }
        (RunKind::BulkUpdate, Action::Failed) => "Everybody whose Bulk Update failed is processed again.",
        (RunKind::ConsentMigration, Action::Run | Action::Rerun) => {
            "All active patients are scanned: old consent codes are brought up to date in this store, and the patients' dissents are \
             set on the Spine where it does not hold them. Run it before the Initial Upload."
        }
        (RunKind::ConsentMigration, Action::Failed) => {
            "Everybody whose Consent Migration failed in the previous attempt is processed again."
        }
        (RunKind::BulkDeregistration, Action::Run | Action::Rerun) => {
            "The summaries of the group's patients are sent once more, and say that their registration here has ended and that they are \
             no longer kept up to date."
        }
        (RunKind::BulkDeregistration, Action::Failed) => {
            "Everybody whose Bulk Deregistration failed is processed again."
        }
        (RunKind::NoLongerContributing, Action::Run | Action::Rerun) => {
            "The summary of every eligible patient is sent once more, and says that this practice no longer contributes and that no \
             further updates are to be expected."
        }
        (RunKind::NoLongerContributing, Action::Failed) => {
            "Everybody whose notice that the practice no longer contributes failed is processed again."
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_hard_to_take_back_is_typed_out() {
        for kind in RunKind::ALL.iter().copied() {
            let rerun = Wanted::of(kind, Action::Rerun);
            assert_eq!(rerun, Wanted::Name(kind));
            assert!(rerun.is_given(kind.code()) && rerun.is_given(kind.text()));
            for wrong in ["yes", "y", "", "rerun", "initial upload run"] {
                assert!(!rerun.is_given(wrong), "{kind:?} {wrong}");
            }
            let ending = kind == RunKind::NoLongerContributing;
            let run = if ending { Wanted::Name(kind) } else { Wanted::Yes };
            assert_eq!(Wanted::of(kind, Action::Run), run);
            assert_eq!(Wanted::of(kind, Action::Failed), run);
            assert_eq!(Wanted::of(kind, Action::Resume), Wanted::Yes);
        }
        assert!(Wanted::Yes.is_given("YES") && Wanted::Yes.is_given("y") && !Wanted::Yes.is_given("yeah"));
    }
}
