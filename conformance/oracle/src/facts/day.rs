//! A day of the calendar, and as much arithmetic as a window or a number of days needs.

use std::fmt;

/// A day of the Gregorian calendar. Days compare by time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day {
    year: i32,
    month: u8,
    of_month: u8,
}

impl Day {
    /// The day, if the calendar has it.
    #[must_use]
    pub fn new(year: i32, month: u8, day: u8) -> Option<Self> {
        ((1..=12).contains(&month) && (1..=length(year, month)).contains(&day)).then_some(Self {
            year,
            month,
            of_month: day,
        })
    }

    /// Reads `2026-11-21`.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        let parts: Vec<&str> = text.split('-').collect();
        let [year, month, day] = parts.as_slice() else { return None };
        if (year.len(), month.len(), day.len()) != (4, 2, 2) {
            return None;
        }
        Self::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?)
    }

    /// So many days before.
    #[must_use]
    pub fn minus_days(self, days: i64) -> Self {
        let step: fn(Self) -> Self = if days < 0 { Self::next } else { Self::previous };
        (0..days.abs()).fold(self, |day, _| step(day))
    }

    /// The same day so many months before; the month's last day where it has no such day, so that a window of months never
    /// begins later than people count.
    #[must_use]
    pub fn minus_months(self, months: i32) -> Self {
        let counted = self.year * 12 + i32::from(self.month) - 1 - months;
        let (year, month) = (counted.div_euclid(12), counted.rem_euclid(12) + 1);
        let month = u8::try_from(month).unwrap_or(1);
        Self { year, month, of_month: self.of_month.min(length(year, month)) }
    }

    fn previous(self) -> Self {
        match (self.month, self.of_month) {
            (1, 1) => Self { year: self.year - 1, month: 12, of_month: 31 },
            (month, 1) => Self { month: month - 1, of_month: length(self.year, month - 1), ..self },
            (_, day) => Self { of_month: day - 1, ..self },
        }
    }

    fn next(self) -> Self {
        match (self.month, self.of_month) {
            (12, 31) => Self { year: self.year + 1, month: 1, of_month: 1 },
            (month, day) if day == length(self.year, month) => Self { month: month + 1, of_month: 1, ..self },
            (_, day) => Self { of_month: day + 1, ..self },
        }
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.of_month)
    }
}

fn length(year: i32, month: u8) -> u8 {
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    match month {
        2 if leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Day {
        Day::read(text).unwrap()
    }

    #[test]
    fn only_days_of_the_calendar_are_read() {
        for text in
            ["2025-02-29", "2026-00-01", "2026-13-01", "2026-04-31", "26-01-01", "2026-1-1", "", "today"]
        {
            assert_eq!(Day::read(text), None, "{text}");
        }
        assert_eq!(day("2024-02-29").to_string(), "2024-02-29");
    }

    #[test]
    fn days_are_counted_over_the_ends_of_months_and_years() {
        assert_eq!(day("2024-03-01").minus_days(1), day("2024-02-29"));
        assert_eq!(day("2025-01-01").minus_days(366), day("2024-01-01"));
        assert_eq!(day("2026-11-25").minus_days(14), day("2026-11-11"));
        assert_eq!(day("2024-02-28").minus_days(-2), day("2024-03-01"));
    }

    #[test]
    fn months_end_on_the_last_day_they_have() {
        assert_eq!(day("2025-08-31").minus_months(6), day("2025-02-28"));
        assert_eq!(day("2024-02-29").minus_months(12), day("2023-02-28"));
        assert_eq!(day("2026-01-15").minus_months(12), day("2025-01-15"));
        assert_eq!(day("2026-03-15").minus_months(6), day("2025-09-15"));
    }
}
