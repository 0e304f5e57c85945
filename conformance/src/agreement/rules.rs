//! What the client's rules say of a patient.

use spine_rules::record::Candidate;
use spine_rules::summary::{Block, Entry, EntryKind, SummaryKind};
use spine_rules::{Reason, SetAside, Summary, Warning};

use super::Failure;
use super::said::{Said, SaidOfUpload};
use super::world::{Files, World, terminology, with_changes};

/// Judges a patient three times, as [`super::oracle::judge`] does.
///
/// # Errors
///
/// A file of the Spine's side that cannot be what it should.
pub fn judge(world: &World, candidate: &Candidate, lists_before: bool) -> Result<Said, Failure> {
    let lists = terminology()?;
    let (before, after) = if lists_before { (Some(&lists), None) } else { (None, Some(&lists)) };
    let (reason, changes) = world.migrate(candidate, &Files { world, dissent_set: false })?;
    let sets_dissent = reason == Reason::SentPermission;
    let files = Files { world, dissent_set: sets_dissent };
    let upload = world.summarise_with(&with_changes(candidate, &changes), &files, after)?;
    let alone = world.summarise_with(candidate, &Files { world, dissent_set: false }, before)?;
    let adds: Vec<_> = changes.iter().map(|change| change.code.read_v2().trim_end_matches('.')).collect();
    Ok(Said::of_migration(reason.code(), &adds, sets_dissent)
        .and_upload(of_upload(upload))
        .and_upload_alone(of_upload(alone)))
}

fn of_upload(upload: Result<Summary, SetAside>) -> SaidOfUpload {
    let summary = match upload {
        Ok(summary) => summary,
        Err(aside) => {
            return SaidOfUpload { reason: aside.reason.code().to_owned(), ..SaidOfUpload::default() };
        }
    };
    let mut said = SaidOfUpload {
        reason: sent(&summary).code().to_owned(),
        replaces: summary.replaces().is_some(),
        withheld: summary.entries_withheld(),
        left_out: summary.warnings().contains(&Warning::AdditionalWithheld),
        // What is left out for want of terminology is told apart.
        warnings: summary
            .warnings()
            .iter()
            .filter(|warning| **warning != Warning::AdditionalWithheld)
            .map(|warning| warning.code().to_owned())
            .collect(),
        entries: summary.content().entries.iter().map(of_entry).collect(),
        ..SaidOfUpload::default()
    };
    for block in &summary.content().text {
        match block {
            Block::Paragraph { id: Some(id), .. } | Block::Heading { id: Some(id), .. }
                if id.ends_with("Statement") =>
            {
                said.statements.push(id.clone());
            }
            Block::Table { id, rows, .. } => {
                let told = rows.iter().filter(|row| !says_nothing(row)).count();
                if let Some(section) = section(id).filter(|_| told > 0) {
                    *said.rows.entry(section).or_default() += told;
                }
            }
            _ => {}
        }
    }
    said
}

/// What report counts a summary under, once the Spine has acknowledged it.
#[must_use]
pub fn sent(summary: &Summary) -> Reason {
    match summary.kind() {
        SummaryKind::Full => Reason::Sent,
        SummaryKind::Empty => Reason::SentEmpty,
        SummaryKind::Dissent => Reason::SentDissent,
    }
}

fn of_entry(entry: &Entry) -> String {
    let section = match entry.kind {
        EntryKind::Allergy => "allergy",
        EntryKind::AcuteMedication { .. } => "acute",
        EntryKind::RepeatMedication { .. } => "repeat",
        EntryKind::DiscontinuedMedication { .. } => "discontinued",
        EntryKind::Additional => "additional",
        EntryKind::Preference => "preference",
    };
    let term = if section == "preference" { "" } else { entry.code.term.trim() };
    format!("{section} {} {term}", entry.code.code.trim_end_matches('.')).trim().to_owned()
}

/// Whether a row only says that its section is empty. Source: SCR FHIR API specification, examples.
fn says_nothing(row: &[String]) -> bool {
    matches!(row, [only] if only.starts_with("No relevant information available"))
}

/// The section of a table of the text. Source: SCR FHIR API specification, element ids.
fn section(id: &str) -> Option<&'static str> {
    match id {
        "Allergies" => Some("allergy"),
        "AcuteMeds" => Some("acute"),
        "RepeatMeds" => Some("repeat"),
        "DiscRepeatMeds" => Some("discontinued"),
        "Preferences" => None,
        _ => Some("additional"),
    }
}
