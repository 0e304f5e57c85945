//! What we decide: pure rules. No clock, no I/O, no randomness.

/// Gives types that hold a patient's data a `Debug` that shows none of it.
macro_rules! masked {
    ($($name:ident),+) => {$(
        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(concat!(stringify!($name), "(masked)"))
            }
        }
    )+};
}

pub mod consent;
pub mod demographics;
pub mod eligibility;
pub mod lifecycle;
pub mod migration;
pub mod record;
pub mod rules;
pub mod schedule;
pub mod selection;
pub mod summary;

pub use consent::permit::Consented;
pub use consent::{ConsentStatus, standing};
pub use demographics::matching::Matched;
pub use eligibility::Eligible;
pub use lifecycle::reason::{Counter, Reason, SetAside};
pub use lifecycle::warning::Warning;
pub use lifecycle::{Fact, IllegalFact, State, reason};
pub use migration::{MatchedForMigration, MigrationSetAside, MigrationVerdict, ToMigrate};
pub use record::import;
pub use rules::explain::{Answers, Explained, Told, Verdict};
pub use rules::settings::Settings;
pub use rules::{Intent, PracticeProfile, Rules};
pub use schedule::Schedule;
pub use selection::{Action, History, Kind, Refusal};
pub use summary::Summary;
pub use summary::terminology::Terminology;
