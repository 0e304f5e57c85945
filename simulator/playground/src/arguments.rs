//! The command line.

use std::path::PathBuf;

use clap::Parser;

/// Invents a practice, starts a fake Spine, logs an operator in with a virtual smartcard, runs the Consent Migration and the
/// Initial Upload, and reconciles what the client says with what the fake Spine holds. Nothing leaves this computer.
#[derive(Debug, Parser)]
#[command(
    name = "playground",
    version,
    before_help = "Examples:\n  playground                              2,000 invented patients\n  playground --patients 10 --keep look/   \
                   a few, and keep the files to look at\n  playground --json                       one document, for programs",
    after_help = "Exit codes:\n  0  everything reconciles\n  1  something does not, or could not be done\n  2  the command line is wrong"
)]
pub(crate) struct Arguments {
    /// How many patients the practice has.
    #[arg(long, value_name = "N", default_value_t = 2_000, value_parser = clap::value_parser!(u32).range(1..=900_000))]
    pub(crate) patients: u32,
    /// Chooses among all practices of this size.
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub(crate) seed: u64,
    /// One JSON document on standard output, and nothing else.
    #[arg(long)]
    pub(crate) json: bool,
    /// Folder to keep everything in: practice/, spine/ and the client's store. Must not hold a store yet.
    #[arg(long, value_name = "DIR")]
    pub(crate) keep: Option<PathBuf>,
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_command_line_is_sound_and_has_its_defaults() {
        Arguments::command().debug_assert();
        let plain = Arguments::parse_from(["playground"]);
        assert_eq!((plain.patients, plain.seed, plain.json, plain.keep), (2_000, 1, false, None));
    }
}
