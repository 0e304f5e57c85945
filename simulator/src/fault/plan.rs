//! A whole plan: read, checked, and the throws that follow from its seed.

mod kind;
mod rule;

use std::collections::BTreeSet;

use http::{HeaderValue, StatusCode};
use serde::{Deserialize, Serialize};

use super::strike::{are_published, are_soap_faults};

pub use kind::{Acknowledged, CutEnd, Fault, Page, Severity};
pub use rule::{Asked, FaultRule, PatientClass, Phase, Trigger, UnknownInteraction};

/// The longest that anything is delayed, in milliseconds: an hour.
const LONGEST_MS: u64 = 60 * 60 * 1000;
/// The longest body that a rule may ask for, in bytes, folded out or not.
const LONGEST_BODY: usize = 256 * 1024 * 1024;
/// The most headers that a rule may ask for.
const MOST_HEADERS: usize = 1_000_000;

/// A seed and rules; the default has no rules and does nothing.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "kebab-case", deny_unknown_fields)]
pub struct FaultPlan {
    /// From which every throw follows.
    pub seed: u64,
    /// The rules; the first that strikes an exchange is the only one that does.
    pub rules: Vec<FaultRule>,
}

/// Why a plan cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PlanError {
    /// Not a plan.
    #[error("this is no plan of faults: {0}")]
    Unreadable(String),
    /// A name that is blank or longer than 100 characters.
    #[error("a rule's name has 1 to 100 characters: rule {0} has not")]
    Name(usize),
    /// Two rules with one name.
    #[error("two rules have the name {0:?}")]
    Doubled(String),
    /// The fault cannot strike there.
    #[error("rule {rule:?}: its fault cannot strike in the phase `{phase}`, only in `{possible}`")]
    Phase {
        /// The rule.
        rule: String,
        /// The phase it states.
        phase: &'static str,
        /// Those in which its fault can strike.
        possible: String,
    },
    /// The Spine keeps what it remembers beyond its own end, and would not come back the same from what a plan did.
    #[error("a fake Spine with a --state folder stays calm: it takes no rules")]
    Kept,
    /// Something else is not possible.
    #[error("rule {rule:?}: {why}")]
    Impossible {
        /// The rule.
        rule: String,
        /// What is not possible.
        why: &'static str,
    },
}

impl FaultPlan {
    /// Reads a plan: JSON when its text begins with a brace, TOML otherwise.
    pub fn read(text: &str) -> Result<Self, PlanError> {
        let plan: Self = if text.trim_start().starts_with('{') {
            serde_json::from_str(text).map_err(|why| PlanError::Unreadable(why.to_string()))?
        } else {
            toml::from_str(text).map_err(|why| PlanError::Unreadable(why.to_string()))?
        };
        plan.check()?;
        Ok(plan)
    }

    /// Whether every rule is possible and has a name of its own.
    pub fn check(&self) -> Result<(), PlanError> {
        let mut names = BTreeSet::new();
        for (place, rule) in self.rules.iter().enumerate() {
            if rule.name.trim().is_empty() || rule.name.chars().count() > 100 {
                return Err(PlanError::Name(place + 1));
            }
            if !names.insert(rule.name.as_str()) {
                return Err(PlanError::Doubled(rule.name.clone()));
            }
            rule.check()?;
        }
        Ok(())
    }
}

impl FaultRule {
    /// Whether the rule is possible.
    pub(super) fn check(&self) -> Result<(), PlanError> {
        let possible = self.fault.phases();
        if !possible.contains(&self.phase) {
            let names: Vec<_> = possible.iter().map(|phase| phase.name()).collect();
            return Err(PlanError::Phase {
                rule: self.name.clone(),
                phase: self.phase.name(),
                possible: names.join("` or `"),
            });
        }
        self.impossible().map_or(Ok(()), |why| Err(PlanError::Impossible { rule: self.name.clone(), why }))
    }

    fn impossible(&self) -> Option<&'static str> {
        let trigger = &self.trigger;
        let is_share = |ratio: f64| (0.0..=1.0).contains(&ratio);
        if trigger.ratio.is_some_and(|ratio| !is_share(ratio)) {
            return Some("`ratio` lies between 0 and 1");
        }
        if trigger.patient_class.is_some_and(|class| class.class >= class.of.get()) {
            return Some("`patient-class` counts its classes from 0, so `class` is less than `of`");
        }
        if trigger.from.zip(trigger.until).is_some_and(|(from, until)| from >= until) {
            return Some("`from` is earlier than `until`");
        }
        if trigger.patients.iter().any(|number| !number.is_test()) {
            return Some("`patients` are NHS numbers that begin with 9: nobody real has one");
        }
        let header =
            |text: &Option<String>| text.as_ref().is_none_or(|text| HeaderValue::from_str(text).is_ok());
        match &self.fault {
            Fault::Delay { ms } | Fault::Drip { pause_ms: ms, .. } if *ms > LONGEST_MS => {
                Some("nothing is delayed by more than an hour")
            }
            Fault::Drip { bytes: 0, .. } => Some("a drop has at least one byte"),
            Fault::ManyHeaders { count } if *count > MOST_HEADERS => {
                Some("an answer has at most a million headers more")
            }
            Fault::TooLong { bytes } | Fault::GzipBomb { bytes } if *bytes > LONGEST_BODY => {
                Some("an answer has at most 256 MiB")
            }
            Fault::Status { code, .. } if !is_final(*code) => {
                Some("`code` is an HTTP status from 200 to 599")
            }
            Fault::Status { retry_after, location, .. } if !header(retry_after) || !header(location) => {
                Some("`retry-after` and `location` are values that a header can carry")
            }
            Fault::SoapFault { codes } if !are_soap_faults(codes) => {
                Some("`codes` are published codes of SOAP faults, at least one: 101, 200, 201, 206, 208, 300")
            }
            Fault::EbxmlErrors { codes, .. } if codes.is_empty() => Some("`codes` has at least one code"),
            Fault::Negative { codes, .. } if !are_published(codes) => {
                Some("`codes` are published error codes of PSIS, PDS, ACS or TMS, at least one")
            }
            _ => None,
        }
    }

    /// Whether the rule can strike a connection of which nothing is known.
    pub(super) fn is_about_connections(&self) -> bool {
        self.phase == Phase::Connect
            && self.trigger.patients.is_empty()
            && self.trigger.patient_class.is_none()
            && self.trigger.interactions.is_empty()
    }
}

fn is_final(code: u16) -> bool {
    (200..600).contains(&code) && StatusCode::from_u16(code).is_ok()
}

/// Splitmix64: one step of a generator whose outputs look unrelated.
pub(super) fn mix(value: u64) -> u64 {
    let value = value.wrapping_add(0x9E37_79B9_7F4A_7C15);
    let value = (value ^ (value >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let value = (value ^ (value >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    value ^ (value >> 31)
}

/// Bytes as one number, the same on every computer: FNV-1a.
pub(super) fn word(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xCBF2_9CE4_8422_2325, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01B3)
    })
}
