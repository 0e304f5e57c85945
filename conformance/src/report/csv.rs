//! The report as a table: a row a requirement.

use super::{Line, Report};

/// Reads and understands a spreadsheet's formula, so that none can come out of a requirement's text.
fn plain(text: &str) -> String {
    if text.starts_with(['=', '+', '-', '@']) { format!("'{text}") } else { text.to_owned() }
}

/// The table.
pub(super) fn table(report: &Report) -> std::io::Result<Vec<u8>> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let header = [
        "id",
        "area",
        "level",
        "subject",
        "text",
        "source",
        "section",
        "untested",
        "tested",
        "passed",
        "proven",
        "waived",
        "cases",
        "proven_by",
    ];
    writer.write_record(header)?;
    for line in &report.requirements {
        writer.write_record(cells(line))?;
    }
    writer.into_inner().map_err(|error| std::io::Error::other(error.to_string()))
}

fn cells(line: &Line) -> [String; 14] {
    let requirement = &line.requirement;
    let word = |value: Option<bool>| match value {
        Some(true) => "yes".to_owned(),
        Some(false) => "no".to_owned(),
        None => String::new(),
    };
    [
        requirement.id.clone(),
        line.area.clone(),
        format!("{:?}", requirement.level).to_lowercase(),
        format!("{:?}", requirement.subject).to_lowercase(),
        plain(&requirement.text),
        plain(&requirement.source),
        plain(&requirement.section),
        plain(requirement.untested.as_deref().unwrap_or_default()),
        word(Some(line.tested)),
        word(line.passed),
        word(line.proven),
        plain(line.waived.as_deref().unwrap_or_default()),
        line.cases.join(" "),
        line.proven_by.join(" "),
    ]
}
