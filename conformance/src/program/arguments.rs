//! The command line.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

const EXAMPLES: &str = "\
Examples:
  spine-conformance run                                           our client and our simulator
  spine-conformance run --prove --report report/                  the same with planted defects, and the report as files
  spine-conformance run --client-command target/release/scr       a client that is a program
  spine-conformance run --spine ready.json                        a Spine that is a server, loaded with what `population` writes
  spine-conformance run --case consent/a-dissent-is-set-on-the-acs
  spine-conformance requirements coverage                         what has no case, and what nothing proves
  spine-conformance agree --deep                                  rules and oracle on 900,000 generated patients
  spine-conformance nights                                        100,000 patients, three nights, five sessions
  spine-conformance kills --scr target/release/scr --simulator target/release/spine-simulator --times 100
";

/// Says, requirement by requirement, what a client and a Spine do.
#[derive(Debug, Parser)]
#[command(name = "spine-conformance", version, before_help = EXAMPLES)]
pub(super) struct Arguments {
    #[command(subcommand)]
    pub(super) command: Command,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Run cases.
    Run(Run),
    /// The register.
    Requirements {
        /// What to do with it.
        #[command(subcommand)]
        what: Register,
    },
    /// Judge generated patients by the client's rules and by the oracle's tables: they must agree.
    Agree(Agree),
    /// Write the people whom a Spine under test must be loaded with.
    Population {
        /// The folder.
        #[arg(long, value_name = "DIR")]
        out: PathBuf,
    },
    /// Be a client with a planted defect: what follows `--` is handed to the true client, behind a relay that tampers.
    WrongClient(WrongClient),
    /// Be a Spine with a planted defect: a relay before a running one, until standard input ends.
    WrongSpine(WrongSpine),
    /// Kill the client and the fake Spine (SIGKILL) at random moments of bulk runs, resume, and audit.
    Kills(Kills),
    /// Run a large practice over several nights and sessions, measure, and audit; meant for a release build.
    Nights(Nights),
}

#[derive(Debug, Args)]
pub(super) struct Run {
    /// Test this client: a command that understands the adapter's command line. Without it: the client's library.
    #[arg(long, value_name = "COMMAND")]
    pub(super) client_command: Option<String>,
    /// Test this Spine: its ready file. Without it: the simulator.
    #[arg(long, value_name = "FILE")]
    pub(super) spine: Option<PathBuf>,
    /// A host, beside this computer, that may be sent test messages. May be given more than once.
    #[arg(long, value_name = "HOST")]
    pub(super) allow: Vec<String>,
    /// Test one side only.
    #[arg(long, value_enum)]
    pub(super) only: Option<Side>,
    /// Only the cases of this area.
    #[arg(long, value_name = "AREA")]
    pub(super) area: Option<String>,
    /// Only this case.
    #[arg(long, value_name = "NAME")]
    pub(super) case: Option<String>,
    /// Plant every defect as well, and show which requirements are proven.
    #[arg(long)]
    pub(super) prove: bool,
    /// Write report.json, report.html, junit.xml and requirements.csv here.
    #[arg(long, value_name = "DIR")]
    pub(super) report: Option<PathBuf>,
    /// The report as one JSON document on standard output.
    #[arg(long)]
    pub(super) json: bool,
    /// How many scenarios are played at a time.
    #[arg(long, value_name = "N", default_value_t = 2)]
    pub(super) threads: usize,
    /// Makes the message ids that a server under test sees; a server that has seen them needs another one.
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub(super) seed: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Side {
    /// The client.
    Client,
    /// The Spine.
    Spine,
}

#[derive(Debug, Subcommand)]
pub(super) enum Register {
    /// Show the register.
    List {
        /// As JSON.
        #[arg(long)]
        json: bool,
    },
    /// Hold the gate: every must has a case or a reason, every citation exists, 95 % of the musts with cases are proven.
    Coverage {
        /// How many defects are planted at a time.
        #[arg(long, value_name = "N", default_value_t = 2)]
        threads: usize,
    },
}

#[derive(Debug, Args)]
pub(super) struct Agree {
    /// How many patients.
    #[arg(long, value_name = "N", default_value_t = 10_000)]
    pub(super) patients: u64,
    /// Nine hundred thousand of them.
    #[arg(long, conflicts_with = "patients")]
    pub(super) deep: bool,
    /// Which patients: the same seed makes the same ones.
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub(super) seed: u64,
}

#[derive(Debug, Args)]
pub(super) struct WrongClient {
    /// The defect, by its name.
    #[arg(long, value_name = "NAME")]
    pub(super) defect: String,
    /// The true client.
    #[arg(long, value_name = "COMMAND")]
    pub(super) client: String,
    /// The adapter's own arguments.
    #[arg(last = true, allow_hyphen_values = true)]
    pub(super) arguments: Vec<String>,
}

#[derive(Debug, Args)]
pub(super) struct WrongSpine {
    /// The defect, by its name.
    #[arg(long, value_name = "NAME")]
    pub(super) defect: String,
    /// The ready file of the true Spine.
    #[arg(long, value_name = "FILE")]
    pub(super) spine: PathBuf,
    /// The ready file to write.
    #[arg(long, value_name = "FILE")]
    pub(super) ready_file: PathBuf,
}

#[derive(Debug, Args)]
pub(super) struct Kills {
    /// The client's program.
    #[arg(long, value_name = "PROGRAM")]
    pub(super) scr: PathBuf,
    /// The fake Spine's program.
    #[arg(long, value_name = "PROGRAM")]
    pub(super) simulator: PathBuf,
    /// How many kills must strike.
    #[arg(long, value_name = "N", default_value_t = 25)]
    pub(super) times: u32,
    /// Chooses the moments.
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub(super) seed: u64,
    /// Patients of the practice.
    #[arg(long, value_name = "N", default_value_t = 60)]
    pub(super) patients: usize,
}

#[derive(Debug, Args)]
pub(super) struct Nights {
    /// Patients of the practice.
    #[arg(long, value_name = "N", default_value_t = 100_000)]
    pub(super) patients: usize,
    /// Nights.
    #[arg(long = "nights", value_name = "N", default_value_t = 3)]
    pub(super) count: u32,
    /// Sessions over all of them: one or two a night.
    #[arg(long, value_name = "N", default_value_t = 5)]
    pub(super) sessions: u32,
    /// Chooses the people and the faults.
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub(super) seed: u64,
    /// Fail, too, when a resumed run sends its first message later than after two seconds.
    #[arg(long)]
    pub(super) strict: bool,
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_command_line_is_sound_and_its_help_starts_with_examples() {
        Arguments::command().debug_assert();
        assert!(Arguments::command().render_help().to_string().starts_with("Examples:\n"));
    }
}
