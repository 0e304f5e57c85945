//! Windows of time: how far back medication is taken.

use std::fmt;

use jiff::Span;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// Some whole months that end today; both ends belong to it. It moves with the day, whoever the patient is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Window {
    months: u8,
    from: Date,
    to: Date,
}

impl fmt::Display for Window {
    /// As section titles show it.
    /// Requirement: SUM-030.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "(For the {} month period {} to {})", self.months, shown(self.from), shown(self.to))
    }
}

impl Window {
    /// The window of `months` before `today`. Where the earlier month is too short for the day, its last day begins the
    /// window: six months before 31 August is 28 or 29 February.
    pub(crate) fn before(today: Date, months: u8) -> Self {
        Self { months, from: today.saturating_sub(Span::new().months(months)), to: today }
    }

    /// Whether the day belongs to the window.
    pub(crate) fn contains(&self, day: Date) -> bool {
        (self.from..=self.to).contains(&day)
    }

    /// Whether the day belongs to the window or comes after it.
    pub(crate) fn begun_by(&self, day: Date) -> bool {
        self.from <= day
    }

    /// How long it is, without the days that it begins and ends on.
    pub(crate) fn length(&self) -> String {
        format!("(For {} months)", self.months)
    }
}

/// A date as the presentation text shows it, `05 Mar 2010`.
pub(crate) fn shown(date: Date) -> String {
    date.strftime("%d %b %Y").to_string()
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn both_ends_belong_to_a_window_and_short_months_end_early() {
        for (today, months, first) in [
            (date(2026, 11, 21), 12, date(2025, 11, 21)),
            (date(2026, 11, 21), 6, date(2026, 5, 21)),
            (date(2026, 8, 31), 6, date(2026, 2, 28)),
            (date(2024, 8, 31), 6, date(2024, 2, 29)),
            (date(2024, 2, 29), 12, date(2023, 2, 28)),
        ] {
            let window = Window::before(today, months);
            assert!(window.contains(first) && window.contains(today), "{today}");
            assert!(!window.contains(first.yesterday().unwrap()), "{today}");
            assert!(!window.contains(today.tomorrow().unwrap()), "{today}");
            assert!(window.begun_by(today.tomorrow().unwrap()), "{today}");
        }
    }

    #[test]
    fn a_title_prints_its_window() {
        assert_eq!(
            Window::before(date(2020, 4, 30), 12).to_string(),
            "(For the 12 month period 30 Apr 2019 to 30 Apr 2020)"
        );
    }
}
