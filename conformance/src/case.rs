//! A case: a name, the requirements that it tests, and a check.

use spine_simulator::scenario::Settings;

use crate::outcome::Verdict;
use crate::stage::ground::Ground;
use crate::stage::{Observation, Scenario};

/// A check of one side.
#[derive(Clone, Copy)]
pub struct Case {
    /// Its name: `area/what-is-so`, unique.
    pub name: &'static str,
    /// The requirements that it tests. Each must exist in the register.
    pub requirements: &'static [&'static str],
    /// How.
    pub check: Check,
}

/// How a case judges.
#[derive(Clone, Copy)]
pub enum Check {
    /// A client, by what was observed when it played a scenario. A scenario is played once for all its cases.
    Client {
        /// The scenario.
        scenario: &'static Scenario,
        /// The judgement.
        judge: fn(&Observation) -> Verdict,
    },
    /// A Spine, by its answers to a raw requester.
    Spine {
        /// How the simulator behaves for it; a server under test has its own ways, and cases that need others are skipped there.
        settings: Option<fn(&mut Settings)>,
        /// Whether it needs a server with its ports, TLS and identity service rather than the services alone.
        server: bool,
        /// The requests and the judgement.
        judge: fn(&Ground<'_>) -> Verdict,
    },
}

impl Case {
    /// A case of a client.
    #[must_use]
    pub const fn client(
        name: &'static str,
        requirements: &'static [&'static str],
        scenario: &'static Scenario,
        judge: fn(&Observation) -> Verdict,
    ) -> Self {
        Self { name, requirements, check: Check::Client { scenario, judge } }
    }

    /// A case of a Spine with its ordinary settings.
    #[must_use]
    pub const fn spine(
        name: &'static str,
        requirements: &'static [&'static str],
        judge: fn(&Ground<'_>) -> Verdict,
    ) -> Self {
        Self { name, requirements, check: Check::Spine { settings: None, server: false, judge } }
    }

    /// A case of a Spine that behaves otherwise than by default.
    #[must_use]
    pub const fn spine_with(
        name: &'static str,
        requirements: &'static [&'static str],
        settings: fn(&mut Settings),
        judge: fn(&Ground<'_>) -> Verdict,
    ) -> Self {
        Self { name, requirements, check: Check::Spine { settings: Some(settings), server: false, judge } }
    }

    /// A case of a Spine as a server: its ports, TLS, identity service.
    #[must_use]
    pub const fn server(
        name: &'static str,
        requirements: &'static [&'static str],
        judge: fn(&Ground<'_>) -> Verdict,
    ) -> Self {
        Self { name, requirements, check: Check::Spine { settings: None, server: true, judge } }
    }

    /// The area: what stands before the slash.
    #[must_use]
    pub fn area(&self) -> &'static str {
        self.name.split_once('/').map_or(self.name, |(area, _)| area)
    }

    /// Whether a client is judged.
    #[must_use]
    pub const fn is_of_client(&self) -> bool {
        matches!(self.check, Check::Client { .. })
    }
}
