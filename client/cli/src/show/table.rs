//! A run's report as a table for people: counts and codes, never a patient's data.

use std::fmt::Write as _;

use spine_client::{Counter, Counters, Reason, Report, RunKind, Warning};

use super::listing::moment;

/// The counters as the users name them.
const NAMES: [(Counter, &str); 5] = [
    (Counter::Unprocessed, "Unprocessed"),
    (Counter::Sending, "Sending"),
    (Counter::Sent, "Sent"),
    (Counter::Failed, "Failed"),
    (Counter::NotRequired, "Not Required"),
];

/// One line: kind, number, state, legs.
#[must_use]
pub fn headline(report: &Report) -> String {
    let kind = RunKind::from_code(&report.kind).map_or(report.kind.as_str(), |kind| kind.text());
    if report.run == 0 {
        return format!("{kind}, dry run: {}; nothing was sent, recorded or changed\n", report.state);
    }
    let legs = if report.legs == 1 { "1 leg".to_owned() } else { format!("{} legs", report.legs) };
    format!("{kind}, run {}: {} ({legs})\n", report.run, report.state)
}

/// The five counters and their sum.
#[must_use]
pub fn counters(report: &Report) -> String {
    let mut text = String::new();
    for (counter, name) in NAMES {
        line(&mut text, name, of(report.counters, counter));
    }
    line(&mut text, "Population", report.population);
    text
}

/// A count per reason with its text, under its counter.
#[must_use]
pub fn reasons(report: &Report) -> String {
    let mut text = String::new();
    for (counter, name) in NAMES {
        let here = Reason::ALL.iter().filter(|reason| reason.counter() == counter);
        let here: Vec<_> =
            here.filter_map(|reason| Some((*reason, *report.reasons.get(reason.code())?))).collect();
        if here.is_empty() {
            continue;
        }
        // Writing to a string cannot fail.
        let _ = writeln!(text, "  {name}");
        for (reason, count) in here {
            let _ = writeln!(text, "    {:>9}  {:<26}  {}", grouped(count), reason.code(), reason.text());
        }
    }
    text
}

/// A count per warning with its text; nothing where there is nothing to warn of.
#[must_use]
pub fn warnings(report: &Report) -> String {
    let here = Warning::ALL.iter();
    let here: Vec<_> =
        here.filter_map(|warning| Some((*warning, *report.warnings.get(warning.code())?))).collect();
    let mut text = String::new();
    if !here.is_empty() {
        let _ = writeln!(text, "  Warnings");
    }
    for (warning, count) in here {
        let _ = writeln!(text, "    {:>9}  {:<26}  {}", grouped(count), warning.code(), warning.text());
    }
    text
}

/// What else a reader must know: what is in doubt, what the import left out, local changes, time.
#[must_use]
pub fn notes(report: &Report) -> String {
    let mut text = String::new();
    let mut note = |line: String| {
        let _ = writeln!(text, "  {line}");
    };
    if report.in_doubt() > 0 {
        note(format!(
            "IN DOUBT: of {} nobody knows whether the Spine has the message. Ask the Spine before anything is sent for them.",
            patients(report.in_doubt())
        ));
    }
    if let Some(due) = report.next_due {
        note(format!(
            "Some wait for a later attempt, the first until {} (scr worklist deferred): resume the run then, or at once with \
             --retry-now.",
            moment(due)
        ));
    }
    if report.stray_rows > 0 {
        note(format!(
            "Import: {} of the last extract belong to no patient and stayed out (scr import --errors FILE lists them).",
            counted(report.stray_rows, "row", "rows")
        ));
    }
    if report.incomplete > 0 {
        note(format!(
            "Import: {} held because a row could not be read.",
            if report.incomplete == 1 {
                "1 patient is".to_owned()
            } else {
                format!("{} patients are", grouped(report.incomplete))
            }
        ));
    }
    if report.local_changes > 0 {
        note(format!(
            "{} to take back into the practice's system: scr export-changes.",
            counted(report.local_changes, "local code change", "local code changes")
        ));
    }
    note(format!(
        "{:.1} s, {:.1} patients per second; {}.",
        report.seconds, report.patients_per_second, report.build
    ));
    text
}

/// The count in one counter.
pub(crate) fn of(counters: Counters, counter: Counter) -> u64 {
    match counter {
        Counter::Unprocessed => counters.unprocessed,
        Counter::Sending => counters.sending,
        Counter::Sent => counters.sent,
        Counter::Failed => counters.failed,
        Counter::NotRequired => counters.not_required,
    }
}

/// A number with its thousands apart.
pub(crate) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// So many patients, in words.
pub(crate) fn patients(count: u64) -> String {
    counted(count, "patient", "patients")
}

/// So many of something, in words.
pub(crate) fn counted(count: u64, one: &str, many: &str) -> String {
    if count == 1 { format!("1 {one}") } else { format!("{} {many}", grouped(count)) }
}

fn line(text: &mut String, name: &str, count: u64) {
    let _ = writeln!(text, "  {name:<12}  {:>9}", grouped(count));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_are_apart() {
        for (number, text) in [(0, "0"), (999, "999"), (1_000, "1,000"), (1_234_567, "1,234,567")] {
            assert_eq!(grouped(number), text);
        }
    }

    #[test]
    fn one_and_many_are_said_rightly() {
        assert_eq!((patients(1).as_str(), patients(2).as_str()), ("1 patient", "2 patients"));
    }

    #[test]
    fn a_report_names_every_counter_and_every_reason_with_its_text() {
        let report = Report {
            run: 2,
            kind: "initial-upload".into(),
            action: "run".into(),
            state: "finished",
            legs: 1,
            population: 1_003,
            counters: Counters { sent: 1_000, failed: 1, not_required: 2, ..Counters::default() },
            reasons: [("sent".to_owned(), 1_000), ("in-doubt".to_owned(), 1), ("fp69".to_owned(), 2)].into(),
            warnings: [("additional-withheld".to_owned(), 6)].into(),
            next_due: Some("2026-11-25T18:30:00Z".parse().unwrap()),
            local_changes: 3,
            stray_rows: 4,
            incomplete: 5,
            seconds: 1.5,
            patients_per_second: 668.7,
            settings: serde_json::Value::Null,
            build: "scr".into(),
        };
        assert_eq!(headline(&report), "Initial Upload, run 2: finished (1 leg)\n");
        let all = counters(&report) + &reasons(&report) + &warnings(&report) + &notes(&report);
        for wanted in [
            "Unprocessed",
            "Not Required",
            "1,003",
            "fp69",
            Reason::Fp69.text(),
            "IN DOUBT",
            "4 rows",
            "the first until 25 Nov 2026 18:30",
            "Warnings\n            6  additional-withheld",
        ] {
            assert!(all.contains(wanted), "{wanted} is missing in\n{all}");
        }
    }
}
