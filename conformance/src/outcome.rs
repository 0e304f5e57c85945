//! What a case came to.

use std::fmt::Write as _;

use serde::Serialize;

use crate::stage::Exchange;
use crate::wire::Reply;

/// How much of a body a report shows, in bytes.
const SHOWN: usize = 6_000;

/// What a case came to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "verdict", rename_all = "kebab-case")]
pub enum Outcome {
    /// Everything was as the requirement says.
    Passed,
    /// Something was not.
    Failed(Box<Failure>),
    /// The case says nothing here, and why.
    Skipped {
        /// Why.
        reason: String,
    },
    /// The case itself or its stage is broken: a failure of the suite.
    Broken {
        /// What is wrong.
        reason: String,
    },
}

/// What was expected, what came, and where to look.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Failure {
    /// What was expected.
    pub expected: String,
    /// What came.
    pub actual: String,
    /// The exchange in which it shows, as text; blank where it shows in none.
    pub exchange: String,
}

/// What a case says.
pub type Verdict = Result<(), Failure>;

impl Failure {
    /// A failure.
    #[must_use]
    pub fn new(expected: impl Into<String>, actual: impl Into<String>) -> Self {
        Self { expected: expected.into(), actual: actual.into(), exchange: String::new() }
    }

    /// The same, showing in an exchange.
    #[must_use]
    pub fn in_exchange(mut self, exchange: &Exchange) -> Self {
        self.exchange = show(exchange);
        self
    }
}

impl Outcome {
    /// Whether the case failed, or could not even be judged.
    #[must_use]
    pub const fn is_bad(&self) -> bool {
        matches!(self, Self::Failed(_) | Self::Broken { .. })
    }

    /// The verdict in a word.
    #[must_use]
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Failed(_) => "failed",
            Self::Skipped { .. } => "skipped",
            Self::Broken { .. } => "broken",
        }
    }
}

impl From<Verdict> for Outcome {
    fn from(verdict: Verdict) -> Self {
        match verdict {
            Ok(()) => Self::Passed,
            Err(failure) => Self::Failed(Box::new(failure)),
        }
    }
}

/// Fails unless something holds.
pub fn hold(holds: bool, expected: &str, actual: impl std::fmt::Display) -> Verdict {
    if holds { Ok(()) } else { Err(Failure::new(expected, actual.to_string())) }
}

/// Fails unless two are the same.
pub fn same<T: PartialEq + std::fmt::Debug>(what: &str, expected: &T, actual: &T) -> Verdict {
    let (wanted, found) = (format!("{what}: {expected:?}"), format!("{actual:?}"));
    if expected == actual { Ok(()) } else { Err(Failure::new(wanted, found)) }
}

/// An exchange as text.
#[must_use]
pub fn show(exchange: &Exchange) -> String {
    let request = &exchange.request;
    let mut text = format!("{} {}\n", request.method, request.target);
    // Writing to a string cannot fail.
    for (name, value) in &request.headers {
        let _ = writeln!(text, "{name}: {value}");
    }
    let _ = writeln!(text, "\n{}\n", cut(&request.text()));
    match &exchange.reply {
        Reply::Silence => text.push_str("(no answer)\n"),
        Reply::Unreached => text.push_str("(not reached)\n"),
        Reply::Answer(answer) => {
            let _ = writeln!(text, "HTTP {}", answer.status);
            for (name, value) in &answer.headers {
                let _ = writeln!(text, "{name}: {value}");
            }
            let _ = writeln!(text, "\n{}", cut(&answer.text()));
        }
    }
    text
}

fn cut(text: &str) -> String {
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}\n.. ({} bytes)", &text[..end], text.len()),
        None => text.to_owned(),
    }
}
