//! The report as one page that needs nothing else: no network, no fonts, no other file. It can be filtered by area, level and verdict.

use std::fmt::Write as _;

use super::junit::escaped;
use super::{CaseLine, Line, Report};
use crate::outcome::Outcome;

const STYLE: &str = include_str!("html/page.css");
const SCRIPT: &str = include_str!("html/page.js");

/// The page.
pub(super) fn page(report: &Report) -> String {
    let figures = &report.figures;
    let mut text = format!(
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>Conformance report</title>\n\
         <meta name=\"viewport\" content=\"width=device-width\"><style>\n{STYLE}</style></head><body>\n<h1>Conformance report</h1>\n\
         <dl><dt>Day</dt><dd>{}</dd><dt>Client</dt><dd>{}</dd><dt>Spine</dt><dd>{}</dd><dt>Seed</dt><dd>{}</dd></dl>\n<p class=\"verdict {}\">{}</p>\n\
         <p>{} of {} musts tested, {} passed, {} failed. {} cases passed, {} failed, {} skipped, {} broken. {}</p>\n",
        report.on,
        escaped(&report.client),
        escaped(&report.spine),
        report.seed,
        if report.is_good() { "passed" } else { "failed" },
        if report.is_good() { "Every must that was tested holds." } else { "Not everything holds." },
        figures.musts_tested,
        figures.musts,
        figures.musts_passed,
        figures.musts_failed,
        figures.cases_passed,
        figures.cases_failed,
        figures.cases_skipped,
        figures.cases_broken,
        proof(report),
    );
    filters(&mut text, report);
    text.push_str("<table id=\"requirements\"><thead><tr><th>Id</th><th>Requirement</th><th>Level</th><th>Subject</th><th>Tested</th><th>Passed</th><th>Proven</th></tr></thead>\n<tbody>\n");
    for line in &report.requirements {
        row(&mut text, report, line);
    }
    let _ = write!(text, "</tbody></table>\n<script>\n{SCRIPT}</script>\n</body></html>\n");
    text
}

fn proof(report: &Report) -> String {
    let figures = &report.figures;
    if figures.planted == 0 {
        return "No defects were planted, so nothing is proven here.".to_owned();
    }
    let (planted, caught, proven) = (figures.planted, figures.caught, figures.musts_proven);
    format!("{planted} defects were planted and {caught} caught: {proven} musts are proven.")
}

fn filters(text: &mut String, report: &Report) {
    let mut areas: Vec<&str> = report.requirements.iter().map(|line| line.area.as_str()).collect();
    areas.dedup();
    let options = |values: &[&str]| {
        values.iter().fold(String::new(), |mut options, value| {
            let value = escaped(value);
            let _ = write!(options, "<option value=\"{value}\">{value}</option>");
            options
        })
    };
    let _ = writeln!(
        text,
        "<form id=\"filters\"><label>Area <select name=\"area\"><option value=\"\">all</option>{}</select></label>\n\
         <label>Level <select name=\"level\"><option value=\"\">all</option>{}</select></label>\n\
         <label>Verdict <select name=\"verdict\"><option value=\"\">all</option>{}</select></label>\n\
         <label>Text <input name=\"text\" type=\"search\"></label> <output></output></form>",
        options(&areas),
        options(&["must", "should", "may"]),
        options(&["failed", "passed", "waived", "untested", "unproven"]),
    );
}

/// What the filter calls a requirement's verdict.
fn verdict(line: &Line) -> &'static str {
    match (line.passed, &line.waived, line.proven) {
        (Some(false), Some(_), _) => "waived",
        (Some(false), None, _) => "failed",
        (None, ..) => "untested",
        (Some(true), _, Some(false)) => "unproven",
        (Some(true), ..) => "passed",
    }
}

fn row(text: &mut String, report: &Report, line: &Line) {
    let requirement = &line.requirement;
    let word = |value: Option<bool>| match value {
        Some(true) => "yes",
        Some(false) => "no",
        None => "-",
    };
    let level = format!("{:?}", requirement.level).to_lowercase();
    let subject = format!("{:?}", requirement.subject).to_lowercase();
    let verdict = verdict(line);
    let _ = write!(
        text,
        "<tr class=\"{verdict}\" data-area=\"{}\" data-level=\"{level}\" data-verdict=\"{verdict}\"><td><a id=\"{id}\" href=\"#{id}\">{id}</a></td>\
         <td>{}<br><small>{}{}</small>",
        escaped(&line.area),
        escaped(&requirement.text),
        escaped(&requirement.source),
        if requirement.section.is_empty() {
            String::new()
        } else {
            format!(", {}", escaped(&requirement.section))
        },
        id = escaped(&requirement.id),
    );
    for (what, why) in [("Not tested", &requirement.untested), ("Waived", &line.waived)] {
        if let Some(why) = why {
            let _ = write!(text, "<br><small><b>{what}:</b> {}</small>", escaped(why));
        }
    }
    for case in report.cases.iter().filter(|case| line.cases.contains(&case.name)) {
        detail(text, case);
    }
    if !line.proven_by.is_empty() {
        let _ = write!(text, "<br><small><b>Proven by:</b> {}</small>", escaped(&line.proven_by.join(", ")));
    }
    let _ = writeln!(
        text,
        "</td><td>{level}</td><td>{subject}</td><td>{}</td><td>{}</td><td>{}</td></tr>",
        word(Some(line.tested)),
        word(line.passed),
        word(line.proven)
    );
}

fn detail(text: &mut String, case: &CaseLine) {
    let (name, word) = (escaped(case.name), case.outcome.word());
    match &case.outcome {
        Outcome::Passed => {
            let _ = write!(text, "<br><small class=\"case\">{name}: {word}</small>");
        }
        Outcome::Skipped { reason } | Outcome::Broken { reason } => {
            let _ = write!(text, "<br><small class=\"case\">{name}: {word} ({})</small>", escaped(reason));
        }
        Outcome::Failed(failure) => {
            let _ = write!(
                text,
                "<details open><summary>{name}: {word}</summary><dl><dt>Expected</dt><dd>{}</dd><dt>Actual</dt><dd>{}</dd>\
                 <dt>Again</dt><dd><code>{}</code></dd></dl><pre>{}</pre></details>",
                escaped(&failure.expected),
                escaped(&failure.actual),
                escaped(&case.reproduce),
                escaped(&failure.exchange)
            );
        }
    }
}
