//! What the operator looks at afterwards: patients and their attempts, worklists, history, and the comparison with the Spine.

mod history;
mod patients;
mod reconcile;
mod worklist;

use std::collections::BTreeSet;

/// The rows of a CSV file under its header, cells as they are: none of these has a quote in it.
fn rows<'t>(csv: &'t str, header: &str) -> Vec<Vec<&'t str>> {
    let mut lines = csv.split("\r\n");
    assert_eq!(lines.next(), Some(header));
    lines.filter(|line| !line.is_empty()).map(|line| line.split(',').collect()).collect()
}

/// How many different patients there are in the first column.
fn people(rows: &[Vec<&str>]) -> usize {
    rows.iter().map(|row| row[0]).collect::<BTreeSet<_>>().len()
}
