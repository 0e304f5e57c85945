//! `scr run`: which run, for whom, by what, and when.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use jiff::Timestamp;
use jiff::civil::{DateTime, Time};
use spine_client::schedule::coming;
use spine_client::{Action, RunKind, Schedule};

use super::Spine;

/// What can be said of a run.
#[derive(Debug, Args)]
pub(crate) struct RunOptions {
    /// Which one.
    #[arg(value_enum)]
    pub(crate) kind: Kind,
    /// Begin it, go on with the last one, begin anew for everybody, or reprocess those who failed.
    #[arg(value_enum)]
    pub(crate) action: Doing,
    #[command(flatten)]
    pub(crate) spine: Spine,
    /// Only the members of this patient group of the last import. A bulk deregistration needs one; resume keeps the run's own.
    #[arg(long, value_name = "NAME")]
    pub(crate) group: Option<String>,
    #[command(flatten)]
    pub(crate) times: Times,
    #[command(flatten)]
    pub(crate) means: Means,
    /// Predict what the run would come to, and send, record and change nothing. It asks the Spine what the run would ask.
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// With --dry-run: into this file (CSV) what would become of each patient, by the practice's own id.
    #[arg(long, value_name = "FILE", requires = "dry_run")]
    pub(crate) foreseen: Option<PathBuf>,
    /// Try at once whoever waits for a later attempt.
    #[arg(long)]
    pub(crate) retry_now: bool,
    /// Do not ask for confirmation.
    #[arg(long)]
    pub(crate) yes: bool,
}

/// When a run starts, pauses and goes on, UK local time. The session must be live at each of these times: log in again meanwhile
/// where it would not be.
#[derive(Clone, Copy, Debug, Default, Args)]
pub(crate) struct Times {
    /// When it starts: HH:MM (its next coming), yyyy-mm-ddTHH:MM or "dd/mm/yyyy HH:MM". [default: at once]
    #[arg(long, value_name = "TIME", value_parser = start)]
    pub(crate) start: Option<Start>,
    /// At which time of day it pauses: HH:MM, the start of surgery say.
    #[arg(long, value_name = "HH:MM", value_parser = time_of_day)]
    pub(crate) stop: Option<Time>,
    /// At which time of day it goes on after that pause, night after night until it is finished: HH:MM. Without it somebody resumes it.
    #[arg(long, value_name = "HH:MM", value_parser = time_of_day, requires = "stop")]
    pub(crate) resume: Option<Time>,
}

/// A start as it was said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Start {
    /// The next coming of a time of day.
    Next(Time),
    /// A date and a time.
    On(DateTime),
}

/// What stop and resume say on the operator's screen while no window is set. Source: Vision help, SCR Scheduling Options.
const NO_WINDOW: (Time, Time) = (Time::constant(0, 0, 0, 0), Time::constant(23, 59, 0, 0));

impl Times {
    /// The schedule that was said at this moment.
    pub(crate) fn schedule(self, now: Timestamp) -> Schedule {
        let start = self.start.map(|start| match start {
            Start::Next(time) => coming(time, now),
            Start::On(moment) => moment,
        });
        let (stop, resume) = match (self.stop, self.resume) {
            (Some(stop), Some(resume)) if (stop, resume) == NO_WINDOW => (None, None),
            said => said,
        };
        Schedule { start, stop, resume }
    }
}

fn time_of_day(text: &str) -> Result<Time, &'static str> {
    Time::strptime("%H:%M", text).map_err(|_| "write a time of day as HH:MM, such as 18:30")
}

fn start(text: &str) -> Result<Start, &'static str> {
    let moment = ["%Y-%m-%dT%H:%M", "%d/%m/%Y %H:%M"].into_iter();
    let moment = moment.filter_map(|form| DateTime::strptime(form, text).ok()).map(Start::On);
    moment
        .chain(time_of_day(text).map(Start::Next))
        .next()
        .ok_or("write HH:MM, yyyy-mm-ddTHH:MM or dd/mm/yyyy HH:MM, such as 18:30 or 2026-11-30T18:30")
}

/// What a run goes by.
#[derive(Debug, Args)]
pub(crate) struct Means {
    /// Settings of the run (TOML): the readings on which the public sources disagree, who may run, retries, limits. Without it
    /// `run`, `rerun` and `failed` take the defaults and `resume` the settings of the run's last leg; the leg records the ones it used.
    /// Every key with its default is in client/cli/docs/settings.toml.
    #[arg(long, value_name = "FILE")]
    pub(crate) settings: Option<PathBuf>,
    /// Folder with the practice's own terminology files, inclusion.csv (scheme,code,category) and exclusion.csv (scheme,code), by
    /// which additional information is sent. Without it `run` sends core data and counts `additional-withheld`, and `resume` reads
    /// the folder of the run's last leg. The format is in client/practice/docs/terminology.md. Not for a consent migration.
    #[arg(long, value_name = "DIR")]
    pub(crate) terminology: Option<PathBuf>,
}

/// The kinds of run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Kind {
    /// Send every eligible patient's summary.
    InitialUpload,
    /// Send the summaries of those whose record changed since.
    BulkUpdate,
    /// Bring old consent codes up to date and set dissents on the ACS.
    ConsentMigration,
    /// Say on the summaries of a patient group that the patients have left.
    BulkDeregistration,
    /// Say on every summary that the practice sends no more; once SCR is switched off.
    PracticeNoLongerContributing,
}

/// What to do with a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Doing {
    /// Begin.
    Run,
    /// Go on with the last one.
    Resume,
    /// Begin anew for everybody.
    Rerun,
    /// Reprocess those who failed.
    Failed,
}

impl From<Kind> for RunKind {
    fn from(kind: Kind) -> Self {
        match kind {
            Kind::InitialUpload => Self::InitialUpload,
            Kind::BulkUpdate => Self::BulkUpdate,
            Kind::ConsentMigration => Self::ConsentMigration,
            Kind::BulkDeregistration => Self::BulkDeregistration,
            Kind::PracticeNoLongerContributing => Self::NoLongerContributing,
        }
    }
}

impl From<Doing> for Action {
    fn from(doing: Doing) -> Self {
        match doing {
            Doing::Run => Self::Run,
            Doing::Resume => Self::Resume,
            Doing::Rerun => Self::Rerun,
            Doing::Failed => Self::Failed,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_and_action_can_be_said_by_its_code() {
        let said = |value: Option<clap::builder::PossibleValue>| value.unwrap().get_name().to_owned();
        let kinds = Kind::value_variants().iter();
        let kinds: Vec<_> =
            kinds.map(|kind| (RunKind::from(*kind).code(), said(kind.to_possible_value()))).collect();
        assert_eq!(kinds.len(), RunKind::ALL.len());
        assert!(kinds.iter().all(|(code, said)| code == said), "{kinds:?}");
        let actions = Doing::value_variants().iter();
        let actions: Vec<_> =
            actions.map(|doing| (Action::from(*doing).code(), said(doing.to_possible_value()))).collect();
        assert_eq!(actions.len(), Action::ALL.len());
        assert!(actions.iter().all(|(code, said)| code == said), "{actions:?}");
    }

    #[test]
    fn a_start_is_said_in_three_ways_and_no_other() {
        let moment: DateTime = "2026-11-30T18:30".parse().unwrap();
        for (said, read) in [
            ("18:30", Start::Next(Time::constant(18, 30, 0, 0))),
            ("2026-11-30T18:30", Start::On(moment)),
            ("30/11/2026 18:30", Start::On(moment)),
        ] {
            assert_eq!(start(said), Ok(read), "{said}");
        }
        for wrong in
            ["", "24:00", "18", "1830", "half six", "31/11/2026 18:30", "11/30/2026 18:30", "2026-11-30"]
        {
            assert!(start(wrong).is_err(), "{wrong}");
        }
        assert!(time_of_day("07:45").is_ok() && time_of_day("07:60").is_err());
    }

    #[test]
    fn the_screens_defaults_are_no_window() {
        let now = "2026-11-25T10:00:00Z".parse().unwrap();
        let said = |stop: Option<&str>, resume: Option<&str>| {
            let read = |text: Option<&str>| text.map(|text| time_of_day(text).unwrap());
            Times { start: None, stop: read(stop), resume: read(resume) }.schedule(now)
        };
        assert_eq!(said(None, None), Schedule::AT_ONCE);
        assert_eq!(said(Some("00:00"), Some("23:59")), Schedule::AT_ONCE);
        assert_eq!(said(Some("00:00"), None).stop, Some(NO_WINDOW.0));
        let night = said(Some("07:45"), Some("18:30"));
        assert_eq!((night.stop, night.resume), (time_of_day("07:45").ok(), time_of_day("18:30").ok()));
        let tonight = Times { start: start("09:00").ok(), ..Times::default() }.schedule(now);
        assert_eq!(tonight.start, Some("2026-11-26T09:00".parse().unwrap()));
    }
}
