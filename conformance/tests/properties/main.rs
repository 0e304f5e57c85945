//! Properties: sentences that hold of every input, tried on generated ones and, where there are few enough, on all.
//!
//! What a property expects is written here from the documents, never asked of the code under test. One seed per test, printed;
//! `SPINE_PROPERTY_SEED` sets it, `SPINE_PROPERTY_CASES` multiplies the number of cases. Inputs that failed once are kept in
//! `fixtures/regressions/` and replayed by [`regressions`].

#![expect(clippy::unwrap_used, clippy::panic, reason = "tests")]

mod house;
mod lifecycle;
mod regressions;
mod rules;
mod wire;
