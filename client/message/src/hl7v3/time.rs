//! HL7 times as they are received: eight digits are a day, more are a time of that day.

use jiff::civil::{Date, DateTime};

/// Reads a whole day; a year or a month alone is none. What follows the day is not looked at.
/// Requirement: PDS-022.
pub(crate) fn day(value: &str) -> Option<Date> {
    let digits = value.get(..8).filter(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()))?;
    Date::new(number(digits, 0, 4)?, number(digits, 4, 6)?, number(digits, 6, 8)?).ok()
}

/// Reads a day with its time; hours, minutes and seconds that are missing or no time are nought.
pub(crate) fn moment(value: &str) -> Option<DateTime> {
    let date = day(value)?;
    let part = |from, to| number::<i8>(value, from, to).unwrap_or_default();
    DateTime::new(date.year(), date.month(), date.day(), part(8, 10), part(10, 12), part(12, 14), 0)
        .ok()
        .or_else(|| Some(date.to_datetime(jiff::civil::Time::midnight())))
}

/// From when until when something holds; each end may be open, each may be partial.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Period<'a> {
    /// `low/@value`; blank if open.
    pub(crate) low: &'a str,
    /// `high/@value`; blank if open.
    pub(crate) high: &'a str,
}

impl Period<'_> {
    /// Whether `today`, eight digits, lies inside. Partial ends count with all the days they may mean.
    pub(crate) fn holds_on(self, today: &str) -> bool {
        let begun = self.low.is_empty() || prefix(today, self.low) >= prefix(self.low, today);
        let ended = !self.high.is_empty() && prefix(today, self.high) > prefix(self.high, today);
        begun && !ended
    }
}

/// The first digits of `text`, as many as both have.
fn prefix<'a>(text: &'a str, other: &str) -> &'a str {
    text.get(..text.len().min(other.len()).min(8)).unwrap_or_default()
}

fn number<N: std::str::FromStr>(text: &str, from: usize, to: usize) -> Option<N> {
    let digits = text.get(from..to)?;
    if digits.bytes().all(|byte| byte.is_ascii_digit()) { digits.parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn only_whole_days_are_days() {
        for (value, expected) in [
            ("20101022", Some(date(2010, 10, 22))),
            ("20101022093000", Some(date(2010, 10, 22))),
            ("2010", None),
            ("201010", None),
            ("20101322", None),
            ("2010-10-22", None),
            ("+2010102", None),
            ("", None),
            ("ⅣⅣⅣ", None),
        ] {
            assert_eq!(day(value), expected, "{value}");
        }
    }

    #[test]
    fn moments_keep_what_is_known() {
        for (value, expected) in [
            ("20201105070316", Some(date(2020, 11, 5).at(7, 3, 16, 0))),
            ("202011050703", Some(date(2020, 11, 5).at(7, 3, 0, 0))),
            ("20201105", Some(date(2020, 11, 5).at(0, 0, 0, 0))),
            ("20201105990000", Some(date(2020, 11, 5).at(0, 0, 0, 0))),
            ("2020", None),
        ] {
            assert_eq!(moment(value), expected, "{value}");
        }
    }

    #[test]
    fn partial_ends_of_a_period_count_whole() {
        for (low, high, holds) in [
            ("", "", true),
            ("20240101", "", true),
            ("20240616", "", false),
            ("2024", "2024", true),
            ("", "202405", false),
            ("", "202406", true),
            ("", "20240615", true),
            ("", "20240614235959", false),
        ] {
            assert_eq!(Period { low, high }.holds_on("20240615"), holds, "{low}-{high}");
        }
    }
}
