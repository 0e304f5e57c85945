//! Nights of bulk uploading: a large practice, several nights, more sessions than nights, and memory that does not grow.
//!
//! The client's library runs in a process of its own from the import to the last leg, over a store on disk and over TLS, so that its memory
//! is the client's alone; the fake Spine is another process, and the audit happens here. The clock flows as the computer's does and leaps
//! over the hours: to the end of a session, to the end of a night, to the next evening. Sessions live ten hours by it, on both sides.
//!
//! *Memory is flat* means two things, each measured on the resident memory of the client's process while a leg runs: no later night needs more
//! than [`NIGHT_FACTOR`] times what the first one did, and the practice no more than [`PRACTICE_FACTOR`] times what one of a fifth of its
//! size did before.

mod clock;
mod leg;
mod memory;
mod observed;
mod office;
mod practice;
mod program;

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::stage::StageError;
use practice::Practice;
pub use program::{CLIENT, SPINE, client, spine};

/// What the peak of a later night may be of the first one's.
pub const NIGHT_FACTOR: f64 = 1.25;
/// What the peak of a practice may be of that of one a fifth its size.
pub const PRACTICE_FACTOR: f64 = 1.25;
/// Practices smaller than this are too small for a judgement on memory: caches still fill.
pub const JUDGED_FROM: usize = 50_000;
/// How soon a resumed run is to send its first message.
pub const PROMPT: Duration = Duration::from_secs(2);

/// What is to be run.
#[derive(Clone, Debug)]
pub struct Plan {
    /// Patients of the practice.
    pub patients: usize,
    /// Nights.
    pub nights: u32,
    /// Sessions over all of them: one or two a night.
    pub sessions: u32,
    /// Chooses the people and the faults.
    pub seed: u64,
}

/// How a session's leg came to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Ending {
    /// The session was over in the middle of the night.
    SessionOver,
    /// The night was over.
    NightOver,
    /// Nothing was left.
    Finished,
}

/// One leg.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Leg {
    /// The night, from 1.
    pub night: u32,
    /// The session, from 1.
    pub session: u32,
    /// How it ended.
    pub ending: Ending,
    /// Patients settled so far.
    pub settled: u64,
    /// Real time that it took.
    pub took: Duration,
    /// From the opening of the store to the first request, in real time.
    pub first_request: Option<Duration>,
    /// From the opening of the store to the first upload.
    pub first_upload: Option<Duration>,
    /// The highest resident memory while it ran, in bytes; `None` where it is not measured.
    pub peak: Option<u64>,
}

/// What came of it.
#[derive(Clone, Debug, Default)]
pub struct Passed {
    /// Every leg.
    pub legs: Vec<Leg>,
    /// The peak of a practice of a fifth of the size.
    pub fifth: Option<u64>,
    /// The peak of the fake Spine, which holds everything in memory.
    pub spine_peak: Option<u64>,
    /// What the run came to: `finished`, ..
    pub state: String,
    /// The run's counters.
    pub counters: BTreeMap<String, u64>,
    /// Settled patients by reason.
    pub reasons: BTreeMap<String, u64>,
    /// Everything that does not hold.
    pub findings: Vec<String>,
}

/// Runs the nights; every leg is told.
pub fn run(plan: &Plan, tell: &mut dyn FnMut(&Leg)) -> Result<Passed, StageError> {
    if plan.sessions < plan.nights || plan.sessions > 2 * plan.nights || plan.nights == 0 {
        return Err(StageError::new("there are one or two sessions a night"));
    }
    let mut passed = Passed::default();
    if plan.patients >= JUDGED_FROM {
        let small = Plan { patients: plan.patients / 5, nights: 1, sessions: 1, ..plan.clone() };
        let small = nights(&small, &mut |_| ())?;
        passed.findings.extend(small.findings.iter().map(|finding| format!("a fifth: {finding}")));
        passed.fifth = small.legs.iter().filter_map(|leg| leg.peak).max();
    }
    let whole = nights(plan, tell)?;
    passed.findings.extend(whole.findings);
    passed = Passed { findings: passed.findings, fifth: passed.fifth, ..whole };
    if plan.patients >= JUDGED_FROM {
        passed.findings.extend(memory::judge(&passed));
    }
    Ok(passed)
}

fn nights(plan: &Plan, tell: &mut dyn FnMut(&Leg)) -> Result<Passed, StageError> {
    let practice = Practice::open(plan)?;
    let mut passed = Passed { legs: practice.nights(tell)?, ..Passed::default() };
    passed.spine_peak = practice.spine_peak();
    for (leg, due) in passed.legs.iter().zip(calendar(plan.nights, plan.sessions)) {
        if leg.ending != due.ending {
            passed
                .findings
                .push(format!("session {}: {:?}, and {:?} was due", leg.session, leg.ending, due.ending));
        }
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let (report, findings) = runtime.map_err(StageError::new)?.block_on(practice.audit())?;
    (passed.state, passed.counters, passed.reasons) = (report.state, report.counters, report.reasons);
    passed.findings.extend(findings);
    Ok(passed)
}

/// A session as it is planned.
#[derive(Clone, Copy, Debug)]
struct Planned {
    night: u32,
    session: u32,
    /// Whether the operator logs in in the afternoon, so that the session ends in the night.
    early: bool,
    ending: Ending,
}

/// Every session: the first nights have two, as long as there are more sessions than nights left.
fn calendar(nights: u32, sessions: u32) -> Vec<Planned> {
    let mut planned = Vec::new();
    let mut session = 0;
    for night in 1..=nights {
        let of_this_night = if sessions - session > nights - night + 1 { 2 } else { 1 };
        for place in 1..=of_this_night {
            session += 1;
            let ending = match (session == sessions, place == of_this_night) {
                (true, _) => Ending::Finished,
                (false, true) => Ending::NightOver,
                (false, false) => Ending::SessionOver,
            };
            planned.push(Planned { night, session, early: place < of_this_night, ending });
        }
    }
    planned
}

impl Passed {
    /// Resumed legs whose first request came later than [`PROMPT`].
    #[must_use]
    pub fn late(&self) -> Vec<u32> {
        let resumed = self.legs.iter().skip(1);
        resumed.filter(|leg| leg.first_request.is_none_or(|at| at > PROMPT)).map(|leg| leg.session).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sessions_are_spread_over_the_nights() {
        let endings = |nights, sessions| {
            let planned = calendar(nights, sessions).into_iter();
            planned.map(|one| (one.night, one.session, one.early, one.ending)).collect::<Vec<_>>()
        };
        assert_eq!(
            endings(3, 5),
            [
                (1, 1, true, Ending::SessionOver),
                (1, 2, false, Ending::NightOver),
                (2, 3, true, Ending::SessionOver),
                (2, 4, false, Ending::NightOver),
                (3, 5, false, Ending::Finished),
            ]
        );
        assert_eq!(endings(1, 1), [(1, 1, false, Ending::Finished)]);
        assert_eq!(endings(2, 2), [(1, 1, false, Ending::NightOver), (2, 2, false, Ending::Finished)]);
        assert_eq!(endings(1, 2), [(1, 1, true, Ending::SessionOver), (1, 2, false, Ending::Finished)]);
    }
}
