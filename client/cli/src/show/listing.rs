//! Patients as tables for people. Patient data: only where the operator asked for it.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use jiff::Timestamp;
use spine_client::vocabulary::{NhsNumber, UserId};
use spine_client::{Outcome, Person, Reason, Reconciled, Waits, counter_code, marking_code};

/// What a table of outcomes is of.
pub(crate) const OUTCOMES: &str = "How every patient came out of the run, with every attempt:";
/// What a table of a reconciliation is of.
pub(crate) const RECONCILED: &str = "Whom the Spine holds otherwise than it acknowledged them:";

/// A moment as the practice's wall shows it.
pub(crate) fn moment(at: Timestamp) -> String {
    spine_client::clock::uk_local(at).strftime("%d %b %Y %H:%M").to_string()
}

/// An operator by name and user id.
pub(crate) fn person(user: &UserId, names: &BTreeMap<UserId, String>) -> String {
    let name = names.get(user).map_or("no longer an operator", String::as_str);
    format!("{name} ({user})")
}

/// A patient by number and name; by the practice's own id where there is no number.
fn patient(patient: &Person) -> String {
    let number = patient.number.map_or_else(|| patient.key.as_str().to_owned(), NhsNumber::reveal_grouped);
    format!(
        "{number:<12}  {:<28}",
        format!("{}, {}", patient.family_name.to_uppercase(), patient.given_names)
    )
}

/// One line of a worklist.
pub(crate) fn waits(row: &Waits) -> String {
    let mut line = format!(
        "{}  run {:<3}  {}  {}",
        patient(&row.person),
        row.run.0,
        spine_client::clock::uk_local(row.since).strftime("%d %b %Y"),
        row.code()
    );
    // Writing to a string cannot fail.
    if !row.details.is_empty() {
        let _ = write!(line, ": {}", row.details.join(", "));
    }
    if let Some(due) = row.due {
        let _ = write!(line, ", due {}", moment(due));
    }
    if let Some(mark) = &row.mark {
        let _ = write!(line, "  [{} {} by {}]", marking_code(mark.marking), moment(mark.at), mark.user);
    }
    line.push('\n');
    line
}

/// Which reasons a worklist told of, to be explained once at its end.
#[derive(Default)]
pub(crate) struct Told(BTreeSet<(&'static str, &'static str)>);

impl Told {
    /// Remembers a row's reason.
    pub(crate) fn note(&mut self, row: &Waits) {
        self.0.insert((row.code(), row.text()));
    }

    /// Every reason in words.
    pub(crate) fn legend(&self) -> String {
        let mut text = String::new();
        for (code, words) in &self.0 {
            let _ = writeln!(text, "  {code:<26}  {words}");
        }
        if text.is_empty() { text } else { format!("\n{text}") }
    }
}

/// A patient's outcome with every attempt.
pub(crate) fn outcome(row: &Outcome) -> String {
    let reason = row.reason.map_or("", Reason::code);
    let mut text = format!("{}  {:<12}  {reason}", patient(&row.person), counter_code(row.counter));
    if !row.details.is_empty() {
        let _ = write!(text, ": {}", row.details.join(", "));
    }
    if let Some(due) = row.due {
        let _ = write!(text, "due {}", moment(due));
    }
    for warning in &row.warnings {
        let _ = write!(text, "  ({})", warning.code());
    }
    text.push('\n');
    for (place, attempt) in row.attempts.iter().enumerate() {
        let taken = if attempt.inherited { "taken over" } else { "sent" };
        let (number, id, leg) = (place + 1, attempt.id, attempt.leg);
        let _ = write!(text, "    attempt {number}  {id}  leg {leg}  {taken} {}", second(attempt.sent_at));
        for event in &attempt.events {
            let _ = write!(text, ", {} {}", event.what, second(event.at));
            if let Some(note) = &event.note {
                let _ = write!(text, " ({note})");
            }
        }
        text.push('\n');
    }
    text
}

/// One line of a reconciliation.
pub(crate) fn reconciled(row: &Reconciled) -> String {
    let newest = row.newest.map_or_else(|| "none".to_owned(), |event| event.to_string());
    format!(
        "{}  {:<9}  acknowledged {}, newest there {newest}\n",
        patient(&row.person),
        row.finding.code(),
        row.event
    )
}

/// A moment to the second: attempts are close together.
fn second(at: Timestamp) -> String {
    spine_client::clock::uk_local(at).strftime("%d %b %Y %H:%M:%S").to_string()
}
