//! `spine-conformance nights`.

use std::collections::BTreeMap;
use std::time::Duration;

use super::arguments::Nights;
use super::{Exit, say};
use crate::nights::{self, Ending, JUDGED_FROM, Leg, NIGHT_FACTOR, PRACTICE_FACTOR, PROMPT, Passed, Plan};
use crate::stage::StageError;

pub(super) fn run(wanted: &Nights) -> Result<Exit, StageError> {
    let Nights { patients, count: nights, sessions, seed, strict } = *wanted;
    let plan = Plan { patients, nights, sessions, seed };
    say(&format!("{patients} patients, {nights} nights, {sessions} sessions, seed {seed}."));
    say(
        "Memory is the client's process; the fake Spine runs in another one. Times are real, from the opening of the store.",
    );
    let passed = nights::run(&plan, &mut |leg| say(&line(leg)))?;
    let late = passed.late();
    sum_up(&passed, patients);
    if late.is_empty() {
        say(&format!("Every resumed run sent its first message within {} s.", PROMPT.as_secs()));
    } else {
        say(&format!(
            "Later than {} s after resuming: the first message of sessions {late:?}.",
            PROMPT.as_secs()
        ));
    }
    let holds = passed.findings.is_empty() && (late.is_empty() || !strict);
    Ok(if holds { Exit::Holds } else { Exit::Fails })
}

fn line(leg: &Leg) -> String {
    let ending = match leg.ending {
        Ending::SessionOver => "the session was over",
        Ending::NightOver => "the night was over",
        Ending::Finished => "finished",
    };
    let after = |at: Option<Duration>| {
        at.map_or_else(|| "never".to_owned(), |at| format!("after {:.3} s", at.as_secs_f64()))
    };
    format!(
        "night {}, session {}: {} settled in all, {:.1} s, memory {}, first request {}, first upload {}; {ending}",
        leg.night,
        leg.session,
        leg.settled,
        leg.took.as_secs_f64(),
        mebibytes(leg.peak),
        after(leg.first_request),
        after(leg.first_upload)
    )
}

fn sum_up(passed: &Passed, patients: usize) {
    let listed = |counts: &BTreeMap<String, u64>| {
        let listed: Vec<String> = counts.iter().map(|(name, count)| format!("{name} {count}")).collect();
        listed.join(", ")
    };
    say(&format!("{}: {}.", passed.state, listed(&passed.counters)));
    say(&format!("By reason: {}.", listed(&passed.reasons)));
    let peak = passed.legs.iter().filter_map(|leg| leg.peak).max();
    say(&format!(
        "Highest memory of the client {}, of the fake Spine, which keeps everything, {}.",
        mebibytes(peak),
        mebibytes(passed.spine_peak)
    ));
    if patients >= JUDGED_FROM {
        say(&format!(
            "A practice of a fifth: {}. Allowed: {NIGHT_FACTOR} times the first night, {PRACTICE_FACTOR} times the fifth.",
            mebibytes(passed.fifth)
        ));
    } else {
        say(&format!("Memory is judged from {JUDGED_FROM} patients on."));
    }
    for finding in &passed.findings {
        say(&format!("does not hold: {finding}"));
    }
    if passed.findings.is_empty() {
        say("0 lost, 0 doubled, 0 content for dissenters.");
    }
}

fn mebibytes(bytes: Option<u64>) -> String {
    bytes.map_or_else(|| "not measured".to_owned(), |bytes| format!("{} MiB", bytes / (1024 * 1024)))
}
