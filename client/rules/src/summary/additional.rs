//! Additional information: what goes beyond core data, for a patient who agreed to it.
//!
//! Whether the patient agreed is decided by the caller; what is additional information, by the [`Terminology`].

use std::collections::BTreeMap;

use jiff::civil::Date;
use spine_vocabulary::Category;

use super::terminology::{Terminology, may_be_shared};
use super::window::shown;
use super::{Block, Entry, EntryCode, EntryKind, layout};
use crate::record::{CodedEntry, PatientRecord};

/// The additional information of a record: text, coded entries, and how many entries were withheld.
#[derive(Default)]
pub(crate) struct Additional {
    pub(crate) text: Vec<Block>,
    pub(crate) entries: Vec<Entry>,
    pub(crate) withheld: usize,
}

impl Additional {
    /// Takes the additional information out of a record, section by section, the newest first. A section without entries
    /// stands only where something is withheld from it.
    /// Requirements: SUM-018, SUM-033.
    pub(crate) fn of(record: &PatientRecord, terminology: &Terminology, today: Date) -> Self {
        let mut shared: BTreeMap<Category, Vec<&CodedEntry>> = BTreeMap::new();
        let mut withheld: BTreeMap<Category, usize> = BTreeMap::new();
        for entry in record.codes.iter().filter(|entry| has_happened(entry, today)) {
            match terminology.category(entry) {
                None => {}
                Some(category) if terminology.is_sensitive(entry) => {
                    *withheld.entry(category).or_default() += 1;
                }
                Some(category) => shared.entry(category).or_default().push(entry),
            }
        }
        let mut additional = Self { withheld: withheld.values().sum(), ..Self::default() };
        for category in layout::ADDITIONAL {
            let mut entries = shared.remove(&category).unwrap_or_default();
            let something_withheld = withheld.contains_key(&category);
            let Some(section) = layout::additional_section(category) else { continue };
            if entries.is_empty() && !something_withheld {
                continue;
            }
            entries.sort_by_key(|entry| std::cmp::Reverse(entry.date));
            let rows = entries.iter().map(|entry| row(entry)).collect();
            additional.text.extend(section.blocks(None, something_withheld, rows));
            additional.entries.extend(entries.into_iter().map(|entry| coded(entry, category)));
        }
        additional
    }

    /// Whether a record has anything that terminology might find to be additional information.
    pub(crate) fn may_exist(record: &PatientRecord, today: Date) -> bool {
        record.codes.iter().any(|entry| may_be_shared(entry) && has_happened(entry, today))
    }
}

/// An entry dated in the future is a plan or a mistake, and not sent.
fn has_happened(entry: &CodedEntry, today: Date) -> bool {
    entry.date.is_none_or(|date| date <= today)
}

fn row(entry: &CodedEntry) -> Vec<String> {
    vec![entry.date.map(shown).unwrap_or_default(), entry.term.clone(), entry.free_text.clone()]
}

fn coded(entry: &CodedEntry, category: Category) -> Entry {
    Entry {
        category,
        kind: EntryKind::Additional,
        code: EntryCode { scheme: entry.scheme, code: entry.code.clone(), term: entry.term.clone() },
        date: entry.date,
        text: entry.free_text.clone(),
    }
}
