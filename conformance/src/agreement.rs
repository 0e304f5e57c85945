//! Whether the client's rules and the oracle's tables say the same of any number of invented patients.
//!
//! Practices are generated a few thousand patients at a time, each looked at on an awkward day, with dates, flags and texts of many
//! patients pushed onto the edges that the rules turn on. The rules see the practice's files as the client reads them; the
//! oracle sees the cells as [`cells`] reads them. Neither a network nor a message stands in between. Every patient is
//! judged in a Consent Migration, in an Initial Upload after it, and in an Initial Upload without it.

pub mod cells;
mod edges;
mod files;
pub mod oracle;
pub mod rules;
pub mod said;
pub mod world;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use spine_oracle::judge::Place;

use said::Said;

/// Patients judged at once: as much of a practice as is held in memory.
pub const CHUNK: u64 = 2_500;

/// The most disagreements that are kept; all are counted.
pub const KEPT: usize = 50;

/// Why a comparison could not be made: a file that cannot be written or read.
pub type Failure = Box<dyn std::error::Error + Send + Sync>;

/// What came of a comparison.
#[derive(Debug, Default)]
pub struct Agreement {
    /// How many patients were judged by both.
    pub patients: u64,
    /// How many they do not judge alike.
    pub disagreeing: u64,
    /// The first of those.
    pub disagreements: Vec<Disagreement>,
    /// How often the oracle gave each reason: in a migration (`migration: ..`), in an upload after it (`upload: ..`) and in one
    /// without it (`upload alone: ..`).
    pub verdicts: BTreeMap<String, u64>,
    /// The rows of the oracle's tables that decided of somebody.
    pub decided: BTreeSet<Place>,
}

/// A patient of whom rules and oracle say different things. All patients are invented, so everything may be shown.
#[derive(Debug)]
pub struct Disagreement {
    /// Which patient of which generated practice.
    pub patient: String,
    /// What is known of the patient.
    pub facts: String,
    /// What the oracle says.
    pub oracle: Said,
    /// What the rules say.
    pub rules: Said,
}

impl fmt::Display for Disagreement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.patient)?;
        for (aspect, oracle, rules) in self.oracle.differences(&self.rules) {
            writeln!(f, "  {aspect}\n    oracle: {oracle}\n    rules:  {rules}")?;
        }
        writeln!(f, "  facts: {}", self.facts)
    }
}

impl fmt::Display for Agreement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{} patients judged by rules and oracle, {} not alike", self.patients, self.disagreeing)?;
        for (verdict, count) in &self.verdicts {
            writeln!(f, "  {count:>9}  {verdict}")?;
        }
        self.disagreements.iter().try_for_each(|disagreement| write!(f, "\n{disagreement}"))
    }
}

/// Generates so many patients from a seed and judges each of them twice. The same two values give the same answer.
///
/// # Errors
///
/// A temporary folder that cannot be written or read.
pub fn compare(patients: u64, seed: u64) -> Result<Agreement, Failure> {
    compare_as(patients, seed, |_| {})
}

/// The same, where `spoil` may change what the rules said before it is compared: the proof that a comparison can fail.
///
/// # Errors
///
/// As [`compare`].
pub fn compare_as(patients: u64, seed: u64, spoil: impl Fn(&mut Said)) -> Result<Agreement, Failure> {
    let mut agreement = Agreement::default();
    for number in 0..patients.div_ceil(CHUNK) {
        let size = CHUNK.min(patients - number * CHUNK);
        let chunk = files::Chunk::write(seed, number, size)?;
        agreement.take(&chunk, &spoil)?;
    }
    Ok(agreement)
}

impl Agreement {
    fn take(&mut self, chunk: &files::Chunk, spoil: &impl Fn(&mut Said)) -> Result<(), Failure> {
        let world = world::World::open(&chunk.practice, &chunk.spine, chunk.today)?;
        let facts = cells::read(&chunk.practice, &chunk.spine, chunk.today)?;
        if world.candidates.len() != facts.patients.len() {
            return Err("the client and the oracle do not read the same number of patients".into());
        }
        for (place, (candidate, patient)) in world.candidates.iter().zip(&facts.patients).enumerate() {
            let lists_before = place % 2 == 0;
            let (oracle, trail) = oracle::judge(patient, &facts.practice, lists_before);
            let mut rules = rules::judge(&world, candidate, lists_before)?;
            spoil(&mut rules);
            self.patients += 1;
            for (aspect, said) in oracle.reasons() {
                *self.verdicts.entry(format!("{aspect}: {said}")).or_default() += 1;
            }
            self.decided.extend(trail);
            if oracle != rules {
                self.disagreeing += 1;
                if self.disagreements.len() < KEPT {
                    let patient_id = candidate.record.key.as_str();
                    self.disagreements.push(Disagreement {
                        patient: format!("{patient_id} of {chunk}"),
                        facts: format!("{patient:?} at {:?}", facts.practice),
                        oracle,
                        rules,
                    });
                }
            }
        }
        Ok(())
    }
}
