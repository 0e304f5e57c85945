//! The report as `JUnit` XML, for continuous integration: a suite an area, a test a case.

use std::fmt::Write as _;

use super::{CaseLine, Report};
use crate::outcome::Outcome;

/// The document.
pub(super) fn document(report: &Report) -> String {
    let mut text = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n");
    let mut areas: Vec<&str> = report.cases.iter().map(area).collect();
    areas.dedup();
    areas.sort_unstable();
    areas.dedup();
    for name in areas {
        let cases: Vec<&CaseLine> = report.cases.iter().filter(|case| area(case) == name).collect();
        let ended = |word: &str| cases.iter().filter(|case| case.outcome.word() == word).count();
        let _ = writeln!(
            text,
            "  <testsuite name=\"{}\" tests=\"{}\" failures=\"{}\" errors=\"{}\" skipped=\"{}\">",
            escaped(name),
            cases.len(),
            ended("failed"),
            ended("broken"),
            ended("skipped")
        );
        for case in cases {
            one(&mut text, case);
        }
        text.push_str("  </testsuite>\n");
    }
    text.push_str("</testsuites>\n");
    text
}

fn one(text: &mut String, case: &CaseLine) {
    let (name, class) = (escaped(case.name), escaped(case.side));
    let _ = write!(text, "    <testcase name=\"{name}\" classname=\"{class}\"");
    match &case.outcome {
        Outcome::Passed => text.push_str("/>\n"),
        Outcome::Skipped { reason } => {
            let _ = writeln!(text, "><skipped message=\"{}\"/></testcase>", escaped(reason));
        }
        Outcome::Broken { reason } => {
            let _ = writeln!(text, "><error message=\"{}\"/></testcase>", escaped(reason));
        }
        Outcome::Failed(failure) => {
            let message = format!("expected {}; actual {}", failure.expected, failure.actual);
            let body = format!("{}\n{}\n{}", case.requirements.join(" "), case.reproduce, failure.exchange);
            let _ = writeln!(
                text,
                "><failure message=\"{}\">{}</failure></testcase>",
                escaped(&message),
                escaped(&body)
            );
        }
    }
}

fn area(case: &CaseLine) -> &str {
    case.name.split('/').next().unwrap_or_default()
}

/// Text for XML; what no XML can carry becomes a question mark.
pub(super) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            '\n' | '\t' => out.push(letter),
            control if control < ' ' || matches!(control, '\u{fffe}' | '\u{ffff}') => out.push('?'),
            plain => out.push(plain),
        }
    }
    out
}
