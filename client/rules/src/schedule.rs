//! When a run starts, pauses and goes on, on the practice's wall clock (Europe/London).
//!
//! Arithmetic only: every function is told the time. A time of day *comes* whenever the wall clock shows it: twice in the night in
//! which the clocks go back; and in the night in which they go forward, where it is skipped, at the moment of the skip.
//! Source: Vision help, SCR Scheduling Options.

use jiff::civil::{DateTime, Time};
use jiff::tz::{AmbiguousOffset, TimeZone};
use jiff::{Span, Timestamp};
use serde::{Deserialize, Serialize};

/// When a run starts, pauses and goes on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Schedule {
    /// When it starts, UK local time; at once where there is none.
    pub start: Option<DateTime>,
    /// At which time of day it pauses, the start of surgery say. A run that is started begins even between `stop` and `resume`.
    pub stop: Option<Time>,
    /// At which time of day it goes on after a pause by `stop`; where there is none it stays paused until somebody resumes it.
    pub resume: Option<Time>,
}

/// A schedule that cannot be kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ScheduleError {
    /// There is nothing to go on from.
    #[error("a time to go on needs a time to pause")]
    ResumeWithoutStop,
    /// A pause from a time of day to the same one is either none or a whole day.
    #[error("the times to pause and to go on are the same")]
    NoPause,
    /// The start is over.
    #[error("the time to start has passed")]
    StartPassed,
}

impl Schedule {
    /// At once, and to the end.
    pub const AT_ONCE: Self = Self { start: None, stop: None, resume: None };

    /// Whether the schedule can be kept by a run that is asked for now.
    pub fn check(&self, now: Timestamp) -> Result<(), ScheduleError> {
        match (self.stop, self.resume) {
            (None, Some(_)) => return Err(ScheduleError::ResumeWithoutStop),
            (Some(stop), Some(resume)) if stop == resume => return Err(ScheduleError::NoPause),
            _ => {}
        }
        match self.start {
            Some(start) if moments(start).last() < now => Err(ScheduleError::StartPassed),
            _ => Ok(()),
        }
    }

    /// When a run starts that is asked for now: a start that comes twice counts the first time.
    /// Requirement: RUN-026.
    #[must_use]
    pub fn starts_at(&self, now: Timestamp) -> Timestamp {
        self.start.map_or(now, |start| moments(start).first().max(now))
    }

    /// When a leg that goes on from `from` pauses.
    /// Requirement: RUN-027.
    #[must_use]
    pub fn stops_at(&self, from: Timestamp) -> Option<Timestamp> {
        self.stop.map(|stop| next(stop, from).1)
    }

    /// When a run goes on that paused at `paused`.
    /// Requirement: RUN-028.
    #[must_use]
    pub fn resumes_at(&self, paused: Timestamp) -> Option<Timestamp> {
        self.resume.map(|resume| next(resume, paused).1)
    }
}

/// The date and time of a time of day's next coming after `now`: what "at 18:30" means of a start.
#[must_use]
pub fn coming(time: Time, now: Timestamp) -> DateTime {
    next(time, now).0
}

/// The next coming of a time of day after a moment, in words of the wall clock and as a moment.
/// Requirement: RUN-029.
fn next(time: Time, after: Timestamp) -> (DateTime, Timestamp) {
    let today = london().to_datetime(after).date();
    // Two days are enough: of a time of day that is over today, the next coming is tomorrow's.
    let days = (0..=2).map(|days| today.saturating_add(Span::new().days(days)).to_datetime(time));
    days.flat_map(|day| moments(day).all().map(move |moment| (day, moment)))
        .find(|(_, moment)| *moment > after)
        // Reason: only at the end of representable time is there no tomorrow.
        .unwrap_or((today.to_datetime(time), Timestamp::MAX))
}

/// When the wall clock shows a date and time: once, twice, or at the skip.
struct Moments {
    first: Timestamp,
    second: Option<Timestamp>,
}

impl Moments {
    const fn first(&self) -> Timestamp {
        self.first
    }

    fn last(&self) -> Timestamp {
        self.second.unwrap_or(self.first)
    }

    fn all(self) -> impl Iterator<Item = Timestamp> {
        std::iter::once(self.first).chain(self.second)
    }
}

fn moments(shown: DateTime) -> Moments {
    let zone = london();
    let at = |offset: jiff::tz::Offset| offset.to_timestamp(shown).unwrap_or(Timestamp::MAX);
    match zone.to_ambiguous_timestamp(shown).offset() {
        AmbiguousOffset::Unambiguous { offset } => Moments { first: at(offset), second: None },
        // By the later offset it is before the skip, so the transition that follows is the skip itself.
        AmbiguousOffset::Gap { after, .. } => {
            let skip = zone.following(at(after)).next().map(|transition| transition.timestamp());
            Moments { first: skip.unwrap_or_else(|| at(after)), second: None }
        }
        AmbiguousOffset::Fold { before, after } => Moments { first: at(before), second: Some(at(after)) },
    }
}

/// The practice's time zone. It is compiled in; UTC is off by an hour at most should it ever be missing.
fn london() -> TimeZone {
    TimeZone::get("Europe/London").unwrap_or(TimeZone::UTC)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn time(text: &str) -> Time {
        text.parse().unwrap()
    }

    fn nightly(stop: &str, resume: &str) -> Schedule {
        Schedule { start: None, stop: Some(time(stop)), resume: Some(time(resume)) }
    }

    #[test]
    fn a_window_comes_every_night() {
        let surgery = nightly("07:45", "18:30");
        for (from, stops, resumes) in [
            ("2026-01-12T19:00:00Z", "2026-01-13T07:45:00Z", "2026-01-13T18:30:00Z"),
            // In summer the wall clock is an hour ahead.
            ("2026-07-13T19:00:00Z", "2026-07-14T06:45:00Z", "2026-07-14T17:30:00Z"),
            // Whoever starts at the stop, or in the quiet time, runs until the next one.
            ("2026-01-12T07:45:00Z", "2026-01-13T07:45:00Z", "2026-01-13T18:30:00Z"),
            ("2026-01-12T10:00:00Z", "2026-01-13T07:45:00Z", "2026-01-13T18:30:00Z"),
            // Over the new year and over both changes.
            ("2026-12-31T20:00:00Z", "2027-01-01T07:45:00Z", "2027-01-01T18:30:00Z"),
            ("2026-03-28T20:00:00Z", "2026-03-29T06:45:00Z", "2026-03-29T17:30:00Z"),
            ("2026-10-24T20:00:00Z", "2026-10-25T07:45:00Z", "2026-10-25T18:30:00Z"),
        ] {
            assert_eq!(surgery.stops_at(at(from)), Some(at(stops)), "{from}");
            assert_eq!(surgery.resumes_at(at(stops)), Some(at(resumes)), "{from}");
        }
    }

    #[test]
    fn a_time_that_is_skipped_comes_at_the_skip() {
        // 29 March 2026: 01:00 GMT is 02:00 BST.
        let night = nightly("01:30", "01:45");
        assert_eq!(night.stops_at(at("2026-03-28T23:00:00Z")), Some(at("2026-03-29T01:00:00Z")));
        assert_eq!(night.resumes_at(at("2026-03-29T00:59:00Z")), Some(at("2026-03-29T01:00:00Z")));
        assert_eq!(night.stops_at(at("2026-03-29T01:00:00Z")), Some(at("2026-03-30T00:30:00Z")));
        let start = Schedule { start: Some("2026-03-29T01:30:00".parse().unwrap()), ..Schedule::AT_ONCE };
        assert_eq!(start.starts_at(at("2026-03-28T12:00:00Z")), at("2026-03-29T01:00:00Z"));
    }

    #[test]
    fn a_time_that_comes_twice_is_kept_twice() {
        // 25 October 2026: 02:00 BST is 01:00 GMT.
        let night = nightly("01:15", "01:45");
        let mut moment = at("2026-10-24T22:00:00Z");
        for (stops, resumes) in [
            ("2026-10-25T00:15:00Z", "2026-10-25T00:45:00Z"),
            ("2026-10-25T01:15:00Z", "2026-10-25T01:45:00Z"),
            ("2026-10-26T01:15:00Z", "2026-10-26T01:45:00Z"),
        ] {
            assert_eq!(night.stops_at(moment), Some(at(stops)));
            moment = night.resumes_at(at(stops)).unwrap();
            assert_eq!(moment, at(resumes));
        }
        let start = Schedule { start: Some("2026-10-25T01:30:00".parse().unwrap()), ..Schedule::AT_ONCE };
        assert_eq!(start.starts_at(at("2026-10-24T12:00:00Z")), at("2026-10-25T00:30:00Z"));
        // Its second coming is not over yet.
        assert_eq!(start.check(at("2026-10-25T01:00:00Z")), Ok(()));
        assert_eq!(start.starts_at(at("2026-10-25T01:00:00Z")), at("2026-10-25T01:00:00Z"));
    }

    #[test]
    fn a_time_of_day_means_its_next_coming() {
        for (now, time_of_day, expected) in [
            ("2026-07-01T12:00:00Z", "18:30", "2026-07-01T18:30:00"),
            ("2026-07-01T18:00:00Z", "18:30", "2026-07-02T18:30:00"),
            ("2026-07-01T23:30:00Z", "00:15", "2026-07-03T00:15:00"),
            ("2026-01-01T23:30:00Z", "00:15", "2026-01-02T00:15:00"),
        ] {
            assert_eq!(coming(time(time_of_day), at(now)).to_string(), expected, "{now}");
        }
    }

    #[test]
    fn what_cannot_be_kept_is_refused() {
        let now = at("2026-07-01T12:00:00Z");
        let resume_only = Schedule { resume: Some(time("18:30")), ..Schedule::AT_ONCE };
        assert_eq!(resume_only.check(now), Err(ScheduleError::ResumeWithoutStop));
        assert_eq!(nightly("18:30", "18:30").check(now), Err(ScheduleError::NoPause));
        let past = Schedule { start: Some("2026-07-01T12:59:00".parse().unwrap()), ..Schedule::AT_ONCE };
        assert_eq!(past.check(now), Err(ScheduleError::StartPassed));
        assert_eq!(Schedule::AT_ONCE.check(now), Ok(()));
        assert_eq!(Schedule::AT_ONCE.stops_at(now), None);
        assert_eq!(Schedule::AT_ONCE.starts_at(now), now);
    }
}
