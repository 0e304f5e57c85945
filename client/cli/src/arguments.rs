//! The command line: what can be said, and the help.

mod review;
mod run;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use spine_client::vocabulary::{RoleProfileId, UserId};

pub(crate) use review::{Away, ReconcileOptions, ReportOptions, WorklistCommand, WorklistOptions};
pub(crate) use run::RunOptions;

/// What the help begins with.
const EXAMPLES: &str = "\
Examples:
  scr import extract/                                   take over the practice's extract: all of it or nothing
  scr login --spine spine.json                          with the smartcard; the PIN is asked for
  scr run consent-migration run --spine spine.json      first the consents ..
  scr run initial-upload run --spine spine.json         .. then the summaries; Ctrl-C pauses
  scr run initial-upload resume --spine spine.json      go on where it paused, was killed or lost its session
  scr run initial-upload run --spine spine.json --start 18:30 --stop 07:45 --resume 18:30
                                                        night after night until it is finished
  scr report                                            the five counters, and why
  scr worklist                                          who waits for a person, and what to do
  scr run initial-upload failed --spine spine.json      those who failed, once they are seen to
  scr reconcile --spine spine.json                      does the Spine hold what it acknowledged?
  scr explain 9990000018                                each rule, what it looked at, what it said
  scr export-changes --out changes.csv                  the new consent codes, for the practice's own system
";

/// Uploads a practice's patients to the Summary Care Record, in bulk, without losing or doubling one.
#[derive(Debug, Parser)]
#[command(name = "scr", version, before_help = EXAMPLES, after_help = crate::exit::help())]
pub(crate) struct Arguments {
    #[command(flatten)]
    pub(crate) common: Common,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// What every command knows.
#[derive(Debug, Args)]
pub(crate) struct Common {
    /// The store: records, runs and facts. [default: practice.scr in the user's data folder: `$XDG_DATA_HOME/scr`
    /// or `~/.local/share/scr`, on Windows `%LOCALAPPDATA%\scr`; without such a folder `./practice.scr`]
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) store: Option<PathBuf>,
    /// One JSON document on standard output, and no progress.
    #[arg(long, global = true)]
    pub(crate) json: bool,
    /// No colours, no bar, no boxes. `NO_COLOR` takes the colours only.
    #[arg(long, global = true)]
    pub(crate) plain: bool,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Take over an extract folder: all of it, or nothing.
    Import {
        /// The folder: practice.toml, patients.csv, codes.csv, medications.csv, allergies.csv, groups.csv.
        #[arg(value_name = "DIR")]
        folder: PathBuf,
        /// Other headings and the practice's own consent codes (TOML).
        #[arg(long, value_name = "FILE")]
        columns: Option<PathBuf>,
        /// Where to list the rows that could not be read: file, line, column, reason; no patient's data.
        #[arg(long, value_name = "FILE")]
        errors: Option<PathBuf>,
    },
    /// Log in with the smartcard.
    Login {
        #[command(flatten)]
        spine: Spine,
        /// Role profile to work in, where the user has several at this practice.
        #[arg(long, value_name = "ID")]
        role: Option<RoleProfileId>,
        /// Read the PIN as one line from standard input instead of asking for it.
        #[arg(long)]
        pin_stdin: bool,
    },
    /// Log out.
    Logout {
        #[command(flatten)]
        spine: Spine,
    },
    /// Who is logged in: role, activities, time left.
    Session,
    /// Switch SCR on at this practice: opens the runs. Asks twice.
    Enable {
        /// Replace summaries of another origin of patients who are registered for more than so many days, 0 to 99. [default: as it
        /// was; 14 where the extract says nothing]
        #[arg(long, value_name = "N", value_parser = clap::value_parser!(u8).range(0..=99))]
        nn_days: Option<u8>,
        /// Do not ask for the two confirmations.
        #[arg(long)]
        yes: bool,
    },
    /// Switch SCR off at this practice: summaries are no longer kept up to date. Opens Practice No Longer Contributing. Asks twice.
    Disable {
        /// Do not ask for the two confirmations.
        #[arg(long)]
        yes: bool,
    },
    /// Run, resume or repeat a bulk transmission, at once or at a time; Ctrl-C pauses it, a second one stops at once.
    Run(RunOptions),
    /// What a run came to; with --patients, how every patient came out of it.
    Report(ReportOptions),
    /// Every run with its legs, and every switch of SCR: who, when, by which settings, how it ended.
    Runs,
    /// Who waits for a person or for a later attempt. Shows patient data: it is the operator's own report.
    Worklist(WorklistOptions),
    /// Ask the Spine for the newest event of everybody whom a run counts as Sent. Shows patient data.
    Reconcile(ReconcileOptions),
    /// Each rule for one patient: what it looked at and what it said. Shows patient data: it is the operator's own report.
    Explain {
        /// The NHS number.
        #[arg(value_name = "NHSNUMBER")]
        number: String,
        /// Ask the Spine, too: the file that says where it is.
        #[arg(long, value_name = "FILE")]
        spine: Option<PathBuf>,
    },
    /// Write the local code changes of Consent Migrations as CSV, for the practice's own system. Holds patient data.
    ExportChanges {
        /// The file; without it standard output.
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
    },
    /// Who may work with this practice.
    Operator {
        #[command(subcommand)]
        command: OperatorCommand,
    },
}

/// Where the Spine is.
#[derive(Debug, Args)]
pub(crate) struct Spine {
    /// File that says where the Spine is and with which certificate to come (JSON).
    #[arg(long = "spine", value_name = "FILE")]
    pub(crate) file: PathBuf,
}

/// What can be done about operators.
#[derive(Debug, Subcommand)]
pub(crate) enum OperatorCommand {
    /// Add a person, or change what they may.
    Add {
        /// The user id on their smartcard, 12 digits.
        #[arg(value_name = "USER")]
        user: UserId,
        /// Their name.
        #[arg(long)]
        name: String,
        /// May run bulk transmissions, with B0062.
        #[arg(long)]
        system_administrator: bool,
    },
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_command_line_is_sound_and_its_help_starts_with_examples() {
        Arguments::command().debug_assert();
        let help = Arguments::command().render_help().to_string();
        assert!(help.starts_with("Examples:\n"), "{help}");
        assert!(help.contains("Exit codes:"), "{help}");
    }

    #[test]
    fn a_pin_can_be_said_neither_as_an_argument_nor_in_the_environment() {
        let mut command = Arguments::command();
        let login = command.find_subcommand_mut("login").unwrap();
        for argument in login.get_arguments() {
            let named = argument.get_id().as_str().contains("pin");
            assert!(!named || !argument.get_action().takes_values(), "{argument:?}");
        }
    }
}
