//! Cells: what a practice may write in one, and what it means. No error holds what was written.

use jiff::civil::{Date, DateTime};
use spine_rules::record::RecordedNumber;
use spine_vocabulary::{NhsNumber, NhsNumberError};

/// The most bytes in a cell; a longer one is a broken row.
pub(crate) const CELL_BYTES: usize = 65_536;

/// What is wrong with a cell, in plain words.
pub(crate) type Wrong = &'static str;

/// An ISO date or dd/mm/yyyy; blank is none.
pub(crate) fn date(cell: &str) -> Result<Option<Date>, Wrong> {
    let cell = cell.trim();
    if cell.is_empty() {
        return Ok(None);
    }
    read_date(cell).map(Some).ok_or("is no date: write 2026-11-21 or 21/11/2026")
}

/// A date with or without a time of day; blank is none.
pub(crate) fn date_time(cell: &str) -> Result<Option<DateTime>, Wrong> {
    let cell = cell.trim();
    if cell.is_empty() {
        return Ok(None);
    }
    let (day, time) = cell.split_once(['T', ' ']).unwrap_or((cell, "00:00"));
    let read = || {
        let day = read_date(day)?;
        let time = time.trim();
        // Minutes are enough; seconds and fractions may follow.
        let time = if time.len() == 5 { format!("{time}:00") } else { time.to_owned() };
        Some(day.to_datetime(time.parse().ok()?))
    };
    read().map(Some).ok_or("is no time: write 2026-11-21T09:30 or 21/11/2026 09:30")
}

fn read_date(text: &str) -> Option<Date> {
    let digits = |text: &str, least: usize, most: usize| {
        let all = (least..=most).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
        all.then(|| text.parse::<i16>().ok()).flatten()
    };
    let (year, month, day) = if text.contains('/') {
        let mut parts = text.split('/');
        let (day, month, year) = (parts.next()?, parts.next()?, parts.next()?);
        if parts.next().is_some() {
            return None;
        }
        (digits(year, 4, 4)?, digits(month, 1, 2)?, digits(day, 1, 2)?)
    } else {
        let mut parts = text.split('-');
        let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
        if parts.next().is_some() {
            return None;
        }
        (digits(year, 4, 4)?, digits(month, 2, 2)?, digits(day, 2, 2)?)
    };
    Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()
}

/// Yes or no; blank is no.
pub(crate) fn flag(cell: &str) -> Result<bool, Wrong> {
    match cell.trim().to_ascii_lowercase().as_str() {
        "" | "no" | "n" | "false" | "0" => Ok(false),
        "yes" | "y" | "true" | "1" => Ok(true),
        _ => Err("is neither yes nor no"),
    }
}

/// A priority, 0 to 9; blank is none.
pub(crate) fn priority(cell: &str) -> Result<Option<u8>, Wrong> {
    match cell.trim().as_bytes() {
        [] => Ok(None),
        [digit @ b'0'..=b'9'] => Ok(Some(digit - b'0')),
        _ => Err("is no priority from 0 to 9"),
    }
}

/// An NHS number of any quality. What a spreadsheet made of one (`9.99E+09`) is invalid, not old-style: a person must look.
pub(crate) fn nhs_number(cell: &str) -> RecordedNumber {
    let cell = cell.trim();
    let cell = cell.strip_prefix('\'').unwrap_or(cell);
    match NhsNumber::parse(cell) {
        Ok(number) => RecordedNumber::Valid(number),
        Err(NhsNumberError::Missing) => RecordedNumber::Missing,
        Err(NhsNumberError::OldStyle) if cell.parse::<f64>().is_err() && cell.is_ascii() => {
            RecordedNumber::OldStyle
        }
        Err(_) => RecordedNumber::Invalid,
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date as day;

    use super::*;

    #[test]
    fn dates_are_read_in_both_forms_and_no_other() {
        for text in ["2026-02-03", "03/02/2026", "3/2/2026", " 2026-02-03 "] {
            assert_eq!(date(text), Ok(Some(day(2026, 2, 3))), "{text}");
        }
        assert_eq!(date(" "), Ok(None));
        for text in [
            "2026-2-3",
            "03-02-2026",
            "31/02/2026",
            "2026-13-01",
            "03/02/26",
            "2026-02-03-04",
            "today",
            "20260203",
            "+026-01-01",
        ] {
            assert!(date(text).is_err(), "{text}");
        }
    }

    #[test]
    fn times_are_read_with_the_precision_given() {
        let noon = day(2026, 2, 3).at(12, 30, 0, 0);
        for text in ["2026-02-03T12:30", "2026-02-03 12:30:00", "03/02/2026 12:30", "2026-02-03T12:30:00.000"]
        {
            assert_eq!(date_time(text), Ok(Some(noon)), "{text}");
        }
        assert_eq!(date_time("2026-02-03"), Ok(Some(day(2026, 2, 3).at(0, 0, 0, 0))));
        assert!(date_time("2026-02-03T25:00").is_err());
    }

    #[test]
    fn numbers_of_every_quality_are_told_apart() {
        for (text, kind) in [
            ("9000000009", "valid"),
            ("'9000000009", "valid"),
            ("900 000 0009", "valid"),
            ("", "missing"),
            ("ABC 123", "old"),
            ("12/345678", "old"),
            ("9.99E+09", "invalid"),
            ("900000000", "invalid"),
            ("9000000008", "invalid"),
            ("９０００００００００９", "invalid"),
        ] {
            let read = match nhs_number(text) {
                RecordedNumber::Valid(_) => "valid",
                RecordedNumber::Missing => "missing",
                RecordedNumber::OldStyle => "old",
                RecordedNumber::Invalid => "invalid",
            };
            assert_eq!(read, kind, "{text}");
        }
    }

    #[test]
    fn flags_and_priorities_are_never_guessed() {
        assert_eq!((flag("Yes"), flag(""), flag("0")), (Ok(true), Ok(false), Ok(false)));
        assert!(flag("perhaps").is_err());
        assert_eq!((priority("1"), priority("")), (Ok(Some(1)), Ok(None)));
        assert!(priority("10").is_err());
    }
}
