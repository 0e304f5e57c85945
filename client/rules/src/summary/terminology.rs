//! Terminology: which codes are additional information, and which are never sent.
//!
//! The lists are licensed, so they are not here: somebody else reads them from the user's own files. This is what is
//! read, and the rules that the lists do not hold.

use std::collections::{BTreeMap, BTreeSet};

use spine_vocabulary::{Category, CodeScheme};

use super::layout;
use crate::record::CodedEntry;

/// Chapters of Read version 2 that are significant procedures or immunisations. Source: Vision help, SCR Additional
/// Information.
/// Requirement: SUM-017.
const READ_CHAPTERS: [&str; 2] = ["7", "65"];

/// Parts of those chapters that are not. Source: as above.
/// Requirement: SUM-017.
const READ_EXCEPTIONS: [&str; 5] = ["7L1", "7M", "7N", "7P", "7Q"];

/// The practice's priority of a history entry that is significant whatever its code. Source: as above.
const SIGNIFICANT: u8 = 1;

/// The practice's priority of a history entry that is never shared. Source: as above.
/// Requirement: SUM-016.
const NEVER_SHARED: u8 = 0;

/// The inclusion list with its categories, and the list of sensitive codes, which are withheld.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Terminology {
    included: BTreeMap<(CodeScheme, String), Category>,
    sensitive: BTreeSet<(CodeScheme, String)>,
}

/// A category that no additional information has: allergies, medication, preferences, documents, correspondence, links.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the inclusion list has a category that additional information cannot have: {}", .0.display())]
pub struct NotAdditional(pub Category);

impl Terminology {
    /// Whether a category is one that additional information can have.
    #[must_use]
    pub fn takes(category: Category) -> bool {
        layout::additional_section(category).is_some()
    }

    /// Both lists as they are compared, in a fixed order: the included codes with their categories, then the sensitive ones without.
    /// Two sets that decide alike are listed alike.
    pub fn lists(&self) -> impl Iterator<Item = (CodeScheme, &str, Option<Category>)> {
        let included =
            self.included.iter().map(|((scheme, code), category)| (*scheme, code.as_str(), Some(*category)));
        included.chain(self.sensitive.iter().map(|(scheme, code)| (*scheme, code.as_str(), None)))
    }

    /// Brings the two lists together. A code on both is withheld. Codes are compared exactly as they are given, case and
    /// all, after white space around them and the trailing full stops of Read codes are dropped.
    pub fn new(
        included: impl IntoIterator<Item = (CodeScheme, String, Category)>,
        sensitive: impl IntoIterator<Item = (CodeScheme, String)>,
    ) -> Result<Self, NotAdditional> {
        let mut terminology = Self::default();
        for (scheme, code, category) in included {
            if !Self::takes(category) {
                return Err(NotAdditional(category));
            }
            terminology.included.insert((scheme, stem(&code).to_owned()), category);
        }
        terminology.sensitive =
            sensitive.into_iter().map(|(scheme, code)| (scheme, stem(&code).to_owned())).collect();
        Ok(terminology)
    }

    /// The category under which an entry is additional information, if it is: by the inclusion list, by its chapter, or
    /// because the practice gave it the highest priority. An entry of priority 0 never is.
    pub(crate) fn category(&self, entry: &CodedEntry) -> Option<Category> {
        if !may_be_shared(entry) {
            return None;
        }
        let listed = self.included.get(&(entry.scheme, stem(&entry.code).to_owned())).copied();
        let by_chapter = in_chapters(entry).then_some(Category::Treatments);
        let by_priority = (entry.priority == Some(SIGNIFICANT)).then_some(Category::ProblemsAndIssues);
        listed.or(by_chapter).or(by_priority)
    }

    /// Whether an entry is of the sensitive dataset. Source: RCGP sensitive dataset; Vision help, Withheld Data.
    /// Requirement: SUM-019.
    pub(crate) fn is_sensitive(&self, entry: &CodedEntry) -> bool {
        self.sensitive.contains(&(entry.scheme, stem(&entry.code).to_owned()))
    }
}

/// Whether an entry may be additional information at all: it is no consent code, and its priority is not 0.
pub(crate) fn may_be_shared(entry: &CodedEntry) -> bool {
    entry.consent.is_none() && entry.priority != Some(NEVER_SHARED)
}

fn in_chapters(entry: &CodedEntry) -> bool {
    let under = |prefixes: &[&str]| prefixes.iter().any(|prefix| entry.code.trim().starts_with(prefix));
    entry.scheme == CodeScheme::ReadV2 && under(&READ_CHAPTERS) && !under(&READ_EXCEPTIONS)
}

/// A code without the full stops that fill Read codes up to five bytes.
fn stem(code: &str) -> &str {
    code.trim().trim_end_matches('.')
}
