//! Core data: allergies and medication within their windows. Source: Vision help, SCR Core Data.
//!
//! Core data is never withheld item by item; whether it is sent at all has been decided before.

use jiff::civil::Date;
use spine_vocabulary::Category;

use super::window::{Window, shown};
use super::{Block, Entry, EntryCode, EntryKind, layout};
use crate::record::{Allergy, Medication, MedicationKind, PatientRecord};
use crate::rules::settings::MedicationWindows;

/// What an entry says that was prescribed elsewhere or bought over the counter.
/// Requirement: SUM-010.
const ELSEWHERE: &str = "Prescribed elsewhere or over the counter";

/// The core data of a record: the text of its four sections, present even when empty, and the coded entries.
pub(crate) struct CoreData {
    pub(crate) text: Vec<Block>,
    pub(crate) entries: Vec<Entry>,
}

impl CoreData {
    /// Takes the core data out of a record. Within a section the newest comes first; what has the same date stays in the
    /// order of the extract.
    /// Requirements: SUM-001, SUM-002, SUM-033.
    pub(crate) fn of(record: &PatientRecord, windows: MedicationWindows, today: Date) -> Self {
        let acute = Window::before(today, windows.acute_months);
        let repeat = Window::before(today, windows.repeat_months);
        let discontinued = Window::before(today, windows.discontinued_months);
        let of_kind = |kind| record.medications.iter().filter(move |item| item.kind == kind);
        let positive = record.allergies.iter().filter(|allergy| !allergy.negative);
        let sections = [
            (layout::ALLERGIES, None, positive.map(allergy_item).collect::<Vec<_>>()),
            (
                layout::ACUTE,
                Some(acute),
                of_kind(MedicationKind::Acute).filter_map(|item| acute_item(item, acute)).collect(),
            ),
            (
                layout::REPEAT,
                None,
                of_kind(MedicationKind::Repeat).filter_map(|item| repeat_item(item, repeat, today)).collect(),
            ),
            (
                layout::DISCONTINUED,
                Some(discontinued),
                of_kind(MedicationKind::Repeat)
                    .filter_map(|item| discontinued_item(item, discontinued))
                    .collect(),
            ),
        ];
        let mut core = Self { text: Vec::new(), entries: Vec::new() };
        for (section, window, mut items) in sections {
            items.sort_by_key(|item| std::cmp::Reverse(item.sorted_by));
            let (rows, entries): (Vec<_>, Vec<_>) =
                items.into_iter().map(|item| (item.row, item.entry)).unzip();
            core.text.extend(section.blocks(window, false, rows));
            core.entries.extend(entries);
        }
        core
    }
}

/// One entry with its row of the text.
struct Item {
    sorted_by: Option<Date>,
    row: Vec<String>,
    entry: Entry,
}

fn allergy_item(allergy: &Allergy) -> Item {
    let date = allergy.noted_on.map(shown).unwrap_or_default();
    let code = EntryCode { scheme: allergy.scheme, code: allergy.code.clone(), term: allergy.term.clone() };
    Item {
        sorted_by: allergy.noted_on,
        row: vec![date, allergy.term.clone(), allergy.reaction.clone()],
        entry: Entry {
            category: Category::Allergies,
            kind: EntryKind::Allergy,
            code,
            date: allergy.noted_on,
            text: allergy.reaction.clone(),
        },
    }
}

/// Acute medication last prescribed within the window. Without a date it cannot be shown to be, and is not sent.
/// Requirements: SUM-003, SUM-004, SUM-005.
fn acute_item(item: &Medication, window: Window) -> Option<Item> {
    let prescribed = [item.started_on, item.last_issued_on]
        .into_iter()
        .flatten()
        .filter(|day| window.contains(*day))
        .max()?;
    let kind = EntryKind::AcuteMedication { dose: item.dose.clone(), quantity: item.quantity.clone() };
    let when = format!("Prescribed: {}", shown(prescribed));
    Some(medication_item(item, "Acute Medication", prescribed, Some(prescribed), when, kind))
}

/// Repeat medication that is not discontinued, and whose review date or last issue is not older than the window. Where
/// there is neither it is current: no issue is used up, what a hospital prescribes is never issued here, and the text says
/// that it was not issued. Source: Vision help, SCR Core Data; Vision help, Content of the Initial Upload.
/// Requirements: SUM-006, SUM-007.
fn repeat_item(item: &Medication, window: Window, today: Date) -> Option<Item> {
    let discontinued = item.ended_on.is_some_and(|ended| ended <= today);
    let current = match (item.review_on, item.last_issued_on) {
        (None, None) => true,
        (review, issue) => review.into_iter().chain(issue).any(|day| window.begun_by(day)),
    };
    if discontinued || !current {
        return None;
    }
    let when = match (item.last_issued_on, item.started_on) {
        (Some(day), _) => format!("Last issued: {}", shown(day)),
        (None, Some(day)) => format!("Authorised (not issued): {}", shown(day)),
        (None, None) => String::new(),
    };
    let kind = EntryKind::RepeatMedication {
        dose: item.dose.clone(),
        quantity: item.quantity.clone(),
        review_on: item.review_on,
    };
    let date = item.started_on.or(item.last_issued_on);
    Some(medication_item(
        item,
        "Repeat Medication",
        item.last_issued_on.or(item.started_on),
        date,
        when,
        kind,
    ))
}

/// Repeat medication that was discontinued within the window.
/// Requirements: SUM-008, SUM-009.
fn discontinued_item(item: &Medication, window: Window) -> Option<Item> {
    let ended = item.ended_on.filter(|ended| window.contains(*ended))?;
    let kind = EntryKind::DiscontinuedMedication { dose: item.dose.clone(), ended_on: Some(ended) };
    let when = format!("Discontinued: {}", shown(ended));
    let date = item.started_on.or(item.last_issued_on);
    Some(medication_item(item, "Repeat Medication", ended, date, when, kind))
}

fn medication_item(
    item: &Medication,
    kind_shown: &str,
    sorted_by: impl Into<Option<Date>>,
    date: Option<Date>,
    when: String,
    kind: EntryKind,
) -> Item {
    let elsewhere = if item.elsewhere { ELSEWHERE } else { "" };
    let kind_shown =
        if item.elsewhere { format!("{kind_shown} ({elsewhere})") } else { kind_shown.to_owned() };
    let code = EntryCode { scheme: item.scheme, code: item.code.clone(), term: item.name.clone() };
    Item {
        sorted_by: sorted_by.into(),
        row: vec![kind_shown, when, item.name.clone(), item.dose.clone(), item.quantity.clone()],
        entry: Entry { category: Category::Medication, kind, code, date, text: elsewhere.to_owned() },
    }
}
