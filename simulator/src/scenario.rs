//! What the fake Spine starts with: its population and how it behaves.
//!
//! Reads the folder `spine/`; a row that is not what its column says refuses the whole folder, for the files are ours.
//! Decides nothing about a request.

mod dialect;
mod person;
mod population;
mod record;
mod settings;

use std::path::Path;

pub use person::{Person, Sensitivity};
pub use population::Population;
pub use record::{ClientSystem, Permission, StandingAllergy, StandingSummary};
pub use settings::{Addressing, Dissent, Duplicate, EmptyList, Ledgering, Readiness, Settings};

/// Population and settings: all that a [`crate::Spine`] is made of.
#[derive(Clone, Debug, Default)]
pub struct Scenario {
    /// Who exists, and what stands about them.
    pub population: Population,
    /// How the Spine behaves.
    pub settings: Settings,
}

/// Why a population folder cannot be used. The texts name file and line and no value: a value may be about a patient.
#[derive(Debug, thiserror::Error)]
pub enum ScenarioError {
    /// The file is missing or cannot be opened.
    #[error("{file} cannot be opened: {source}")]
    File {
        /// The file's name.
        file: &'static str,
        /// What the operating system says.
        source: std::io::Error,
    },
    /// Not CSV, or the header is not the expected one.
    #[error("{file}, line {line}: {problem}")]
    Line {
        /// The file's name.
        file: &'static str,
        /// The line, counted from 1, header included.
        line: u64,
        /// What is wrong there.
        problem: String,
    },
}

impl Scenario {
    /// Reads `people.csv`, `permissions.csv`, `summaries.csv` and `systems.csv` of the folder.
    pub fn load(folder: &Path, settings: Settings) -> Result<Self, ScenarioError> {
        Ok(Self { population: Population::load(folder)?, settings })
    }
}
