//! The command line.

use std::net::{IpAddr, Ipv4Addr};
use std::path::PathBuf;

use clap::{Parser, ValueEnum};
use spine_vocabulary::UserId;

use crate::fault::FaultPlan;
use crate::scenario::{Dissent, Duplicate, EmptyList, Settings};
use crate::server::{Options, Ports, StartError};

/// A fake Spine for developers and tests: PDS, PSIS, ACS and identity on this computer, with invented patients.
///
/// Examples:
///
///   spine-simulator --population spine/ --ready-file ready.json
///
///   spine-simulator --population spine/ --seed 7 --dissent refuse-all --port 8443
///
///   spine-simulator --population spine/ --faults plan.toml --clock stepped
#[derive(Debug, Parser)]
#[command(name = "spine-simulator", version, verbatim_doc_comment)]
pub(super) struct Arguments {
    /// Folder with the invented population: people.csv, permissions.csv, summaries.csv, systems.csv, users.csv, cards.csv.
    #[arg(long, value_name = "DIR")]
    population: PathBuf,
    /// From which the identifiers of the Spine's own messages follow.
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// File to write, once everything listens, with all addresses and key files (JSON); removed at the end.
    #[arg(long, value_name = "FILE")]
    pub(super) ready_file: Option<PathBuf>,
    /// Folder for the key files, kept at the end. Without it: a temporary one, removed at the end.
    #[arg(long, value_name = "DIR")]
    keys: Option<PathBuf>,
    /// Loopback address to listen on.
    #[arg(long, value_name = "ADDRESS", default_value_t = Ipv4Addr::LOCALHOST.into())]
    address: IpAddr,
    /// Port of the clinical services; 0 takes a free one, here and below.
    #[arg(long, default_value_t = 0)]
    port: u16,
    /// Port of the identity service.
    #[arg(long, value_name = "PORT", default_value_t = 0)]
    identity_port: u16,
    /// Port for looking in and steering: plain HTTP.
    #[arg(long, value_name = "PORT", default_value_t = 0)]
    control_port: u16,
    /// Port of the virtual smartcard.
    #[arg(long, value_name = "PORT", default_value_t = 0)]
    card_port: u16,
    /// Whose card is in the reader; without it the first one of cards.csv.
    #[arg(long, value_name = "USER_ID")]
    card: Option<UserId>,
    /// What is accepted for a patient who refused an SCR.
    #[arg(long, value_enum, default_value_t = DissentChoice::DissentSummaryOnly)]
    dissent: DissentChoice,
    /// What a message gets that came before.
    #[arg(long, value_enum, default_value_t = DuplicateChoice::SameAnswer)]
    duplicate: DuplicateChoice,
    /// What the list of events says of a patient who has none.
    #[arg(long, value_enum, default_value_t = EmptyListChoice::CaseNotFound)]
    empty_list: EmptyListChoice,
    /// How long a client is asked to wait before it polls for an answer.
    #[arg(long, value_name = "MILLISECONDS", default_value_t = Settings::default().retry_after_ms)]
    retry_after_ms: u64,
    /// How many polls come too early before one finds its answer.
    #[arg(long, value_name = "N", default_value_t = Settings::default().readiness.polls)]
    polls: u32,
    /// Folder in which it keeps what it remembers: killed and started again with it, it is the same Spine. Without it: in memory.
    #[arg(long, value_name = "DIR", conflicts_with = "faults")]
    pub(super) state: Option<PathBuf>,
    /// Forget who was logged in when it was last started with the same --state.
    #[arg(long, requires = "state")]
    forget_sessions: bool,
    /// File with a plan of faults (TOML or JSON): what goes wrong, when and where. Without it nothing does.
    #[arg(long, value_name = "FILE")]
    faults: Option<PathBuf>,
    /// Whether the clock of sessions and services flows with the computer's or stands still until the control port moves
    /// it.
    #[arg(long, value_enum, default_value_t = ClockChoice::Flowing)]
    clock: ClockChoice,
    /// How many threads serve.
    #[arg(long, value_name = "N", default_value_t = 2)]
    threads: usize,
    /// End when standard input ends: a parent that dies takes the simulator along. The interrupt signal (Ctrl-C) is
    /// then left to the parent, which may still need the Spine to finish what it began.
    #[arg(long)]
    pub(super) until_stdin_closes: bool,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum DissentChoice {
    /// A dissent summary, and nothing else.
    DissentSummaryOnly,
    /// Nothing.
    RefuseAll,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum DuplicateChoice {
    /// The answer of the first one again.
    SameAnswer,
    /// AR 202, "Duplicate HL7 ID Error".
    Rejected,
    /// AE 410/30134 when the first one was stored.
    DuplicateEvent,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum EmptyListChoice {
    /// AE 210/30312.
    CaseNotFound,
    /// A list without events.
    NoEvents,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum ClockChoice {
    /// It flows.
    Flowing,
    /// It stands still.
    Stepped,
}

impl Arguments {
    /// What the simulator starts with; reads the population.
    pub(super) fn options(&self) -> Result<Options, StartError> {
        let options = Options::load(&self.population, self.settings())?.with_first_card();
        Ok(Options {
            inserted: self.card.clone().or(options.inserted),
            address: self.address,
            ports: Ports {
                spine: self.port,
                identity: self.identity_port,
                control: self.control_port,
                card: self.card_port,
            },
            keys: self.keys.clone(),
            threads: self.threads,
            state: self.state.clone(),
            forget_sessions: self.forget_sessions,
            stands_still: self.clock == ClockChoice::Stepped,
            faults: self.faults()?,
            ..options
        })
    }

    fn faults(&self) -> Result<FaultPlan, StartError> {
        let Some(file) = &self.faults else { return Ok(FaultPlan::default()) };
        let text = std::fs::read_to_string(file)
            .map_err(|source| StartError::FaultsFile { file: file.clone(), source })?;
        Ok(FaultPlan::read(&text)?)
    }

    fn settings(&self) -> Settings {
        let mut settings = Settings {
            seed: self.seed,
            dissent: match self.dissent {
                DissentChoice::DissentSummaryOnly => Dissent::DissentSummaryOnly,
                DissentChoice::RefuseAll => Dissent::RefuseAll,
            },
            duplicate: match self.duplicate {
                DuplicateChoice::SameAnswer => Duplicate::SameAnswer,
                DuplicateChoice::Rejected => Duplicate::Rejected,
                DuplicateChoice::DuplicateEvent => Duplicate::DuplicateEvent,
            },
            empty_list: match self.empty_list {
                EmptyListChoice::CaseNotFound => EmptyList::CaseNotFound,
                EmptyListChoice::NoEvents => EmptyList::NoEvents,
            },
            retry_after_ms: self.retry_after_ms,
            ..Settings::default()
        };
        settings.readiness.polls = self.polls;
        settings
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_command_line_is_sound_and_its_defaults_are_those_of_the_settings() {
        Arguments::command().debug_assert();
        let plain = Arguments::parse_from(["spine-simulator", "--population", "spine"]);
        assert_eq!(plain.settings(), Settings::default());
        let changed = Arguments::parse_from([
            "spine-simulator",
            "--population",
            "spine",
            "--seed",
            "7",
            "--dissent",
            "refuse-all",
            "--duplicate",
            "duplicate-event",
            "--empty-list",
            "no-events",
            "--retry-after-ms",
            "5",
            "--polls",
            "0",
        ]);
        let settings = changed.settings();
        assert_eq!((settings.seed, settings.retry_after_ms, settings.readiness.polls), (7, 5, 0));
        assert_eq!(settings.dissent, Dissent::RefuseAll);
        assert_eq!(settings.duplicate, Duplicate::DuplicateEvent);
        assert_eq!(settings.empty_list, EmptyList::NoEvents);
    }
}
