//! The report for a terminal.

use std::fmt::Write as _;

use super::{Gaps, Report};
use crate::outcome::Outcome;

/// The report in lines: what failed and why, then an area a line, then the figures.
#[must_use]
pub fn summary(report: &Report) -> String {
    let mut text = String::new();
    for case in report.cases.iter().filter(|case| case.outcome.is_bad()) {
        let _ = writeln!(
            text,
            "{} {}  [{}]",
            case.outcome.word().to_uppercase(),
            case.name,
            case.requirements.join(" ")
        );
        match &case.outcome {
            Outcome::Failed(failure) => {
                for id in &case.requirements {
                    if let Some(line) = report.requirements.iter().find(|line| line.requirement.id == *id) {
                        let _ =
                            writeln!(text, "  {id}: {} ({})", line.requirement.text, line.requirement.source);
                    }
                }
                let _ = writeln!(text, "  expected  {}\n  actual    {}", failure.expected, failure.actual);
            }
            Outcome::Broken { reason } => {
                let _ = writeln!(text, "  {reason}");
            }
            Outcome::Passed | Outcome::Skipped { .. } => {}
        }
        let _ = writeln!(text, "  again     {}\n", case.reproduce);
    }
    for one in report.sabotage.iter().filter(|one| one.by.is_empty()) {
        let _ = writeln!(text, "NOT CAUGHT {}: {}", one.name, one.what);
    }
    for id in &report.expired_waivers {
        let _ = writeln!(text, "EXPIRED the waiver of {id}");
    }
    let _ = writeln!(text, "client  {}\nspine   {}\nseed    {}\n", report.client, report.spine, report.seed);
    let _ =
        writeln!(text, "{:<18}{:>13}{:>9}{:>9}{:>9}", "area", "requirements", "tested", "passed", "proven");
    let mut areas: Vec<&str> = Vec::new();
    for line in &report.requirements {
        if !areas.contains(&line.area.as_str()) {
            areas.push(&line.area);
        }
    }
    for area in areas {
        let lines: Vec<_> = report.requirements.iter().filter(|line| line.area == area).collect();
        let tested = lines.iter().filter(|line| line.tested).count();
        let passed = lines.iter().filter(|line| line.passed == Some(true)).count();
        let proven = lines.iter().filter(|line| line.proven == Some(true)).count();
        let shown = if report.sabotage.is_empty() { "-".to_owned() } else { proven.to_string() };
        let _ = writeln!(text, "{area:<18}{:>13}{tested:>9}{passed:>9}{shown:>9}", lines.len());
    }
    let figures = &report.figures;
    let _ = writeln!(
        text,
        "\nmusts   {} of {} tested, {} passed, {} failed\ncases   {} passed, {} failed, {} skipped, {} broken",
        figures.musts_tested,
        figures.musts,
        figures.musts_passed,
        figures.musts_failed,
        figures.cases_passed,
        figures.cases_failed,
        figures.cases_skipped,
        figures.cases_broken
    );
    if figures.planted > 0 {
        let _ = writeln!(
            text,
            "defects {} planted, {} caught; {} musts proven",
            figures.planted, figures.caught, figures.musts_proven
        );
    }
    text
}

/// The gaps in lines.
#[must_use]
pub fn coverage(gaps: &Gaps) -> String {
    let mut text = String::new();
    let lists = [
        ("musts with neither a case nor a reason", gaps.untested.join(" ")),
        ("cited, but not in the register", gaps.unknown.iter().cloned().collect::<Vec<_>>().join(" ")),
        ("has a case, and a reason for none", gaps.idle_reasons.join(" ")),
        ("musts that no planted defect proves", gaps.unproven.join(" ")),
        ("planted defects that nobody caught", gaps.uncaught.join(" ")),
    ];
    for (what, which) in lists.into_iter().filter(|(_, which)| !which.is_empty()) {
        let _ = writeln!(text, "{what}: {which}");
    }
    let _ = writeln!(
        text,
        "{} % of {} musts with cases are proven (95 % are needed)",
        gaps.proven_percent(),
        gaps.musts_with_cases
    );
    text
}
