//! `scr worklist`, `scr report`, `scr reconcile`: what is looked at, and how it is written.

use std::path::PathBuf;

use clap::builder::{PossibleValuesParser, TypedValueParser as _};
use clap::{Args, Subcommand, ValueEnum};
use spine_client::{Counter, Marking, Reason, Worklist, counter_code};

use super::Spine;

/// How a list of patients leaves. Without any of these it is shown as a table.
#[derive(Clone, Debug, Default, Args)]
pub(crate) struct Away {
    /// As CSV (RFC 4180), for a spreadsheet.
    #[arg(long, conflicts_with = "json")]
    pub(crate) csv: bool,
    /// Into this file, as CSV unless --json is given; without it on standard output.
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
}

/// What can be said of worklists.
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(crate) struct WorklistOptions {
    #[command(subcommand)]
    pub(crate) command: Option<WorklistCommand>,
    /// Which list.
    #[arg(default_value = "all", value_parser = lists())]
    pub(crate) list: Worklist,
    /// Of this run; without it, of the newest run that took each patient.
    #[arg(long, value_name = "N")]
    pub(crate) run: Option<i64>,
    /// Only whom nobody has marked since.
    #[arg(long)]
    pub(crate) unseen: bool,
    #[command(flatten)]
    pub(crate) away: Away,
}

/// What can be done on a worklist.
#[derive(Debug, Subcommand)]
pub(crate) enum WorklistCommand {
    /// Note that patients were seen to, or release whom the overwrite guard held: all of them or none. Needs a login.
    Mark {
        /// The NHS numbers.
        #[arg(value_name = "NHSNUMBER", required = true)]
        numbers: Vec<String>,
        /// What to note.
        #[arg(long = "as", value_enum, value_name = "MARK")]
        marking: Note,
    },
}

/// What is noted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Note {
    /// Whatever was to be done at the practice is done.
    Seen,
    /// What is held may be sent by failed.
    Release,
}

impl From<Note> for Marking {
    fn from(note: Note) -> Self {
        match note {
            Note::Seen => Self::Seen,
            Note::Release => Self::Release,
        }
    }
}

/// What can be said of a report.
#[derive(Debug, Args)]
pub(crate) struct ReportOptions {
    /// The run's number; without it the newest one.
    #[arg(long, value_name = "N")]
    pub(crate) run: Option<i64>,
    /// Every patient with every attempt. Shows patient data.
    #[arg(long)]
    pub(crate) patients: bool,
    /// Only patients in this counter.
    #[arg(long, value_name = "COUNTER", requires = "patients", value_parser = counters())]
    pub(crate) counter: Option<Counter>,
    /// Only patients with this reason.
    #[arg(long, value_name = "CODE", requires = "patients", value_parser = reasons(), hide_possible_values = true)]
    pub(crate) reason: Option<Reason>,
    #[command(flatten)]
    pub(crate) away: Away,
}

/// What can be said of a reconciliation.
#[derive(Debug, Args)]
pub(crate) struct ReconcileOptions {
    /// The run; without it the newest one that uploads.
    #[arg(long, value_name = "N")]
    pub(crate) run: Option<i64>,
    #[command(flatten)]
    pub(crate) spine: Spine,
    #[command(flatten)]
    pub(crate) away: Away,
}

const COUNTERS: [Counter; 5] =
    [Counter::Unprocessed, Counter::Sending, Counter::Sent, Counter::Failed, Counter::NotRequired];

fn lists() -> impl clap::builder::TypedValueParser<Value = Worklist> {
    let codes = PossibleValuesParser::new(Worklist::ALL.iter().map(|list| list.code()));
    codes.try_map(|code| Worklist::from_code(&code).ok_or("no such list"))
}

fn counters() -> impl clap::builder::TypedValueParser<Value = Counter> {
    let codes = PossibleValuesParser::new(COUNTERS.map(counter_code));
    codes.try_map(|code| COUNTERS.into_iter().find(|one| counter_code(*one) == code).ok_or("no such counter"))
}

fn reasons() -> impl clap::builder::TypedValueParser<Value = Reason> {
    let codes = PossibleValuesParser::new(Reason::ALL.iter().map(|reason| reason.code()));
    codes.try_map(|code| Reason::from_code(&code).ok_or("no such reason"))
}
