//! The seam `Clock`: what time it is, and how one waits.
//!
//! Everything in this crate takes its time from here, so that a simulation can move it.

use std::sync::LazyLock;
use std::time::Duration;

use async_trait::async_trait;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

/// What time it is, and how one waits for a later one.
#[async_trait]
pub trait Clock: Send + Sync + 'static {
    /// The time now.
    fn now(&self) -> Timestamp;

    /// Returns once `span` has gone by on this clock.
    async fn wait(&self, span: Duration);

    /// How long this clock has been going. Nobody can set it: unlike [`Clock::now`] it neither jumps nor goes back, and it may stand
    /// still while the computer sleeps.
    fn uptime(&self) -> Duration {
        elapsed(Timestamp::UNIX_EPOCH, self.now())
    }
}

/// The longest nap before the clock is looked at again: a computer that slept must not oversleep.
pub(crate) const NAP: Duration = Duration::from_secs(30);

/// Returns when the clock shows the time: for what is to happen by the clock on the wall.
pub async fn strike(clock: &dyn Clock, time: Timestamp) {
    loop {
        let left = elapsed(clock.now(), time);
        if left.is_zero() {
            return;
        }
        clock.wait(left.min(NAP)).await;
    }
}

/// The machine's clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

#[async_trait]
impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the one place where the client reads the machine's clock")]
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }

    async fn wait(&self, span: Duration) {
        tokio::time::sleep(span).await;
    }

    #[expect(clippy::disallowed_methods, reason = "the one place where the client reads the machine's clock")]
    fn uptime(&self) -> Duration {
        static BEGAN: LazyLock<std::time::Instant> = LazyLock::new(std::time::Instant::now);
        BEGAN.elapsed()
    }
}

/// The civil date in the practice's time zone, Europe/London.
#[must_use]
pub fn uk_date(now: Timestamp) -> Date {
    uk_local(now).date()
}

/// The time on the practice's wall, Europe/London.
#[must_use]
pub fn uk_local(now: Timestamp) -> DateTime {
    // The zone is compiled in; UTC is off by an hour at most should it ever be missing.
    let zone = TimeZone::get("Europe/London").unwrap_or(TimeZone::UTC);
    now.to_zoned(zone).datetime()
}

/// How long `later` is after `earlier`; nothing if it is not after it.
#[must_use]
pub fn elapsed(earlier: Timestamp, later: Timestamp) -> Duration {
    Duration::try_from(later.duration_since(earlier)).unwrap_or(Duration::ZERO)
}

/// The time `span` after `from`, or the end of time.
#[must_use]
pub fn after(from: Timestamp, span: Duration) -> Timestamp {
    SignedDuration::try_from(span).ok().and_then(|span| from.checked_add(span).ok()).unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_date_is_the_one_on_the_practices_wall() {
        let just_after_midnight_in_summer: Timestamp = "2026-07-01T23:30:00Z".parse().unwrap();
        assert_eq!(uk_date(just_after_midnight_in_summer).to_string(), "2026-07-02");
        let winter: Timestamp = "2026-12-01T23:30:00Z".parse().unwrap();
        assert_eq!(uk_date(winter).to_string(), "2026-12-01");
    }

    #[test]
    fn spans_never_go_backwards() {
        let now: Timestamp = "2026-07-01T12:00:00Z".parse().unwrap();
        assert_eq!(elapsed(after(now, Duration::from_secs(5)), now), Duration::ZERO);
        assert_eq!(elapsed(now, after(now, Duration::from_secs(5))), Duration::from_secs(5));
        assert_eq!(after(now, Duration::MAX), Timestamp::MAX);
    }
}
