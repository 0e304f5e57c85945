//! How many cases, from which seed, and where a failing one is noted.

use proptest::test_runner::{Config, FileFailurePersistence, RngAlgorithm, RngSeed};

/// The seed of every test, unless the environment names another.
const SEED: u64 = 20_261_125;

/// Where proptest notes what failed: it tries that first the next time.
const NOTED: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../fixtures/regressions/proptest.txt");

/// The configuration of one test: always the same cases. What it prints is shown where the test fails.
pub(crate) fn cases(cases: u32) -> Config {
    let (seed, times) = (number("SPINE_PROPERTY_SEED", SEED), number("SPINE_PROPERTY_CASES", 1));
    let cases = cases.saturating_mul(u32::try_from(times.max(1)).unwrap_or(u32::MAX));
    let thread = std::thread::current();
    say(&format!(
        "{}: {cases} cases, SPINE_PROPERTY_SEED={seed} SPINE_PROPERTY_CASES={times}",
        thread.name().unwrap_or("a test")
    ));
    Config {
        cases,
        rng_algorithm: RngAlgorithm::ChaCha,
        rng_seed: RngSeed::Fixed(seed),
        failure_persistence: Some(Box::new(FileFailurePersistence::Direct(NOTED))),
        ..Config::default()
    }
}

/// Prints: for a test, and so shown where it fails.
#[expect(clippy::print_stdout, reason = "the seed of a test is printed")]
pub(crate) fn say(text: &str) {
    println!("{text}");
}

fn number(variable: &str, otherwise: u64) -> u64 {
    match std::env::var(variable) {
        Ok(text) => text.trim().parse().unwrap_or_else(|_| panic!("{variable} is a number, not {text:?}")),
        Err(_) => otherwise,
    }
}
