//! When a run starts, pauses and goes on, on the practice's wall clock (Europe/London).
//!
//! Arithmetic only: every function is told the time. Source: Vision help, SCR Scheduling Options.

use jiff::civil::{DateTime, Time};
use serde::{Deserialize, Serialize};

/// When a run starts, pauses and goes on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Schedule {
    /// When it starts; at once where there is none.
    pub start: Option<DateTime>,
    /// At which time of day it pauses.
    pub stop: Option<Time>,
    /// At which time of day it goes on after a pause by `stop`; where there is none it stays paused.
    pub resume: Option<Time>,
}

impl Schedule {
    /// At once, and to the end.
    pub const AT_ONCE: Self = Self { start: None, stop: None, resume: None };
}
