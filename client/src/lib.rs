//! How a run proceeds: the async shell around the rules, and the client's public API.
//!
//! [`Client`] is the handle of the console and the command line: import, log in, run, report, explain. Everything that may
//! differ between a practice and a simulation comes in through its seams: [`Store`], [`Exchange`], [`Clock`], [`Ids`] and
//! [`spine::Spine`].

pub mod bulk;
mod client;
pub mod clock;
mod compose;
mod error;
pub mod fault;
pub mod ids;
mod login;
mod report;
pub mod spine;

pub use bulk::{Difference, Ended, Foreseen, Limits, Pause, Prediction, Reporter, RunEvent, Silent, Stop};
pub use client::{
    Attempt, AttemptEvent, Finding, Findings, Format, List, Outcome, OutcomeQuery, Page, Person, Position,
    Reconciled, Reconciliation, Row, RunHistory, Waits, Worklist, WorklistQuery, counter_code, marking_code,
};
pub use client::{Client, RunRequest, RunSettings, Sessions, SettingsError, Settlement};
pub use client::{Confirmation, MOST_NN_DAYS, Switched, Switching};
pub use clock::{Clock, SystemClock};
pub use error::ClientError;
pub use fault::Halt;
pub use ids::{Ids, TimeOrderedIds};
pub use login::LoginError;
pub use report::{Counters, Report};
pub use spine::addresses::{Addresses, AddressesError};
pub use spine::hl7::RetryAfterUnit;

// The words and the seams that users of this crate meet in its signatures.
pub use spine_practice as practice;
pub use spine_practice::ColumnMap;
pub use spine_rules::import::Operator;
pub use spine_rules::lifecycle::retry::{Ladder, RetryContract};
pub use spine_rules::record::PatientKey;
pub use spine_rules::schedule::{self, Schedule, ScheduleError};
pub use spine_rules::{Counter, Explained, Reason, Settings, Terminology, Verdict, Warning};
pub use spine_session as session;
pub use spine_store as store;
pub use spine_store::{
    Action, Closed, ImportReceipt, LegRecord, Marking, Run, RunId, RunKind, Store, StoreError, Switch, Tally,
};
pub use spine_transport as transport;
pub use spine_transport::{Exchange, Settings as TransportSettings};
pub use spine_vocabulary as vocabulary;
