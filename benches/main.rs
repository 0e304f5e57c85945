//! `spine-benches`: measures the whole job beside what bare HTTP could do with the same bytes.
//!
//! Everything happens on this computer: the fake Spine is a child process of this program, on loopback.

mod end_to_end;

use std::ffi::OsString;
use std::io::{self, Write as _};
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use end_to_end::world::SPINE;
use end_to_end::{Report, Size};

/// Measures the client against a fake Spine on this computer.
#[derive(Debug, Parser)]
#[command(name = "spine-benches", version)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// An Initial Upload, beside the floor: the same exchanges with the same bytes from a bare HTTP client that decides and
    /// records nothing. Both in turn, in the same processes, each time from a fresh fake Spine and a restored store.
    EndToEnd {
        /// How many patients the practice has.
        #[arg(long, value_name = "N", default_value_t = 10_000, value_parser = clap::value_parser!(u32).range(10..=900_000))]
        patients: u32,
        /// How often each of the two is measured; the report gives the medians.
        #[arg(long, value_name = "N", default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..=99))]
        rounds: u32,
        /// Exchanges at once.
        #[arg(long, value_name = "N", default_value_t = 16, value_parser = clap::value_parser!(u32).range(1..=1_024))]
        lanes: u32,
        /// One small round, to see that everything works: its figures mean nothing.
        #[arg(long)]
        smoke: bool,
        /// One JSON document on standard output.
        #[arg(long)]
        json: bool,
    },
}

fn main() -> ExitCode {
    let mut arguments: Vec<OsString> = std::env::args_os().collect();
    if arguments.get(1).is_some_and(|first| first == SPINE) {
        arguments.remove(1);
        return spine_simulator::program::main_with(arguments);
    }
    let Command::EndToEnd { patients, rounds, lanes, smoke, json } = Arguments::parse().command;
    let size =
        if smoke { Size { patients: 200, rounds: 1, lanes } } else { Size { patients, rounds, lanes } };
    match end_to_end::measure(size, &|text| say(text)) {
        Ok(report) => show(&report, json),
        Err(error) => {
            say(&format!("spine-benches: {error}"));
            ExitCode::FAILURE
        }
    }
}

fn show(report: &Report, json: bool) -> ExitCode {
    let text =
        if json { serde_json::to_string_pretty(report).unwrap_or_default() } else { report.to_string() };
    if writeln!(io::stdout(), "{text}").is_ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Tells the person who watches; when nobody does, nothing is lost.
fn say(text: &str) {
    let _ = writeln!(io::stderr(), "{text}");
}
