//! Start, stop and resume times, on ordinary days and on those on which the clocks change.
//!
//! Every upload takes ten minutes, one after the other, so that a run is under way when a time comes.

use std::time::Duration;

use jiff::Timestamp;
use spine_client::{RunRequest, RunSettings};
use spine_fixtures::population::staff;
use spine_simulator::scenario::{Readiness, Settings};

use crate::outcome::{Verdict, hold, same};
use crate::stage::{Kind, Need, Observation, Scenario, Step, Way};
use crate::wire::Sort;

const EIGHT: &[&str] = &[
    "ordinary-adult",
    "express-additional",
    "ordinary-child",
    "very-old",
    "leap-day-birthday",
    "registered-day-before-enabling",
    "implied-consent",
    "express-core",
];
const LOGIN: Step = Step::Login { user: staff::OPERATOR_USER_ID, pin: staff::OPERATOR_PIN };
/// From the login in the morning to half past ten in the evening, GMT.
const UNTIL_THE_EVENING: Step = Step::Wait(Duration::from_hours(14));

/// A run that starts, pauses and goes on at set times of a summer's day.
pub(super) static DAY: Scenario = Scenario::new(
    "scheduled",
    EIGHT,
    &[Step::Asked(Kind::InitialUpload, Way::Run, |request| {
        at(request, "2026-09-15T10:00:00", "10:25", Some("11:00"));
    })],
)
.before(slow)
.with(one_at_a_time);

/// A run that pauses at a set time and stays paused; the operator resumes it.
pub(super) static STOP_ONLY: Scenario = Scenario::new(
    "scheduled-stop",
    EIGHT,
    &[
        Step::Asked(Kind::InitialUpload, Way::Run, |request| {
            at(request, "2026-09-15T10:00:00", "10:25", None);
        }),
        Step::Run(Kind::InitialUpload, Way::Resume),
    ],
)
.before(slow)
.with(one_at_a_time);

/// The night in which the clocks go back: 01:00 to 02:00 comes twice.
pub(super) static BACK: Scenario = Scenario::new(
    "clocks-go-back",
    EIGHT,
    &[
        UNTIL_THE_EVENING,
        LOGIN,
        Step::Asked(Kind::InitialUpload, Way::Run, |request| {
            at(request, "2026-10-25T01:30:00", "01:45", Some("01:20"));
        }),
    ],
)
.before(slow)
.with(one_at_a_time)
.on("2026-10-24");

/// The night in which they go forward: 01:00 to 02:00 does not come.
pub(super) static FORWARD: Scenario = Scenario::new(
    "clocks-go-forward",
    EIGHT,
    &[
        UNTIL_THE_EVENING,
        LOGIN,
        Step::Asked(Kind::InitialUpload, Way::Run, |request| {
            at(request, "2026-03-29T01:30:00", "02:25", None);
        }),
    ],
)
.before(slow)
.with(one_at_a_time)
.on("2026-03-28");

/// A start after the session's end.
pub(super) static TOO_LATE: Scenario = Scenario::new(
    "scheduled-too-late",
    &["ordinary-adult"],
    &[Step::Asked(Kind::InitialUpload, Way::Run, |request| {
        request.schedule.start = "2026-09-15T20:00:00".parse().ok();
    })],
)
.needs(Need::VirtualTime);

fn at(request: &mut RunRequest, start: &str, stop: &str, resume: Option<&str>) {
    request.schedule.start = start.parse().ok();
    request.schedule.stop = stop.parse().ok();
    request.schedule.resume = resume.and_then(|resume| resume.parse().ok());
}

fn slow(settings: &mut Settings) {
    settings.readiness = Readiness { polls: u32::MAX, delay_ms: 600_000 };
    settings.retry_after_ms = 60_000;
}

fn one_at_a_time(settings: &mut RunSettings) {
    settings.limits.lanes = 1;
    settings.limits.in_flight = 1;
    settings.limits.poll_budget_ms = 1_200_000;
}

/// When something first arrived.
fn first(seen: &Observation) -> Option<Timestamp> {
    seen.exchanges.first().map(|one| one.at)
}

/// How many uploads arrived from one moment to just before another.
fn uploads(seen: &Observation, from: &str, to: &str) -> usize {
    let moment = |text: &str| text.parse::<Timestamp>().unwrap_or(Timestamp::MAX);
    seen.of(Sort::Upload).iter().filter(|one| (moment(from)..moment(to)).contains(&one.at)).count()
}

/// Something arrives at a moment, or within a minute of it, and nothing before.
fn begins_at(seen: &Observation, moment: &str) -> Verdict {
    let moment: Timestamp = moment.parse().unwrap_or(Timestamp::MAX);
    let late = first(seen).map(|first| first.duration_since(moment).as_secs());
    hold(
        late.is_some_and(|late| (0..60).contains(&late)),
        &format!("the first request at {moment}"),
        format!("{late:?} s late"),
    )
}

pub(super) fn starts_at_its_time(seen: &Observation) -> Verdict {
    // Summer: the wall clock is an hour ahead.
    begins_at(seen, "2026-09-15T09:00:00Z")
}

pub(super) fn pauses_at_its_time(seen: &Observation) -> Verdict {
    let before = uploads(seen, "2026-09-15T09:00:00Z", "2026-09-15T09:25:00Z");
    hold(before >= 2, "uploads before the stop time", before)?;
    same("uploads in the pause", &0, &uploads(seen, "2026-09-15T09:25:00Z", "2026-09-15T10:00:00Z"))
}

pub(super) fn stays_paused(seen: &Observation) -> Verdict {
    pauses_at_its_time(seen)?;
    let first = seen.run(0);
    same("the run after the stop time", &"stopped", &first.state.as_str())?;
    same("the run after Resume", &"finished", &seen.run(1).state.as_str())?;
    same("patients in Sent", &Some(&(EIGHT.len() as u64)), &seen.run(1).counters.get("sent"))
}

pub(super) fn goes_on_at_its_time(seen: &Observation) -> Verdict {
    let after = uploads(seen, "2026-09-15T10:00:00Z", "2026-09-15T10:01:00Z");
    hold(after > 0, "an upload as soon as the resume time comes", after)?;
    let run = seen.run(0);
    hold(run.state == "finished", "a run that finishes", format!("{}: {}", run.state, run.said))?;
    same("patients in Sent", &Some(&(EIGHT.len() as u64)), &run.counters.get("sent"))?;
    for slug in seen.people.slugs() {
        same(&format!("events of {slug}"), &1, &seen.events(slug).len())?;
    }
    Ok(())
}

pub(super) fn keeps_the_wall_clock_when_it_goes_back(seen: &Observation) -> Verdict {
    begins_at(seen, "2026-10-25T00:30:00Z")?;
    let first = uploads(seen, "2026-10-25T00:30:00Z", "2026-10-25T00:45:00Z");
    hold(first > 0, "uploads from the first 01:30 to the first 01:45", first)?;
    same(
        "uploads until the second 01:20",
        &0,
        &uploads(seen, "2026-10-25T00:45:00Z", "2026-10-25T01:20:00Z"),
    )?;
    let second = uploads(seen, "2026-10-25T01:20:00Z", "2026-10-25T01:45:00Z");
    hold(second > 0, "uploads from the second 01:20 to the second 01:45", second)?;
    same(
        "uploads after the second 01:45",
        &0,
        &uploads(seen, "2026-10-25T01:45:00Z", "2026-10-26T00:00:00Z"),
    )?;
    // The next 01:20 comes after the session's end.
    same("the run", &"stopped", &seen.runs.last().map_or("none", |run| run.state.as_str()))
}

pub(super) fn keeps_the_wall_clock_when_it_goes_forward(seen: &Observation) -> Verdict {
    begins_at(seen, "2026-03-29T01:00:00Z")?;
    let before = uploads(seen, "2026-03-29T01:00:00Z", "2026-03-29T01:25:00Z");
    hold(before > 0, "uploads until 02:25", before)?;
    same("uploads after 02:25", &0, &uploads(seen, "2026-03-29T01:25:00Z", "2026-03-30T00:00:00Z"))
}

pub(super) fn no_start_after_the_session(seen: &Observation) -> Verdict {
    let run = seen.run(0);
    same("the run", &"refused", &run.state.as_str())?;
    same("requests", &0, &seen.exchanges.len())?;
    hold(run.said.to_lowercase().contains("session"), "a refusal that tells of the session", &run.said)?;
    let waited = run.time.1.duration_since(run.time.0).as_secs();
    hold(waited < 60, "a refusal at once", format!("{waited} s"))
}
